"""The plots: what is drawn, read under the mouse, copied and saved; cheap pens; both themes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPointF
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from run_events import epoch, started, step

from workbench.gui import theme
from workbench.gui.training.curves import Curves
from workbench.gui.training.history import RunHistory


@pytest.fixture
def history() -> RunHistory:
    history = RunHistory([started(epochs=4, steps=10)])
    for number in (1, 2):
        history.add(step(10 * (number - 1) + i, number, loss=3.0 / (number + i / 10)) for i in range(1, 11))
        history.add([epoch(number, 10 * number, accuracy=0.25 * number)])
    return history


@pytest.fixture
def curves(qtbot: QtBot, history: RunHistory) -> Iterator[Curves]:
    curves = Curves("train")
    qtbot.addWidget(curves)
    curves.resize(700, 500)
    curves.show()
    curves.draw(history)
    QApplication.processEvents()
    yield curves


def test_the_x_axis_shows_the_whole_plan_from_the_start(curves: Curves) -> None:
    for plot in (curves.loss, curves.accuracy):
        low, high = plot.view.getViewBox().viewRange()[0]
        assert low == pytest.approx(0, abs=0.1) and high == pytest.approx(4, abs=0.1)


def test_pens_are_one_opaque_pixel_and_points_are_merged(curves: Curves) -> None:
    for plot in (curves.loss, curves.accuracy):
        for item in plot.view.getPlotItem().listDataItems():
            pen = item.opts["pen"]
            assert pen.width() == 1 and pen.color().alpha() == 255
            assert item.opts["autoDownsample"] and item.opts["downsampleMethod"] == "peak" and item.opts["clipToView"]
            assert not item.opts["antialias"]
            assert item.xData is None or item.xData.dtype == np.float64


def test_the_mouse_reads_both_plots_at_the_same_epoch(curves: Curves) -> None:
    box = curves.loss.view.getViewBox()
    curves.loss.view.scene().sigMouseMoved.emit(box.mapViewToScene(QPointF(2.0, 2.0)))
    assert "at epoch 2.00" in curves.loss._header.text() and "at epoch 2.00" in curves.accuracy._header.text()
    assert "50.0 %" in curves.accuracy._header.text()
    assert curves.accuracy._cursor.isVisible()
    curves.loss.hovered.emit(None)
    assert "at epoch" not in curves.loss._header.text() and not curves.accuracy._cursor.isVisible()


def test_values_are_copied_as_a_table(curves: Curves, history: RunHistory) -> None:
    actions = {action.text(): action for action in curves.accuracy.view.menu().actions()}
    actions["Copy values"].trigger()
    lines = QApplication.clipboard().text().splitlines()
    assert lines[0] == "curve,epoch,value"
    assert lines[-1] == "validation,2.0,50.0" and len(lines) == 1 + 20 + 2


def test_the_picture_can_be_saved(curves: Curves, tmp_path: Path) -> None:
    curves.loss.save_picture(tmp_path / "loss.png")
    picture = QImage(str(tmp_path / "loss.png"))
    assert picture.width() >= 600
    wanted = theme.current().series[1].rgb()
    points = {picture.pixel(x, y) for x in range(picture.width()) for y in range(0, picture.height(), 2)}
    assert wanted in points, "the validation curve is not in the picture"


def test_zooming_is_undone_by_show_everything(curves: Curves) -> None:
    box = curves.loss.view.getViewBox()
    curves.loss.view.setXRange(1, 1.5, padding=0)
    curves.loss.show_everything()
    assert box.viewRange()[0][1] == pytest.approx(4, abs=0.1)


def test_new_points_do_not_undo_zooming(curves: Curves, history: RunHistory) -> None:
    curves.loss.view.setXRange(1, 1.5, padding=0)
    history.add([step(21, 3)])
    curves.draw(history)
    assert curves.loss.view.getViewBox().viewRange()[0] == pytest.approx([1, 1.5])


def test_the_plots_follow_the_theme(qtbot: QtBot, curves: Curves, qapp: QApplication) -> None:
    theme.apply(qapp, "dark")
    try:
        qtbot.waitUntil(lambda: curves.loss.view.backgroundBrush().color() == theme.DARK.canvas)
        assert theme.DARK.series[0].name() in curves.loss._header.text()
    finally:
        theme.apply(qapp, "light")


def test_before_the_first_point_a_share_goes_from_none_to_all(qtbot: QtBot, history: RunHistory) -> None:
    curves = Curves("train")
    qtbot.addWidget(curves)
    curves.draw(RunHistory())
    box = curves.accuracy.view.getViewBox()
    assert box.viewRange()[1] == pytest.approx([0, 100])
    curves.draw(history)
    box.updateAutoRange()
    assert box.viewRange()[1] != pytest.approx([0, 100]), "the axis follows the curves"
