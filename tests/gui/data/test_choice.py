"""Which pictures are current and chosen, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from workbench.gui.data.choice import Choice


@pytest.fixture
def choice() -> Choice:
    """Pictures 10, 4, 7, 2, 9 of twelve, the first of them current, none chosen."""
    choice = Choice()
    choice.begin(12)
    choice.show(np.array([10, 4, 7, 2, 9]))
    return choice


def test_at_first_one_is_current_and_none_chosen(choice: Choice) -> None:
    assert (choice.current, choice.chosen.tolist(), choice.row_of(7), choice.row_of(8)) == (10, [], 2, -1)


def test_one_alone_neighbours_and_some_more(choice: Choice) -> None:
    choice.pick(1, "alone")
    assert choice.chosen.tolist() == [4] and choice.current == 4
    choice.pick(3, "up to")
    assert choice.chosen.tolist() == [4, 7, 2] and choice.current == 2
    choice.pick(0, "up to")
    assert choice.chosen.tolist() == [10, 4], "from where the choice began, the other way"
    choice.pick(4, "too")
    assert choice.chosen.tolist() == [10, 4, 9]
    choice.pick(0, "too")
    assert choice.chosen.tolist() == [4, 9] and choice.current == 10 and not choice.has(10)
    choice.pick(2, "alone")
    assert choice.chosen.tolist() == [7]
    choice.take_all()
    assert choice.chosen.tolist() == [10, 4, 7, 2, 9]


def test_without_a_beginning_neighbours_are_one(choice: Choice) -> None:
    choice.pick(2, "up to")
    assert choice.chosen.tolist() == [7]


def test_other_pictures_of_the_set_keep_what_is_chosen_and_current(choice: Choice) -> None:
    choice.pick(2, "alone")
    choice.pick(4, "too")
    choice.show(np.array([3, 9, 7]))
    assert choice.chosen.tolist() == [9, 7] and choice.current == 9
    choice.show(np.array([3, 7]))
    assert choice.chosen.tolist() == [7] and choice.current == 7, "9 has gone: the one at its place"
    choice.pick(0, "up to")
    assert choice.chosen.tolist() == [3, 7], "the beginning is what is current since then"
    choice.show(np.array([], np.int64))
    assert choice.current == -1 and not len(choice.chosen)


def test_another_set_forgets_everything(choice: Choice) -> None:
    choice.pick(2, "alone")
    choice.begin(3)
    choice.show(np.array([2, 0]))
    assert choice.current == 2 and not len(choice.chosen)
