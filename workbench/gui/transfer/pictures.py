"""Pictures of the core on the screen."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage, QPainter, QPainterPath, QPaintEvent, QPixmap
from PySide6.QtWidgets import QSizePolicy, QWidget

from workbench.gui import theme

Pixels = npt.NDArray[np.uint8]


def picture(pixels: Pixels) -> QPixmap:
    """A uint8 array `(height, width, 3)` or `(height, width, 1)` as a pixmap of its own."""
    colour = np.ascontiguousarray(np.broadcast_to(pixels, (*pixels.shape[:2], 3)))
    height, width, _ = colour.shape
    return QPixmap.fromImage(QImage(colour.data, width, height, 3 * width, QImage.Format.Format_RGB888).copy())


class Strip(QWidget):
    """Square pictures side by side, as many as fit; they keep their size."""

    SIDE = 56

    def __init__(self, pictures: Sequence[Pixels], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pictures = [picture(pixels) for pixels in pictures]
        self.setFixedHeight(self.SIDE)
        self.setMinimumWidth(self.SIDE)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.SmoothPixmapTransform | QPainter.RenderHint.Antialiasing)
        step = self.SIDE + theme.XS
        for number, pixmap in enumerate(self._pictures[: (self.width() + theme.XS) // step]):
            corner = QPainterPath()
            corner.addRoundedRect(number * step, 0, self.SIDE, self.SIDE, 4, 4)
            painter.setClipPath(corner)
            painter.drawPixmap(number * step, 0, self.SIDE, self.SIDE, pixmap)


def thumbnail(pixels: Pixels, side: int, ratio: float) -> QPixmap:
    """A picture fitted into a square of `side` device-independent pixels."""
    size = round(side * ratio)
    mode = Qt.TransformationMode.SmoothTransformation
    made = picture(pixels).scaled(size, size, Qt.AspectRatioMode.KeepAspectRatio, mode)
    made.setDevicePixelRatio(ratio)
    return made
