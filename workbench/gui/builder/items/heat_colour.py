"""The colours of the heat map: from the paper of a card to a hot one on which the text can still be read."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import NamedTuple

from PySide6.QtGui import QBrush, QColor

from workbench.gui import theme

HOTTEST = {"light": QColor("#f0743e"), "dark": QColor("#b8431a")}
STEPS = 32


class Heat(NamedTuple):
    """How hot a card is, from 0 to 1, and what it says of it."""

    share: float
    text: str


def heat_colour(share: float) -> QColor:
    """The colour of a share of the hottest, in the theme of the moment.

    It goes with the root of the share, so that small shares can be told apart too.
    """
    return _colour(theme.current().name, round(math.sqrt(min(max(share, 0.0), 1.0)) * STEPS))


def heat_brush(share: float) -> QBrush:
    """A brush in that colour."""
    return QBrush(heat_colour(share))


@lru_cache(maxsize=4 * STEPS)
def _colour(name: str, step: int) -> QColor:
    return theme.mix(theme.current().raised, HOTTEST[name], share=step / STEPS)
