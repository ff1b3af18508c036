"""The dialog that looks for the largest batch: what fits, and what a step with it takes, predicted and measured."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from workbench.core.graph.network import Network
from workbench.core.training.control import Control
from workbench.core.training.plan import TrainingPlan
from workbench.gui.training.search_dialog import SearchDialog
from workbench.gui.widgets.sentences import sentence
from workbench.gui.workspace import Workspace
from workbench.machine import memory_size

if TYPE_CHECKING:
    from workbench.core.training.batch_finder import FittingBatch


class BatchSearch(SearchDialog):
    """Searches for the largest batch of a plan as soon as it is made."""

    def __init__(self, workspace: Workspace, plan: TrainingPlan, parent: QWidget | None = None) -> None:
        super().__init__("train-batch-finder", "Find the largest batch", "batch", parent)
        self.found: FittingBatch | None = None
        self._control = Control()
        self.setMinimumWidth(420)
        network, control = workspace.document.network, self._control
        self.told.setText(f"Looking for the largest batch of {network.name} that fits into memory…")
        workspace.jobs.submit(
            lambda: searched(plan, network, control, progress=lambda batch: self._inbox.put((batch, 0))),
            owner=self,
            lane="rate",
            key="batch",
            done=self._show,
            failed=self.fail,
        )

    def give_up(self) -> None:
        """End the search before the next batch."""
        self._control.stop()

    def _advance(self, told: list[tuple[int, int]]) -> None:
        if self.searching and self._wanted:
            self.told.setText(f"Looking whether {told[-1][0]:,} pictures fit into memory…")

    def _show(self, found: FittingBatch) -> None:
        self.found = found
        self._inbox.drain()
        self.told.setText("\n".join(told(found)))
        self.take_answer(found.batch, f"Use {found.batch:,}")


def told(found: FittingBatch) -> list[str]:
    """A batch in sentences: why it is this one, and what a step takes."""
    lines = [
        f"{found.batch:,} pictures fit at a time. {sentence(found.reason)}",
        f"Predicted: a step takes {memory_size(found.predicted)}.",
    ]
    if found.measured is not None:
        measured = found.measured
        lines.append(
            f"Measured: {memory_size(measured.bytes)} with {measured.batch:,} pictures, "
            f"where {memory_size(measured.predicted)} were predicted."
        )
    return lines


def searched(
    plan: TrainingPlan, network: Network, control: Control, *, progress: Callable[[int], None]
) -> FittingBatch:
    """Open the data and search; called on a lane."""
    from workbench.core.data.sources import open_data
    from workbench.core.training.batch_finder import find_batch
    from workbench.core.training.compatibility import framing_of
    from workbench.core.training.device import choose_device, choose_precision

    framing = plan.preprocessing.framing if plan.preprocessing else framing_of(network)
    data = open_data(plan.data, framing=framing, split=plan.split())
    device = choose_device(plan.device)
    return find_batch(
        plan,
        network,
        device=device,
        precision=choose_precision(plan.precision, device),
        pictures=len(data.train),
        control=control,
        progress=progress,
    )
