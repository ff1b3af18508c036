"""How much the decoded pictures take that are kept between trainings, and the button that gives them up."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from workbench.core.data.published.definition import megabytes
from workbench.core.data.store.cache import cache_size, clear_cache
from workbench.gui import theme
from workbench.gui.background import Background
from workbench.gui.widgets.labels import ToneLabel

LANE = "cache"


class CacheRow(QWidget):
    """One line; counting and clearing happen on a lane."""

    cleared = Signal(str)
    """A sentence on what became free."""

    def __init__(self, jobs: Background, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self.amount = ToneLabel("muted", self)
        self.amount.setObjectName("data-cache-size")
        self.amount.setFont(theme.font("small"))
        self.amount.setToolTip("Pictures are decoded once and kept, so that a training can begin at once.")
        self.clear = QPushButton("Clear", self)
        self.clear.setObjectName("data-cache-clear")
        self.clear.setAccessibleName("Clear the decoded pictures")
        self.clear.setToolTip("Give up the decoded pictures of all sets; they are decoded again when they are needed.")
        self.clear.setEnabled(False)
        self.clear.clicked.connect(self.clear_now)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.amount, 1)
        row.addWidget(self.clear)

    def refresh(self) -> None:
        """Count anew."""
        self._jobs.submit(cache_size, owner=self, lane=LANE, key="size", done=self._show)

    def clear_now(self) -> None:
        """Give up all kept pictures."""
        self.clear.setEnabled(False)
        self._jobs.submit(clear_cache, owner=self, lane=LANE, key="clear", done=self._tell)

    def _show(self, size: int) -> None:
        self.amount.setText(f"{megabytes(size)} in the cache" if size else "Cache is empty")
        self.clear.setEnabled(size > 0)

    def _tell(self, freed: int) -> None:
        self.cleared.emit(f"{megabytes(freed)} of decoded pictures given up")
        self.refresh()
