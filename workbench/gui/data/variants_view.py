"""Nine pictures side by side: one as it is, and eight that a training makes of it; values under the mouse."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QImage, QKeyEvent, QMouseEvent, QPainter
from PySide6.QtWidgets import QWidget

from workbench.gui import theme
from workbench.gui.widgets.pixels import draw_image, fitted, to_qimage

if TYPE_CHECKING:
    from workbench.core.data.variants import Variant

SPAN = 2.5
"""After normalization, minus this is shown black and plus this white."""
CELLS = 9


@dataclass(frozen=True)
class _Cell:
    variant: Variant
    caption: str
    image: QImage


class VariantsView(QWidget):
    """The pictures before or after normalization."""

    value_changed = Signal(str)
    """The values under the mouse, in words; empty for none."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("data-variants")
        self.setAccessibleName("What the training sees")
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumSize(200, 200)
        self._variants: list[Variant] = []
        self._cells: list[_Cell] = []
        self._is_normalized = False
        self._chosen = 0

    @property
    def images(self) -> list[QImage]:
        """What is shown."""
        return [cell.image for cell in self._cells]

    @property
    def captions(self) -> list[str]:
        """What stands below the pictures."""
        return [cell.caption for cell in self._cells]

    def show_variants(self, variants: Sequence[Variant]) -> None:
        """Show other pictures; the first is the unvaried one."""
        known = {id(cell.variant): cell for cell in self._cells}
        self._variants = list(variants)
        self._cells = [known.get(id(variant)) or self._cell(variant) for variant in variants]
        self.setAccessibleDescription(", ".join(self.captions))
        self.update()

    def show_stage(self, normalized: bool) -> None:
        """Show the tensors before or after normalization."""
        self._is_normalized, self._cells = normalized, []
        self.show_variants(self._variants)

    def describe(self, cell: int, row: int, column: int) -> str:
        """The values of a pixel of a picture."""
        variant = self._variants[cell]
        whole, tensor = variant.pixels[row, column], variant.normalized[:, row, column]
        names = ("R ", "G ", "B ") if len(whole) == 3 else ("",)
        values = zip(names, whole.tolist(), tensor.tolist(), strict=True)
        told = "   ".join(f"{name}{pixel} → {value:+.4f}" for name, pixel, value in values)
        return f"row {row}, column {column}:  {told}"

    def paintEvent(self, _event: object) -> None:
        painter, colours = QPainter(self), theme.current()
        painter.fillRect(self.rect(), colours.canvas)
        painter.setFont(theme.font("small"))
        for number, cell in enumerate(self._cells):
            box = self._box(number)
            draw_image(painter, cell.image, self._place(number))
            painter.setPen(colours.muted if number else colours.text)
            below = QRectF(box.left(), box.bottom() - self._line(), box.width(), self._line())
            painter.drawText(below, Qt.AlignmentFlag.AlignCenter, cell.caption)
            if self.hasFocus() and number == self._chosen:
                painter.setPen(colours.accent)
                painter.drawRect(self._place(number).adjusted(-2, -2, 2, 2))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self.value_changed.emit(self._words_at(event.position()))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._chosen = next((n for n in range(len(self._cells)) if self._box(n).contains(event.position())), 0)
        self.update()

    def leaveEvent(self, _event: object) -> None:
        self.value_changed.emit("")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """The arrow keys go from picture to picture and tell the values at its middle."""
        keys, columns = Qt.Key, self._columns()
        steps = {keys.Key_Left: -1, keys.Key_Right: 1, keys.Key_Up: -columns, keys.Key_Down: columns}
        step = steps.get(keys(event.key()))
        if step is None or not self._cells:
            super().keyPressEvent(event)
            return
        self._chosen = min(max(0, self._chosen + step), len(self._cells) - 1)
        height, width = self._variants[self._chosen].pixels.shape[:2]
        words = self.describe(self._chosen, height // 2, width // 2)
        self.value_changed.emit(f"{self._cells[self._chosen].caption}, {words}")
        self.update()

    def _cell(self, variant: Variant) -> _Cell:
        caption = "Unvaried" if variant.epoch < 0 else f"Epoch {variant.epoch + 1}, step {variant.step + 1}"
        pixels = _shown(variant.normalized) if self._is_normalized else variant.pixels
        return _Cell(variant, caption, to_qimage(pixels))

    def _columns(self) -> int:
        """Columns that leave the pictures largest."""
        counts = range(1, CELLS + 1)
        return max(counts, key=lambda columns: min(self.width() / columns, self.height() / -(-CELLS // columns)))

    def _line(self) -> int:
        return self.fontMetrics().height() + 2

    def _box(self, number: int) -> QRectF:
        columns = self._columns()
        width, height = self.width() / columns, self.height() / -(-CELLS // columns)
        box = QRectF(number % columns * width, number // columns * height, width, height)
        return box.adjusted(theme.XS, theme.XS, -theme.XS, -theme.XS)

    def _place(self, number: int) -> QRectF:
        return fitted(self._cells[number].image, self._box(number).adjusted(0, 0, 0, -self._line()))

    def _words_at(self, at: QPointF) -> str:
        for number, cell in enumerate(self._cells):
            place = self._place(number)
            if place.contains(at):
                scale = cell.image.width() / place.width()
                column, row = int((at.x() - place.left()) * scale), int((at.y() - place.top()) * scale)
                inside = row < cell.image.height() and column < cell.image.width()
                return f"{cell.caption}, {self.describe(number, row, column)}" if inside else ""
        return ""


def _shown(tensor: npt.NDArray[np.float32]) -> npt.NDArray[np.uint8]:
    """Numbers about zero as light: `-SPAN` black, 0 grey, `SPAN` white."""
    light = np.rint((tensor.transpose(1, 2, 0) + SPAN) * (255 / (2 * SPAN)))
    return light.clip(0, 255).astype(np.uint8)
