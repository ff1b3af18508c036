"""Photos on the screen."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPaintEvent, QPixmap
from PySide6.QtWidgets import QSizePolicy, QWidget

from workbench.gui import theme
from workbench.gui.widgets.pixels import draw_image, to_qimage

Pixels = npt.NDArray[np.uint8]


class Strip(QWidget):
    """Square pictures side by side, as many as fit; they keep their size."""

    SIDE = 56

    def __init__(self, pictures: Sequence[Pixels], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pictures = [to_qimage(pixels) for pixels in pictures]
        self.setFixedHeight(self.SIDE)
        self.setMinimumWidth(self.SIDE)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        step = self.SIDE + theme.XS
        for number, image in enumerate(self._pictures[: (self.width() + theme.XS) // step]):
            place, corners = QRectF(number * step, 0, self.SIDE, self.SIDE), QPainterPath()
            corners.addRoundedRect(place, theme.XS, theme.XS)
            painter.setClipPath(corners)
            draw_image(painter, image, place)


def thumbnail(pixels: Pixels, side: int, ratio: float) -> QPixmap:
    """A picture fitted into a square of `side` device-independent pixels."""
    size = round(side * ratio)
    mode = Qt.TransformationMode.SmoothTransformation
    made = QPixmap.fromImage(to_qimage(pixels)).scaled(size, size, Qt.AspectRatioMode.KeepAspectRatio, mode)
    made.setDevicePixelRatio(ratio)
    return made
