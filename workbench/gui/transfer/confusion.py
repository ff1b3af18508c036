"""A small confusion matrix: rows are the true classes, columns what the network said."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QHelpEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QToolTip, QWidget

from workbench.gui import theme

CELL, SMALL_CELL, LABEL = 44, 18, 96
MOST_LABELLED = 8


class ConfusionMatrix(QWidget):
    """Counts as cells: right ones in the good colour, mistakes in that of errors, as deep as their share."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("transfer-confusion")
        self._counts: npt.NDArray[np.int64] = np.zeros((0, 0), np.int64)
        self._classes: tuple[str, ...] = ()

    def show_counts(self, counts: npt.NDArray[np.int64], classes: Sequence[str]) -> None:
        """Show the counts of a confusion matrix."""
        self._counts, self._classes = counts, tuple(classes)
        right = int(np.trace(counts))
        self.setAccessibleName(f"Confusion matrix: {right} of {int(counts.sum())} right")
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        side = self._cell() * max(1, len(self._classes))
        return QSize(LABEL + side + 2, self._top() + side + 2)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent):
            row, column = self._at(event.pos().x(), event.pos().y())
            if row is not None and column is not None:
                QToolTip.showText(event.globalPos(), self._sentence(row, column), self)
            return True
        return super().event(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setFont(theme.font("small"))
        colours, cell = theme.current(), self._cell()
        for row, name in enumerate(self._classes):
            share = self._counts[row] / max(1, self._counts[row].sum())
            self._write_label(painter, QRectF(0, self._top() + row * cell, LABEL - theme.S, cell), name)
            for column in range(len(self._classes)):
                box = QRectF(LABEL + column * cell, self._top() + row * cell, cell - 2, cell - 2)
                tone = colours.good if row == column else colours.error
                painter.fillRect(box, theme.mix(colours.raised, tone, share=0.75 * float(share[column])))
                self._write_count(painter, box, row, column)
        if self._named():
            painter.setPen(colours.muted)
            for column, name in enumerate(self._classes):
                box = QRectF(LABEL + column * cell, 0, cell - 2, self._top())
                text = QFontMetrics(painter.font()).elidedText(name, Qt.TextElideMode.ElideRight, cell - 2)
                painter.drawText(box, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignVCenter, text)

    def _write_label(self, painter: QPainter, box: QRectF, name: str) -> None:
        painter.setPen(theme.current().text)
        text = QFontMetrics(painter.font()).elidedText(name, Qt.TextElideMode.ElideRight, int(box.width()))
        painter.drawText(box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, text)

    def _write_count(self, painter: QPainter, box: QRectF, row: int, column: int) -> None:
        count = int(self._counts[row, column])
        if self._named() and count:
            share = 0.75 * count / max(1, int(self._counts[row].sum()))
            colours = theme.current()
            tone = colours.good if row == column else colours.error
            painter.setPen(theme.readable_on(theme.mix(colours.raised, tone, share=share)))
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, str(count))

    def _sentence(self, row: int, column: int) -> str:
        count, total = int(self._counts[row, column]), int(self._counts[row].sum())
        said = "recognized" if row == column else f"taken for {self._classes[column]}"
        return f"{count} of {total} photos of {self._classes[row]} {said}"

    def _at(self, x: int, y: int) -> tuple[int | None, int | None]:
        column, row = (x - LABEL) // self._cell(), (y - self._top()) // self._cell()
        inside = 0 <= row < len(self._classes) and 0 <= column < len(self._classes)
        return (row, column) if inside else (None, None)

    def _named(self) -> bool:
        return len(self._classes) <= MOST_LABELLED

    def _cell(self) -> int:
        return CELL if self._named() else SMALL_CELL

    def _top(self) -> int:
        return 22 if self._named() else 0
