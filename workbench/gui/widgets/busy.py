"""A row that shows how far something slow has come, and can cancel it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QWidget

from workbench.gui import theme
from workbench.gui.background import Background
from workbench.gui.bridge import Inbox
from workbench.gui.widgets.buttons import push_button
from workbench.gui.widgets.labels import ToneLabel


class NoLongerWantedError(Exception):
    """Ends a piece of work whose answer nobody waits for; the answer is dropped, so nobody sees it."""


def wanted_report(inbox: Inbox, jobs: Background) -> Callable[[int, int], None]:
    """A progress callback for work on a lane: it fills the inbox, and ends the work when nobody wants the answer."""

    def report(done: int, total: int) -> None:
        inbox.put((done, total))
        if not jobs.wanted():
            raise NoLongerWantedError

    return report


class BusyRow(QWidget):
    """Text, progress and Cancel; hidden while nothing goes on. `report` is for the background thread."""

    cancelled = Signal()

    def __init__(self, prefix: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._inbox = Inbox(self)
        self._inbox.arrived.connect(lambda items: self._show(*items[-1]))
        self._text = ToneLabel("text", self)
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._bar = QProgressBar(self)
        self._bar.setObjectName(f"{prefix}-progress")
        self._bar.setAccessibleName("Progress")
        self._cancel = push_button("Cancel", f"{prefix}-cancel", self.cancelled.emit)
        self.setFocusProxy(self._cancel)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.M)
        layout.addWidget(self._text)
        layout.addWidget(self._bar, 1)
        layout.addWidget(self._cancel)
        self.hide()

    def start(self, text: str) -> None:
        """Show that something has begun; how much there is to do is not known yet."""
        self._text.setText(text)
        self._bar.setRange(0, 0)
        self.show()

    def reporter(self, jobs: Background) -> Callable[[int, int], None]:
        """A progress callback for work on a lane; it ends the work when the answer is no longer wanted."""
        return wanted_report(self._inbox, jobs)

    def report(self, done: int, total: int) -> None:
        """Take a report from any thread."""
        self._inbox.put((done, total))

    def _show(self, done: int, total: int) -> None:
        scale = max(1, total // 1_000_000)  # a progress bar counts in 32 bits
        self._bar.setRange(0, total // scale)
        self._bar.setValue(done // scale)
