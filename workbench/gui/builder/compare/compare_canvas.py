"""A canvas to look at and not to edit, and the link that lets two of them look at the same place."""

from __future__ import annotations

from PySide6.QtCore import QObject, QPoint, QPointF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QTransform
from PySide6.QtWidgets import QApplication, QWidget

from workbench.gui.builder.canvas.camera import Camera
from workbench.gui.builder.items.card import Card
from workbench.gui.builder.items.frame_item import FrameItem
from workbench.gui.builder.mirror.scene import NetworkScene

KEY_STEP = 60
ARROWS = {
    Qt.Key.Key_Left: QPointF(KEY_STEP, 0),
    Qt.Key.Key_Right: QPointF(-KEY_STEP, 0),
    Qt.Key.Key_Up: QPointF(0, KEY_STEP),
    Qt.Key.Key_Down: QPointF(0, -KEY_STEP),
}


class LookCanvas(Camera):
    """Drag to pan, wheel to zoom, click to choose a layer, double-click to open and close a group."""

    chosen = Signal(str)
    """The layer or group that was clicked, or nothing."""
    toggled = Signal(str)
    """The group that should open or close."""
    moved = Signal()
    """Another place is looked at."""

    def __init__(self, name: str, scene: NetworkScene, parent: QWidget | None = None) -> None:
        super().__init__(scene, parent)
        self.setObjectName(name)
        self.setInteractive(False)
        self._press: QPoint | None = None
        self._last = QPoint()
        self._dragging = False
        for bar in (self.horizontalScrollBar(), self.verticalScrollBar()):
            bar.valueChanged.connect(lambda _value: self.moved.emit())
        self.zoomed.connect(lambda _zoom: self.moved.emit())

    def key_at(self, place: QPoint) -> str:
        """The layer or group whose card or headline is at a place of the viewport."""
        items = self.network_scene.items(self.mapToScene(place))
        return next((item.name for item in items if isinstance(item, (Card, FrameItem))), "")

    def look_as(self, other: Camera, away: QPointF = QPointF()) -> None:  # noqa: B008 - a value that nobody changes
        """Look at what another canvas looks at, or so far away from it in the units of the scene."""
        self.stay()
        self.setTransform(QTransform(other.transform()))
        self.centerOn(other.middle() + away)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        self._press = self._last = event.position().toPoint()
        self._dragging = False
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        place = event.position().toPoint()
        if self._press is None:
            return
        far = (place - self._press).manhattanLength() >= QApplication.startDragDistance()
        self._dragging = self._dragging or far
        if self._dragging:
            self.viewport().setCursor(Qt.CursorShape.ClosedHandCursor)
            self.pan(QPointF(place - self._last))
            self._last = place
        event.accept()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self.viewport().unsetCursor()
        if self._press is not None and not self._dragging:
            self.chosen.emit(self.key_at(self._press))
        self._press = None
        event.accept()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        key = self.key_at(event.position().toPoint())
        if self.network_scene.tree.is_group(key):
            self.toggled.emit(key)
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key in ARROWS:
            self.pan(ARROWS[key])
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.zoom_by(1.25)
        elif key == Qt.Key.Key_Minus:
            self.zoom_by(0.8)
        elif key == Qt.Key.Key_F:
            self.fit()
        else:
            super().keyPressEvent(event)


class Link(QObject):
    """Lets two canvases follow one another while it is on; groups open and close in both."""

    def __init__(self, one: LookCanvas, other: LookCanvas) -> None:
        super().__init__(one)
        self._pair = (one, other)
        self.is_on = True
        self._busy = False
        self._away = QPointF()
        """From what is looked at on the first canvas to what is looked at on the second."""
        for here, there in ((one, other), (other, one)):
            here.moved.connect(lambda here=here, there=there: self._follow(here, there))
            here.toggled.connect(lambda key, here=here: self._toggle(here, key))

    def set_on(self, wanted: bool) -> None:
        """Begin or end it; when it begins, the second canvas looks where the first does."""
        self.is_on = wanted
        self._follow(*self._pair)

    def anchor(self, first: str, second: str) -> None:
        """Keep these two, one of each canvas, at the same place: open groups push the rest aside differently."""
        items = [canvas.network_scene.item(key) for canvas, key in zip(self._pair, (first, second), strict=True)]
        if items[0] is not None and items[1] is not None:
            self._away = items[1].box().topLeft() - items[0].box().topLeft()

    def start_over(self) -> None:
        """Both canvases look at the same place of their scenes again."""
        self._away = QPointF()

    def follow(self, here: LookCanvas) -> None:
        """Have the other canvas look where this one does."""
        first, second = self._pair
        self._follow(here, second if here is first else first)

    def _follow(self, here: LookCanvas, there: LookCanvas) -> None:
        if self.is_on and not self._busy:
            self._busy = True
            there.look_as(here, self._away if here is self._pair[0] else -self._away)
            self._busy = False

    def _toggle(self, here: LookCanvas, key: str) -> None:
        wanted = key not in here.network_scene.opened
        for canvas in self._pair:
            scene = canvas.network_scene
            if scene.tree.is_group(key) and (key in scene.opened) != wanted:
                scene.toggle(key)
