"""What every page of the wizard is."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from workbench.errors import Problem
from workbench.gui import theme
from workbench.gui.transfer.labels import Text
from workbench.gui.transfer.state import WizardState
from workbench.gui.workspace import Workspace


class Page(QWidget):
    """A page shows a part of the state and changes it; its `problem` keeps the user from going on."""

    title = ""
    heading = ""
    first: QWidget | None = None
    """What the keyboard goes to when the page comes into view."""

    def __init__(self, workspace: Workspace, state: WizardState, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.workspace, self.state = workspace, state
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(theme.M)
        self.column.addWidget(Text(self.heading, role="title"))

    def enter(self) -> None:
        """Called when the page comes into view."""

    def problem(self) -> Problem | None:
        """Why the next page cannot be gone to, or None."""
        return None
