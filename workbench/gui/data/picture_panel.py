"""One picture as it is: enlarged, with the values of the pixel under the mouse, and what is known about it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QImage, QKeyEvent, QMouseEvent, QPainter
from PySide6.QtWidgets import QLabel, QSizePolicy, QVBoxLayout, QWidget

from workbench.core.data.index import DataIndex
from workbench.gui import theme
from workbench.gui.data.holding import Holding
from workbench.gui.widgets.labels import LineLabel, PathLabel, ToneLabel
from workbench.gui.widgets.muted import MutedLabel
from workbench.gui.widgets.pixels import draw_image, fitted, to_qimage
from workbench.gui.widgets.sentences import capitalised

LARGEST = 1600
"""Pixels of the longer side up to which a picture is shown as it is; larger ones are shown reduced."""


@dataclass(frozen=True)
class WholePicture:
    """A picture with its pixels `(height, width, channels)`; `shrunk` where they are not those of the file."""

    number: int
    pixels: npt.NDArray[np.uint8]
    size: tuple[int, int]
    """Height and width in the file, upright."""

    @property
    def shrunk(self) -> bool:
        """Whether it is shown smaller than it is."""
        return self.pixels.shape[:2] != self.size


def whole_picture(index: DataIndex, number: int) -> WholePicture:
    """Read a picture to be looked at; raises `UnusablePictureError`."""
    from workbench.core.data.pictures import read_picture

    if index.pictures is not None:
        pixels = np.asarray(index.pictures[number])
        return WholePicture(number, pixels, (pixels.shape[0], pixels.shape[1]))
    image = read_picture(Path(index.files[number]))
    size = (image.height, image.width)
    image.thumbnail((LARGEST, LARGEST))
    pixels = np.array(image if image.mode in ("L", "RGB", "RGBA") else image.convert("RGB"))
    return WholePicture(number, pixels[..., None] if pixels.ndim == 2 else pixels, size)


class PixelView(QWidget):
    """A picture that fills its room; the pixel under the mouse, or under the cursor keys, is told."""

    pixel_changed = Signal(object)
    """Row and column of the pixel, or None."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._image = QImage()
        self._pixel: tuple[int, int] | None = None
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumSize(120, 120)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    @property
    def image(self) -> QImage:
        """What is shown."""
        return self._image

    def show_image(self, image: QImage) -> None:
        """Show another picture, a null one for none."""
        self._image = image
        self.updateGeometry()
        self.point_at(None)

    def sizeHint(self) -> QSize:
        return QSize(240, self.heightForWidth(240))

    def heightForWidth(self, width: int) -> int:
        """As high as the picture is at a width, but never much higher than wide."""
        share = 1.0 if self._image.isNull() else self._image.height() / self._image.width()
        return round(width * min(share, 1.3))

    def point_at(self, pixel: tuple[int, int] | None) -> None:
        """Point at a pixel: row and column."""
        self._pixel = pixel
        self.pixel_changed.emit(pixel)
        self.update()

    def paintEvent(self, _event: object) -> None:
        painter, colours = QPainter(self), theme.current()
        if self._image.isNull():
            painter.setPen(colours.border)
            painter.drawRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5))
            return
        place = self._place()
        draw_image(painter, self._image, place)
        if self._pixel is not None and self.hasFocus():
            scale = place.width() / self._image.width()
            row, column = self._pixel
            box = QRectF(place.left() + column * scale, place.top() + row * scale, scale, scale)
            painter.setPen(colours.accent)
            painter.drawRect(box.adjusted(-1, -1, 1, 1))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self.point_at(self._pixel_at(event.position()))

    def leaveEvent(self, _event: object) -> None:
        if not self.hasFocus():
            self.point_at(None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """The arrow keys go from pixel to pixel."""
        keys = Qt.Key
        steps = {keys.Key_Left: (0, -1), keys.Key_Right: (0, 1), keys.Key_Up: (-1, 0), keys.Key_Down: (1, 0)}
        step = steps.get(keys(event.key()))
        if step is None or self._image.isNull():
            super().keyPressEvent(event)
            return
        row, column = self._pixel or (0, 0)
        if self._pixel is not None:
            row, column = row + step[0], column + step[1]
        self.point_at((min(max(0, row), self._image.height() - 1), min(max(0, column), self._image.width() - 1)))

    def _place(self) -> QRectF:
        """At the top: what is said of the picture follows right below."""
        place = fitted(self._image, QRectF(self.rect()))
        place.moveTop(0)
        return place

    def _pixel_at(self, at: QPointF) -> tuple[int, int] | None:
        place = self._place()
        if self._image.isNull() or not place.contains(at):
            return None
        scale = place.width() / self._image.width()
        column, row = int((at.x() - place.left()) / scale), int((at.y() - place.top()) / scale)
        inside = row < self._image.height() and column < self._image.width()
        return (row, column) if inside else None


class PicturePanel(QWidget):
    """The picture, its values, and its facts."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.view = PixelView(self)
        self.view.setObjectName("data-picture")
        self.view.setAccessibleName("The picture")
        self.title, self.path = LineLabel("text", self), PathLabel(self)
        self.values, self.facts, self.trouble = QLabel(self), MutedLabel(parent=self), ToneLabel("error", self)
        self._picture: WholePicture | None = None
        self._arrange()
        self.view.pixel_changed.connect(self._show_values)
        self.clear()

    def clear(self) -> None:
        """Show no picture."""
        self._picture = None
        self.view.show_image(QImage())
        self.title.show_text("No picture")
        self.path.show_path(None)
        for label in (self.facts, self.trouble):
            label.setText("")

    def show_facts(self, holding: Holding, number: int) -> None:
        """Show what is known about a picture before it is read."""
        self.title.show_text(holding.name(number))
        self.path.show_path(Path(holding.index.files[number]) if holding.index.files else None)
        was = holding.classes[int(holding.index.labels[number])]
        words = [holding.class_name(number)]
        if was != words[0]:
            words[0] += f" (was {was})"
        words.append(holding.standing(number))
        if holding.is_confirmed(number):
            words.append("label called right by you")
        said = holding.suspected(number)
        doubt = [f"The run says {said}: Y calls it so, R calls the label right, E leaves it out."] if said else []
        self.facts.setText("\n".join([" · ".join(words), *holding.findings_of(number), *doubt]))

    def show_picture(self, picture: WholePicture) -> None:
        """Show the pixels."""
        self._picture = picture
        self.trouble.setText("")
        self.view.show_image(to_qimage(picture.pixels))

    def say(self, sentence: str) -> None:
        """Say why there are no pixels."""
        self._picture = None
        self.view.show_image(QImage())
        self.trouble.setText(capitalised(sentence))

    def _show_values(self, pixel: tuple[int, int] | None) -> None:
        if self._picture is None:
            self.values.setText("")
            return
        height, width = self._picture.size
        size = f"{width} × {height}" + (", shown smaller" if self._picture.shrunk else "")
        if pixel is None:
            self.values.setText(size)
            return
        row, column = pixel
        values = self._picture.pixels[row, column].tolist()
        names = ("R ", "G ", "B ", "A ") if len(values) > 2 else ("", "A ")
        told = "  ".join(f"{name}{value}" for name, value in zip(names, values, strict=False))
        self.values.setText(f"row {row}, column {column}:  {told}")
        self.view.setAccessibleDescription(self.values.text())

    def _arrange(self) -> None:
        self.title.setFont(theme.font("strong"))
        self.title.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.values.setObjectName("data-values")
        self.values.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.values.setFont(theme.font("small"))
        self.facts.setObjectName("data-picture-facts")
        self.trouble.setWordWrap(True)
        self.path.setFont(theme.font("small"))
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.S, theme.S, theme.S, theme.S)
        column.setSpacing(theme.XS)
        for widget in (self.view, self.values, self.title, self.facts, self.path, self.trouble):
            column.addWidget(widget)
        column.addStretch(1)
