"""A card on the canvas: what the canvas hears of the mouse over it, and how it stands out."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from workbench.gui import theme
from workbench.gui.builder.alive.peek import Peek
from workbench.gui.builder.canvas.floating import FloatingCard
from workbench.gui.builder.canvas.minimap import Minimap
from workbench.gui.builder.seeing.problem_bubble import ProblemBubble

LEFT = Qt.MouseButton.LeftButton
KINDS = QEvent.Type
HEARD = (KINDS.MouseButtonPress, KINDS.MouseButtonRelease, KINDS.MouseButtonDblClick, KINDS.Wheel)


class Canvas(QWidget):
    """Takes note of what it hears of the mouse."""

    def __init__(self) -> None:
        super().__init__()
        self.heard: list[QEvent.Type] = []

    def event(self, event: QEvent) -> bool:
        """Note it."""
        if event.type() in HEARD:
            self.heard.append(event.type())
        return super().event(event)


@pytest.fixture
def canvas(qtbot: QtBot) -> Canvas:
    canvas = Canvas()
    qtbot.addWidget(canvas)
    canvas.resize(200, 200)
    canvas.show()
    return canvas


@pytest.fixture
def card(canvas: Canvas) -> FloatingCard:
    card = FloatingCard(canvas)
    assert card.isHidden(), "it is shown when there is something to show"
    card.setGeometry(50, 50, 100, 100)
    card.show()
    return card


def test_the_canvas_hears_no_button(qtbot: QtBot, canvas: Canvas, card: FloatingCard) -> None:
    qtbot.mouseClick(card, LEFT)
    qtbot.mouseDClick(card, LEFT)
    assert canvas.heard == []
    qtbot.mouseClick(canvas, LEFT, pos=QPoint(10, 10))
    assert canvas.heard == [KINDS.MouseButtonPress, KINDS.MouseButtonRelease]


def test_the_canvas_hears_the_wheel(canvas: Canvas, card: FloatingCard) -> None:
    window = canvas.windowHandle()
    assert window is not None
    QTest.wheelEvent(window, QPointF(card.geometry().center()), QPoint(0, 120))
    assert canvas.heard == [KINDS.Wheel]


@pytest.mark.parametrize("name", ["light", "dark"])
def test_it_stands_out_from_the_cards_it_lies_on(qapp: QApplication, card: FloatingCard, name: str) -> None:
    before = theme.current().name
    try:
        colours, picture = theme.apply(qapp, name), card.grab().toImage()
        assert picture.pixelColor(50, 50) == colours.raised
        for place in ((0, 0), (99, 0), (50, 99), (99, 99)):
            assert theme.contrast(picture.pixelColor(*place), colours.raised) >= 3
    finally:
        theme.apply(qapp, before)


def test_all_that_lies_on_the_canvas_is_such_a_card() -> None:
    assert all(issubclass(kind, FloatingCard) for kind in (Minimap, Peek, ProblemBubble))
