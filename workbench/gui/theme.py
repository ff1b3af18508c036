"""Light and dark: Qt's Fusion style with our own palette, named colours for what it has no role for, and spacing.

No style sheet on the application: it would make every widget ten times slower to build.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QPalette
from PySide6.QtWidgets import QApplication

Mode = Literal["light", "dark", "system"]
MODES: tuple[Mode, ...] = ("light", "dark", "system")

XS, S, M, L, XL = 4, 8, 12, 16, 24
"""The spacing scale in device-independent pixels; nothing is placed at other distances."""
DARKENED = 140
"""Percent by which Fusion darkens `Window` for an outline (`QFusionStylePrivate::outline`)."""
OUTLINED = ("QLineEdit", "QComboBox", "QAbstractSpinBox", "QAbstractButton", "QPlainTextEdit", "QTextEdit", "QSlider")
"""The classes of widgets whose outline counts; none of them paints `Window` itself."""
RADIUS = 6
"""Corner radius of cards, buttons and nodes."""


@dataclass(frozen=True)
class Theme:
    """Named colours of one appearance."""

    name: Literal["light", "dark"]
    window: QColor
    """Behind everything."""
    panel: QColor
    """Side panels, the rail, headers."""
    base: QColor
    """Behind text that is typed, lists and tables."""
    canvas: QColor
    """Behind networks and plots."""
    grid: QColor
    """Lines on the canvas and in plots."""
    raised: QColor
    """Buttons and cards."""
    hover: QColor
    """What the mouse is over."""
    selected: QColor
    """What is chosen, behind ordinary text."""
    border: QColor
    outline: QColor
    """Around what is typed into, chosen from or pressed: told from its surroundings without looking for it."""
    text: QColor
    muted: QColor
    """Text of second rank; still readable."""
    disabled: QColor
    accent: QColor
    on_accent: QColor
    """Text on the accent."""
    link: QColor
    """The accent as the colour of text and thin lines."""
    good: QColor
    warning: QColor
    error: QColor
    kinds: Mapping[str, QColor]
    series: tuple[QColor, ...]
    """Colours of curves and classes, in order; distinguishable with the common colour-vision deficiencies."""

    @property
    def is_dark(self) -> bool:
        """Whether text is light on dark."""
        return self.name == "dark"

    def kind_colour(self, category: str) -> QColor:
        """The colour of a category of layer kinds."""
        return QColor(self.kinds.get(category, self.kinds["Network"]))

    def level_colour(self, level: str) -> QColor:
        """The colour of a problem's level."""
        return {"error": self.error, "warning": self.warning, "good": self.good}.get(level, self.link)


def readable_on(background: QColor) -> QColor:
    """Black-ish or white, whichever is easier to read on a colour."""
    dark, light = QColor("#11151c"), QColor("#ffffff")
    return max((dark, light), key=lambda text: contrast(text, background))


def contrast(one: QColor, other: QColor) -> float:
    """Contrast ratio of two colours, 1 to 21 (WCAG 2.1)."""
    brighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (brighter + 0.05) / (darker + 0.05)


def mix(one: QColor, other: QColor, *, share: float) -> QColor:
    """`one` with a share of `other` in it."""
    parts = zip(one.getRgb()[:3], other.getRgb()[:3], strict=True)  # type: ignore[index]
    return QColor(*(round(a + (b - a) * share) for a, b in parts))


def _luminance(colour: QColor) -> float:
    channels = (colour.redF(), colour.greenF(), colour.blueF())
    linear = [value / 12.92 if value <= 0.03928 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _colours(**names: str) -> Mapping[str, QColor]:
    return MappingProxyType({name: QColor(value) for name, value in names.items()})


LIGHT = Theme(
    name="light",
    window=QColor("#f6f7f9"),
    panel=QColor("#eef0f3"),
    base=QColor("#ffffff"),
    canvas=QColor("#fbfbfc"),
    grid=QColor("#e4e7ec"),
    raised=QColor("#ffffff"),
    hover=QColor("#e4e7ed"),
    selected=QColor("#dbe6ff"),
    border=QColor("#d5d9e0"),
    outline=QColor("#767e8d"),
    text=QColor("#1b2130"),
    muted=QColor("#5b6475"),
    disabled=QColor("#9aa2b1"),
    accent=QColor("#2f5fe0"),
    on_accent=QColor("#ffffff"),
    link=QColor("#2450c4"),
    good=QColor("#147448"),
    warning=QColor("#925600"),
    error=QColor("#c22a36"),
    kinds=_colours(
        Convolution="#2f6fdb",
        Normalization="#7d54c9",
        Activation="#c2541b",
        Pooling="#12807a",
        Linear="#a8680a",
        Regularization="#66751a",
        Reshaping="#4a6b8c",
        Resizing="#1d7a99",
        Attention="#b8324a",
        Joining="#b83a80",
        Network="#566075",
    ),
    series=tuple(map(QColor, ("#2f5fe0", "#d35a12", "#0f8a75", "#a43fb0", "#b07d00", "#c22a4e", "#3f7f1e", "#58647a"))),
)

DARK = Theme(
    name="dark",
    window=QColor("#191b20"),
    panel=QColor("#14161a"),
    base=QColor("#121418"),
    canvas=QColor("#15171b"),
    grid=QColor("#23262d"),
    raised=QColor("#272a32"),
    hover=QColor("#2b2f38"),
    selected=QColor("#263a66"),
    border=QColor("#343842"),
    outline=QColor("#727a89"),
    text=QColor("#e4e7ee"),
    muted=QColor("#9da6b7"),
    disabled=QColor("#636b7a"),
    accent=QColor("#3d6cf0"),
    on_accent=QColor("#ffffff"),
    link=QColor("#86a9ff"),
    good=QColor("#4cc38a"),
    warning=QColor("#e5a63f"),
    error=QColor("#f4858e"),
    kinds=_colours(
        Convolution="#6ea3ff",
        Normalization="#b493f5",
        Activation="#f28b55",
        Pooling="#4cc5bb",
        Linear="#e0b04a",
        Regularization="#b5c558",
        Reshaping="#8fb0d0",
        Resizing="#5bbfdc",
        Attention="#f2808f",
        Joining="#ee85bd",
        Network="#9aa5b8",
    ),
    series=tuple(map(QColor, ("#6ea3ff", "#f28b55", "#4cc5a6", "#cf8ae0", "#e0b04a", "#f2708f", "#8fc763", "#9aa5b8"))),
)

_current = LIGHT
_mode: Mode = "light"


def current() -> Theme:
    """The colours of the moment; ask again after a `QEvent.PaletteChange`."""
    return _current


def mode() -> Mode:
    """What was asked for last."""
    return _mode


def apply(app: QApplication, wanted: str) -> Theme:
    """Show the application in the light or the dark theme, or in the one that the desktop prefers ("system")."""
    global _current, _mode
    _mode = next((name for name in MODES if name == wanted), "system")
    _current = _themes(app)[_mode]
    if app.style().objectName() != "fusion":
        app.setStyle("Fusion")
    app.setPalette(palette(_current))
    for kind in OUTLINED:
        app.setPalette(outlined_palette(_current), kind)  # type: ignore[arg-type]  # bytes are refused
    app.setPalette(palette(_current), "QScrollBar")  # type: ignore[arg-type]  # else a field's has its outline
    if not app.property("follows-system"):
        app.setProperty("follows-system", True)
        app.styleHints().colorSchemeChanged.connect(lambda _scheme: apply(app, _mode))
    return _current


def font(role: Literal["body", "small", "strong", "large", "title", "headline", "mono"] = "body") -> QFont:
    """A font of the application: the desktop's own family, in one of few sizes."""
    if role == "mono":
        return QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
    font = QFont(QApplication.font())
    font.setPointSizeF(font.pointSizeF() * {"small": 0.88, "large": 1.2, "title": 1.2, "headline": 1.5}.get(role, 1.0))
    if role in ("strong", "title", "headline"):
        font.setWeight(QFont.Weight.DemiBold)
    return font


def palette(theme: Theme) -> QPalette:
    """Qt's palette in the colours of a theme."""
    made = QPalette()
    roles = QPalette.ColorRole
    for role, colour in _roles(theme).items():
        made.setColor(role, colour)
    for role in (roles.WindowText, roles.Text, roles.ButtonText, roles.ToolTipText, roles.HighlightedText):
        made.setColor(QPalette.ColorGroup.Disabled, role, theme.disabled)
    made.setColor(QPalette.ColorGroup.Disabled, roles.Base, theme.window)
    made.setColor(QPalette.ColorGroup.Disabled, roles.Highlight, theme.border)
    return made


def outlined_palette(theme: Theme) -> QPalette:
    """The palette of fields and buttons: Fusion draws their outline in the colour behind them, darkened by 1.4."""
    made, groups = palette(theme), QPalette.ColorGroup
    made.setColor(QPalette.ColorRole.Window, theme.outline.lighter(DARKENED))
    made.setColor(
        groups.Disabled, QPalette.ColorRole.Window, mix(theme.outline, theme.window, share=0.6).lighter(DARKENED)
    )
    return made


def _roles(theme: Theme) -> dict[QPalette.ColorRole, QColor]:
    roles = QPalette.ColorRole
    black = QColor("#000000")
    return {
        roles.Window: theme.window,
        roles.WindowText: theme.text,
        roles.Base: theme.base,
        roles.AlternateBase: mix(theme.base, theme.panel, share=0.6),
        roles.Text: theme.text,
        roles.PlaceholderText: mix(theme.muted, theme.base, share=0.1),
        roles.Button: theme.raised,
        roles.ButtonText: theme.text,
        roles.BrightText: theme.error,
        roles.ToolTipBase: theme.raised,
        roles.ToolTipText: theme.text,
        roles.Highlight: theme.accent,
        roles.HighlightedText: theme.on_accent,
        roles.Accent: theme.accent,
        roles.Link: theme.link,
        roles.LinkVisited: theme.link,
        roles.Light: mix(theme.raised, theme.text, share=0.06),
        roles.Midlight: mix(theme.raised, theme.text, share=0.03),
        roles.Mid: theme.border,
        roles.Dark: mix(theme.border, black, share=0.15),
        roles.Shadow: mix(theme.window, black, share=0.5),
    }


def _themes(app: QApplication) -> dict[Mode, Theme]:
    prefers_dark = app.styleHints().colorScheme() == Qt.ColorScheme.Dark
    return {"light": LIGHT, "dark": DARK, "system": DARK if prefers_dark else LIGHT}
