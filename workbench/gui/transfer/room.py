"""The Transfer room: a wizard from a folder of photos to a checked network, in the window, not in a dialog."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from workbench.core.transfer.backbones import BACKBONES, Backbone
from workbench.gui import theme
from workbench.gui.transfer.backbone_page import BackbonePage
from workbench.gui.transfer.how_page import HowPage
from workbench.gui.transfer.page import Page
from workbench.gui.transfer.photos_page import PhotosPage
from workbench.gui.transfer.result_page import ResultPage
from workbench.gui.transfer.state import WizardState
from workbench.gui.transfer.steps import StepBar
from workbench.gui.transfer.train_page import TrainPage
from workbench.gui.widgets.buttons import primary_button, push_button
from workbench.gui.widgets.problem import ProblemLabel
from workbench.gui.workspace import Workspace


class TransferRoom(QWidget):
    """Five pages, the steps above them, Back and Next below; what keeps Next from working stands beside it."""

    name, title, icon = "transfer", "Transfer", "transfer"

    def __init__(
        self,
        workspace: Workspace,
        parent: QWidget | None = None,
        *,
        backbones: Mapping[str, Backbone] = BACKBONES,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("transfer-wizard")
        self.setAccessibleName("Transfer learning wizard")
        self._state = WizardState(backbones, self)
        self._train = TrainPage(workspace, self._state)
        self.pages: tuple[Page, ...] = (
            PhotosPage(workspace, self._state),
            BackbonePage(workspace, self._state),
            HowPage(workspace, self._state),
            self._train,
            ResultPage(workspace, self._state),
        )
        self._stack = QStackedWidget(self)
        for page in self.pages:
            self._stack.addWidget(page)
        self._reason = ProblemLabel(self)
        self._back = push_button("Back", "transfer-back", lambda: self.go(self.index - 1), icon="chevron-left")
        self._next = primary_button("Next", "transfer-next", lambda: self.go(self.index + 1), parent=self)
        self._steps = StepBar([page.title for page in self.pages], self)  # last, so that Tab comes to it last
        self._steps.chosen.connect(self.go)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(theme.XL, theme.L, theme.XL, theme.L)
        layout.setSpacing(theme.L)
        layout.addWidget(self._steps)
        layout.addWidget(self._stack, 1)
        layout.addLayout(self._footer())
        self._state.changed.connect(self._follow)
        workspace.runs_changed.connect(self._follow)
        self._follow()

    @property
    def index(self) -> int:
        """The number of the page in view, from 0."""
        return self._stack.currentIndex()

    def go(self, index: int) -> None:
        """Show a page, if everything before it is in order."""
        if 0 <= index <= self._reachable():
            self._stack.setCurrentIndex(index)
            self.pages[index].enter()
            self._follow()
            self._focus_page()

    def enter(self) -> None:
        """Called when the room comes into view."""
        self.pages[self.index].enter()
        self._follow()

    def commands(self) -> list[QAction]:
        """What the command palette offers of this room."""
        offered = []
        for text, pressed in (("Next step", self._next), ("Previous step", self._back)):
            action = QAction(f"Transfer: {text}", self)
            action.triggered.connect(pressed.click)
            offered.append(action)
        return offered

    def close_room(self) -> bool:
        """End a training with a checkpoint before the window closes; it can be resumed from the Runs room."""
        if self._train.is_training and self._train.run is not None:
            self._train.run.stop_and_wait()
        return True

    def _footer(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(theme.M)
        row.addWidget(self._back)
        self._reason.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        row.addStretch(1)
        row.addWidget(self._reason, 100)  # takes the room there is; the stretch does while it is hidden
        row.addWidget(self._next)
        return row

    def _focus_page(self) -> None:
        """Give the keyboard to what the page is about, so that Enter and Tab go on from there."""
        wanted = self.pages[self.index].first or (self._next if self._next.isEnabled() else self._back)
        wanted.setFocus(Qt.FocusReason.OtherFocusReason)

    def _reachable(self) -> int:
        """The last page that can be gone to: those before it have no problem."""
        return next(
            (index for index, page in enumerate(self.pages[:-1]) if page.problem() is not None), len(self.pages) - 1
        )

    def _follow(self) -> None:
        last = self.index == len(self.pages) - 1
        problem = self.pages[self.index].problem()
        self._steps.show_steps(self.index, self._reachable())
        self._back.setVisible(self.index > 0)
        self._next.setVisible(not last)
        self._next.setEnabled(problem is None)
        self._reason.show_problem(None if last else problem)
