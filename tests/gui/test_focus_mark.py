"""The line around what keys brought the keyboard to: where it is, when it comes, and when it goes."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog, QLineEdit, QPushButton, QScrollArea, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from workbench.gui import theme
from workbench.gui.focus_mark import WIDTH, FocusMark, FocusMarks

LEFT = Qt.MouseButton.LeftButton


class Stage(QWidget):
    """Two buttons above a long form that is scrolled."""

    def __init__(self) -> None:
        super().__init__()
        self.marks = FocusMarks(self)
        self.one, self.two = QPushButton("One"), QPushButton("Two")
        self.area = QScrollArea(widgetResizable=True)
        self.area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        form = QWidget()
        self.lines = [QLineEdit() for _ in range(30)]
        rows = QVBoxLayout(form)
        for line in self.lines:
            rows.addWidget(line)
        self.area.setWidget(form)
        column = QVBoxLayout(self)
        for widget in (self.one, self.two, self.area):
            column.addWidget(widget)
        self.resize(300, 300)

    @property
    def mark(self) -> FocusMark | None:
        found = self.findChild(FocusMark)
        return found if found is not None and found.isVisible() else None


@pytest.fixture
def stage(qtbot: QtBot) -> Stage:
    made = Stage()
    qtbot.addWidget(made)
    made.show()
    made.activateWindow()
    QTest.qWaitForWindowActive(made)
    made.one.setFocus()
    qtbot.waitUntil(made.one.hasFocus)
    return made


def tab(stage: QWidget) -> None:
    QTest.keyClick(stage.focusWidget(), Qt.Key.Key_Tab)


def place(widget: QWidget) -> QRect:
    return QRect(widget.mapTo(widget.window(), QPoint()), widget.size())


def test_tab_brings_the_line_and_it_lies_just_outside(stage: Stage) -> None:
    assert stage.mark is None, "nobody has pressed a key"
    tab(stage)
    assert stage.two.hasFocus() and stage.mark is not None
    assert stage.mark.geometry() == place(stage.two).adjusted(-WIDTH, -WIDTH, WIDTH, WIDTH)
    corner = place(stage.two).topLeft()
    picture = stage.grab().toImage()
    assert picture.pixelColor(corner - QPoint(1, -5)) == theme.current().link
    assert stage.childAt(place(stage.two).center()) is stage.two, "the mouse goes through"


def test_a_press_of_the_mouse_takes_it_away_until_tab_is_pressed_again(stage: Stage, qtbot: QtBot) -> None:
    tab(stage)
    at, handle = place(stage.one).center(), stage.windowHandle()
    QTest.mousePress(handle, LEFT, Qt.KeyboardModifier.NoModifier, at)
    qtbot.waitUntil(stage.one.hasFocus)
    QTest.mouseRelease(handle, LEFT, Qt.KeyboardModifier.NoModifier, at)
    assert stage.mark is None
    stage.lines[0].setFocus()
    assert stage.mark is None, "what a press of the mouse leads to is no key either"
    tab(stage)
    assert stage.mark is not None


def test_it_goes_along_with_what_is_scrolled_and_out_of_sight_with_it(stage: Stage, qtbot: QtBot) -> None:
    tab(stage)
    tab(stage)
    first, bar = stage.lines[0], stage.area.verticalScrollBar()
    assert first.hasFocus()
    bar.setValue(5)
    assert stage.mark is not None
    assert stage.mark.geometry().bottom() == place(first).bottom() + WIDTH
    bar.setValue(bar.maximum())
    assert stage.mark is None
    bar.setValue(0)
    assert stage.mark is not None


@pytest.mark.parametrize("how", ["hidden", "deleted"])
def test_it_does_not_stay_where_nothing_is(stage: Stage, qtbot: QtBot, how: str) -> None:
    tab(stage)
    if how == "hidden":
        stage.two.hide()
    else:
        stage.two.deleteLater()
    qtbot.waitUntil(lambda: stage.focusWidget() is not stage.two)
    mark, here = stage.mark, stage.focusWidget()
    assert mark is None or (here is not None and mark.geometry().intersects(place(here)))


def test_a_dialog_that_a_key_opens_has_one_of_its_own(stage: Stage, qtbot: QtBot) -> None:
    tab(stage)
    dialog = QDialog(stage)
    field = QLineEdit(dialog)
    dialog.open()
    field.setFocus()
    qtbot.waitUntil(field.hasFocus)
    inside = dialog.findChild(FocusMark)
    assert inside is not None and inside.isVisible()
    outside = [mark for mark in stage.findChildren(FocusMark) if mark.window() is stage]
    assert not any(mark.isVisible() for mark in outside)
    dialog.close()


def test_a_class_that_shows_the_keyboard_by_itself_is_left_alone(stage: Stage) -> None:
    class Own(QPushButton):
        draws_focus = True

    own = Own("own", stage)
    own.show()
    stage.marks.expect_keys(stage)
    own.setFocus()
    assert own.hasFocus() and stage.mark is None
    stage.two.setFocus()
    assert stage.mark is not None
