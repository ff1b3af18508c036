"""Python's garbage collector, kept on the thread of the window.

Python collects cycles on whichever thread happens to allocate next. A lane or a training would then destroy widgets,
timers and items of a canvas that went out of use: Qt crashes or waits for ever when that happens on another thread.
"""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer

LOOK_MS = 250
"""How often it is asked whether there is enough to collect."""


class GarbageCollector(QObject):
    """Collects from the event loop of the thread that made it, and nowhere else, until `stop`.

    The generations and their thresholds are Python's own; only the moment and the thread are chosen here.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._was_enabled = gc.isenabled()
        gc.disable()
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_MS)
        self._timer.timeout.connect(self.look)
        self._timer.start()

    def look(self) -> None:
        """Collect the oldest generation that has reached its threshold."""
        pairs = zip(gc.get_count(), gc.get_threshold(), strict=True)
        due = [generation for generation, (count, most) in enumerate(pairs) if count > most > 0]
        if due:
            gc.collect(due[-1])

    def settle(self) -> None:
        """Look no more at what is there already: the loaded libraries stay until the end, and looking takes long."""
        gc.freeze()

    def stop(self) -> None:
        """Leave collecting to Python again."""
        self._timer.stop()
        if self._was_enabled:
            gc.enable()
