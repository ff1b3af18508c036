"""The confusion matrix in words and in cells."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPoint, QPointF
from PySide6.QtGui import QColor, QHelpEvent
from PySide6.QtWidgets import QApplication, QToolTip
from pytestqt.qtbot import QtBot

from workbench.gui import theme
from workbench.gui.widgets.confusion import ConfusionView


def shown(qtbot: QtBot, counts: np.ndarray) -> ConfusionView:
    view = ConfusionView()
    qtbot.addWidget(view)
    view.resize(500, 400)
    view.show_matrix(counts, [f"class {index}" for index in range(len(counts))])
    view.show()
    return view


def colour_in(view: ConfusionView, row: int, column: int) -> QColor:
    cell = view.cell(row, column)
    return QColor(
        view.grab().toImage().pixel((cell.topLeft() + QPointF(cell.width() / 6, cell.height() / 6)).toPoint())
    )


def test_cells_are_shaded_by_their_share_and_say_what_they_count(qtbot: QtBot) -> None:
    view = shown(qtbot, np.array([[8, 0], [2, 6]]))
    assert colour_in(view, 0, 0) == theme.current().accent
    assert colour_in(view, 0, 1) == theme.current().canvas
    assert colour_in(view, 1, 0) not in (theme.current().canvas, theme.current().error)
    place = view.cell(1, 0).center().toPoint()
    QApplication.sendEvent(view, QHelpEvent(QHelpEvent.Type.ToolTip, place, view.mapToGlobal(place)))
    qtbot.waitUntil(lambda: QToolTip.text() == "class 1 taken for class 0: 2")
    QToolTip.hideText()
    assert view.accessibleDescription() == "14 of 16 right"


def test_a_thousand_classes_are_drawn_at_once(qtbot: QtBot) -> None:
    view = shown(qtbot, np.eye(1000, dtype=np.int64) * 5)
    assert view._words(view.cell(7, 7).center()) == "class 7: 5 right"
    image = view.grab().toImage()
    diagonal = view.cell(500, 500).center().toPoint()
    away = view.cell(100, 800).center().toPoint()
    assert QColor(image.pixel(away)) == theme.current().canvas
    near = [QColor(image.pixel(diagonal + QPoint(dx, 0))) for dx in (-1, 0, 1)]
    assert theme.current().accent in near


def test_nothing_is_said_about_nothing(qtbot: QtBot) -> None:
    view = shown(qtbot, np.zeros((0, 0), np.int64))
    assert view._words(QPointF(200, 100)) == ""
