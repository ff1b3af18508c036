"""The small icon of every kind of layer and block: a sign of its category, or its own where the field has a usual one.

A kind says which it has with its attribute `sign`; what it is made of is written here, as lines and areas on a grid of
16 by 16. Nothing is a picture of pixels, so that signs are sharp at every zoom and on every screen.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache

from PySide6.QtCore import QRectF
from PySide6.QtGui import QBrush, QColor, QPainter, QPainterPath, QTransform

from workbench.core.layers.blocks.library import known_blocks
from workbench.core.layers.catalog import CATALOG
from workbench.gui.builder.items.sign import THIN, Sign

GRID = 16.0
"""The side of the square on which signs are drawn."""
UNKNOWN, GROUP = "unknown", "group"
"""The signs of a kind that this version does not know, and of a group that is no block."""


def _kernel() -> Sign:
    """A grid of three by three with its middle filled."""
    made = Sign().box(1.5, 1.5, 13, 13).full(5.9, 5.9, 4.2, 4.2)
    for at in (5.9, 10.1):
        made.line((at, 2), (at, 14), width=THIN).line((2, at), (14, at), width=THIN)
    return made


def _spread() -> Sign:
    """One place that becomes many."""
    made = Sign().full(6, 6, 4, 4)
    for x, y in ((1, 1), (1, -1), (-1, 1), (-1, -1)):
        made.arrow((8 + 2.5 * x, 8 + 2.5 * y), (8 + 6.5 * x, 8 + 6.5 * y))
    return made


def _dropout() -> Sign:
    """Units, some of which are left out."""
    made = Sign()
    out = ((3, 8), (8, 13), (13, 3))
    made.dots(*((x, y) for x in (3, 8, 13) for y in (3, 8, 13) if (x, y) not in out), radius=2.0)
    for place in out:
        made.dots(place, radius=0.8)
    return made


def _flattened() -> Sign:
    """A picture and the column that it becomes."""
    made = Sign().box(1.5, 4, 6, 8).arrow((9, 8), (11.2, 8), 2)
    return made.dots(*((14, y) for y in (2.5, 6.2, 9.8, 13.5)), radius=1.3)


def _shuffled() -> Sign:
    ways = ((2, 13), (6, 2), (10, 14), (14, 3))
    made = Sign()
    for start, end in zip((2, 6, 10, 14), (6, 14, 2, 10), strict=True):
        made.line((start, 3), (end, 13), width=1.1)
    return made.dots(*((x, 3) for x, _ in ways), *((x, 13) for x, _ in ways), radius=1.4)


def _corners(size: float, reach: float) -> Sign:
    """The corners of a frame."""
    made, near, far = Sign(), 8 - size, 8 + size
    for x, inward in ((near, reach), (far, -reach)):
        for y, down in ((near, reach), (far, -reach)):
            made.line((x + inward, y), (x, y), (x, y + down))
    return made


def _windows() -> Sign:
    made = Sign()
    for left in (1.5, 9.3):
        made.box(left, 1.5, 5.2, 5.2).box(left, 9.3, 5.2, 5.2)
    return made


def _star() -> Sign:
    turns = [math.pi * (number / 5 - 0.5) for number in range(11)]
    lengths = [6.5 if number % 2 == 0 else 2.9 for number in range(11)]
    return Sign().line(
        *((8 + r * math.cos(turn), 8.6 + r * math.sin(turn)) for r, turn in zip(lengths, turns, strict=True))
    )


def _dip(x: float) -> float:
    """As `SiLU`, with what is below the axis drawn deeper: in the size of an icon it would not be seen."""
    return x / (1 + math.exp(-1.5 * x)) * (1.0 if x > 0 else 3.0)


_DRAWN: dict[str, Callable[[], Sign]] = {
    # categories
    "Convolution": _kernel,
    "Normalization": lambda: Sign().curve(lambda x: math.exp(-(x**2)), zero=13, scale=10),
    "Activation": lambda: Sign().curve(lambda x: max(0.0, x), zero=11, scale=3),
    "Joining": lambda: Sign().line((3, 2), (8, 8)).line((13, 2), (8, 8)).arrow((8, 8), (8, 14.5)),
    "Reshaping": lambda: Sign().box(1.5, 1.5, 6, 13).box(10, 9, 4.5, 5.5).arrow((10, 4.5), (14.5, 4.5)),
    "Pooling": lambda: Sign().line((1.5, 2.5), (14.5, 2.5), (10, 9), (10, 13.5), (6, 13.5), (6, 9), (1.5, 2.5)),
    "Linear": lambda: Sign().links(((3, 2.5), (3, 8), (3, 13.5)), ((13, 4.5), (13, 11.5))),
    "Regularization": _dropout,
    "Network": lambda: Sign().box(2.5, 2.5, 11, 11).dots((8, 8), radius=2),
    "Resizing": lambda: (
        Sign().full(1.5, 9.5, 5, 5).line((1.5, 6.5), (1.5, 1.5), (14.5, 1.5), (14.5, 14.5), (9.5, 14.5))
    ),
    "Attention": lambda: Sign().links(((8, 2.8),), ((2.5, 13), (8, 13), (13.5, 13)), radius=2.0),
    "Convolution blocks": lambda: Sign().box(1.5, 1.5, 13, 5.5).full(1.5, 9, 13, 2).full(1.5, 12.8, 13, 2),
    "Residual blocks": lambda: (
        Sign()
        .line((5, 1), (5, 5.5))
        .box(2, 5.5, 6, 5)
        .line((5, 10.5), (5, 15))
        .line((5, 2), (12.5, 2), (12.5, 14), (5, 14))
    ),
    "Mobile blocks": lambda: (
        Sign().line((5.5, 1.5), (10.5, 1.5), (14.5, 8), (10.5, 14.5), (5.5, 14.5), (1.5, 8), (5.5, 1.5))
    ),
    "Branching blocks": lambda: (
        Sign()
        .line((8, 1.5), (2.5, 5.5), (2.5, 10.5), (8, 14.5), (13.5, 10.5), (13.5, 5.5), (8, 1.5))
        .line((8, 1.5), (8, 14.5))
    ),
    "My blocks": _star,
    # the usual signs of particular kinds
    "spread": _spread,
    "leaky": lambda: Sign().curve(lambda x: x if x > 0 else 0.45 * x, zero=10, scale=2.7),
    "dip": lambda: Sign().curve(_dip, zero=10, scale=2.8),
    "sigmoid": lambda: Sign().curve(lambda x: math.tanh(1.2 * x), zero=8, scale=5.5),
    "ramp": lambda: Sign().curve(lambda x: min(1.0, max(-1.0, x)), zero=8, scale=5.5),
    "shrink": lambda: Sign().curve(lambda x: math.copysign(max(0.0, abs(x) - 1), x), zero=8, scale=3),
    "threshold": lambda: Sign().curve(lambda x: x if x >= 1 else 0.0, zero=12, scale=3.2),
    "bars": lambda: Sign().full(1.5, 10, 3.4, 4.5).full(6.3, 2, 3.4, 12.5).full(11.1, 7, 3.4, 7.5),
    "add": lambda: Sign().ring(8, 8, 6.3).line((8, 4.8), (8, 11.2)).line((4.8, 8), (11.2, 8)),
    "multiply": lambda: Sign().ring(8, 8, 6.3).line((5.8, 5.8), (10.2, 10.2)).line((10.2, 5.8), (5.8, 10.2)),
    "concatenate": lambda: Sign().box(1.5, 2.5, 5.5, 11).full(8.3, 1.7, 7, 12.6),
    "affine": lambda: Sign().line((2, 1.5), (2, 14), (14.5, 14), width=THIN).line((3, 11.5), (13.5, 3)),
    "flatten": _flattened,
    "swap": lambda: Sign().arrow((2, 5), (14, 5)).arrow((14, 11), (2, 11)),
    "split": lambda: Sign().line((8, 1.5), (8, 6)).arrow((8, 6), (2.8, 13.8)).arrow((8, 6), (13.2, 13.8)),
    "pick": lambda: Sign().box(1.5, 1.5, 13, 13).full(1.5, 6, 13, 4),
    "shuffle": _shuffled,
    "maximum": lambda: Sign().box(1.5, 1.5, 13, 13).line((8, 2), (8, 14)).line((2, 8), (14, 8)).full(8, 2, 6, 6),
    "global": lambda: _corners(6.3, 3.2).dots((8, 8), radius=2.3),
    "through": lambda: Sign().arrow((1.5, 8), (14.5, 8), 4.5),
    "depth": lambda: Sign().line((1.5, 11), (5, 11)).line((11, 11), (14.5, 11)).arc(QRectF(4.5, 3.5, 7, 14), 10, 160),
    "input": lambda: Sign().arrow((1.5, 8), (10, 8), 4).line((8, 2), (14, 2), (14, 14), (8, 14)),
    "output": lambda: Sign().arrow((6, 8), (14.5, 8), 4).line((8, 2), (2, 2), (2, 14), (8, 14)),
    "parameter": lambda: Sign().ring(8, 8, 6.3).line((2.5, 8), (13.5, 8)),
    "padding": lambda: _corners(6.3, 3.2).box(5, 5, 6, 6),
    "pixels": lambda: Sign().box(1.5, 1.5, 13, 13).full(2, 2, 6, 6).full(8, 8, 6, 6),
    "windows": _windows,
    "token": lambda: Sign().full(1, 4.5, 4.4, 7).box(7.2, 5.2, 2.4, 5.6).box(12.2, 5.2, 2.4, 5.6),
    GROUP: lambda: Sign().box(1.5, 1.5, 13, 13).full(4.2, 4.2, 7.6, 3).full(4.2, 8.8, 7.6, 3),
    UNKNOWN: lambda: Sign().arc(QRectF(4, 1.8, 8, 7.4), 170, -230).line((8.6, 9), (8, 11)).dots((8, 14), radius=1.1),
}  # fmt: skip


def sign_names() -> frozenset[str]:
    """Everything that a kind may name as its sign."""
    return frozenset(_DRAWN)


def sign_of(name: str) -> str:
    """The sign of a layer kind or a block: its own or that of its category."""
    if name in CATALOG:
        return CATALOG[name].sign or CATALOG[name].category
    blocks = known_blocks()
    return (blocks[name].sign or blocks[name].category) if name in blocks else UNKNOWN


@lru_cache(maxsize=512)
def sign_path(sign: str, left: float, top: float, side: float) -> QPainterPath:
    """What to fill for a sign in a square."""
    drawn = _DRAWN.get(sign, _DRAWN[UNKNOWN])().path
    return QTransform.fromTranslate(left, top).scale(side / GRID, side / GRID).map(drawn).simplified()


def paint_sign(painter: QPainter, sign: str, room: QRectF, colour: QColor | QBrush) -> None:
    """Draw a sign in a square."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.fillPath(sign_path(sign, room.left(), room.top(), room.width()), QBrush(colour))
    painter.restore()
