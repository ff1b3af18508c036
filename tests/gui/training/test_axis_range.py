"""Where an axis ends: a spike is left outside and said, an ordinary course and one that blows up are shown whole."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from pytestqt.qtbot import QtBot
from run_events import epoch, started, step

from workbench.gui.training.axis_range import usual_top
from workbench.gui.training.curves import Curves
from workbench.gui.training.history import RunHistory

FALLING = 2.3 * np.exp(-np.arange(200) / 20) + 0.01


@pytest.mark.parametrize("at", [0, 5, 100, 199])
def test_one_spike_is_left_outside(at: int) -> None:
    values = FALLING.copy()
    values[at] = 2e7
    top = usual_top([values])
    assert top is not None and 2 < top < 10


@pytest.mark.parametrize(
    "curves",
    [
        [FALLING],
        [np.full(100, 0.5)],
        [2.3 * 1.2 ** np.arange(100)],  # it blows up: nothing but the truth
        [np.array([1.0])],
        [],
        [np.array([])],
        [np.zeros(50)],
    ],
    ids=["falling", "constant", "blowing up", "one point", "no curve", "no point", "zeros"],
)
def test_an_ordinary_course_is_shown_whole(curves: list[np.ndarray]) -> None:
    assert usual_top(curves) is None


def test_a_spike_among_few_validations_is_left_outside_too() -> None:
    validation = np.array([2.0, 1.5, 5000.0, 1.1, 1.0, 0.9])
    top = usual_top([FALLING, validation])
    assert top is not None and top < 10


@pytest.fixture
def curves(qtbot: QtBot) -> Iterator[Curves]:
    history = RunHistory([started(epochs=2, steps=50)])
    history.add(step(i, 1, loss=2e7 if i == 20 else 2.0 / i + 1) for i in range(1, 51))
    history.add([epoch(1, 50)])
    curves = Curves("train")
    qtbot.addWidget(curves)
    curves.resize(700, 500)
    curves.show()
    curves.draw(history)
    yield curves


def test_the_plot_says_what_lies_outside_and_can_show_it(qtbot: QtBot, curves: Curves) -> None:
    def top() -> float:
        curves.loss.view.getViewBox().updateAutoRange()
        return curves.loss.view.getViewBox().viewRange()[1][1]

    assert top() < 10 and "2e+07" in curves.loss._header.text()
    actions = {action.text(): action for action in curves.loss.view.menu().actions()}
    actions["Show everything"].trigger()
    qtbot.waitUntil(lambda: top() > 1.5e7)
    assert "axis ends" not in curves.loss._header.text()
    actions["Show the usual range"].trigger()
    assert top() < 10
