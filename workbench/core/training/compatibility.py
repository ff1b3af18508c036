"""Whether a network, a data set, a plan and the machine fit together: sizes of pictures, classes, memory."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from workbench.core.data.preprocessing import Framing
from workbench.core.graph.network import Network
from workbench.core.layers.kind import describe_shape
from workbench.core.modelling.compile import refuse_errors
from workbench.core.modelling.heads import head_of, with_classes
from workbench.core.modelling.memory import training_memory
from workbench.core.modelling.shapes import analyse
from workbench.core.training.plan import TrainingPlan
from workbench.errors import Problem, Remedy, WorkbenchError
from workbench.machine import gigabytes, total_memory


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
    shape, wanted = analyse(network).output_shape, len(classes)
    if shape is None or shape == (wanted,):
        return None
    title = f"{network.name} gives {describe_shape(shape)}, but the data has {wanted} classes"
    head = head_of(network)
    if head is None or len(shape) != 1:
        return Problem("output", title, "let the network end in a Linear layer with one output for each class")
    edit = partial(with_classes, classes=wanted)
    return Problem(head.name, title, f"set the outputs of {head.name} to {wanted}", remedy=Remedy("Fit the head", edit))
