"""What a training step takes, below the choice of the groups that are computed again."""

from __future__ import annotations

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QWidget

from workbench.core.graph.network import Network
from workbench.core.training.plan import TrainingPlan, unknown_names
from workbench.errors import WorkbenchError
from workbench.gui import theme
from workbench.gui.widgets.labels import ToneLabel
from workbench.gui.workspace import Workspace
from workbench.machine import memory_size

LANE = "parts"
DELAY_MS = 300


class MemoryLine(ToneLabel):
    """Says the predicted memory of a step, without and with what is computed again; it counts while it is seen."""

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__("muted", parent)
        self.setObjectName("train-step-memory")
        self.setFont(theme.font("small"))
        self.setWordWrap(True)
        self._workspace = workspace
        self._plan: TrainingPlan | None = None
        self._asked: object = None

    def show_plan(self, plan: TrainingPlan) -> None:
        """Predict what a step of a plan takes."""
        self._plan = plan
        self._ask()

    def showEvent(self, event: QShowEvent) -> None:
        """Predict when the section is opened."""
        super().showEvent(event)
        self._ask()

    def _ask(self) -> None:
        plan, network = self._plan, self._workspace.document.network
        if plan is None or not self.isVisible():
            return
        question = (network, plan.batch_size, plan.optimizer, plan.precision, plan.recompute)
        if self._asked is not None and question == self._asked:
            return
        self._asked = question
        if plan.field_problems() or any(problem.where == "recompute" for problem in unknown_names(plan, network)):
            self.setText("")
            return
        self._workspace.jobs.submit(
            lambda: predicted(plan, network),
            owner=self,
            lane=LANE,
            key="memory",
            done=self.setText,
            failed=lambda _error: self.setText(""),
            delay_ms=DELAY_MS,
        )


def predicted(plan: TrainingPlan, network: Network) -> str:
    """The sentence; called on a lane."""
    from workbench.core.modelling.memory import training_memory

    precision = "bf16" if plan.precision == "bf16" else "fp32"

    def total(again: tuple[str, ...]) -> int:
        return training_memory(
            network, batch=plan.batch_size, optimizer=plan.optimizer, precision=precision, recompute=again
        ).total

    try:
        kept = total(())
        told = f"A step takes about {memory_size(kept)} in {precision}"
        return (
            f"{told}, {memory_size(total(plan.recompute))} with these computed again." if plan.recompute else f"{told}."
        )
    except WorkbenchError:  # the network is broken, which is told elsewhere
        return ""
