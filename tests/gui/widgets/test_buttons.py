"""Buttons as they are made everywhere: found by name, read aloud, pressed by keys, and painted under the mouse."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QEvent, QObject, QPoint, Qt
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from workbench.gui import theme
from workbench.gui.builder.gallery.start_row import StartRow
from workbench.gui.transfer.cards import Card
from workbench.gui.transfer.steps import StepButton
from workbench.gui.widgets.buttons import primary_button, push_button, tool_button
from workbench.gui.widgets.primary import PrimaryButton
from workbench.gui.widgets.self_painted import SelfPaintedButton


@pytest.mark.parametrize(("make", "kind"), [(push_button, QPushButton), (primary_button, PrimaryButton)])
def test_a_button_has_a_name_and_is_pressed_by_return(qtbot: QtBot, make: type, kind: type) -> None:
    pressed: list[bool] = []
    button = make("Choose…", "room-choose", lambda: pressed.append(True))
    qtbot.addWidget(button)
    button.show()
    assert type(button) is kind
    assert (button.objectName(), button.accessibleName()) == ("room-choose", "Choose")
    qtbot.keyClick(button, Qt.Key.Key_Return)
    button.click()
    assert pressed == [True, True]


def test_a_tool_button_says_what_its_icon_means(qtbot: QtBot) -> None:
    button = tool_button("room-close", "close", "Close the panel")
    qtbot.addWidget(button)
    assert (button.objectName(), button.accessibleName()) == ("room-close", "Close the panel")
    assert button.toolTip() == "Close the panel"
    assert not button.icon().isNull() and button.autoRaise()


MAKERS: dict[str, Callable[[], SelfPaintedButton]] = {
    "row": lambda: StartRow("row", "Open…", icon="open", note="Ctrl+O"),
    "card": lambda: Card("card", "resnet18", "A network of eighteen layers."),
    "step": lambda: StepButton(1, "Photos"),
}


@pytest.fixture(params=MAKERS)
def stage(qtbot: QtBot, request: pytest.FixtureRequest) -> Iterator[tuple[SelfPaintedButton, QPushButton]]:
    """A button that paints itself, and another one that has the keyboard."""
    window, other, button = QWidget(), QPushButton("Other"), MAKERS[request.param]()
    column = QVBoxLayout(window)
    column.addWidget(other)
    column.addWidget(button)
    qtbot.addWidget(window)
    window.show()
    window.activateWindow()
    other.setFocus()
    qtbot.waitUntil(other.hasFocus)
    yield button, other


class Paints(QObject):
    """Counts how often a widget is painted."""

    count = 0

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        """Count it."""
        self.count += event.type() == QEvent.Type.Paint
        return False


def test_the_mouse_paints_it_anew(qtbot: QtBot, stage: tuple[SelfPaintedButton, QPushButton]) -> None:
    button, other = stage
    qtbot.mouseMove(other)
    qtbot.waitUntil(lambda: other.underMouse() and not button.underMouse())
    paints = Paints()
    button.installEventFilter(paints)
    qtbot.mouseMove(button)
    qtbot.waitUntil(lambda: button.underMouse() and paints.count > 0)
    seen = paints.count
    qtbot.mouseMove(other)
    qtbot.waitUntil(lambda: not button.underMouse() and paints.count > seen)


def test_the_keyboard_draws_a_line_around_it(qtbot: QtBot, stage: tuple[SelfPaintedButton, QPushButton]) -> None:
    button, _other = stage
    edge, accent = QPoint(button.width() // 2, 1), theme.current().accent
    assert button.grab().toImage().pixelColor(edge) != accent
    button.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.waitUntil(button.hasFocus)
    assert button.grab().toImage().pixelColor(edge) == accent
