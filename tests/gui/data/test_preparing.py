"""Where the pictures of the room are in the set that a training opens: decisions and splits move them."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from workbench.core.data.decisions import Decisions
from workbench.core.data.split import Split
from workbench.core.graph.network import Network
from workbench.core.modelling.sketch import Sketch
from workbench.gui.data.holding import Holding
from workbench.gui.data.ledger import _edited
from workbench.gui.data.opening import Missing, open_holding
from workbench.gui.data.preparing import Prepared, prepare


def network(channels: int, side: int) -> Network:
    sketch = Sketch("small", (channels, side, side))
    sketch.global_pool()
    sketch.add("fc", "Linear", out_features=10)
    return sketch.finish()


def opened(spec: str) -> Holding:
    holding = open_holding(spec, lambda _done, _total: None)
    assert not isinstance(holding, Missing)
    return holding


def prepared(holding: Holding, split: Split, *, channels: int, side: int) -> Prepared:
    return prepare(holding, network(channels, side), split, lambda _done, _total: None)


def with_decisions(holding: Holding) -> Holding:
    """Every fiftieth picture left out, every seventieth moved to training, every ninetieth called by the next class."""
    from workbench.core.data.arranging import decision_for
    from workbench.core.data.decisions import Decision, decided

    numbers = np.arange(len(holding))
    wanted = (
        (numbers[::50], Decision(action="exclude", pictures=())),
        (numbers[1::70], Decision(action="move", pictures=(), to="train")),
        (numbers[2::90], Decision(action="relabel", pictures=(), to=holding.classes[3])),
    )

    def edit(decisions: Decisions) -> Decisions:
        for some, decision in wanted:
            decisions = decided(decisions, decision_for(holding.index, some, decision))
        return decisions

    return _edited({"now": holding}, edit)


@pytest.mark.parametrize("split", [Split(), Split(share=0.3, seed=4)], ids=["own parts", "a share"])
def test_every_picture_of_an_array_is_found_with_its_pixels_and_label(split: Split) -> None:
    holding = with_decisions(opened("digits"))
    made = prepared(holding, split, channels=1, side=8)
    assert holding.index.pictures is not None
    found = 0
    for number in range(0, len(holding), 7):
        place = made.place(number)
        if place is None:
            assert holding.excluded[number] or (split.share and holding.held_out[number])
            continue
        part, row = place
        np.testing.assert_array_equal(part.images[row], holding.index.pictures[number])
        assert part.labels[row] == holding.labels[number]
        found += 1
    assert found > 150


def test_every_file_is_found_but_those_left_out_and_broken(folder: Path) -> None:
    holding = opened(str(folder))
    made = prepared(holding, Split(), channels=3, side=16)
    missing = [holding.name(number) for number in range(len(holding)) if made.place(number) is None]
    assert missing == ["broken.png"]
    for number in range(0, len(holding), 5):
        place = made.place(number)
        if place is not None:
            part, row = place
            assert part.files[row] == holding.index.files[number]


def test_near_duplicates_that_were_brought_together_are_found_too(folder: Path) -> None:
    for number in range(4):
        shutil.copy(folder / "apple" / "apple-00.png", folder / "apple" / f"twin-{number}.png")
    holding = opened(str(folder))
    made = prepared(holding, Split(), channels=3, side=16)
    twins = [number for number in range(len(holding)) if "twin" in holding.name(number)]
    assert len({id(place[0]) for number in twins if (place := made.place(number))}) == 1
