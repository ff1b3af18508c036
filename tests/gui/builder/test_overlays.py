"""What lies over a corner of the canvas: it stays there, whatever is scrolled below it."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from workbench.core.modelling.opening import open_network
from workbench.gui.builder.room import BuildRoom

ROUNDING = 8
"""Lines that are painted in two parts may differ by so much where the parts meet."""


@pytest.mark.parametrize("zoom", [0.2, 0.6, 1.3])
def test_what_scrolls_below_the_overlays_looks_as_if_painted_anew(room: BuildRoom, qtbot: QtBot, zoom: float) -> None:
    room.workspace.document.open(open_network("resnet18"))
    room.canvas_actions.all["build-heat"].trigger()
    qtbot.waitUntil(lambda: room.scene.nodes["conv1"].heat is not None, timeout=60_000)
    qtbot.waitUntil(lambda: not room.workspace.jobs.busy, timeout=60_000)
    room.view.zoom_by(zoom / room.view.zoom)
    qtbot.waitUntil(lambda: not room.seeing.minimap._timer.isActive())
    corners = [overlay.pos() for overlay in (room.seeing.minimap, room.seeing.legend)]
    seen: list[np.ndarray] = []
    for way in ((-40, -30), (13, 50), (0, -7), (25, 0)):
        room.view.pan(QPointF(*way))
        QApplication.processEvents()
        scrolled = painted(room)
        room.view.viewport().update()
        QApplication.processEvents()
        anew = painted(room)
        assert np.abs(scrolled - anew).max() <= ROUNDING, way
        seen.append(scrolled)
    assert np.abs(seen[0] - seen[1]).max() > 100
    assert [overlay.pos() for overlay in (room.seeing.minimap, room.seeing.legend)] == corners
    assert room.seeing.legend.isVisible()


def painted(room: BuildRoom) -> np.ndarray:
    """What the window has on the screen, painted before: a grab of a widget would paint it anew."""
    handle = room.view.viewport().mapTo(room, QPoint())
    picture = room.screen().grabWindow(room.winId(), handle.x(), handle.y(), *room.view.viewport().size().toTuple())
    image = picture.toImage().convertToFormat(QImage.Format.Format_RGB32)
    return np.frombuffer(image.constBits(), np.uint8).astype(np.int16)


def test_a_press_on_an_overlay_is_none_on_the_canvas_below(room: BuildRoom) -> None:
    room.canvas_actions.all["build-heat"].trigger()
    room.scene.select(["conv1"])
    QTest.mouseClick(room.seeing.legend, Qt.MouseButton.LeftButton, pos=room.seeing.legend.rect().center())
    assert room.scene.chosen == ["conv1"]
    assert room.view.gesture is None
