"""Varying the training pictures, a whole batch at a time on its device, every picture by its own lot.

An augmentation is one decorated function. It gets uint8 pixels `(count, height, width, channels)` as they are stored,
the size the network takes, and the lots to draw; it returns pixels of that size between 0 and 255, uint8 or float32.
(The transforms of torchvision draw one lot for a whole batch, so they are not used here.)
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workbench.core.data.preprocessing import Framing, centre_crop
from workbench.core.layers.lazy import LazyModule
from workbench.registry import Registry

if TYPE_CHECKING:
    import torch
else:
    torch = LazyModule("torch")

Augment = Callable[["torch.Tensor", Framing, "Lots"], "torch.Tensor"]


AUGMENTATIONS: Registry[Augment] = Registry("augmentation")


@dataclass(frozen=True)
class Lots:
    """Random numbers for the pictures of one batch.

    They are drawn on the CPU, so the same seed varies pictures in the same way on every device.
    """

    generator: torch.Generator
    count: int
    device: torch.device

    def uniform(self, low: float = 0.0, high: float = 1.0) -> torch.Tensor:
        """One number for each picture, `low` <= number < `high`."""
        return (torch.rand(self.count, generator=self.generator) * (high - low) + low).to(self.device)

    def integers(self, below: int) -> torch.Tensor:
        """One whole number for each picture, 0 <= number < `below`."""
        return torch.randint(below, (self.count,), generator=self.generator).to(self.device)

    def half(self) -> torch.Tensor:
        """The numbers of about half of the pictures, each taken with probability one half."""
        return (torch.rand(self.count, generator=self.generator) < 0.5).nonzero()[:, 0].to(self.device)


@AUGMENTATIONS.register("none")
def none(pixels: torch.Tensor, framing: Framing, _lots: Lots) -> torch.Tensor:
    """Pictures as they are, their centre cropped."""
    return centre_crop(pixels, framing)


@AUGMENTATIONS.register("flip")
def flip(pixels: torch.Tensor, framing: Framing, lots: Lots) -> torch.Tensor:
    """Half of the pictures mirrored left to right. Not for letters, digits, or where sides tell classes apart."""
    return _mirror(centre_crop(pixels, framing), lots)


@AUGMENTATIONS.register("flip-crop")
def flip_crop(pixels: torch.Tensor, framing: Framing, lots: Lots) -> torch.Tensor:
    """Mirrored or not, and moved by up to an eighth of the size, black where nothing was. For small pictures.

    At 32 x 32 this is torchvision's `RandomCrop(32, padding=4)` and `RandomHorizontalFlip()`. Pictures stored larger
    than the network's input need less black or none.
    """
    top, left = _margin(pixels.shape[1], framing.height), _margin(pixels.shape[2], framing.width)
    padded = torch.nn.functional.pad(pixels, (0, 0, left, left, top, top))
    rows, columns = padded.shape[1] - framing.height + 1, padded.shape[2] - framing.width + 1
    down, right = lots.integers(rows), lots.integers(columns)
    # Every possible crop is a view into the batch; one indexing picks a crop for each picture.
    batch, row, column, channel = padded.stride()
    size = (len(padded), rows, columns, framing.height, framing.width, padded.shape[3])
    crops = padded.as_strided(size, (batch, row, column, row, column, channel))
    return _mirror(_chosen(crops, down, right), lots)


@AUGMENTATIONS.register("resized-crop")
def resized_crop(pixels: torch.Tensor, framing: Framing, lots: Lots) -> torch.Tensor:
    """A random part of 35 to 100 % of the area, a little stretched, resized, mirrored or not. For photos.

    As torchvision's `RandomResizedCrop(scale=(0.35, 1), ratio=(3/4, 4/3))`, but sides longer than the picture are cut
    to it instead of drawn again, and sampling is bilinear without antialiasing (the part is hardly ever shrunk).
    """
    height, width = pixels.shape[1:3]
    area = lots.uniform(0.35, 1.0) * (height * width)
    stretch = torch.exp(lots.uniform(-0.2876821, 0.2876821))  # the logarithm of 4/3
    across = (area * stretch).sqrt().clamp(max=width) / width
    down = (area / stretch).sqrt().clamp(max=height) / height
    shift_x, shift_y = lots.uniform(-1, 1) * (1 - across), lots.uniform(-1, 1) * (1 - down)
    zero = torch.zeros_like(across)
    matrix = torch.stack([across, zero, shift_x, zero, down, shift_y], dim=1).view(-1, 2, 3)
    return _mirror(_sampled(pixels, matrix, framing), lots)


def _chosen(crops: torch.Tensor, down: torch.Tensor, right: torch.Tensor) -> torch.Tensor:
    """The crop at one place for each picture, from all places `(count, rows, columns, height, width, channels)`."""
    every = torch.arange(len(crops), device=crops.device)
    if crops.device.type == "cpu":  # NumPy copies whole rows where torch copies bytes: seven times faster
        return torch.from_numpy(crops.numpy()[every.numpy(), down.numpy(), right.numpy()])
    return crops[every, down, right]


def _sampled(pixels: torch.Tensor, matrix: torch.Tensor, framing: Framing) -> torch.Tensor:
    """Float pixels of the network's size, read where an affine map of each picture points."""
    functional, channels = torch.nn.functional, pixels.shape[3]
    grid = functional.affine_grid(matrix, [len(pixels), channels, framing.height, framing.width], align_corners=False)
    source = pixels.permute(0, 3, 1, 2).to(torch.float32)
    sampled = functional.grid_sample(source, grid, padding_mode="border", align_corners=False)
    return sampled.permute(0, 2, 3, 1)


def _mirror(pixels: torch.Tensor, lots: Lots) -> torch.Tensor:
    """Half of the pictures mirrored left to right.

    Mirror images are appended and the right ones picked: copying whole pictures is four times faster than `where`.
    """
    chosen = lots.half()
    places = torch.arange(len(pixels), device=pixels.device)
    places[chosen] = torch.arange(len(pixels), len(pixels) + len(chosen), device=pixels.device)
    return torch.cat([pixels, pixels.index_select(0, chosen).flip(2)]).index_select(0, places)


def _margin(stored: int, taken: int) -> int:
    """Black pixels to add on each side so that the crop can move by an eighth of its size."""
    return max(0, taken // 8 - (stored - taken) // 2)
