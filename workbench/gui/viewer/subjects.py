"""Opening what is looked into, a run or a network with random weights, and keeping the last of it loaded.

Nothing here is imported with torch; every function that needs it loads it when it runs, on a lane.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.core.data.images import ImageData, ImagePart
from workbench.core.data.preprocessing import Framing, Preprocessing
from workbench.core.data.split import USUAL, Split
from workbench.core.graph.network import Network
from workbench.core.modelling.shapes import Analysis
from workbench.errors import WorkbenchError
from workbench.gui.training.remembered import recalled

if TYPE_CHECKING:
    from workbench.core.runs.folder import Run

Progress = Callable[[int, int], None]
REMEMBERED = 3
"""So many networks stay loaded."""


@dataclass(frozen=True, eq=False)
class Subject:
    """A network with weights, and the pictures it can be shown. `module` is a `torch.fx.GraphModule`."""

    title: str
    note: str
    trained: bool
    network: Network
    module: Any
    analysis: Analysis
    preprocessing: Preprocessing
    classes: tuple[str, ...] = ()
    samples: ImagePart | None = None
    trouble: str = ""
    """Why there are no samples."""


class Subjects:
    """Runs that were opened; one is loaded once while its weights stay the same. For a lane, not for the window."""

    def __init__(self) -> None:
        self._remembered: dict[Any, Subject] = {}

    def open(self, choice: Path | Network, spec: str, report: Progress) -> Subject:
        """A run, or a network with random weights and the pictures of the data set `spec`."""
        if isinstance(choice, Network):
            return untrained_subject(choice, spec, split=recalled().split(), progress=report)
        weights = choice / "checkpoints" / "best"
        key = (choice, weights.stat().st_mtime_ns if weights.exists() else 0)
        if key not in self._remembered:
            while len(self._remembered) >= REMEMBERED:
                self._remembered.pop(next(iter(self._remembered)))
            self._remembered[key] = open_subject(choice, report)
        return self._remembered[key]


def open_subject(path: Path, progress: Progress | None = None) -> Subject:
    """A run with its best weights; raises `WorkbenchError` if it has none yet.

    `progress` counts the pictures that are decoded and may raise to cancel.
    """
    from workbench.core.modelling.shapes import analyse
    from workbench.core.runs.folder import open_run

    run = open_run(path)
    samples, trouble = _samples(run, progress)
    return Subject(
        title=run.name,
        note=_weights_note(run),
        trained=True,
        network=run.network,
        module=run.module(which="best"),
        analysis=analyse(run.network),
        preprocessing=run.preprocessing,
        classes=run.classes,
        samples=samples,
        trouble=trouble,
    )


def untrained_subject(
    network: Network, spec: str, *, split: Split = USUAL, progress: Progress | None = None
) -> Subject:
    """A network with random weights and the pictures of a data set, framed for its input and split as asked.

    `progress` counts the pictures that are decoded and may raise to cancel.
    """
    from workbench.core.inspection.untrained import untrained_module
    from workbench.core.modelling.shapes import analyse

    module, analysis = untrained_module(network), analyse(network)
    channels, height, width = analysis.input_shape or (3, 32, 32)
    framing = Framing(channels, height, width)
    data, trouble = _data(spec, framing, split, progress)
    mean, std = _statistics(data, framing.channels)
    return Subject(
        title=network.name,
        note="Random weights: nothing has been learned yet.",
        trained=False,
        network=network,
        module=module,
        analysis=analysis,
        preprocessing=Preprocessing(framing, mean, std),
        classes=data.classes if data else (),
        samples=data.validation if data else None,
        trouble=trouble,
    )


def _weights_note(run: Run) -> str:
    """Of which epoch the best weights are."""
    epochs = run.epochs
    best = max(epochs, key=lambda epoch: epoch.validation_accuracy, default=None)
    if best is None:
        return "Weights of the best checkpoint"
    return f"Weights of epoch {best.epoch}, the best of {len(epochs)}"


def _samples(run: Run, progress: Progress | None) -> tuple[ImagePart | None, str]:
    try:
        return run.data(progress).validation, ""
    except WorkbenchError as error:
        return None, str(error)


def _data(spec: str, framing: Framing, split: Split, progress: Progress | None) -> tuple[ImageData | None, str]:
    from workbench.core.data.sources import open_data

    try:
        return open_data(spec, framing=framing, split=split, progress=progress), ""
    except WorkbenchError as error:
        return None, str(error)


def _statistics(data: ImageData | None, channels: int) -> tuple[tuple[float, ...], tuple[float, ...]]:
    from workbench.core.data.statistics import statistics

    if data is None:
        return (0.5,) * channels, (0.25,) * channels
    return statistics(data.train)
