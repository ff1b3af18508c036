"""Looking at the scene: zoom, pan, fit, and the paper behind it."""

from __future__ import annotations

import math

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPen, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QFrame, QGraphicsView, QWidget

from workbench.gui import theme
from workbench.gui.builder.items import style
from workbench.gui.builder.mirror.scene import NetworkScene

SMALLEST, LARGEST = 0.06, 3.0
READABLE = 0.62
"""The smallest zoom that a network is first shown at; what does not fit is a pan away."""
MARGIN = 28.0
"""Pixels left free around what is fitted."""
DOTS = 26
"""The distance of the dots on the paper, in scene units."""
NOTHING = "Drag a layer here from the left, or open a ready network."
NOTCH = 1.15
"""The zoom of one notch of a wheel."""


class Camera(QGraphicsView):
    """A view without scroll bars that zooms at the mouse."""

    zoomed = Signal(float)

    def __init__(self, scene: NetworkScene, parent: QWidget | None = None) -> None:
        super().__init__(scene, parent)
        self.network_scene = scene
        self._first_look = True
        self.covered = 0
        """Pixels at the lower edge that something lies over: what is first shown is shown above them."""
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setRenderHint(QPainter.RenderHint.Antialiasing)
        self.setViewportUpdateMode(QGraphicsView.ViewportUpdateMode.SmartViewportUpdate)
        self.setTransformationAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setResizeAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMinimumSize(240, 200)

    @property
    def zoom(self) -> float:
        """Pixels for each scene unit."""
        return float(self.transform().m11())

    def first_look(self) -> None:
        """Show a network that was just opened: all of it if that is readable, else its beginning."""
        self._first_look = True
        content = self.network_scene.content()
        zoom = self._fitting(content, self.covered)
        self._look_at(content.center() + QPointF(0, self.covered / 2 / max(zoom, READABLE)), max(zoom, READABLE))
        if zoom < READABLE:
            self._show_beginning(content)

    def stay(self) -> None:
        """Keep what is seen where it is, whatever happens to the size of the view."""
        self._first_look = False

    def fit(self) -> None:
        """Show all selected nodes, or everything if fewer than two are selected."""
        self._first_look = False
        chosen = self.network_scene.selected
        content = self.network_scene.rectangle(chosen) if len(chosen) > 1 else self.network_scene.content()
        self._look_at(content.center(), self._fitting(content))

    def real_size(self) -> None:
        """Zoom to 100 %."""
        self.zoom_by(1.0 / self.zoom)

    def zoom_by(self, factor: float) -> None:
        """Zoom in or out around the middle."""
        self.zoom_at(self.viewport().rect().center(), factor)

    def zoom_at(self, place: QPoint, factor: float) -> None:
        """Zoom so that what is at a place of the viewport stays there."""
        self._first_look = False
        fixed = self.mapToScene(place)
        middle = self.mapToScene(self.viewport().rect().center())
        wanted = min(max(self.zoom * factor, SMALLEST), LARGEST)
        self._look_at(fixed + (middle - fixed) * (self.zoom / wanted), wanted)

    def pan(self, way: QPointF) -> None:
        """Move the canvas by pixels."""
        self._first_look = False
        horizontal, vertical = self.horizontalScrollBar(), self.verticalScrollBar()
        horizontal.setValue(horizontal.value() - round(way.x()))
        vertical.setValue(vertical.value() - round(way.y()))

    def reveal(self, name: str) -> None:
        """Bring a node into view."""
        item = self.network_scene.item(name)
        if item is not None:
            self._first_look = False
            self.ensureVisible(item.box(), 60, 60)

    def middle(self) -> QPointF:
        """What is in the middle of the viewport, in scene coordinates."""
        return self.mapToScene(self.viewport().rect().center())

    def _fitting(self, content: QRectF, covered: int = 0) -> float:
        room = self.viewport().size() - QSize(0, covered)
        if content.isEmpty():
            return 1.0
        across = (room.width() - 2 * MARGIN) / content.width()
        down = (room.height() - 2 * MARGIN) / content.height()
        return float(min(max(min(across, down), SMALLEST), 1.0))

    def _look_at(self, middle: QPointF, zoom: float) -> None:
        if zoom != self.zoom:
            self.resetTransform()
            self.scale(zoom, zoom)
            self.zoomed.emit(zoom)
        self.centerOn(middle)

    def _show_beginning(self, content: QRectF) -> None:
        """Put the upper left corner of a network that is larger than the view into the corner of the view."""
        seen = self.mapToScene(self.viewport().rect()).boundingRect()
        margin = MARGIN / self.zoom
        across = min(content.center().x(), content.left() - margin + seen.width() / 2)
        down = min(content.center().y(), content.top() - margin + seen.height() / 2)
        wide, tall = content.width() + 2 * margin > seen.width(), content.height() + 2 * margin > seen.height()
        self.centerOn(across if wide else content.center().x(), down if tall else content.center().y())

    # Qt's part

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._first_look:
            self.first_look()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """A wheel zooms at the mouse; two fingers on a touchpad pan, with Ctrl they zoom."""
        keys = event.modifiers()
        fingers, notches = event.pixelDelta(), event.angleDelta()
        if keys & Qt.KeyboardModifier.ControlModifier or (fingers.isNull() and not keys):
            self.zoom_at(event.position().toPoint(), math.pow(NOTCH, (notches.y() or notches.x()) / 120))
        elif fingers.isNull():
            self.pan(QPointF(notches.y() or notches.x(), 0))
        else:
            self.pan(QPointF(fingers))
        event.accept()

    def drawBackground(self, painter: QPainter, rect: QRectF | QRect) -> None:
        style.look_from(self.zoom)
        colours = theme.current()
        painter.fillRect(rect, colours.canvas)
        if not self.network_scene.nodes:
            painter.setPen(colours.muted)
            seen = self.mapToScene(self.viewport().rect()).boundingRect()
            painter.drawText(seen, Qt.AlignmentFlag.AlignCenter, NOTHING)
        if self.zoom < 0.5:
            return
        painter.setPen(QPen(theme.mix(colours.canvas, colours.text, share=0.13), 1.6))
        left, top = math.floor(rect.left() / DOTS) * DOTS, math.floor(rect.top() / DOTS) * DOTS
        columns = range(int(left), math.ceil(rect.right()), DOTS)
        rows = range(int(top), math.ceil(rect.bottom()), DOTS)
        painter.drawPoints([QPointF(x, y) for x in columns for y in rows])
