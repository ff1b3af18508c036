"""Operations one after the other: moves that follow each other become one matrix and one sampling."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING

from workbench.core.data.augment.lots import Lots
from workbench.core.data.augment.matrices import shifts
from workbench.core.data.augment.operation import Canvas, Change, Fill, Geometry, Operation, Step, parse
from workbench.core.data.augment.presets import AUGMENTATIONS
from workbench.core.data.augment.resampling import resampled
from workbench.core.data.preprocessing import Framing, centre_crop
from workbench.core.layers.lazy import LazyModule
from workbench.errors import Problem, WorkbenchError

if TYPE_CHECKING:
    import torch
else:
    torch = LazyModule("torch")

Stage = tuple[Geometry, ...] | Change


@dataclass(frozen=True)
class Pipeline:
    """Varies batches by its operations, one after the other."""

    operations: tuple[Operation, ...]

    def __call__(self, pixels: torch.Tensor, framing: Framing, lots: Lots) -> torch.Tensor:
        """Pictures of the network's input from stored ones, both `(count, height, width, channels)`, 0 to 255.

        `pixels` are uint8 or float32 on any device, at least of the input's size, and stay as they are. The result is
        uint8 where pixels were only moved by whole pixels, else float32.
        """
        stages = _stages(self.operations)
        varied = pixels if stages and isinstance(stages[0], tuple) else centre_crop(pixels, framing)
        for stage in stages:
            if isinstance(stage, Change):
                varied = stage.change(_own(varied, pixels), lots)
            else:
                varied = _moved(varied, stage, (framing.height, framing.width), lots)
        return varied


def pipeline_of(augmentation: str, steps: Sequence[Step] = ()) -> Pipeline:
    """The pipeline of a plan: its own steps where it has any, else those of a preset.

    Raises `WorkbenchError` for a preset or an operation that does not exist, or an argument that is not possible.
    """
    if not steps:
        return Pipeline(AUGMENTATIONS[augmentation]())
    operations = []
    for number, given in enumerate(steps):
        operation = parse(given, f"step {number + 1}")
        if isinstance(operation, Problem):
            raise WorkbenchError(f"The augmentation is not possible: {operation.title}", operation.reason)
        operations.append(operation)
    return Pipeline(tuple(operations))


def step_problems(steps: Iterable[Step], where: str) -> tuple[Problem, ...]:
    """What is wrong with the steps of a plan, each at its place: `where.0`, `where.1` ..."""
    parsed = (parse(given, f"{where}.{number}") for number, given in enumerate(steps))
    return tuple(problem for problem in parsed if isinstance(problem, Problem))


def idle_steps(pipeline: Pipeline, channels: int) -> tuple[Problem, ...]:
    """A note on each operation that changes nothing because the pictures have too few channels."""
    return tuple(
        Problem(operation.name(), f"{operation.name()} changes nothing", "these pictures have no colours", "info")
        for operation in pipeline.operations
        if operation.fewest_channels > channels
    )


def _stages(operations: Iterable[Operation]) -> list[Stage]:
    """Moves that can be sampled at once together, changes alone."""
    stages: list[Stage] = []
    for operation in operations:
        if isinstance(operation, Change):
            stages.append(operation)
        elif isinstance(operation, Geometry):
            before = stages.pop() if stages and isinstance(stages[-1], tuple) else ()
            assert isinstance(before, tuple)
            together = len(_fills((*before, operation))) < 2
            stages += [(*before, operation)] if together else [before, (operation,)]
    return stages


def _fills(moves: Iterable[Geometry]) -> set[Fill]:
    """How the moves look beyond the border, as far as they do."""
    return {fill for move in moves if (fill := getattr(move, "fill", None))}


def _moved(pixels: torch.Tensor, moves: tuple[Geometry, ...], target: tuple[int, int], lots: Lots) -> torch.Tensor:
    """All moves as one, and the middle of the picture where none of them takes a part of it."""
    size, matrices = (pixels.shape[1], pixels.shape[2]), []
    for move in moves:
        matrices.append(move.matrices(lots, Canvas(size, target)))
        size = target if move.crops else size
    if size != target:
        down, right = (round((old - new) / 2) for old, new in zip(size, target, strict=True))
        matrices.append(shifts(right, down))
    return resampled(pixels, reduce(torch.matmul, matrices), target, next(iter(_fills(moves)), "edge"))


def _own(pixels: torch.Tensor, given: torch.Tensor) -> torch.Tensor:
    """Float pixels that may be overwritten, each channel a plane of its own: rows are runs of numbers."""
    shared = pixels.untyped_storage().data_ptr() == given.untyped_storage().data_ptr()
    planes = pixels.permute(0, 3, 1, 2)
    planes = planes.to(torch.float32, memory_format=torch.contiguous_format, copy=shared)
    return planes.permute(0, 2, 3, 1)
