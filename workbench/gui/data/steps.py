"""Where keys lead in a grid of pictures."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt

from workbench.core.data.images import Indices
from workbench.gui.data.holding import Holding


def step_of(key: int, row: int, *, count: int, columns: int, page: int) -> int | None:
    """The place a key leads to from a place among `count`, or None for a key that leads nowhere.

    Up and down stay in their column; in the last row, which may be shorter, down goes to the last picture.
    """
    keys = Qt.Key
    if key in (keys.Key_Home, keys.Key_End):
        return 0 if key == keys.Key_Home else count - 1
    steps = {
        keys.Key_Left: -1,
        keys.Key_Right: 1,
        keys.Key_Up: -columns,
        keys.Key_Down: columns,
        keys.Key_PageUp: -page,
        keys.Key_PageDown: page,
    }
    if key not in steps:
        return None
    there = row + steps[Qt.Key(key)]
    if key == keys.Key_Up and there < 0:
        return row
    if key == keys.Key_Down and there >= count:
        return count - 1 if row // columns < (count - 1) // columns else row
    return min(max(0, there), count - 1)


def letter_step(text: str, row: int, *, holding: Holding, numbers: Indices) -> int | None:
    """The place of the first picture of the next class that begins with a letter; None where there is none."""
    if not text.strip():
        return None
    begin = [number for number, name in enumerate(holding.classes) if name.lower().startswith(text.lower())]
    labels = holding.labels[numbers]
    first = np.isin(labels, begin)
    first[1:] &= labels[1:] != labels[:-1]
    rows = np.flatnonzero(first)
    later = rows[rows > row]
    return int(later[0]) if len(later) else int(rows[0]) if len(rows) else None
