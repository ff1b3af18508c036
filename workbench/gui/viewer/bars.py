"""Named values as horizontal bars: predictions, class scores, the strongest values of a vector."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QSizePolicy, QWidget

from workbench.gui import theme


@dataclass(frozen=True)
class Bar:
    """One row: its name, its value, the value as text, and what it is: plain, the truth, or a mistake."""

    name: str
    value: float
    text: str
    role: str = "plain"


class BarList(QWidget):
    """Rows of bars on a common scale; negative values go left of the zero line."""

    def __init__(self, parent: QWidget | None = None, *, least_rows: int = 0) -> None:
        super().__init__(parent)
        self._least_rows = least_rows
        self._bars: tuple[Bar, ...] = ()
        self._full = 1.0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    @property
    def bars(self) -> tuple[Bar, ...]:
        """What is shown."""
        return self._bars

    def show_bars(self, bars: tuple[Bar, ...], *, full: float | None = None) -> None:
        """Show other rows; `full` is the value of a bar of full length (default: the largest)."""
        self._bars = bars
        self._full = full or max((abs(bar.value) for bar in bars), default=1.0) or 1.0
        self.setAccessibleDescription(", ".join(f"{bar.name} {bar.text}" for bar in bars))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """As high as its rows, or as the least number of rows, so that nothing below jumps."""
        return QSize(200, self._row_height() * max(self._least_rows, len(self._bars)))

    def paintEvent(self, event: object) -> None:
        """Name, bar and number of each row."""
        painter = QPainter(self)
        metrics = painter.fontMetrics()
        widest = max((metrics.horizontalAdvance(bar.name) for bar in self._bars), default=0)
        names = min(widest + 2, self.width() * 2 // 5)
        numbers = max((metrics.horizontalAdvance(bar.text) for bar in self._bars), default=0)
        for row, bar in enumerate(self._bars):
            line = QRectF(0, row * self._row_height(), self.width(), self._row_height())
            self._draw_row(painter, bar, line, names=names, numbers=numbers)

    def _draw_row(self, painter: QPainter, bar: Bar, line: QRectF, *, names: int, numbers: int) -> None:
        colours = theme.current()
        metrics, middle = painter.fontMetrics(), Qt.AlignmentFlag.AlignVCenter
        painter.setPen(colours.text if bar.role == "plain" else self._colour(bar))
        name = metrics.elidedText(bar.name, Qt.TextElideMode.ElideMiddle, names)
        painter.drawText(QRectF(0, line.top(), names, line.height()), Qt.AlignmentFlag.AlignLeft | middle, name)
        painter.setPen(colours.text)
        painter.drawText(line, Qt.AlignmentFlag.AlignRight | middle, bar.text)
        track = QRectF(line).adjusted(names + theme.S, 4, -numbers - theme.S, -4)
        painter.fillRect(track, colours.grid)
        painter.fillRect(self._bar_rect(bar, track), self._colour(bar))

    def _bar_rect(self, bar: Bar, track: QRectF) -> QRectF:
        signed = any(other.value < 0 for other in self._bars)
        zero = track.center().x() if signed else track.left()
        room = track.width() / 2 if signed else track.width()
        length = room * min(1.0, max(-1.0, bar.value / self._full))
        return QRectF(zero, track.top(), length, track.height()).normalized()

    def _colour(self, bar: Bar) -> QColor:
        colours = theme.current()
        return {"truth": colours.good, "mistake": colours.error}.get(bar.role, colours.accent)

    def _row_height(self) -> int:
        return self.fontMetrics().height() + theme.XS + 2
