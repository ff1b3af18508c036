"""Both themes: complete, readable, and applied to what is already there."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QAction, QColor, QPalette
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QRadioButton,
    QSpinBox,
    QTextEdit,
    QWidget,
)
from pytestqt.qtbot import QtBot

from workbench.core.layers.catalog import CATALOG
from workbench.gui import icons, theme
from workbench.gui.widgets.empty_state import EmptyState
from workbench.gui.widgets.muted import MutedLabel
from workbench.gui.widgets.section import Section
from workbench.paths import resource

BOTH = pytest.mark.parametrize("colours", [theme.LIGHT, theme.DARK], ids=["light", "dark"])
NAMES = sorted(path.stem for path in resource("icons").glob("*.svg"))


@pytest.fixture(autouse=True)
def light_afterwards(qapp: QApplication) -> Iterator[None]:
    yield
    theme.apply(qapp, "light")


@BOTH
def test_text_is_readable_wherever_it_stands(colours: theme.Theme) -> None:
    for ground in (colours.window, colours.panel, colours.base, colours.canvas, colours.raised, colours.selected):
        assert theme.contrast(colours.text, ground) >= 7
    for ground in (colours.window, colours.panel, colours.base, colours.canvas):
        for ink in (colours.muted, colours.error, colours.warning, colours.good, colours.link):
            assert theme.contrast(ink, ground) >= 4.5, (ink.name(), ground.name())
    assert theme.contrast(colours.on_accent, colours.accent) >= 4.5
    for ground in (colours.raised, colours.hover, colours.selected):  # cards to press have facts, lists have findings
        for ink in (colours.muted, colours.error, colours.warning, colours.good, colours.link):
            assert theme.contrast(ink, ground) >= 4.5, (ink.name(), ground.name())
    placeholder = theme.palette(colours).color(QPalette.ColorRole.PlaceholderText)
    assert theme.contrast(placeholder, colours.base) >= 4.5


@BOTH
def test_the_outline_of_inputs_stands_out_from_all_around_it(colours: theme.Theme) -> None:
    for ground in (colours.window, colours.panel, colours.base, colours.canvas, colours.raised):
        assert theme.contrast(colours.outline, ground) >= 3, ground.name()


INPUTS = (
    QLineEdit,
    QComboBox,
    QSpinBox,
    QDoubleSpinBox,
    QPlainTextEdit,
    QTextEdit,
    QPushButton,
    QCheckBox,
    QRadioButton,
)


@BOTH
@pytest.mark.parametrize("kind", INPUTS, ids=lambda kind: kind.__name__)
def test_inputs_are_drawn_with_that_outline(
    qapp: QApplication, qtbot: QtBot, colours: theme.Theme, kind: type[QWidget]
) -> None:
    """Across the left edge, outside in: somewhere the colour differs from the window as much as it should."""
    theme.apply(qapp, colours.name)
    panel = QWidget()
    qtbot.addWidget(panel)
    field = kind(panel)
    field.setGeometry(20, 20, 120, 60)
    panel.resize(160, 100)
    picture = panel.grab().toImage()
    assert picture.pixelColor(10, 50) == colours.window
    found = [theme.contrast(picture.pixelColor(x, 50), colours.window) for x in range(18, 30)]
    assert max(found) >= 3, [round(each, 2) for each in found]
    assert picture.pixelColor(60, 40).name() != colours.outline.name(), "the outline does not fill it"


def test_scroll_bars_of_fields_look_like_all_others(qapp: QApplication, qtbot: QtBot) -> None:
    theme.apply(qapp, "dark")
    field = QPlainTextEdit()
    qtbot.addWidget(field)
    bar = field.verticalScrollBar()
    assert bar.palette().color(QPalette.ColorRole.Window) == theme.DARK.window


@BOTH
def test_every_category_of_layers_has_a_colour_of_its_own(colours: theme.Theme) -> None:
    categories = list(CATALOG.by_category())
    assert set(categories) <= set(colours.kinds)
    found = [colours.kind_colour(category) for category in categories]
    assert len({colour.name() for colour in found}) == len(categories)
    for colour in found:
        assert theme.contrast(theme.readable_on(colour), colour) >= 4.5, colour.name()
        assert theme.contrast(colour, colours.canvas) >= 3, colour.name()


@BOTH
def test_curves_can_be_told_apart(colours: theme.Theme) -> None:
    for one, other in combinations(colours.series, 2):
        assert sum(abs(a - b) for a, b in zip(one.getRgb(), other.getRgb(), strict=True)) > 60
    assert all(theme.contrast(colour, colours.canvas) >= 3 for colour in colours.series)


def test_an_unknown_category_gets_a_colour_too() -> None:
    assert theme.LIGHT.kind_colour("Strange") == theme.LIGHT.kinds["Network"]


def test_applying_changes_the_palette_of_widgets_that_exist(qapp: QApplication, qtbot: QtBot) -> None:
    button = QPushButton("x")
    qtbot.addWidget(button)
    theme.apply(qapp, "dark")
    assert theme.current() is theme.DARK
    qtbot.waitUntil(lambda: button.palette().color(QPalette.ColorRole.Button) == theme.DARK.raised)
    theme.apply(qapp, "light")
    qtbot.waitUntil(lambda: button.palette().color(QPalette.ColorRole.Button) == theme.LIGHT.raised)
    assert qapp.style().objectName() == "fusion"


def test_an_unknown_mode_means_the_desktops(qapp: QApplication) -> None:
    theme.apply(qapp, "sepia")
    assert theme.mode() == "system"


def test_fonts_keep_the_desktops_family(qapp: QApplication) -> None:
    assert theme.font("title").family() == qapp.font().family()
    sizes = [theme.font(role).pointSizeF() for role in ("small", "body", "title", "headline")]
    assert sizes == sorted(sizes)
    assert len(set(sizes)) == 4


def test_contrast_follows_its_definition() -> None:
    assert theme.contrast(QColor("#000000"), QColor("#ffffff")) == pytest.approx(21)
    assert theme.contrast(QColor("#777777"), QColor("#ffffff")) == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("name", NAMES)
def test_every_icon_draws_in_the_colour_asked_for(qapp: QApplication, name: str) -> None:
    picture = icons.pixmap(name, 24, QColor("#ff0000"), ratio=2).toImage()
    assert picture.size() == QSize(48, 48)
    points = [picture.pixelColor(x, y) for x in range(48) for y in range(48)]
    opaque = [colour for colour in points if colour.alpha() > 200]
    assert len(opaque) > 20
    if name != "workbench":  # the program's own icon has its own colours
        assert all(colour.red() > 200 and colour.green() < 60 for colour in opaque)


@pytest.mark.parametrize("name", [name for name in NAMES if name != "workbench"])
def test_every_icon_has_the_same_frame_and_stroke(name: str) -> None:
    text = resource(f"icons/{name}.svg").read_text()
    assert 'viewBox="0 0 24 24"' in text
    assert 'stroke-width="1.75"' in text
    assert "currentColor" in text
    assert "#" not in text


def test_icons_set_by_name_follow_the_theme(qapp: QApplication, qtbot: QtBot) -> None:
    panel = QWidget()
    qtbot.addWidget(panel)
    button, action = QPushButton(panel), QAction("a", panel)
    icons.set_icon(button, "play")
    icons.set_icon(action, "stop")
    before = [target.icon().pixmap(16).toImage() for target in (button, action)]
    theme.apply(qapp, "dark")
    icons.refresh(panel)
    assert all(target.icon().pixmap(16).toImage() != old for target, old in zip((button, action), before, strict=True))


def test_small_widgets_follow_the_theme(qapp: QApplication, qtbot: QtBot) -> None:
    label, empty = MutedLabel("quiet"), EmptyState("runs", "Nothing yet", sentence="Train something.", button="Train")
    section = Section("Optimizer", hint="How gradients become steps.")
    section.add(label)
    for widget in (section, empty):
        qtbot.addWidget(widget)
    theme.apply(qapp, "dark")
    qtbot.waitUntil(lambda: label.palette().color(label.foregroundRole()) == theme.DARK.muted)
    with qtbot.waitSignal(empty.pressed):
        empty.button.click()
    empty.say("Nothing found", "Try other letters.")
    assert empty.headline.text() == "Nothing found"
    assert empty.button.isHidden()
