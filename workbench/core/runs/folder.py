"""The folder that holds a run: what was planned, what happened, what was learned.

`plan.json`, `network.json`, `data.json`, `environment.json`, `events.jsonl`, `log.txt`, `checkpoints/last|best`.
Reading one never needs torch until its weights are asked for.
"""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import msgspec

from workbench.core.data.preprocessing import Preprocessing
from workbench.core.graph.network import Network
from workbench.core.graph.storage import load_network
from workbench.core.training.events import AnyEvent, EpochDone, RunFailed, RunFinished, from_lines
from workbench.core.training.plan import TrainingPlan
from workbench.core.training.plan_files import plan_from_json
from workbench.errors import WorkbenchError
from workbench.files import BROKEN_JSON, read_file

if TYPE_CHECKING:
    from collections.abc import Callable

    import PIL.Image
    import torch

    from workbench.core.data.images import ImageData

PLAN, NETWORK, DATA, ENVIRONMENT, EVENTS, LOG = (
    "plan.json",
    "network.json",
    "data.json",
    "environment.json",
    "events.jsonl",
    "log.txt",
)
CHECKPOINTS = "checkpoints"
State = Literal["complete", "stopped", "failed", "unfinished"]
Which = Literal["best", "last"]


class DataCard(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a run knows of its data without opening it again."""

    name: str
    spec: str
    classes: tuple[str, ...]
    train_images: int
    validation_images: int
    preprocessing: Preprocessing
    skipped: tuple[str, ...] = ()
    """Files that could not be used, each with the reason."""
    content: str = ""
    """The digest of every picture and its label, part by part (`data.content.membership`): what the run saw."""


class Run:
    """A run on the disk. The properties raise `WorkbenchError` when the file behind them is missing or broken."""

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)

    @property
    def name(self) -> str:
        """The name of the folder."""
        return self.path.name

    @cached_property
    def plan(self) -> TrainingPlan:
        """What was to be done."""
        return plan_from_json(self._read(PLAN), source=str(self.path / PLAN))

    @cached_property
    def network(self) -> Network:
        """The network as it was trained."""
        return load_network(self.path / NETWORK)

    @property
    def data_card(self) -> DataCard:
        """Classes, preprocessing and counts; known once the run has opened its data."""
        try:
            return msgspec.json.decode(self._read(DATA), type=DataCard)
        except BROKEN_JSON as error:
            raise WorkbenchError(f"{self.path / DATA} is damaged", str(error)) from error

    @property
    def classes(self) -> tuple[str, ...]:
        """The names of the classes in the order of the network's outputs."""
        return self.data_card.classes

    @property
    def preprocessing(self) -> Preprocessing:
        """What is done to a picture before the network sees it."""
        return self.data_card.preprocessing

    def events(self) -> list[AnyEvent]:
        """What has happened so far, without what a resumed run did again."""
        path = self.path / EVENTS
        return from_lines(read_file(path).splitlines()) if path.exists() else []

    @property
    def state(self) -> State:
        """How the run ended, or `unfinished` for one that is running or was killed."""
        match self.events()[-1:]:
            case [RunFailed()]:
                return "failed"
            case [RunFinished(stopped=stopped)]:
                return "stopped" if stopped else "complete"
        return "unfinished"

    @property
    def epochs(self) -> list[EpochDone]:
        """The epochs that are done."""
        return [event for event in self.events() if isinstance(event, EpochDone)]

    @property
    def checkpoints(self) -> Path:
        """The folder of the checkpoints."""
        return self.path / CHECKPOINTS

    def preprocess(self, image: PIL.Image.Image) -> torch.Tensor:
        """A picture as the network wants it, `(1, channels, height, width)` float32."""
        from workbench.core.data.preprocessing import frame, to_tensor

        return to_tensor(frame(image, self.preprocessing.framing)[None], self.preprocessing)

    def weights(self, which: Which = "best") -> dict[str, torch.Tensor]:
        """The weights of a checkpoint by node name, on the CPU."""
        from workbench.core.training.checkpoint import load_weights

        return load_weights(self.checkpoints / which)

    def module(self, which: Which = "best") -> torch.nn.Module:
        """The trained network in evaluation mode on the CPU; draws no random numbers."""
        from workbench.core.modelling.compile import build_module
        from workbench.core.training.starting_weights import first_difference

        module, weights = build_module(self.network, device="meta"), self.weights(which)
        difference = first_difference(module.state_dict(), weights)
        if difference:
            raise WorkbenchError(f"The {which} weights of {self.name} do not fit its network", difference)
        module.load_state_dict(weights, strict=True, assign=True)
        return module.eval()

    def data(self, progress: Callable[[int, int], None] | None = None) -> ImageData:
        """The data of the run, opened again; `progress` counts pictures and may raise to cancel."""
        from workbench.core.data.sources import open_data

        framing, split = self.preprocessing.framing, self.plan.split()
        return open_data(self.plan.data, framing=framing, split=split, progress=progress)

    def _read(self, name: str) -> bytes:
        try:
            return (self.path / name).read_bytes()
        except OSError as error:
            reason = error.strerror or str(error)
            raise WorkbenchError(f"{self.path} is not a complete run", f"{name}: {reason}") from error


def open_run(path: Path | str) -> Run:
    """The run in a folder; raises `WorkbenchError` if there is none."""
    run = Run(path)
    if not (run.path / PLAN).is_file():
        reason = "there is no plan.json in it" if run.path.is_dir() else "there is no such folder"
        raise WorkbenchError(f"{path} is not a run", reason)
    return run


def list_runs(root: Path) -> list[Run]:
    """All runs below a folder (broken ones included), newest first."""
    if not root.is_dir():
        return []
    folders = [path.parent for path in root.glob(f"*/{PLAN}")]
    return [Run(path) for path in sorted(folders, key=_begun, reverse=True)]


def _begun(path: Path) -> float:
    try:
        return (path / PLAN).stat().st_mtime
    except OSError:  # somebody has just removed it
        return 0.0
