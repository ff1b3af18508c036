"""Batches for training and evaluation: pixels stay bytes on the device, everything is done a batch at a time.

What a batch holds depends on the seed, the epoch and the step alone, never on what came before, so a run resumed in the
middle of an epoch sees the same batches bit for bit. torch's global random state is neither read nor moved.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import torch

from workbench.core.data.augment import Lots, Step, pipeline_of
from workbench.core.data.balance import SAMPLINGS
from workbench.core.data.images import ImagePart
from workbench.core.data.preprocessing import Preprocessing, centre_crop, normalize
from workbench.core.data.resident import resident
from workbench.errors import WorkbenchError

Batch = tuple[torch.Tensor, torch.Tensor]
"""Normalized float32 pictures `(count, channels, height, width)` in channels-last memory, and their int64 labels."""
Share = Callable[[int], torch.Tensor]
"""From the number of pictures of a batch to the places of those that are wanted of it."""


@dataclass(frozen=True)
class VariedBatch:
    """A training batch before normalization: which pictures of the part it holds, their pixels and their labels."""

    numbers: torch.Tensor
    pixels: torch.Tensor
    """`(count, height, width, channels)` of the network's input, 0 to 255, uint8 or float32, on the device."""
    labels: torch.Tensor


class Batches:
    """The pictures of one part of a set, in batches for one device.

    In training a last batch of a single picture is left out of the epoch (its order changes, so over the epochs every
    picture is seen): batch normalization has no deviation of one. `batch_size` 1, or a set of one picture, keeps it.
    """

    def __init__(
        self,
        part: ImagePart,
        *,
        preprocessing: Preprocessing,
        batch_size: int,
        seed: int,
        augmentation: str = "none",
        steps: Sequence[Step] = (),
        sampling: str = "shuffled",
        device: torch.device | str = "cpu",
    ) -> None:
        """`steps` are used instead of the preset `augmentation` where there are any.

        Raises `WorkbenchError` for an augmentation or a sampling that does not exist, or pictures that do not fit the
        input.
        """
        _refuse_misfit(part, preprocessing)
        self.preprocessing, self.batch_size, self.seed = preprocessing, batch_size, seed
        self.device = torch.device(device)
        self._augment, self._sampled = pipeline_of(augmentation, steps), SAMPLINGS[sampling]
        self._pixels = resident(part.images, self.device)
        self._labels = torch.from_numpy(part.labels).to(self.device)

    def __len__(self) -> int:
        """Number of pictures."""
        return len(self._labels)

    @property
    def steps_per_epoch(self) -> int:
        """Batches of one epoch."""
        full, rest = divmod(len(self), self.batch_size)
        dropped = rest == 1 and full > 0
        return full + (rest > 0 and not dropped)

    def epoch(self, number: int, *, start: int = 0, share: Share | None = None) -> Iterator[Batch]:
        """The shuffled, augmented batches of an epoch, from its step `start` (counted from 0) on.

        With a `share` only some pictures of each batch, varied as in the whole batch; the others are never read.
        """
        for batch in self.varied(number, start=start, share=share):
            yield normalize(batch.pixels, self.preprocessing), batch.labels

    def varied(self, number: int, *, start: int = 0, share: Share | None = None) -> Iterator[VariedBatch]:
        """What `epoch` normalizes."""
        order = self.order(number)
        steps = range(start, self.steps_per_epoch)
        groups = [order[step * self.batch_size : (step + 1) * self.batch_size] for step in steps]
        wanted = [share(len(group)) for group in groups] if share else [None] * len(groups)
        chosen = [group if places is None else group[places] for group, places in zip(groups, wanted, strict=True)]
        for step, numbers, places, (pixels, labels) in zip(steps, chosen, wanted, self._picked(chosen), strict=True):
            lots = step_lots((self.seed, number, step), self.pictures_in(step), places=places)
            yield VariedBatch(numbers, self._augment(pixels, self.preprocessing.framing, lots), labels)

    def alone(self, picture: int, place: tuple[int, int, int]) -> VariedBatch:
        """One picture as it is in the whole batch at (epoch, step, row), without the others."""
        epoch, step, row = place
        numbers, lots_of = torch.tensor([picture]), torch.tensor([row])
        lots = step_lots((self.seed, epoch, step), self.pictures_in(step), places=lots_of)
        pixels, labels = next(self._picked([numbers]))
        return VariedBatch(numbers, self._augment(pixels, self.preprocessing.framing, lots), labels)

    def pictures_in(self, step: int) -> int:
        """How many pictures the step of an epoch (counted from 0) has."""
        return min(self.batch_size, len(self) - step * self.batch_size)

    def order(self, number: int) -> torch.Tensor:
        """The numbers of the pictures of an epoch; step after step takes `batch_size` of them."""
        return self._sampled(self._labels.cpu(), _generator(self.seed, number))

    def in_order(self, batch_size: int | None = None, *, part: int = 0, parts: int = 1) -> Iterator[Batch]:
        """All pictures as they are, in their order, for evaluation; the last batch may be smaller.

        Of several `parts` of about equal size only the one with the number `part` (counted from 0).
        """
        numbers = torch.arange(len(self)).tensor_split(parts)[part]
        groups = [group for group in torch.split(numbers, batch_size or self.batch_size) if len(group)]
        for pixels, labels in self._picked(groups):
            yield normalize(centre_crop(pixels, self.preprocessing.framing), self.preprocessing), labels

    def _picked(self, groups: Sequence[torch.Tensor]) -> Iterator[Batch]:
        """The stored pixels and labels of each group of numbers, on the device."""
        for chosen, pixels in zip(groups, self._pixels.picked(groups), strict=True):
            yield pixels.to(self.device), self._labels.index_select(0, chosen.to(self.device))


def step_lots(
    place: tuple[int, int, int], count: int, *, purpose: str = "", places: torch.Tensor | None = None
) -> Lots:
    """The lots of a step, `place` being (seed, epoch, step), for so many pictures; other purposes have other lots.

    With `places` those of some of its pictures.
    """
    lots = Lots(_generator(*place, purpose) if purpose else _generator(*place), count)
    return lots if places is None else lots.at(places)


def _generator(*numbers: int | str) -> torch.Generator:
    """Random numbers that depend on these numbers alone, and differ wherever they do."""
    digest = hashlib.sha256(" ".join(map(str, numbers)).encode()).digest()
    return torch.Generator().manual_seed(int.from_bytes(digest[:8], "little") >> 1)


def _refuse_misfit(part: ImagePart, preprocessing: Preprocessing) -> None:
    """Raise `WorkbenchError` when the stored pictures are smaller than the input or have other channels."""
    framing, (_, height, width, channels) = preprocessing.framing, part.images.shape
    needed = f"{framing.channels} × {framing.height} × {framing.width}"
    if channels != framing.channels or height < framing.height or width < framing.width:
        raise WorkbenchError(
            f"The network takes {needed}, but the pictures are {channels} × {height} × {width}",
            "they were not brought to its input",
            "Open the data with the network's framing.",
        )
