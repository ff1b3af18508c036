"""What a training begins with: all that was decided and opened, and the network with its starting weights."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, fx, nn

from workbench.core.data.batches import Batches
from workbench.core.data.images import ImageData
from workbench.core.data.preprocessing import Preprocessing
from workbench.core.graph.network import Network
from workbench.core.modelling.compile import build_module
from workbench.core.modelling.randomness import DrawingFrom
from workbench.core.training import checkpoint
from workbench.core.training.initialization import INITIALIZATIONS, zero_last_norms
from workbench.core.training.plan import TrainingPlan
from workbench.core.training.ranks import ALONE, Ranks
from workbench.core.training.starting_weights import load_starting_weights
from workbench.core.training.whitening import PICTURES, whiten_first


@dataclass(frozen=True)
class TrainingJob:
    """All that a training needs, decided and opened; `checkpoints` is the folder of its `last` and `best`."""

    plan: TrainingPlan
    network: Network
    data: ImageData
    preprocessing: Preprocessing
    checkpoints: Path
    device: torch.device
    precision: str
    ranks: Ranks = ALONE


def new_module(job: TrainingJob) -> fx.GraphModule:
    """The network with its starting weights, on the device, in the memory format that is fastest for convolutions.

    A training that goes on needs the file of weights it began with no more.
    """
    with DrawingFrom(torch.Generator().manual_seed(job.plan.seed)):
        module = build_module(job.network)
        INITIALIZATIONS[job.plan.initialization](module)
    if job.plan.zero_last_norm:
        zero_last_norms(module, job.network)
    if job.plan.whiten_first:
        whiten_first(module, job.network, _some_pictures(job))
    if job.plan.stochastic_depth is not None:
        set_stochastic_depth(module, job.plan.stochastic_depth)
    if job.plan.weights is not None and not checkpoint.has_checkpoint(job.checkpoints / "last"):
        load_starting_weights(module, Path(job.plan.weights), fresh=job.plan.fresh)
    return module.to(job.device).to(memory_format=torch.channels_last)


def _some_pictures(job: TrainingJob) -> Tensor:
    """The first training pictures as the network gets them, none varied."""
    part, count = job.data.train, min(len(job.data.train.labels), PICTURES)
    batches = Batches(part, preprocessing=job.preprocessing, batch_size=count, seed=0)
    return next(batches.in_order(count))[0]


def set_stochastic_depth(module: nn.Module, rate: float) -> None:
    """Let the chance that a branch is left out grow evenly to `rate` at the last branch (arXiv 1603.09382)."""
    from torchvision.ops import StochasticDepth

    layers = [layer for layer in module.modules() if isinstance(layer, StochasticDepth)]
    for number, layer in enumerate(layers, start=1):
        layer.p = rate * number / len(layers)
