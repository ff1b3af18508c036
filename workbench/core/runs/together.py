"""Training a run as one of several ranks: what the first says to the others, and how the others come along."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.core.graph.network import Network
from workbench.core.graph.storage import from_json, to_json
from workbench.core.runs.folder import DataCard, Run
from workbench.core.runs.meeting import Meeting, Orders, backend_for, restarts, too_many_ranks
from workbench.core.training.control import Control
from workbench.core.training.events import Warned
from workbench.core.training.plan import changed
from workbench.core.training.plan_files import plan_from_json, plan_to_json
from workbench.errors import WorkbenchError

if TYPE_CHECKING:
    import torch

    from workbench.core.training.beginning import TrainingJob
    from workbench.core.training.ranks import Ranks

NOWHERE = Path("/nonexistent")
"""The checkpoints of a rank that writes none."""


def begin(meeting: Meeting, run: Run, card: DataCard, *, device: torch.device, precision: str) -> Ranks:
    """Tell the other ranks what the run is, and join them; raises `WorkbenchError` where it cannot be divided."""
    if problem := too_many_ranks(run.plan, meeting.size):
        raise problem
    backend = backend_for(device)
    texts = (plan_to_json(run.plan).decode(), to_json(run.network).decode())
    meeting.tell(Orders(*texts, card.preprocessing, precision, card.content, backend))
    return meeting.join(device, backend)


def news(meeting: Meeting, network: Network, device: torch.device) -> Iterator[Warned]:
    """What a reader of the run should know of its ranks."""
    if again := restarts():
        title = f"The ranks were started again ({again}): one of them was gone"
        yield Warned(time=time.time(), title=title, reason="the run goes on from its last checkpoint")
    if device.type == "cpu" and any("BatchNorm" in node.kind for node in network):
        title = f"Batch normalization takes its means over the pictures of each of the {meeting.size} ranks"
        reason = "as with a smaller batch; one process, or graphics processors, take them over the whole step"
        yield Warned(time=time.time(), title=title, reason=reason)


def come_along(meeting: Meeting, control: Control) -> bool:
    """Train what the first rank says, writing nothing; whether it went well.

    Raises `RankGoneError` when another rank is gone and has not said why.
    """
    well = _come_along(meeting, control)
    meeting.part()
    return well


def _come_along(meeting: Meeting, control: Control) -> bool:
    from workbench.core.training.faults import DivergenceError, in_words
    from workbench.core.training.ranks import RankGoneError

    try:
        _load_torch()
        orders = meeting.orders()
        if orders:
            _walk(_job(meeting, orders), control)
    except DivergenceError:  # every rank has met it; the first looks for the layer
        meeting.wait_until_over()
        return False
    except Exception as error:
        if isinstance(error, RankGoneError) and meeting.is_over():
            return False
        told = meeting.cause(error)
        if told is error:
            meeting.confess(in_words(error, log="the standard error of the rank"))
        if not isinstance(error, WorkbenchError | RankGoneError):
            raise
        return False
    return True


def _load_torch() -> None:
    """Load what every training needs while the first rank opens its data."""
    for name in ("torch._dynamo", "workbench.core.training.loop"):  # the first optimizer loads the one: it takes long
        import_module(name)


def _walk(job: TrainingJob, control: Control) -> None:
    from workbench.core.training.heap import kept_heap
    from workbench.core.training.loop import training_loop

    with kept_heap():
        for _event in training_loop(job, control):
            pass


def _job(meeting: Meeting, orders: Orders) -> TrainingJob:
    from workbench.core.data.content import membership
    from workbench.core.data.sources import open_data
    from workbench.core.training.beginning import TrainingJob

    plan, network = plan_from_json(orders.plan.encode()), from_json(orders.network.encode())
    device = meeting.choose_device(plan.device)
    data = open_data(plan.data, framing=orders.preprocessing.framing, split=plan.split())
    if membership(data) != orders.content:
        reason = f"{plan.data} on {socket.gethostname()} holds other pictures than where the run is"
        raise WorkbenchError("The ranks would train on different data", reason, "Copy the data of the first host.")
    ranks = meeting.join(device, orders.backend)
    plain = changed(plan, weights=None)  # the weights come from the first rank
    return TrainingJob(plain, network, data, orders.preprocessing, NOWHERE, device, orders.precision, ranks)
