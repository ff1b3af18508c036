"""What can be done with the plan of the form besides training it at once: let it wait, or search its values."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QHBoxLayout, QWidget

from workbench.gui import icons, theme
from workbench.gui.runs.queue_keeper import QueueKeeper
from workbench.gui.training.plan_form import PlanForm
from workbench.gui.widgets.action_button import action_button
from workbench.gui.workspace import Workspace

if TYPE_CHECKING:
    from workbench.core.graph.network import Network
    from workbench.core.training.plan import TrainingPlan
    from workbench.gui.runs.sweep_dialog import SweepDialog


class LaterRow(QWidget):
    """Buttons under Train."""

    def __init__(self, workspace: Workspace, form: PlanForm, parent: QWidget) -> None:
        super().__init__(parent)
        self._workspace, self._form = workspace, form
        self.keeper = QueueKeeper.of(workspace)
        self.queue = self._action("Add to queue", "plus", "Ctrl+Shift+U", self.add_to_queue)
        self.sweep = self._action("Sweep…", "compare", "Ctrl+Shift+W", self.open_sweep)
        self.dialog: SweepDialog | None = None
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.S)
        for name, action in (("queue", self.queue), ("sweep", self.sweep)):
            row.addWidget(action_button(f"train-{name}", action, self))
        form.changed.connect(self.check)
        workspace.sweep_requested.connect(self.show_sweep)
        self.check()

    def check(self) -> None:
        """Enable what can be done with the plan as it stands; a run in training is in nobody's way."""
        obstacle = self._form.obstacle()
        for action in self.actions():
            action.setEnabled(not obstacle)
            action.setStatusTip(obstacle)

    def add_to_queue(self) -> None:
        """Let the plan wait for its turn, with the network as it is at this moment."""
        if not self._form.obstacle():
            plan, network = self._form.plan(), self._workspace.document.network
            self._form.remember()
            self.keeper.add(plan, network, f"{network.name}-{Path(plan.data).stem or plan.data}")

    def open_sweep(self) -> None:
        """Search values around the plan; the dialog of a sweep at work is shown again."""
        dialog = self._made_dialog()
        dialog.list_known()
        self._show(dialog)

    def show_sweep(self, folder: Path) -> None:
        """Show a sweep that was begun, or that waits."""
        dialog = self._made_dialog()
        dialog.show_sweep(folder)
        self._show(dialog)

    def _made_dialog(self) -> SweepDialog:
        if self.dialog is None:
            from workbench.gui.runs.sweep_dialog import SweepDialog

            self.dialog = SweepDialog(self._workspace, self._subject, self.window())
            self.dialog.plan_chosen.connect(self._take_best)
        return self.dialog

    def _show(self, dialog: SweepDialog) -> None:
        dialog.check()
        dialog.show()
        dialog.raise_()

    def stop_and_wait(self) -> None:
        """End a sweep with a checkpoint, before the window closes."""
        self.keeper.stop_and_wait()
        if self.dialog is not None:
            self.dialog.stop_and_wait()

    def _subject(self) -> tuple[TrainingPlan, Network]:
        return self._form.plan(), self._workspace.document.network

    def _take_best(self, plan: TrainingPlan) -> None:
        self._form.set_values(plan)
        self._workspace.message.emit("The best values of the sweep are in the form.")

    def _action(self, text: str, icon: str, shortcut: str, call: Callable[[], None]) -> QAction:
        action = QAction(text, self)
        icons.set_icon(action, icon)
        action.setShortcut(QKeySequence(shortcut))
        action.triggered.connect(lambda _checked=False: call())
        self.addAction(action)
        return action
