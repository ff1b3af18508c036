"""A confusion matrix as a picture: rows are true classes, columns what they were taken for."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QHelpEvent, QPainter
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from workbench.gui import theme
from workbench.gui.widgets.pixels import to_qimage

SMALLEST_CELL = 18
"""Cells narrower than this show no number."""
NAMES_WIDTH = 90
MOST_CELLS = 60
"""With more classes a cell is a dot without a name or a number."""


class ConfusionView(QWidget):
    """Draws a matrix of counts; each row is shaded by its share of the row's pictures."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._counts: npt.NDArray[np.int64] = np.zeros((0, 0), np.int64)
        self._names: tuple[str, ...] = ()
        self.setObjectName("inspect-confusion")
        self.setAccessibleName("Confusion matrix")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(200, 160)

    def show_matrix(self, counts: npt.NDArray[np.int64], names: Sequence[str]) -> None:
        """Show other counts `(classes, classes)`."""
        self._counts, self._names = counts, tuple(names)
        right = int(counts.trace())
        self.setAccessibleDescription(f"{right} of {int(counts.sum())} right")
        self.update()

    def sizeHint(self) -> QSize:
        """Roomy enough for ten classes with numbers."""
        return QSize(420, 340)

    def cell(self, row: int, column: int) -> QRectF:
        """Where a cell is drawn."""
        area = self._area()
        side = max(len(self._counts), 1)
        width, height = area.width() / side, area.height() / side
        return QRectF(area.left() + column * width, area.top() + row * height, width, height)

    def paintEvent(self, event: QEvent) -> None:
        """Names at the left and below, a cell for each pair of classes."""
        painter = QPainter(self)
        painter.setFont(theme.font("small"))
        if len(self._counts) > MOST_CELLS:
            painter.drawImage(self._area(), to_qimage(self._shades()))
            return
        for row, counts in enumerate(self._counts):
            painter.setPen(theme.current().text)
            self._draw_name(painter, row)
            for column, count in enumerate(counts):
                self._draw_cell(painter, row, column, int(count))

    def event(self, event: QEvent) -> bool:
        """Say in words what a cell counts."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            QToolTip.showText(event.globalPos(), self._words(QPointF(event.pos())), self)
            return True
        return super().event(event)

    def _draw_name(self, painter: QPainter, row: int) -> None:
        metrics = painter.fontMetrics()
        line = self.cell(row, 0)
        if line.height() >= metrics.height() * 0.8:
            name = metrics.elidedText(self._names[row], Qt.TextElideMode.ElideRight, NAMES_WIDTH - theme.S)
            place = QRectF(0, line.top(), NAMES_WIDTH - theme.S, line.height())
            painter.drawText(place, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, name)
        below = self.cell(len(self._counts) - 1, row)
        if below.width() >= SMALLEST_CELL:
            name = metrics.elidedText(self._names[row], Qt.TextElideMode.ElideRight, int(below.width()) - 2)
            place = QRectF(below.left(), below.bottom() + 2, below.width(), metrics.height())
            painter.drawText(place, Qt.AlignmentFlag.AlignHCenter, name)

    def _draw_cell(self, painter: QPainter, row: int, column: int, count: int) -> None:
        colours = theme.current()
        share = count / max(1, int(self._counts[row].sum()))
        strong = colours.accent if row == column else colours.error
        shade = theme.mix(colours.canvas, strong, share=share**0.5 if count else 0.0)
        cell = self.cell(row, column)
        painter.fillRect(cell.adjusted(0.5, 0.5, -0.5, -0.5), shade)
        if count and min(cell.width(), cell.height()) >= SMALLEST_CELL - 4:
            painter.setPen(theme.readable_on(shade))
            painter.drawText(cell, Qt.AlignmentFlag.AlignCenter, str(count))

    def _shades(self) -> npt.NDArray[np.uint8]:
        """A pixel for each cell, where there are too many to draw one by one."""
        colours = theme.current()
        share = self._counts / np.maximum(1, self._counts.sum(axis=1, keepdims=True))
        ground, right, wrong = (np.array(_rgb(one)) for one in (colours.canvas, colours.accent, colours.error))
        strong = np.where(np.eye(len(share), dtype=bool)[..., None], right, wrong)
        shades: npt.NDArray[np.uint8] = (ground + (strong - ground) * np.sqrt(share)[..., None]).astype(np.uint8)
        return shades

    def _words(self, point: QPointF) -> str:
        area, side = self._area(), len(self._counts)
        if not side or not area.contains(point):
            return ""
        row = min(side - 1, int((point.y() - area.top()) / area.height() * side))
        column = min(side - 1, int((point.x() - area.left()) / area.width() * side))
        count, truth, taken = self._counts[row, column], self._names[row], self._names[column]
        return f"{truth}: {count} right" if row == column else f"{truth} taken for {taken}: {count}"

    def _area(self) -> QRectF:
        return QRectF(self.rect()).adjusted(NAMES_WIDTH, 2, -2, -self.fontMetrics().height() - theme.XS)


def _rgb(colour: QColor) -> list[float]:
    return [float(colour.red()), float(colour.green()), float(colour.blue())]
