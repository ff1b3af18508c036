"""A number of any size, typed or walked to in round steps."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QWheelEvent
from PySide6.QtWidgets import QLineEdit, QWidget


class NumberEdit(QLineEdit):
    """A number of any size, `1e-4` too; the arrow keys and the wheel go along 1, 2, 5, 10."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextMargins(2, 0, 0, 0)  # in line with the spin boxes above and below

    def number(self) -> float | str:
        """The number, or the text if it is none."""
        text = self.text().strip().replace(",", ".")
        try:
            return float(text)
        except ValueError:
            return text

    def show_number(self, value: float | str) -> None:
        """Show a number, or what was typed instead of one; a text that says the same stays as it is typed."""
        if isinstance(value, str):
            self.setText(value)
        elif self.number() != value:
            self.set_number(value)

    def set_number(self, value: float) -> None:
        """Show a number in as few digits as it needs."""
        self.setText(f"{value:.10g}")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Up: 1, Qt.Key.Key_Down: -1}.get(Qt.Key(event.key()))
        if step is None:
            super().keyPressEvent(event)
        else:
            self._step(step)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus():
            self._step(1 if event.angleDelta().y() > 0 else -1)

    def _step(self, direction: int) -> None:
        value = self.number()
        if isinstance(value, float) and 0 < value < 1e12:
            self.set_number(next_round_number(value, direction))


def next_round_number(value: float, direction: int) -> float:
    """The next larger (1) or smaller (-1) of 1, 2, 5 times a power of ten."""
    ladder = [float(f"{digit}e{power}") for power in range(-14, 14) for digit in (1, 2, 5)]
    if direction > 0:
        return next((rung for rung in ladder if rung > value * (1 + 1e-9)), value)
    return next((rung for rung in reversed(ladder) if rung < value * (1 - 1e-9)), value)
