"""Groups of pictures (of a patient, a video) are held out whole, from tables and from the names of files."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from sklearn.model_selection import StratifiedGroupKFold

from workbench.core.data.arranging import decision_for, picture_names
from workbench.core.data.decisions import Decision, Decisions, decided, write_decisions
from workbench.core.data.images import ImageData, Indices
from workbench.core.data.preprocessing import Framing
from workbench.core.data.sources import open_data, open_index
from workbench.core.data.split import Mask, Split, split_problems
from workbench.core.data.split_groups import following, held_out_whole, merged, numbered
from workbench.errors import WorkbenchError

LABELS = st.lists(st.integers(0, 3), min_size=1, max_size=80)
SMALL = Framing(3, 8, 8)
PATIENTS, EACH = 10, 6


def held(labels: Indices, groups: Indices, *, share: float = 0.2, seed: int = 0) -> Mask:
    return held_out_whole(labels, groups, share=share, seed=seed)


@given(LABELS, st.integers(0, 40), st.floats(0.05, 0.6), st.integers(0, 5))
def test_no_group_straddles_and_every_class_keeps_pictures_to_train_on(
    given_labels: list[int], names: int, share: float, seed: int
) -> None:
    labels = np.array(given_labels)
    groups = np.random.default_rng(seed).integers(0, names + 1, len(labels))
    inside = held(labels, groups, share=share, seed=seed)
    for group in np.unique(groups):
        assert len(np.unique(inside[groups == group])) == 1
    assert set(labels[~inside]) == set(labels)
    np.testing.assert_array_equal(inside, held(labels, groups, share=share, seed=seed))


@given(LABELS, st.integers(0, 40), st.integers(0, 5))
def test_what_can_be_held_out_is(given_labels: list[int], names: int, seed: int) -> None:
    labels = np.array(given_labels)
    groups = np.random.default_rng(seed).integers(0, names + 1, len(labels))
    for label in set(labels[~held(labels, groups, seed=seed)]) - set(labels[held(labels, groups, seed=seed)]):
        for group in np.unique(groups[labels == label]):
            left = ~held(labels, groups, seed=seed) & (groups != group)
            assert set(labels[left]) != set(labels), "a class is not validated on though a group of it was to spare"


def badness(labels: Indices, inside: Mask) -> float:
    """How far the classes are from a fifth, in the mean."""
    counts, given_ = np.bincount(labels), np.bincount(labels[inside], minlength=labels.max() + 1)
    return float(np.abs(given_ / counts - 0.2).mean())


def instance(seed: int) -> tuple[Indices, Indices]:
    """Groups of unequal sizes, of one class each or mixed."""
    random = np.random.default_rng(seed)
    sizes = random.geometric(0.05, random.integers(20, 60))
    groups = np.repeat(np.arange(len(sizes)), sizes)
    labels = np.repeat(np.arange(len(sizes)) % 3, sizes) if seed % 2 else random.integers(0, 3, len(groups))
    return labels, groups


def test_classes_are_nearer_to_their_share_than_in_the_folds_of_scikit_learn() -> None:
    ours, theirs = [], []
    for seed in range(12):
        labels, groups = instance(seed)
        ours.append(badness(labels, held(labels, groups, seed=seed)))
        folds = StratifiedGroupKFold(5, shuffle=True, random_state=seed).split(labels, labels, groups)
        theirs.append(np.mean([badness(labels, np.isin(np.arange(len(labels)), inside)) for _, inside in folds]))
    assert np.mean(ours) < np.mean(theirs)
    assert max(ours) < 0.1


def test_other_seeds_hold_out_other_groups() -> None:
    labels, groups = instance(0)
    assert len({held(labels, groups, seed=seed).tobytes() for seed in range(8)}) > 4


def test_two_ways_to_group_hold_at_once() -> None:
    patients, doubles = numbered(["a", "b", "", "a", "c", ""]), np.array([0, 1, 2, 3, 1, 5])
    assert patients.tolist() == [0, 1, 2, 0, 4, 5]
    assert merged(patients, doubles).tolist() == [0, 1, 2, 0, 1, 5]


def test_a_group_follows_those_of_its_pictures_that_were_decided() -> None:
    groups = np.array([0, 0, 2, 2, 4, 4, 6])
    fixed, outside = np.array([1, 0, 1, 0, 1, 1, 0], bool), np.array([1, 0, 0, 1, 1, 0, 1], bool)
    decided_ones, result = following(groups, fixed=fixed, held=outside)
    assert decided_ones.tolist() == [True] * 6 + [False]
    assert result[:6].tolist() == [True, True, False, False, True, False]


# -- tables and folders ------------------------------------------------------------------------------------------------


def picture(path: Path, number: int) -> None:
    pixels = np.random.default_rng(number).integers(0, 255, (4, 4, 3), np.uint8)
    Image.fromarray(pixels.repeat(3, 0).repeat(3, 1)).save(path)


@pytest.fixture
def scans(tmp_path: Path) -> Path:
    """Two classes of `PATIENTS` patients with `EACH` pictures, as a folder and as the rows of a table."""
    for patient in range(PATIENTS):
        for number in range(EACH):
            place = tmp_path / "scans" / ("ill" if number % 2 else "well")
            place.mkdir(parents=True, exist_ok=True)
            picture(place / f"p{patient}_{number}.png", 100 * patient + number)
    return tmp_path / "scans"


def table(scans: Path, *, ending: str = ".csv", part: str = "") -> str:
    files = sorted(scans.rglob("*.png"))
    rows = [{"path": f"{file.parent.name}/{file.name}", "label": file.parent.name} for file in files]
    for number, (row, file) in enumerate(zip(rows, files, strict=True)):
        row["Patient"] = file.name.split("_")[0]
        if part:
            row["split"] = "val" if number % 5 == 0 else "train"
    path = scans / f"set{ending}"
    if ending == ".csv":
        lines = [",".join(rows[0]), *(",".join(row.values()) for row in rows)]
    else:
        lines = [json.dumps(row) for row in rows]
    path.write_text("\n".join(lines))
    return str(path)


def patients(data: ImageData) -> tuple[set[str], set[str]]:
    train, validation = (
        {Path(file).name.split("_")[0] for file in part.files} for part in (data.train, data.validation)
    )
    return train, validation


@pytest.mark.parametrize("ending", [".csv", ".jsonl"])
@pytest.mark.parametrize("share", [None, 0.3])
def test_the_rows_of_a_patient_stay_in_one_part(scans: Path, ending: str, share: float | None) -> None:
    spec = table(scans, ending=ending)
    plain = patients(open_data(spec, framing=SMALL))
    assert plain[0] & plain[1], "without groups they are in both parts"
    data = open_data(spec, framing=SMALL, split=Split(group_column="patient", share=share))
    train, validation = patients(data)
    assert not train & validation
    assert len(validation) == round(PATIENTS * (share or 0.2))
    assert np.bincount(data.validation.labels).tolist() == [len(validation) * EACH // 2] * 2
    assert any(f"{len(train)} to train on, {len(validation)} to validate on" in str(each) for each in data.problems)
    assert open_index(spec).columns == ("path", "label", "patient")


@pytest.mark.parametrize("pattern", ["^[^_]+", r"^(p\d+)_\d", r"/(p\d+)_"])
def test_the_files_of_a_group_stay_in_one_part(scans: Path, pattern: str) -> None:
    train, validation = patients(open_data(str(scans), framing=SMALL, split=Split(group_pattern=pattern)))
    assert (len(train), len(validation), train & validation) == (PATIENTS - 2, 2, set())


def test_another_seed_holds_out_other_patients(scans: Path) -> None:
    found = {
        tuple(sorted(patients(open_data(str(scans), framing=SMALL, split=Split(group_pattern="^[^_]+", seed=seed)))[1]))
        for seed in range(4)
    }
    assert len(found) > 1


def test_near_duplicates_and_patients_stay_together(scans: Path) -> None:
    """A picture of one patient is among those of another: both patients are on one side."""
    twin = scans / "ill" / "p1_1.png"
    twin.write_bytes((scans / "ill" / "p0_1.png").read_bytes())
    for seed in range(6):
        data = open_data(str(scans), framing=SMALL, split=Split(group_pattern="^[^_]+", seed=seed))
        assert not any({"p0", "p1"} & side == {"p0"} or {"p0", "p1"} & side == {"p1"} for side in patients(data))


def test_pictures_without_a_group_are_counted_and_split_one_by_one(scans: Path) -> None:
    picture(scans / "ill" / "nobody.png", 7777)
    data = open_data(str(scans), framing=SMALL, split=Split(group_pattern=r"^p\d+"))
    assert any(each.title == "1 picture is without a group" for each in data.problems)
    assert len(data.train) + len(data.validation) == PATIENTS * EACH + 1


def test_a_patient_follows_a_picture_that_was_moved(scans: Path) -> None:
    index = open_index(str(scans), decisions=Decisions())
    number = picture_names(index).index("ill/p3_1.png")
    split = Split(group_pattern="^[^_]+")
    for part, place in (("validation", 1), ("train", 0)):
        move = decision_for(index, np.array([number]), Decision(action="move", pictures=(), to=part))
        write_decisions(str(scans), decided(Decisions(), move))
        sides = patients(open_data(str(scans), framing=SMALL, split=split))
        assert "p3" in sides[place]
        assert not sides[0] & sides[1]


def test_own_parts_are_kept_and_patients_in_both_are_told(scans: Path) -> None:
    spec = table(scans, part="split")
    data = open_data(spec, framing=SMALL, split=Split(group_column="patient"))
    both = patients(data)[0] & patients(data)[1]
    assert f"{len(both)} patients are in both parts" in [each.title for each in data.problems]


@pytest.mark.parametrize(
    ("split", "told"),
    [
        (Split(group_column="nurse"), r"has no column nurse.*It has path, label, patient"),
        (Split(group_column="label"), "too few groups to split by label. holding out any of its 2 would leave a class"),
        (Split(group_pattern="[a-z]"), "cannot be split by group. all its pictures are of one group"),
        (Split(group_pattern="_x_"), "No file is called like _x_. one is called ill/p0_1.png"),
        (Split(group_pattern="("), r"is no pattern"),
    ],
)
def test_groups_that_cannot_be_are_refused(scans: Path, split: Split, told: str) -> None:
    with pytest.raises(WorkbenchError, match=told):
        open_data(table(scans), framing=SMALL, split=split)


@pytest.mark.parametrize("split", [Split(group_column="patient"), Split(group_pattern="^[^_]+")])
def test_sets_without_files_or_columns_say_so(split: Split) -> None:
    with pytest.raises(WorkbenchError, match="digits has no"):
        open_data("digits", split=split)


def test_a_split_knows_what_is_wrong_with_it() -> None:
    assert not split_problems(Split(group_pattern="^[^_]+"))
    assert [each.where for each in split_problems(Split(group_pattern="*"))] == ["group_pattern"]
    assert [each.title for each in split_problems(Split(group_pattern="a", group_column="b"))] == [
        "Groups are named twice"
    ]
