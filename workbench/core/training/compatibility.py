"""Whether a network, a data set, a plan and the machine fit together: sizes of pictures, classes, memory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from workbench.core.data.index import DataIndex
from workbench.core.data.pictures import UnusablePictureError, read_picture, upright_pixels
from workbench.core.data.preprocessing import Framing
from workbench.core.graph.network import Network
from workbench.core.layers.kind import describe_shape
from workbench.core.modelling.compile import refuse_errors
from workbench.core.modelling.lint.ending import output_not_classes
from workbench.core.modelling.lint.pictures import grey_or_colour
from workbench.core.modelling.lint.rule import DataFacts, Subject
from workbench.core.modelling.memory import training_memory
from workbench.core.modelling.shapes import analyse
from workbench.core.training.plan import TrainingPlan
from workbench.errors import Problem, WorkbenchError
from workbench.machine import gigabytes, total_memory

LOOKED_AT = 32
"""Pictures that are looked at to tell grey from colour."""


def framing_of(network: Network) -> Framing:
    """How pictures must be framed for the network's input; raises `WorkbenchError` if the network cannot run."""
    analysis = analyse(network)
    refuse_errors(analysis)
    channels, height, width = analysis.input_shape or (0, 0, 0)
    if channels not in (1, 3):
        title = f"{network.name} takes pictures of {channels} channels"
        raise WorkbenchError(title, "pictures have 1 channel (grey) or 3 (colour)")
    return Framing(channels, height, width)


def framing_problem(network: Network, framing: Framing) -> Problem | None:
    """Why pictures framed like this do not go into the network, or None; raises `WorkbenchError` as `framing_of`."""
    wanted = framing_of(network)
    shapes = [describe_shape((each.channels, each.height, each.width)) for each in (wanted, framing)]
    if shapes[0] == shapes[1]:
        return None
    return Problem("preprocessing", f"{network.name} takes {shapes[0]}", f"the plan frames pictures to {shapes[1]}")


def memory_problem(network: Network, plan: TrainingPlan, *, precision: str) -> Problem | None:
    """Why this machine's own memory cannot hold a training step, or None.

    Asked before anything is built: a system that runs out of memory ends the whole program without a word.
    """
    has = total_memory()
    needed = training_memory(
        network, batch=plan.batch_size, optimizer=plan.optimizer, precision=precision, recompute=plan.recompute
    ).total
    if needed <= has:
        return None
    reason = f"a step with a batch of {plan.batch_size:,} takes {gigabytes(needed)}, the machine has {gigabytes(has)}"
    return Problem("batch_size", f"{network.name} does not fit into memory", reason)


def output_problem(network: Network, classes: Sequence[str]) -> Problem | None:
    """What is wrong with the network's output for these classes, with the remedy of another head; None if it fits."""
    return next(output_not_classes(Subject(analyse(network), DataFacts(classes=len(classes)))), None)


def colour_problem(network: Network, channels: int | None) -> Problem | None:
    """That grey pictures meet a network for colour or the other way round, which nobody would notice; else None.

    `channels` is what `channels_of` tells of the data.
    """
    return next(grey_or_colour(Subject(analyse(network), DataFacts(channels=channels))), None)


def channels_of(index: DataIndex) -> int | None:
    """1 if the pictures of a set are grey, however they are stored, 3 for colour, None for anything else.

    Judged by a few pictures from all over the set; a file that cannot be read says nothing.
    """
    seen = {_channels(pixels) for pixels in _some_pictures(index)}
    return max(seen, default=None) if seen <= {1, 3} else None


def _some_pictures(index: DataIndex) -> Iterator[npt.NDArray[np.uint8]]:
    numbers = np.unique(np.linspace(0, len(index) - 1, LOOKED_AT).astype(np.int64)) if len(index) else ()
    for number in numbers:
        if index.pictures is not None:
            yield index.pictures[int(number)]
            continue
        try:
            yield np.asarray(upright_pixels(read_picture(Path(index.files[number]), at_least=64), 3))
        except UnusablePictureError:
            continue


def _channels(pixels: npt.NDArray[np.uint8]) -> int:
    """The channels of a picture `(height, width, channels)`, of which equal ones count once."""
    grey = pixels.shape[-1] == 3 and bool((pixels == pixels[..., :1]).all())
    return 1 if grey else int(pixels.shape[-1])
