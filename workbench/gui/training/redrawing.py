"""Drawing what a run tells no more often than people read it, and not at all where nobody sees it.

Every redrawing takes a core from the training for about ten milliseconds; twenty a second would cost it a sixth of its
speed on two cores.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QWidget

LEAST_MS = 250
"""At most four redrawings a second."""


class Redrawing(QObject):
    """Draws a widget soon after it was asked to: at once where it has rested, and when it is seen again."""

    def __init__(self, widget: QWidget, draw: Callable[[], object]) -> None:
        super().__init__(widget)
        self._widget, self._draw = widget, draw
        self._due = False
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(LEAST_MS)
        self._rest.timeout.connect(self._go)
        widget.installEventFilter(self)

    def ask(self) -> None:
        """There is something to draw."""
        self._due = True
        if not self._rest.isActive():
            self._go()

    def now(self) -> None:
        """Draw without waiting, seen or not."""
        self._due = True
        self._make()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Show and not self._rest.isActive():
            self._go()
        return super().eventFilter(watched, event)

    def _go(self) -> None:
        if not self._due or not self._widget.isVisible():
            return
        if self._widget.window().isMinimized():
            self._rest.start()  # not every platform tells the parts of a window that it is back
        else:
            self._make()

    def _make(self) -> None:
        self._due = False
        self._rest.start()
        self._draw()
