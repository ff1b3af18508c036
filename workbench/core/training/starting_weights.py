"""Starting from weights in a file: everything must fit, except what the plan leaves fresh."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from torch import Tensor, nn

from workbench.core.training.checkpoint import load_weight_file
from workbench.core.training.phases import is_below
from workbench.errors import WorkbenchError


def load_starting_weights(module: nn.Module, path: Path, *, fresh: Collection[str] = ()) -> None:
    """Load a file of weights into a module; nodes named by `fresh` (or below) keep what they have.

    Raises `WorkbenchError` naming the first key that is missing, left over, or of another shape.
    """
    wanted = {key: value for key, value in module.state_dict().items() if not is_below(key, fresh)}
    given = {key: value for key, value in load_weight_file(path).items() if not is_below(key, fresh)}
    difference = first_difference(wanted, given)
    if difference:
        raise WorkbenchError(f"The weights in {path.name} do not fit the network", difference)
    module.load_state_dict(given, strict=False)


def first_difference(wanted: dict[str, Tensor], given: dict[str, Tensor]) -> str:
    """The first key with which two state dicts differ, in a sentence; empty if they fit."""
    for key, value in wanted.items():
        if key not in given:
            return f"{key} is not in the file"
        if given[key].shape != value.shape:
            return f"{key} is {tuple(given[key].shape)} in the file and {tuple(value.shape)} in the network"
    extra = next((key for key in given if key not in wanted), None)
    return f"the network has no {extra}" if extra else ""
