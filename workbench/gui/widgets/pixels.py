"""Arrays as Qt pictures, and pictures put on screen without blurring their pixels."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QIcon, QImage, QPainter, QPixmap
from PySide6.QtWidgets import QSizePolicy, QWidget

from workbench.gui import theme


def to_qimage(pixels: npt.NDArray[np.uint8]) -> QImage:
    """An array `(height, width[, 1, 3 or 4])` as a picture that owns its memory."""
    if pixels.ndim == 3 and pixels.shape[2] == 1:
        pixels = pixels[..., 0]
    pixels = np.ascontiguousarray(pixels)
    height, width = pixels.shape[:2]
    channels = 1 if pixels.ndim == 2 else pixels.shape[2]
    form = {1: QImage.Format.Format_Grayscale8, 3: QImage.Format.Format_RGB888, 4: QImage.Format.Format_RGBA8888}
    return QImage(pixels.data, width, height, width * channels, form[channels]).copy()


def raw_pixels(image: QImage) -> tuple[bytes, tuple[int, int]]:
    """RGBA bytes and (width, height) of a picture, which another thread may read."""
    plain = image.convertToFormat(QImage.Format.Format_RGBA8888)
    return np.frombuffer(plain.constBits(), np.uint8).tobytes(), (plain.width(), plain.height())


def thumbnail(pixels: npt.NDArray[np.uint8], side: int) -> QIcon:
    """An array as an icon of `side` device-independent pixels; it keeps its colours where its row is selected."""
    image = to_qimage(pixels)
    larger = max(image.width(), image.height()) < 2 * side
    how = Qt.TransformationMode.FastTransformation if larger else Qt.TransformationMode.SmoothTransformation
    picture = QPixmap.fromImage(image.scaled(2 * side, 2 * side, Qt.AspectRatioMode.KeepAspectRatio, how))
    picture.setDevicePixelRatio(2)
    icon = QIcon(picture)
    icon.addPixmap(picture, QIcon.Mode.Selected)
    return icon


def fitted(image: QImage, area: QRectF) -> QRectF:
    """Where to draw a picture so that it fills an area without distortion, centred."""
    if image.isNull() or area.isEmpty():
        return QRectF()
    factor = min(area.width() / image.width(), area.height() / image.height())
    width, height = image.width() * factor, image.height() * factor
    return QRectF(area.center().x() - width / 2, area.center().y() - height / 2, width, height)


def draw_image(painter: QPainter, image: QImage, place: QRectF) -> None:
    """Draw a picture: enlarged pixels stay squares, a reduced picture is smoothed."""
    smaller = place.width() * painter.device().devicePixelRatio() < image.width()
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, smaller)
    painter.drawImage(place, image)


class PictureView(QWidget):
    """One picture with a caption below it."""

    def __init__(self, caption: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._image = QImage()
        self._caption = caption
        self.setAccessibleName(caption)
        self.setMinimumSize(72, 88)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    @property
    def image(self) -> QImage:
        """The picture that is shown."""
        return self._image

    def show_image(self, image: QImage, description: str = "") -> None:
        """Show another picture (a null one: an empty frame)."""
        self._image = image
        self.setAccessibleDescription(description)
        self.setToolTip(description)
        self.update()

    def heightForWidth(self, width: int) -> int:
        """A square and the caption."""
        return width + self._line()

    def sizeHint(self) -> QSize:
        """A picture that can be recognized."""
        return QSize(120, self.heightForWidth(120))

    def _line(self) -> int:
        return QFontMetrics(theme.font("small")).height() + theme.XS if self._caption else 0

    def paintEvent(self, event: object) -> None:
        """The picture, or its empty frame, and the caption."""
        colours = theme.current()
        painter = QPainter(self)
        painter.setFont(theme.font("small"))
        line = self._line()
        area = QRectF(self.rect()).adjusted(0, 0, 0, -line)
        side = min(area.width(), area.height())
        square = QRectF(area.center().x() - side / 2, area.top(), side, side).adjusted(0.5, 0.5, -0.5, -0.5)
        if self._image.isNull():
            painter.setPen(colours.border)
            painter.drawRect(square)
        else:
            draw_image(painter, self._image, fitted(self._image, square))
        painter.setPen(colours.muted)
        words = painter.fontMetrics().elidedText(self._caption, Qt.TextElideMode.ElideRight, self.width())
        below = QRectF(0, square.bottom() + theme.XS, self.width(), line)
        painter.drawText(below, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop, words)
