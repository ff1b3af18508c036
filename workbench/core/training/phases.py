"""The parts of a plan: phases with rates of their own, and parameters with a rate of their own; loads no torch."""

from __future__ import annotations

from collections.abc import Collection
from fnmatch import fnmatchcase
from typing import Annotated, ClassVar, Literal

import msgspec
from msgspec import Meta

from workbench.core.graph.cut import is_below as is_below

Rate = Annotated[float, Meta(gt=0, le=100, description="Size of a step of the optimizer.")]
Epochs = Annotated[int, Meta(ge=1, le=100_000, description="Passes over the training pictures.")]
Names = tuple[str, ...]


class ParameterGroup(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Parameters with a rate or a decay of their own: `layer4`, `layer4.*`, `*.bias`."""

    WORD: ClassVar[str] = "group"
    pattern: Annotated[str, Meta(min_length=1, description="A node, a group, or names with * and ?.")]
    rate: Annotated[float, Meta(gt=0, le=1000, description="Multiplies the learning rate.")] = 1.0
    decay: Annotated[float, Meta(ge=0, le=1000, description="Multiplies the weight decay.")] = 1.0


class Phase(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A part of a run with its own rate. Frozen nodes keep parameters and buffers bit for bit."""

    WORD: ClassVar[str] = "phase"
    epochs: Epochs
    learning_rate: Rate
    trainable: Annotated[
        Names, Meta(description="Nodes or groups that alone train; empty means all that is not frozen.")
    ] = ()
    frozen: Annotated[Names, Meta(description="Nodes or groups that do not train.")] = ()
    norm: Annotated[
        Literal["train", "affine", "frozen"],
        Meta(description="What BatchNorm does: train, learn its scale and offset only (affine), or nothing (frozen)."),
    ] = "train"
    groups: Annotated[
        tuple[ParameterGroup, ...],
        Meta(description="Rates and decays of some parameters; they come before those of the plan."),
    ] = ()


def fits(name: str, pattern: str) -> bool:
    """Whether a parameter lies at or below the node or group a pattern names, or matches it with `*` and `?`."""
    return is_below(name, (pattern,)) or fnmatchcase(name, pattern)


def is_frozen(name: str, phase: Phase) -> bool:
    """Whether a module or parameter stays as it is: it is frozen, or it is not among the few that train."""
    if is_below(name, phase.frozen):
        return True
    return bool(phase.trainable) and not is_below(name, phase.trainable) and not _holds(name, phase.trainable)


def _holds(name: str, prefixes: Collection[str]) -> bool:
    return any(prefix.startswith(name + ".") for prefix in prefixes)
