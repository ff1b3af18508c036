"""What an operation of an augmentation is, and how one is defined.

An operation is a decorated record whose fields are its arguments, as with layer kinds: types, limits and help come from
the annotations, so forms, validation and tests need nothing else:

    @operation("vertical-flip")
    class VerticalFlip(Geometry, frozen=True):
        '''Mirrors pictures top to bottom.'''

        probability: Probability = 0.5

        def matrices(self, lots: Lots, canvas: Canvas) -> torch.Tensor:
            return where(lots.happens(self.probability), flip_rows(canvas), nothing(lots.count))

Pictures are `(count, height, width, channels)` with values between 0 and 255, in any memory format, so a batch of
`(count, channels, height, width)` is varied through `permute(0, 2, 3, 1)`, which copies nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, TypeVar

import msgspec
from msgspec import Meta

from workbench.core.data.augment.lots import Lots
from workbench.core.layers.arguments import plain_reason
from workbench.errors import Problem
from workbench.registry import Registry

if TYPE_CHECKING:
    import torch

Fill = Literal["black", "edge", "mirror"]
"""What is seen beyond the border of a picture: nothing, its outermost pixels, or the picture mirrored there."""

Probability = Annotated[float, Meta(ge=0, le=1, description="Share of the pictures it happens to.")]
Beyond = Annotated[Fill, Meta(description="What is seen beyond the border of the picture.")]


@dataclass(frozen=True)
class Canvas:
    """(height, width) of the pictures as they are, and of the network's input, to which a crop brings them."""

    size: tuple[int, int]
    target: tuple[int, int]


class Operation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Base of all operations; an instance is one validated set of arguments."""

    fewest_channels: ClassVar[int] = 1
    """With fewer channels the operation changes nothing: a gray picture has no hue."""

    @classmethod
    def name(cls) -> str:
        """The operation's name in plans and forms."""
        return next(name for name in OPERATIONS if OPERATIONS[name] is cls)


class Geometry(Operation, frozen=True):
    """An operation that moves pixels. What several of them do in turn is one matrix for each picture."""

    crops: ClassVar[bool] = False
    """Whether its result has the size of the network's input."""

    def matrices(self, lots: Lots, canvas: Canvas) -> torch.Tensor:
        """Where each picture's pixels are read: float32 `(count, 3, 3)` on the CPU.

        A matrix takes a point `(x, y, 1)` of the result to the point of the source shown there, in pixels from the top
        left corner, so the centre of the first pixel is (0.5, 0.5).
        """
        raise TypeError(f"{self.name()} does not define matrices")


class Change(Operation, frozen=True):
    """An operation that changes pixels where they are."""

    def change(self, pixels: torch.Tensor, lots: Lots) -> torch.Tensor:
        """The changed pictures. `pixels` are float32 and may be overwritten."""
        raise TypeError(f"{self.name()} does not define change")


OPERATIONS: Registry[type[Operation]] = Registry("augmentation operation")
Kind = TypeVar("Kind", bound=type[Operation])


def operation(name: str, *, fewest_channels: int = 1) -> Callable[[Kind], Kind]:
    """Put an operation into the catalog."""

    def register(kind: Kind) -> Kind:
        kind.fewest_channels = fewest_channels
        OPERATIONS.register(name)(kind)
        return kind

    return register


class Step(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An operation as a plan holds it: its name and the arguments that are not the defaults."""

    operation: str
    arguments: Mapping[str, Any] = {}


def step(made: Operation) -> Step:
    """The step that stands for an operation."""
    values, plain = msgspec.structs.asdict(made), msgspec.structs.asdict(type(made)())
    return Step(made.name(), {name: value for name, value in values.items() if value != plain[name]})


def parse(given: Step, where: str = "") -> Operation | Problem:
    """The operation of a step, or what is wrong with it; `where` names the step in the problem."""
    if given.operation not in OPERATIONS:
        return Problem(where, f"There is no operation {given.operation}", f"choose one of {', '.join(OPERATIONS)}")
    try:
        return msgspec.convert(dict(given.arguments), OPERATIONS[given.operation])
    except msgspec.ValidationError as error:
        message = str(error)
        _, _, path = message.partition(" - at `$.")
        field = f"{path.rstrip('`')}: " if path else ""
        return Problem(where, f"The {given.operation} is not possible", field + plain_reason(message))
