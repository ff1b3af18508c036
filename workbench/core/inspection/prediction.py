"""What a network takes a picture for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from workbench.core.inspection.capture import evaluation_mode
from workbench.errors import WorkbenchError


@dataclass(frozen=True)
class Guess:
    """One class and the probability that the network gives it."""

    index: int
    name: str
    probability: float


def predict(module: nn.Module, images: Tensor) -> Tensor:
    """The probability of each class `(count, classes)` for pictures `(count, channels, height, width)`, on the CPU.

    Raises `WorkbenchError` if the network cannot take the pictures or does not end in class scores.
    """
    device = next((parameter.device for parameter in module.parameters()), images.device)
    try:
        with evaluation_mode(module), torch.no_grad():
            scores: Tensor = module(images.to(device, copy=True))
    except RuntimeError as error:
        shape = " × ".join(map(str, images.shape[1:]))
        raise WorkbenchError(f"The network cannot run on a picture of {shape}", str(error).split("\n")[0]) from error
    if scores.ndim != 2:
        shape = " × ".join(map(str, scores.shape[1:]))
        raise WorkbenchError("This network gives no class scores", f"its output is {shape} values, not a vector")
    return scores.float().softmax(dim=1).cpu()


def strongest_guesses(probabilities: Tensor, classes: Sequence[str], count: int = 5) -> list[Guess]:
    """The most probable classes of one picture, from probabilities `(classes,)`; a class without a name is numbered."""
    values, indices = probabilities.topk(min(count, len(probabilities)))
    return [
        Guess(index, class_name(classes, index), value)
        for index, value in zip(indices.tolist(), values.tolist(), strict=True)
    ]


def class_name(classes: Sequence[str], index: int) -> str:
    """The name of a class, or its number where the network has more outputs than there are names."""
    return classes[index] if 0 <= index < len(classes) else f"class {index}"
