"""What the pages of measures have in common: each draws a part of a run's history, or says why there is none yet."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QVBoxLayout, QWidget

from workbench.gui import theme
from workbench.gui.training.history import RunHistory

NOT_YET = "Layers are measured twice in an epoch; the first figures come with the first report."
NOT_JUDGED = "This is measured on the validation pictures at the end of each epoch."


class Page(QWidget):
    """One page; it is made when it is first looked at."""

    title = ""
    """What its tab says."""
    tip = ""
    """What it is for, in a sentence."""

    def __init__(self, prefix: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(f"{prefix}-measures-{self.title.lower()}")
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(theme.S)

    @staticmethod
    def missing(history: RunHistory) -> str:
        """Why there is nothing to show of a run, in a sentence; empty when there is."""
        return ""

    def draw(self, history: RunHistory, folder: Path | None) -> None:
        """Show a run as far as it has come; `folder` is that of the run."""
        raise NotImplementedError
