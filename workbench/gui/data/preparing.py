"""What a training would begin with: the set opened for the network, its normalization, and one picture in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np

from workbench.core.data.images import ImageData, ImagePart, Indices
from workbench.core.data.preprocessing import Preprocessing
from workbench.core.data.split import Split
from workbench.core.graph.network import Network
from workbench.gui.data.holding import Holding
from workbench.gui.data.recipe_panel import Recipe

if TYPE_CHECKING:
    from workbench.core.data.variants import Place, Variant

VARIANTS = 8
EPOCHS = 64
"""Epochs in which a picture is looked for; balanced sampling may leave it out of many."""


@dataclass(frozen=True, eq=False)
class Prepared:
    """A set as a training of a network opens it."""

    holding: Holding
    network: Network
    data: ImageData
    preprocessing: Preprocessing
    members: tuple[Indices, Indices]
    """The numbers in the holding of the pictures of both parts, where these are arrays."""

    def place(self, number: int) -> tuple[ImagePart, int] | None:
        """The part that a picture of the holding is in, and its number there; None if it is in neither.

        Files are found by their names: near-duplicates may have been moved to the same part when they were decoded.
        """
        holding = self.holding
        parts = (self.data.train, self.data.validation)
        if holding.index.files:
            file = holding.index.files[number]
            return next(((part, part.files.index(file)) for part in parts if file in part.files), None)
        for part, members in zip(parts, self.members, strict=True):
            place = int(np.searchsorted(members, number))
            if place < len(members) and members[place] == number:
                return part, place
        return None


def prepare(holding: Holding, network: Network, split: Split, progress: Callable[[int, int], None]) -> Prepared:
    """Open the set as a training would; raises `WorkbenchError` where it does not suit the network."""
    from workbench.core.data.arranging import arrangement
    from workbench.core.data.health.scan import scan
    from workbench.core.data.sources import open_data
    from workbench.core.data.statistics import statistics
    from workbench.core.training.compatibility import framing_of

    framing = framing_of(network)
    data = open_data(holding.spec, framing=framing, split=split, progress=progress)
    made = arrangement(
        holding.index,
        holding.decisions,
        split if not holding.index.files else Split(near_duplicates="anywhere"),
        groups_of=lambda index: scan(index, progress).groups(index.labels),
    )
    preprocessing = Preprocessing(framing, *statistics(data.train))
    return Prepared(holding, network, data, preprocessing, (made.train, made.validation))


def training_variants(prepared: Prepared, number: int, recipe: Recipe, *, sampling: str) -> Iterator[Variant]:
    """The first `VARIANTS` tensors that a training with this recipe makes of a picture of the training part."""
    from workbench.core.data.batches import Batches
    from workbench.core.data.variants import variants

    batches = Batches(
        prepared.data.train,
        preprocessing=prepared.preprocessing,
        batch_size=recipe.batch_size,
        seed=recipe.seed,
        augmentation=recipe.preset,
        steps=recipe.steps,
        sampling=sampling,
    )
    return variants(batches, number, _places(prepared, batches.seed, batches.batch_size, sampling, number))


@lru_cache(maxsize=1)
def _places(prepared: Prepared, seed: int, batch_size: int, sampling: str, number: int) -> tuple[Place, ...]:
    """Where a picture comes: the same for every augmentation, so it is looked for once."""
    from workbench.core.data.batches import Batches
    from workbench.core.data.variants import occurrences

    part, preprocessing = prepared.data.train, prepared.preprocessing
    batches = Batches(part, preprocessing=preprocessing, batch_size=batch_size, seed=seed, sampling=sampling)
    return tuple(islice(occurrences(batches, number, range(EPOCHS)), VARIANTS))


def unvaried(prepared: Prepared, part: ImagePart, number: int) -> Variant:
    """What validation sees of a picture: its middle, never varied. Epoch and step are -1."""
    import torch

    from workbench.core.data.preprocessing import centre_crop, to_tensor
    from workbench.core.data.variants import Variant

    pixels = np.array(part.images[number])[None]
    shown = centre_crop(torch.from_numpy(pixels), prepared.preprocessing.framing)[0].numpy()
    return Variant(-1, -1, shown, to_tensor(pixels, prepared.preprocessing)[0].numpy())
