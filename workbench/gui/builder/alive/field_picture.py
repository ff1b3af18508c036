"""The sample picture with the receptive field of one unit drawn on it, and the padding that it sees around it."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QBrush, QColor, QImage, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from workbench.core.inspection.sight import Sight
from workbench.gui import theme
from workbench.gui.widgets.pixels import draw_image

MOST_BEYOND = 0.5
"""How far around the picture is shown at most, as a share of its larger side."""
LEAST_FRAME = 4.0
"""Pixels of the screen that the frame has at least, however small the field is."""


class FieldPicture(QWidget):
    """Dims what the unit does not see; hatches what it sees of the padding."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._image = QImage()
        self.sight: Sight | None = None
        self.setObjectName("build-sample-picture")
        self.setAccessibleName("Sample picture")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_image(self, image: QImage) -> None:
        """Show another picture (a null one: an empty frame)."""
        self._image = image
        self.update()

    def show_sight(self, sight: Sight | None) -> None:
        """Draw another field, or none."""
        self.sight = sight
        text = "" if sight is None else f"Rows {_span(sight.rows)}, columns {_span(sight.columns)}"
        self.setAccessibleDescription(text)
        self.setToolTip(text)
        self.update()

    def sizeHint(self) -> QSize:
        """Large enough to recognize the picture in it."""
        return QSize(168, 132)

    def shown(self) -> QRectF:
        """What is shown, in pixels of the picture: all of it, and of the padding what the field reaches."""
        picture = QRectF(0, 0, self._image.width(), self._image.height())
        if self.sight is None:
            return picture
        reach = MOST_BEYOND * max(picture.width(), picture.height())
        return picture.united(_area(self.sight)).intersected(picture.adjusted(-reach, -reach, reach, reach))

    def paintEvent(self, _event: object) -> None:
        """The picture, and the field on it."""
        painter, room = QPainter(self), QRectF(self.rect()).adjusted(1, 1, -1, -1)
        if self._image.isNull():
            painter.setPen(theme.current().border)
            painter.drawRect(room)
            return
        shown = self.shown()
        factor = min(room.width() / shown.width(), room.height() / shown.height())
        corner = room.center() - shown.center() * factor
        draw_image(painter, self._image, _scaled(QRectF(self._image.rect()), factor, corner))
        if self.sight is not None:
            self._paint_field(painter, factor, corner)

    def _paint_field(self, painter: QPainter, factor: float, corner: QPointF) -> None:
        assert self.sight is not None
        picture = _scaled(QRectF(self._image.rect()), factor, corner)
        area = _scaled(_area(self.sight), factor, corner).intersected(QRectF(self.rect()).adjusted(1, 1, -2, -2))
        field = _at_least(area, LEAST_FRAME)
        outside, inside, around = QPainterPath(), QPainterPath(), QPainterPath()
        outside.addRect(picture)
        inside.addRect(field)
        around.addRect(picture)
        painter.fillPath(outside.subtracted(inside), QColor(0, 0, 0, 110))
        painter.fillPath(inside.subtracted(around), QBrush(theme.current().muted, Qt.BrushStyle.BDiagPattern))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for colour, width in ((QColor(0, 0, 0, 160), 3.0), (theme.current().accent.lighter(130), 1.4)):
            painter.setPen(QPen(colour, width))
            painter.drawRect(field)


def _area(sight: Sight) -> QRectF:
    height, width = sight.size
    return QRectF(sight.columns[0], sight.rows[0], width, height)


def _scaled(area: QRectF, factor: float, corner: QPointF) -> QRectF:
    return QRectF(area.topLeft() * factor + corner, area.size() * factor)


def _at_least(area: QRectF, side: float) -> QRectF:
    wide, high = max(0.0, side - area.width()) / 2, max(0.0, side - area.height()) / 2
    return area.adjusted(-wide, -high, wide, high)


def _span(span: tuple[int, int]) -> str:
    return f"{span[0]} to {span[1]}"
