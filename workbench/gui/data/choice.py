"""Which pictures of a grid are current and chosen, whatever the grid looks like."""

from __future__ import annotations

from typing import Literal

import numpy as np

from workbench.core.data.images import Indices
from workbench.gui.data.holding import Mask

NOTHING: Indices = np.zeros(0, np.int64)
How = Literal["alone", "up to", "too"]
"""Choose one picture alone, all up to it, or it in addition (out of the choice if it is in it)."""


class Choice:
    """Pictures in an order, by their numbers in the set: one is current, any number are chosen."""

    def __init__(self) -> None:
        self.numbers: Indices = NOTHING
        self.row = -1
        """The place of the current picture in the order, -1 for none."""
        self._anchor = -1
        """Where a choice of neighbours begins."""
        self._mask: Mask = np.zeros(0, bool)

    def __len__(self) -> int:
        return len(self.numbers)

    @property
    def current(self) -> int:
        """The number of the current picture, -1 for none."""
        return int(self.numbers[self.row]) if 0 <= self.row < len(self) else -1

    @property
    def chosen(self) -> Indices:
        """The numbers of the chosen pictures that are in the order."""
        return self.numbers[self._mask[self.numbers]] if len(self) else NOTHING

    def has(self, number: int) -> bool:
        """Whether a picture is chosen."""
        return bool(self._mask[number])

    def row_of(self, number: int) -> int:
        """The place of a picture in the order, -1 where it is not in it."""
        found = np.flatnonzero(self.numbers == number)
        return int(found[0]) if len(found) else -1

    def begin(self, count: int) -> None:
        """Take another set of so many pictures, of which none is chosen."""
        self.numbers, self.row, self._anchor = NOTHING, -1, -1
        self._mask = np.zeros(count, bool)

    def show(self, numbers: Indices) -> None:
        """Take other pictures of the set; the current one stays, else the one at its place becomes it."""
        before, row = self.current, self.row
        self.numbers = numbers
        found = self.row_of(before)
        self.go(found if found >= 0 else max(0, min(row, len(numbers) - 1)))

    def go(self, row: int) -> None:
        """Make the picture at a place current."""
        self.row = row if len(self) else -1
        if self._anchor >= len(self):
            self._anchor = self.row

    def pick(self, row: int, how: How) -> None:
        """Choose the picture at a place and make it current."""
        number = int(self.numbers[row])
        if how == "up to" and self._anchor >= 0:
            low, high = sorted((self._anchor, row))
            self._mask[:] = False
            self._mask[self.numbers[low : high + 1]] = True
        else:
            was = how == "too" and self.has(number)
            if how != "too":
                self._mask[:] = False
            self._mask[number] = not was
            self._anchor = row
        self.go(row)

    def take_all(self) -> None:
        """Choose everything in the order."""
        self._mask[self.numbers] = True
