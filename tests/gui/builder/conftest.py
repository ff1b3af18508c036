"""A Build room of its own window, and hands for it: real mouse events on the viewport."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent, QMouseEvent
from PySide6.QtWidgets import QApplication, QWidget

from workbench.gui.builder.canvas.view import CanvasView
from workbench.gui.builder.room import BuildRoom
from workbench.gui.workspace import Workspace

NONE = Qt.KeyboardModifier.NoModifier
LEFT = Qt.MouseButton.LeftButton


class Hands:
    """Press, drag and release on the canvas, at places of the scene."""

    def __init__(self, view: CanvasView) -> None:
        self.view = view

    def at(self, place: QPointF) -> QPoint:
        return self.view.mapFromScene(place)

    def press(self, place: QPointF, button: Qt.MouseButton = LEFT, keys: Qt.KeyboardModifier = NONE) -> None:
        self._send(QEvent.Type.MouseButtonPress, self.at(place), button, button, keys)

    def move(self, place: QPointF, button: Qt.MouseButton = LEFT, keys: Qt.KeyboardModifier = NONE) -> None:
        self._send(QEvent.Type.MouseMove, self.at(place), Qt.MouseButton.NoButton, button, keys)

    def release(self, place: QPointF, button: Qt.MouseButton = LEFT, keys: Qt.KeyboardModifier = NONE) -> None:
        self._send(QEvent.Type.MouseButtonRelease, self.at(place), button, Qt.MouseButton.NoButton, keys)

    def click(self, place: QPointF, keys: Qt.KeyboardModifier = NONE) -> None:
        self.press(place, LEFT, keys)
        self.release(place, LEFT, keys)

    def drag(self, start: QPointF, end: QPointF, button: Qt.MouseButton = LEFT) -> None:
        self.press(start, button)
        for step in (0.25, 0.5, 0.75, 1.0):
            self.move(start + (end - start) * step, button)
        self.release(end, button)

    def drop(self, mime: QMimeData, place: QPointF) -> None:
        """What Qt sends to the viewport for a drag from elsewhere."""
        at, action, viewport = self.at(place), Qt.DropAction.CopyAction, self.view.viewport()
        QApplication.sendEvent(viewport, QDragEnterEvent(at, action, mime, LEFT, NONE))
        QApplication.sendEvent(viewport, QDragMoveEvent(at, action, mime, LEFT, NONE))
        QApplication.sendEvent(viewport, QDropEvent(QPointF(at), action, mime, LEFT, NONE))

    def body(self, name: str) -> QPointF:
        """A place on a node's card away from its ports."""
        return self.view.network_scene.nodes[name].box().center() - QPointF(60, 0)

    def _send(
        self,
        kind: QEvent.Type,
        place: QPoint,
        button: Qt.MouseButton,
        buttons: Qt.MouseButton,
        keys: Qt.KeyboardModifier,
    ) -> None:
        viewport: QWidget = self.view.viewport()
        event = QMouseEvent(kind, QPointF(place), QPointF(viewport.mapToGlobal(place)), button, buttons, keys)
        QApplication.sendEvent(viewport, event)


@pytest.fixture
def room(workspace: Workspace, close_dialogs: None) -> Iterator[BuildRoom]:
    """The room with `cifar10cnn`, shown at the size of a small window."""
    made = BuildRoom(workspace)
    made.resize(1280, 800)
    made.show()
    QApplication.processEvents()
    made.view.setFocus()
    yield made
    made.close()
    made.deleteLater()
    QApplication.processEvents()


@pytest.fixture
def hands(room: BuildRoom) -> Hands:
    """Hands on the room's canvas."""
    return Hands(room.view)
