"""Where the plain callbacks of the core meet Qt's signals."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

from workbench.core.graph.document import Document
from workbench.core.graph.network import Network

REDRAW_MS = 50
"""An inbox speaks at most twenty times a second."""


class DocumentBridge(QObject):
    """Turns the changes of a document into a signal until `close`."""

    changed = Signal(object, object)

    def __init__(self, document: Document, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._stop: Callable[[], None] | None = document.listen(self._tell)

    def close(self) -> None:
        """Listen no more."""
        stop, self._stop = self._stop, None
        if stop is not None:
            stop()

    def _tell(self, before: Network, after: Network) -> None:
        self.changed.emit(before, after)


class Inbox(QObject):
    """Takes items from any thread and hands them over on the window's, in order, at most twenty times a second.

    One signal for each batch or each downloaded block would slow down the work itself; here it pays an append.
    """

    arrived = Signal(list)
    _woken = Signal()

    def __init__(self, parent: QObject | None = None, *, interval_ms: int = REDRAW_MS) -> None:
        super().__init__(parent)
        self._items: deque[Any] = deque()
        self._awake = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(interval_ms)
        self._timer.timeout.connect(self.drain)
        self._woken.connect(self._timer.start, Qt.ConnectionType.QueuedConnection)

    def put(self, item: object) -> None:
        """Leave an item; callable from every thread."""
        self._items.append(item)
        if not self._awake:
            self._awake = True
            self._woken.emit()

    @Slot()
    def drain(self) -> None:
        """Hand over what has arrived now, without waiting for the timer."""
        self._awake = False
        items = []
        while self._items:
            items.append(self._items.popleft())
        if items:
            self.arrived.emit(items)
