"""What the form says of a set: counted without decoding a picture, split as the plan asks."""

from __future__ import annotations

from pathlib import Path

import pytest

from workbench.core.data.split import Split
from workbench.core.modelling.sketch import Sketch
from workbench.gui.training.check import Check, NotWantedError, check


def looked(data: Path | str, split: Split) -> Check:
    sketch = Sketch("small", (3, 8, 8))
    sketch.global_pool()
    sketch.add("fc", "Linear", out_features=2)
    return check(sketch.finish(), str(data), lambda: True, split=split)


@pytest.fixture
def scans(tmp_path: Path) -> Path:
    """A table of files that nobody can read: what is said of it needs none."""
    lines = ["path,label,patient"]
    lines += [f"{number}.png,{'ab'[number % 2]},p{number // 6}" for number in range(60)]
    (tmp_path / "scans.csv").write_text("\n".join(lines))
    return tmp_path / "scans.csv"


def test_pictures_are_counted_not_read(scans: Path) -> None:
    assert str(looked(scans, Split()).facts) == "2 classes · 48 + 12 pictures"
    assert str(looked(scans, Split(share=0.5)).facts) == "2 classes · 30 + 30 pictures"


def test_the_split_of_the_plan_counts_and_is_refused_where_it_cannot_be(scans: Path) -> None:
    by_patient = looked(scans, Split(group_column="patient"))
    assert str(by_patient.facts) == "2 classes · 48 + 12 pictures · split by patient"
    for column, told in (("nurse", "has no column nurse"), ("label", "too few groups")):
        problem = looked(scans, Split(group_column=column)).problem
        assert problem is not None and problem.where == "data" and told in problem.title


def test_one_class_is_not_enough(tmp_path: Path) -> None:
    (tmp_path / "one.csv").write_text("path,label\n1.png,a\n2.png,a\n")
    problem = looked(tmp_path / "one.csv", Split()).problem
    assert problem is not None and "fewer than two classes" in problem.title


def test_what_nobody_waits_for_is_given_up(scans: Path) -> None:
    rows = "\n".join(f"{number}.png,{'ab'[number % 2]}" for number in range(2_000))
    scans.write_text("path,label\n" + rows)
    sketch = Sketch("small", (3, 8, 8))
    sketch.global_pool()
    with pytest.raises(NotWantedError):
        check(sketch.finish(), str(scans), lambda: False)
