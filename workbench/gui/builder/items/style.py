"""How the canvas draws: sizes in scene units, fonts, and pens and brushes in the colours of the theme."""

from __future__ import annotations

from functools import lru_cache
from typing import Literal

from PySide6.QtCore import Qt
from PySide6.QtGui import QBrush, QColor, QFont, QFontMetricsF, QPen

from workbench.core.graph.nesting import Sizes
from workbench.gui import theme

WIDTH, HEIGHT = 216.0, 50.0
"""The size of a node."""
GAP = (44.0, 28.0)
"""The free space between nodes, sideways and downwards."""
GROUP_HEIGHT = 72.0
"""The height of a closed group."""
SIZES = Sizes((WIDTH, HEIGHT), GAP, (WIDTH, GROUP_HEIGHT), before=(20.0, 54.0), behind=(20.0, 20.0))
"""Below the content of an open group there is room for a shape below its last card."""
CHEVRON = 24.0
"""What belongs to the sign that opens and closes a group, from its upper left corner."""
CORNER = 8.0
BAR = 5.0
"""The width of the coloured bar at the left of a node."""
PADDING = 12.0
SIGN = 13.0
"""The side of the icon of a kind on a card."""
TEXT_LEFT, TEXT_RIGHT = BAR + SIGN + 5, WIDTH - 7
"""Where the texts of a node begin, behind its icon, and where those of all cards end."""
PORT = 4.5
"""The radius of a port."""
REACH = 11.0
"""How near to a port the mouse must be."""
OVERVIEW = 0.35
"""Below this zoom nodes are plain boxes without text and connections are straight lines."""
SPECK = 3.0
"""What has fewer pixels is not painted in the overview."""

Wire = Literal["plain", "near", "path", "good"]
"""How a connection looks: as most do, beside what is selected, on the way to it, or where something would be put."""


class Style:
    """Pens, brushes and fonts of one theme, made once."""

    def __init__(self, colours: theme.Theme) -> None:
        self.theme = colours
        self.card = QBrush(colours.raised)
        self.border = QPen(theme.mix(colours.border, colours.text, share=0.08), 1.0)
        self.shadow = QBrush(QColor(0, 0, 0, 90 if colours.is_dark else 22))
        self.selected = QPen(colours.accent, 2.0)
        self.halo = QPen(_faded(colours.accent, 70), 6.0)
        self.error = QPen(colours.error, 2.0)
        self.warning = QPen(colours.warning, 2.0)
        self.info = QPen(colours.link, 2.0)
        self.text = QPen(colours.text)
        self.muted = QPen(colours.muted)
        self.wire = _wire(theme.mix(colours.canvas, colours.text, share=0.42), 1.6)
        self.wire_near = _wire(colours.accent, 2.0)
        self.wire_bad = _wire(colours.error, 2.0)
        self.wire_good = _wire(colours.good, 2.2)
        path = _wire(theme.mix(colours.canvas, colours.accent, share=0.6), 2.0)
        self.wires: dict[Wire, QPen] = {
            "plain": self.wire,
            "near": self.wire_near,
            "path": path,
            "good": self.wire_good,
        }
        self.thin = {name: _thin(pen) for name, pen in self.wires.items()}
        self.frame_pen = QPen(theme.mix(colours.canvas, colours.text, share=0.22), 1.2)
        self.stack_pen = QPen(theme.mix(colours.canvas, colours.text, share=0.3), 1.2, Qt.PenStyle.DashLine)
        self.pill = QBrush(theme.mix(colours.raised, colours.accent, share=0.16))
        self.paper = QBrush(_faded(colours.canvas, 215))
        self.port_pen = QPen(theme.mix(colours.canvas, colours.text, share=0.5), 1.4)
        self.port_brush = QBrush(colours.raised)
        self.strong = _font(13, QFont.Weight.DemiBold)
        self.plain = _font(11.5, QFont.Weight.Normal)
        self.badge = _font(11, QFont.Weight.Bold)
        self.strong_metrics = QFontMetricsF(self.strong)
        self.plain_metrics = QFontMetricsF(self.plain)

    def level_pen(self, level: str) -> QPen:
        """The outline of a node with a problem of this level."""
        return {"error": self.error, "warning": self.warning}.get(level, self.info)

    @lru_cache(maxsize=64)  # noqa: B019 - a style lives as long as the program
    def frame_brush(self, depth: int) -> QBrush:
        """The ground of an open group so many groups deep."""
        share = 0.035 + 0.025 * min(depth, 5)
        return QBrush(theme.mix(self.theme.canvas, self.theme.text, share=share))

    @lru_cache(maxsize=64)  # noqa: B019 - a style lives as long as the program
    def kind_brush(self, category: str) -> QBrush:
        """The colour of a category."""
        return QBrush(self.theme.kind_colour(category))


_made: dict[str, Style] = {}
_is_overview, _speck = False, 0.0


def current() -> Style:
    """The style of the theme of the moment; asked for by every item of every frame."""
    return _made.get(theme.current().name) or _new()


def look_from(zoom: float) -> None:
    """Say how large everything is that is painted next: the view knows, and thousands of items need not ask Qt."""
    global _is_overview, _speck
    _is_overview, _speck = zoom < OVERVIEW, SPECK / zoom


def is_overview() -> bool:
    """Whether what is being painted is seen from so far away that it has no texts."""
    return _is_overview


def is_speck(length: float) -> bool:
    """Whether something of a length in scene units is too small to be seen in what is being painted."""
    return length < _speck


def renew() -> None:
    """Have styles made anew: the desktop has another font."""
    _made.clear()


def _new() -> Style:
    made = _made[theme.current().name] = Style(theme.current())
    return made


def _wire(colour: QColor, width: float) -> QPen:
    pen = QPen(colour, width)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    return pen


def _thin(pen: QPen) -> QPen:
    """The pen as it is in the overview: one pixel wide."""
    thin = QPen(pen)
    thin.setWidthF(0)
    return thin


def _font(pixels: float, weight: QFont.Weight) -> QFont:
    font = theme.font()
    font.setPixelSize(round(pixels))
    font.setWeight(weight)
    return font


def _faded(colour: QColor, alpha: int) -> QColor:
    faded = QColor(colour)
    faded.setAlpha(alpha)
    return faded
