"""A tile sheet on screen: zoom, pan, hover for values, click or arrow keys to choose a tile."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPen,
    QPixmap,
    QResizeEvent,
    QTransform,
    QWheelEvent,
)
from PySide6.QtWidgets import QFrame, QGraphicsPixmapItem, QGraphicsScene, QGraphicsView, QWidget

from workbench.core.inspection.feature_maps import TileSheet
from workbench.gui import theme
from workbench.gui.widgets.pixels import to_qimage

MOST_ZOOM, LEAST_ZOOM = 64.0, 0.05
MARGIN = 6
"""Free pixels around the sheet."""


class TileView(QGraphicsView):
    """Shows a `TileSheet`; knows tiles by their place in the order, tells channels."""

    hovered = Signal(object)
    """The `Spot` under the mouse, or None."""
    chosen = Signal(int)
    """The channel of the chosen tile; -1 when none is."""
    resized = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.sheet: TileSheet | None = None
        self._index: int | None = None
        self._fitted = True
        self._item = QGraphicsPixmapItem()
        self.setScene(QGraphicsScene(self))
        self.scene().addItem(self._item)
        self.setMouseTracking(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setDragMode(QGraphicsView.DragMode.ScrollHandDrag)
        self.viewport().setCursor(Qt.CursorShape.ArrowCursor)
        self.setTransformationAnchor(QGraphicsView.ViewportAnchor.AnchorUnderMouse)
        self.setMinimumSize(160, 120)
        self._pressed = QPointF()

    # -- what is shown ---------------------------------------------------------------------------------------------

    @property
    def image(self) -> QImage:
        """The sheet as a picture, one pixel for each of its pixels."""
        return QImage() if self.sheet is None else to_qimage(self.sheet.image)

    @property
    def is_fitted(self) -> bool:
        """Whether the whole sheet is shown, not a part that the user zoomed in on."""
        return self._fitted

    @property
    def area(self) -> tuple[int, int]:
        """Height and width of the room for a sheet, in pixels of the screen."""
        free, ratio = self.maximumViewportSize(), self.devicePixelRatioF()
        height, width = ((side - 2 * MARGIN) * ratio for side in (free.height(), free.width()))
        return max(1, int(height)), max(1, int(width))

    @property
    def channel(self) -> int:
        """The channel of the chosen tile, -1 if there is none."""
        return -1 if self.sheet is None or self._index is None else self.sheet.channels[self._index]

    def show_sheet(self, sheet: TileSheet | None) -> None:
        """Show another sheet; the chosen channel stays chosen where the new sheet has it, and so does the zoom."""
        channel, same_size = self.channel, self.sheet is not None and sheet is not None
        same_size = same_size and self.sheet.image.shape == sheet.image.shape  # type: ignore[union-attr]
        self.sheet = sheet
        self._index = sheet.channels.index(channel) if sheet is not None and channel in sheet.channels else None
        self._item.setPixmap(QPixmap.fromImage(self.image))
        self.setSceneRect(self._item.boundingRect().adjusted(-MARGIN, -MARGIN, MARGIN, MARGIN))
        if self._fitted or not same_size:
            self.fit()
        self.viewport().update()
        self.chosen.emit(self.channel)

    def choose(self, index: int | None) -> None:
        """Choose the tile at a place in the order."""
        if self.sheet is None:
            return
        self._index = None if index is None else min(max(0, index), len(self.sheet.channels) - 1)
        if self._index is not None:
            self.ensureVisible(QRectF(*self.sheet.box(self._index)), 4, 4)
        self.viewport().update()
        self.chosen.emit(self.channel)

    # -- zoom ------------------------------------------------------------------------------------------------------

    @property
    def zoom(self) -> float:
        """Device-independent pixels on screen for each pixel of the sheet."""
        return self.transform().m11()

    def fit(self) -> None:
        """The largest zoom at which the whole sheet is seen; whole numbers where it enlarges, so pixels stay equal."""
        self._fitted = True
        if self.sheet is None:
            return
        height, width = self.sheet.image.shape[:2]
        factor = min(self.area[0] / height, self.area[1] / width)
        self._set_zoom((float(int(factor)) if factor > 1 else factor) / self.devicePixelRatioF())

    def zoom_by(self, factor: float) -> None:
        """Zoom about the middle, or about the mouse if it caused it."""
        self._fitted = False
        self._set_zoom(self.zoom * factor)

    def _set_zoom(self, zoom: float) -> None:
        zoom = min(MOST_ZOOM, max(LEAST_ZOOM, zoom))
        smaller = zoom * self.devicePixelRatioF() < 1
        how = Qt.TransformationMode.SmoothTransformation if smaller else Qt.TransformationMode.FastTransformation
        self._item.setTransformationMode(how)
        self.setTransform(QTransform.fromScale(zoom, zoom))

    # -- Qt's events -----------------------------------------------------------------------------------------------

    def drawBackground(self, painter: QPainter, rect: QRectF | QRect) -> None:
        """The canvas colour of the theme."""
        painter.fillRect(rect, theme.current().canvas)

    def drawForeground(self, painter: QPainter, rect: QRectF | QRect) -> None:
        """A frame around the chosen tile."""
        if self.sheet is None or self._index is None:
            return
        line = 2 / self.zoom
        box = QRectF(*self.sheet.box(self._index)).adjusted(-line, -line, line, line)
        for colour, width in ((QColor("white"), 4), (theme.current().accent, 2)):
            pen = QPen(colour, width)
            pen.setCosmetic(True)
            painter.setPen(pen)
            painter.drawRect(box)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Stay fitted, and let the owner lay the tiles out anew."""
        super().resizeEvent(event)
        if self._fitted:
            self.fit()
        self.resized.emit()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Tell what is under the mouse."""
        super().mouseMoveEvent(event)
        if not event.buttons():
            self.viewport().setCursor(Qt.CursorShape.ArrowCursor)
        self.hovered.emit(self._spot(event.position()))

    def leaveEvent(self, event: object) -> None:
        """Nothing is under the mouse any more."""
        self.hovered.emit(None)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Remember where, to tell a click from a drag."""
        self._pressed = event.position()
        super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A click chooses the tile under it."""
        super().mouseReleaseEvent(event)
        self.viewport().setCursor(Qt.CursorShape.ArrowCursor)
        moved = (event.position() - self._pressed).manhattanLength()
        if event.button() == Qt.MouseButton.LeftButton and moved < 4 and self.sheet is not None:
            place = self.mapToScene(event.position().toPoint())
            self.choose(self.sheet.index_at(place.x(), place.y()))

    def wheelEvent(self, event: QWheelEvent) -> None:
        """The wheel zooms about the mouse."""
        self.zoom_by(1.0015 ** event.angleDelta().y())
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows choose, plus and minus zoom, 0 fits, Escape chooses nothing."""
        if self.sheet is None:
            super().keyPressEvent(event)
            return
        keys = Qt.Key
        columns = self.sheet.columns
        steps = {keys.Key_Left: -1, keys.Key_Right: 1, keys.Key_Up: -columns, keys.Key_Down: columns}
        key = keys(event.key())
        if key in steps:
            self._step(steps[key])
        elif key in (keys.Key_Plus, keys.Key_Equal):
            self.zoom_by(1.25)
        elif key == keys.Key_Minus:
            self.zoom_by(0.8)
        elif key == keys.Key_0:
            self.fit()
        elif key == keys.Key_Escape:
            self.choose(None)
        else:
            super().keyPressEvent(event)

    def _step(self, by: int) -> None:
        assert self.sheet is not None
        wanted = 0 if self._index is None else self._index + by
        if 0 <= wanted < len(self.sheet.channels):
            self.choose(wanted)

    def _spot(self, position: QPointF) -> object:
        if self.sheet is None:
            return None
        place = self.mapToScene(position.toPoint())
        return self.sheet.spot(place.x(), place.y())
