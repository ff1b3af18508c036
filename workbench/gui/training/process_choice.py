"""Whether a training runs in this process or in one of its own; kept between two starts."""

from __future__ import annotations

from PySide6.QtWidgets import QCheckBox, QVBoxLayout, QWidget

from workbench.gui import theme
from workbench.gui.training.remembered import recalled_where, remember_where
from workbench.gui.training.thread import Where
from workbench.gui.widgets.muted import MutedLabel

HELP = "Slower to begin; whatever happens to it, the window goes on."


class ProcessChoice(QWidget):
    """A box to tick, with a line of help."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.box, help_line = QCheckBox("In a process of its own", self), MutedLabel(HELP, self)
        self.box.setObjectName("train-isolated")
        self.box.setAccessibleName("Train in a process of its own")
        self.box.setToolTip(f"Train in a process of its own. {HELP}")
        self.box.setChecked(recalled_where() == "apart")
        self.box.toggled.connect(lambda _checked: remember_where(self.where))
        help_line.setFont(theme.font("small"))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.box)
        column.addWidget(help_line)

    @property
    def where(self) -> Where:
        """Where the next training runs."""
        return "apart" if self.box.isChecked() else "here"
