"""The minimap: the whole network in a corner, with a frame around what the canvas shows of it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap, QWheelEvent

from workbench.gui import theme
from workbench.gui.builder.canvas.overlay import Overlay
from workbench.gui.builder.canvas.view import CanvasView
from workbench.gui.builder.items import style
from workbench.gui.builder.items.frame_item import FrameItem
from workbench.gui.builder.items.notes_item import RemarkItem, base, ground, paper

WIDEST, TALLEST, NARROWEST = 190, 240, 48
EDGE = 8
LATER_MS = 80
"""Changes are drawn together this much later."""
SMALLEST_BOX = 1.5
"""Pixels that a card has at least."""


class Minimap(Overlay):
    """Shown while the canvas does not show everything; a click or a drag in it moves the view there."""

    def __init__(self, view: CanvasView) -> None:
        super().__init__(view, Qt.Corner.BottomRightCorner)
        self._view, self._scene = view, view.network_scene
        self.setObjectName("build-minimap")
        self.setAccessibleName("Minimap of the network")
        self.setToolTip("The whole network; click or drag to look there (M)")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.is_on = True
        self._picture: QPixmap | None = None
        self._content = QRectF()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(LATER_MS)
        self._timer.timeout.connect(self._renew)
        self._scene.unfolded.connect(self.renew_soon)
        self._scene.sceneRectChanged.connect(self.renew_soon)
        self._scene.carried.connect(self.renew_soon)
        view.zoomed.connect(self._look_again)
        for bar in (view.horizontalScrollBar(), view.verticalScrollBar()):
            bar.valueChanged.connect(self._look_again)

    def show_map(self, wanted: bool) -> None:
        """Have it, or not."""
        self.is_on = wanted
        self._renew()

    def renew_soon(self) -> None:
        """What it shows has changed."""
        self._timer.start()

    def sizeHint(self) -> QSize:
        """As the network is shaped, in a small box."""
        scale = self._scale()
        width = max(NARROWEST, round(self._content.width() * scale))
        return QSize(width + 2 * EDGE, max(NARROWEST, round(self._content.height() * scale)) + 2 * EDGE)

    def seen(self) -> QRectF:
        """What the canvas shows, in the coordinates of the scene."""
        return self._view.mapToScene(self._view.viewport().rect()).boundingRect()

    def place_of(self, place: QPointF) -> QPointF:
        """The place of the scene that is shown at a place of the map."""
        return (place - self._origin()) / self._scale()

    def _look_again(self) -> None:
        self._show_if_needed()
        self.update()

    def _renew(self) -> None:
        self._picture, self._content = None, self._scene.content()
        self._show_if_needed()
        self.update()

    def _show_if_needed(self) -> None:
        wanted = self.is_on and not self._content.isEmpty() and not self.seen().contains(self._content)
        if wanted != self._wanted or wanted:
            self.show_here(wanted=wanted)

    def _scale(self) -> float:
        """Pixels for each unit of the scene."""
        if self._content.isEmpty():
            return 1.0
        tallest = min(TALLEST, self._view.height() // 3)
        return min(WIDEST / self._content.width(), tallest / self._content.height())

    def _origin(self) -> QPointF:
        """Where the origin of the scene is on the map: the content is in the middle."""
        return QPointF(self.width() / 2, self.height() / 2) - self._content.center() * self._scale()

    # Qt's part

    def paintEvent(self, event: QPaintEvent) -> None:
        """The picture of the network, and the frame around what is seen."""
        super().paintEvent(event)
        ratio = self.devicePixelRatioF()
        if self._picture is None or self._picture.size() != self.size() * ratio:
            self._picture = self._drawn(ratio)
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._picture)
        seen, scale = self.seen(), self._scale()
        frame = QRectF(seen.topLeft() * scale + self._origin(), seen.size() * scale)
        frame = frame.intersected(QRectF(self.rect()).adjusted(1, 1, -2, -2))
        fill = QColor(theme.current().accent)
        fill.setAlpha(36)
        painter.fillRect(frame, fill)
        painter.setPen(QPen(theme.current().accent, 1.2))
        painter.drawRect(frame)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Look there."""
        self._go(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Keep looking there while the button is down."""
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._go(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """The canvas underneath must not hear of it."""
        event.accept()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Nor of this."""
        event.accept()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom the canvas."""
        self._view.zoom_by(1.15 ** (event.angleDelta().y() / 120))
        event.accept()

    def changeEvent(self, event: QEvent) -> None:
        """Follow the theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_timer"):
            self.renew_soon()

    def _go(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton or event.buttons() & Qt.MouseButton.LeftButton:
            self._view.stay()
            self._view.centerOn(self.place_of(event.position()))
        event.accept()

    def _drawn(self, ratio: float) -> QPixmap:
        picture = QPixmap(self.size() * ratio)
        picture.setDevicePixelRatio(ratio)
        picture.fill(Qt.GlobalColor.transparent)
        painter, look = QPainter(picture), style.current()
        painter.translate(self._origin())
        scale = self._scale()
        least = SMALLEST_BOX / scale
        painter.scale(scale, scale)
        for frame in self._grounds():
            if isinstance(frame, RemarkItem):
                _draw_remark(painter, frame, ground(frame.remark.colour))
            else:
                painter.fillRect(frame.box(), look.frame_brush(frame.depth))
        for card in self._scene.nodes.values():
            box = card.box()
            size = QPointF(max(box.width(), least), max(box.height(), least))
            painter.fillRect(QRectF(box.topLeft(), box.topLeft() + size), look.kind_brush(card.category))
        for remark in self._scene.remarks.values():
            if remark.remark.form == "note":
                _draw_remark(painter, remark, paper(remark.remark.colour))
        painter.end()
        return picture

    def _grounds(self) -> list[FrameItem | RemarkItem]:
        """Open groups, and the frames that somebody has drawn, from the back to the front."""
        drawn = [item for item in self._scene.remarks.values() if item.remark.form == "frame"]
        return sorted((*self._scene.frames.values(), *drawn), key=lambda item: item.zValue())


def _draw_remark(painter: QPainter, item: RemarkItem, ground: QColor) -> None:
    painter.setPen(QPen(base(item.remark.colour), 0))
    painter.setBrush(ground)
    painter.drawRect(item.box())
