"""Fields that get the keyboard are seen."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton, QScrollArea, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from workbench.gui.widgets.in_sight import FocusInSight


@pytest.fixture
def window(qapp: QApplication) -> Iterator[QWidget]:
    """A button below a scrolled form of many fields."""
    made, form, area = QWidget(), QWidget(), QScrollArea()
    fields = QVBoxLayout(form)
    for number in range(30):
        field = QLineEdit()
        field.setObjectName(f"field-{number}")
        fields.addWidget(field)
    area.setWidget(form)
    area.setWidgetResizable(True)
    column = QVBoxLayout(made)
    column.addWidget(area)
    column.addWidget(QPushButton("Below"))
    made.resize(300, 240)
    FocusInSight(made)
    made.show()
    made.activateWindow()
    QTest.qWaitForWindowActive(made)
    yield made
    made.close()
    made.deleteLater()
    QApplication.processEvents()


def test_a_field_reached_from_outside_is_scrolled_into_sight(window: QWidget, qtbot: QtBot) -> None:
    button = window.findChild(QPushButton)
    assert isinstance(button, QPushButton)
    button.setFocus()
    qtbot.waitUntil(button.hasFocus)
    QTest.keyClick(button, Qt.Key.Key_Backtab, Qt.KeyboardModifier.ShiftModifier)
    last = QApplication.focusWidget()
    assert last is not None
    assert last.objectName() == "field-29"
    assert not last.visibleRegion().isEmpty()


def test_a_field_that_is_seen_stays_where_it_is(window: QWidget) -> None:
    area = window.findChild(QScrollArea)
    assert isinstance(area, QScrollArea)
    for name in ("field-1", "field-2", "field-0"):
        field = window.findChild(QLineEdit, name)
        assert isinstance(field, QLineEdit)
        field.setFocus()
        assert area.verticalScrollBar().value() == 0
