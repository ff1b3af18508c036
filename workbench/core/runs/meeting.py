"""Where the ranks of a run find each other, and what they tell each other besides gradients.

torchrun, a batch system or `launching` has set RANK, WORLD_SIZE, MASTER_ADDR and MASTER_PORT: there is a store that all
ranks reach. The first rank opens the data and says in it what is to be trained; the others need no run folder at all,
only the data. Whoever meets a fault leaves it there too, so that the first rank can tell of it.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING

import msgspec

from workbench.core.data.preprocessing import Preprocessing
from workbench.core.training.plan import TrainingPlan
from workbench.errors import WorkbenchError, first_line

if TYPE_CHECKING:
    import torch
    from torch.distributed.distributed_c10d import Store

    from workbench.core.training.ranks import TogetherRanks

VARIABLES = ("RANK", "WORLD_SIZE", "MASTER_ADDR", "MASTER_PORT")
ORDERS, READY, FAULT, OVER, NOTHING = "orders", "ready", "fault", "over", b"-"
TO_MEET, TO_ANSWER = timedelta(minutes=15), timedelta(days=30)
"""A rank that does not come in time is not waited for; one that is there may be paused, or still reading its data."""
MOMENT = 0.05
"""Seconds between two looks at who is there."""


class Orders(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the first rank tells the others: all that decides the outcome, as it stands in the run folder."""

    plan: str
    network: str
    preprocessing: Preprocessing
    precision: str
    content: str
    """The digest of the pictures (`data.content.membership`)."""
    backend: str


class Fault(msgspec.Struct, frozen=True):
    """What ended a rank, in the words of a `WorkbenchError`."""

    title: str
    reason: str
    hint: str


def ranks_here() -> tuple[int, int] | None:
    """The number of this process among the ranks that were started, and how many they are; None for one alone."""
    if any(name not in os.environ for name in VARIABLES):
        return None
    try:
        rank, size = int(os.environ["RANK"]), int(os.environ["WORLD_SIZE"])
    except ValueError as error:
        raise WorkbenchError("RANK and WORLD_SIZE are no numbers", str(error), "torchrun sets them.") from error
    return (rank, size) if size > 1 else None


def restarts() -> int:
    """How often the ranks have been started again after one of them was gone."""
    return int(os.environ.get("TORCHELASTIC_RESTART_COUNT", "0"))


def meet() -> Meeting | None:
    """The meeting this process was started for, None if it was started alone; raises `WorkbenchError`."""
    here = ranks_here()
    return Meeting(*here) if here else None


class Meeting:
    """One rank's way to the others, from its start to its end."""

    def __init__(self, rank: int, size: int) -> None:
        self.rank, self.size = rank, size
        self._store, self._told = _store(), False

    def choose_device(self, wanted: str) -> torch.device:
        """This rank's device: its own graphics processor where the plan leaves the number open."""
        import torch

        from workbench.core.training.device import choose_device

        if wanted in ("auto", "cuda") and torch.cuda.is_available():
            device = choose_device(f"cuda:{_local('LOCAL_RANK', 0) % torch.cuda.device_count()}")
            torch.cuda.set_device(device)
            return device
        device = choose_device("cpu" if wanted == "auto" else wanted)
        if device.type not in ("cpu", "cuda"):
            raise WorkbenchError(f"Ranks cannot train on {device}", hint="Choose cpu, or leave --ranks away.")
        return device

    def tell(self, orders: Orders) -> None:
        """Say what is to be trained; only the first rank does."""
        self._told = True
        self._store.set(ORDERS, msgspec.json.encode(orders).decode())

    def orders(self) -> Orders | None:
        """What the first rank says is to be trained, once it does; None when there is nothing to train."""
        said = self._store.get(ORDERS)
        return None if said == NOTHING else msgspec.json.decode(said, type=Orders)

    def join(self, device: torch.device, backend: str) -> TogetherRanks:
        """Become one of the ranks: from here on the others wait for this one in every step.

        Raises `WorkbenchError` with the fault of a rank that could not begin.
        """
        from torch import distributed
        from torch.distributed.distributed_c10d import PrefixStore

        from workbench.core.training.ranks import RankGoneError, TogetherRanks

        self._wait_for_all()
        store = PrefixStore("group", self._store)
        try:
            distributed.init_process_group(
                backend, store=store, rank=self.rank, world_size=self.size, timeout=TO_ANSWER
            )
        except RuntimeError as error:
            raise RankGoneError(f"The ranks did not come together: {first_line(error)}") from error
        return TogetherRanks(self.rank, self.size, device)

    def confess(self, error: WorkbenchError) -> None:
        """Leave word of what ends this rank."""
        self._leave(f"{FAULT}/{self.rank}", msgspec.json.encode(Fault(error.title, error.reason, error.hint)).decode())

    def cause(self, error: Exception) -> Exception:
        """What has ended the training: the fault another rank has left word of, else the given one.

        Raises `RankGoneError` if that is all there is to say: then the ranks are started again, or the run is resumed.
        """
        from workbench.core.training.ranks import RankGoneError

        if isinstance(error, WorkbenchError):
            return error
        told = next(self._confessions(), None)
        if told is None and isinstance(error, RankGoneError):
            raise error
        return told or error

    def leave(self) -> None:
        """The first rank has ended as it should, or told its fault: nobody need wait for it or start it again."""
        if not self._told:
            self._leave(ORDERS, NOTHING.decode())
        self._leave(OVER, "1")
        self.part()

    def part(self) -> None:
        """Be none of the ranks any more; whoever still waits for this one learns that it is gone."""
        from torch import distributed

        if distributed.is_initialized():
            distributed.destroy_process_group()

    def is_over(self) -> bool:
        """Whether the first rank has left."""
        return self._knows(OVER)

    def wait_until_over(self) -> None:
        """Return once the first rank has left, or its store is gone."""
        with suppress(RuntimeError):
            self._store.wait([OVER], TO_ANSWER)

    def _wait_for_all(self) -> None:
        """Return once every rank has opened its data; raises `WorkbenchError` if one of them cannot."""
        self._leave(f"{READY}/{self.rank}", "1")
        for rank in range(self.size):
            while not self._is_ready(rank):
                if fault := next(self._confessions(), None):
                    raise fault
                if self.is_over():
                    raise WorkbenchError("The first rank has ended before the training began")
                time.sleep(MOMENT)

    def _is_ready(self, rank: int) -> bool:
        from workbench.core.training.ranks import RankGoneError

        try:
            return bool(self._store.check([f"{READY}/{rank}"]))
        except RuntimeError as error:
            raise RankGoneError(f"The first rank is gone: {first_line(error)}") from error

    def _confessions(self) -> Iterator[WorkbenchError]:
        for rank in range(self.size):
            if rank != self.rank and self._knows(f"{FAULT}/{rank}"):
                fault = msgspec.json.decode(self._store.get(f"{FAULT}/{rank}"), type=Fault)
                yield WorkbenchError(f"Rank {rank}: {fault.title}", fault.reason, fault.hint)

    def _knows(self, key: str) -> bool:
        try:
            return bool(self._store.check([key]))
        except RuntimeError:  # whoever kept the store is gone
            return False

    def _leave(self, key: str, value: str) -> None:
        with suppress(RuntimeError):
            self._store.set(key, value)
            self._store.check([key])  # an answer means that it has arrived


def _store() -> Store:
    from torch.distributed.distributed_c10d import PrefixStore
    from torch.distributed.rendezvous import rendezvous

    try:
        store: Store = next(rendezvous("env://", timeout=TO_MEET))[0]
    except (RuntimeError, ValueError) as error:
        where = f"{os.environ['MASTER_ADDR']}:{os.environ['MASTER_PORT']}"
        title, hint = f"The ranks cannot meet at {where}", "Choose a free port of the first host (MASTER_PORT)."
        raise WorkbenchError(title, first_line(error), hint) from error
    store.set_timeout(TO_ANSWER)
    return PrefixStore(f"start/{restarts()}", store)  # torchrun keeps what earlier starts have left in its store


def backend_for(device: torch.device) -> str:
    """How ranks with such devices talk: NCCL between graphics processors that each has for itself, gloo otherwise."""
    import torch
    from torch import distributed

    alone = _local("LOCAL_WORLD_SIZE", 1) <= torch.cuda.device_count()
    return "cpu:gloo,cuda:nccl" if device.type == "cuda" and alone and distributed.is_nccl_available() else "gloo"


def _local(name: str, default: int) -> int:
    return int(os.environ.get(name, default))


def too_many_ranks(plan: TrainingPlan, size: int) -> WorkbenchError | None:
    """Why the steps of a plan cannot be divided between so many ranks, or None."""
    from workbench.core.training.slices import LEAST

    pictures = plan.batch_size * plan.accumulation
    if size == 1 or pictures >= LEAST * size:
        return None
    reason = f"each rank needs at least {LEAST} pictures, and a step has {pictures}"
    return WorkbenchError(f"A step cannot be divided between {size} ranks", reason, "Take a larger batch.")
