"""Operations that change pixels where they are: colours, blur, erased boxes."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Literal

from msgspec import Meta

from workbench.core.data.augment.boxes import Boxes, Shape, drawn_boxes
from workbench.core.data.augment.lots import Lots
from workbench.core.data.augment.operation import Change, Probability, operation
from workbench.core.data.augment.resampling import put
from workbench.core.data.augment.tones import Blend, blended, grays, hue_turned
from workbench.core.layers.lazy import LazyModule

if TYPE_CHECKING:
    import torch
else:
    torch = LazyModule("torch")

Strength = Annotated[float, Meta(ge=0, le=1, description="Factors from 1 less this to 1 more.")]
HUE = len(Blend)
"""The change of hue among the changes of colour; it is no blend."""


def changed_some(
    pixels: torch.Tensor, chosen: torch.Tensor, change: Callable[[torch.Tensor], torch.Tensor]
) -> torch.Tensor:
    """The batch with some of its pictures (their numbers, on the CPU) changed in place."""
    if not len(chosen):
        return pixels
    if len(chosen) == len(pixels):
        return change(pixels)
    return put(pixels, chosen, change(pixels.index_select(0, chosen.to(pixels.device))))


@operation("color-jitter")
class ColorJitter(Change, frozen=True):
    """Changes brightness, contrast, saturation and hue, in any order, as other light and other cameras do.

    torchvision's `ColorJitter`. Gray pictures keep to brightness and contrast.
    """

    brightness: Strength = 0.2
    contrast: Strength = 0.2
    saturation: Strength = 0.2
    hue: Annotated[float, Meta(ge=0, le=0.5, description="Furthest turn, as a share of the colour circle.")] = 0.0
    probability: Probability = 1.0

    def change(self, pixels: torch.Tensor, lots: Lots) -> torch.Tensor:
        """One change after the other, each picture in an order of its own."""
        strengths = torch.tensor([self.brightness, self.contrast, self.saturation, self.hue])
        strengths[Blend.SATURATION :] *= pixels.shape[3] == 3
        factors = 1 + lots.uniform(-1, 1, each=(len(strengths),)) * strengths
        factors[~lots.happens(self.probability)] = 1
        kinds = strengths.nonzero()[:, 0]
        order = kinds[lots.uniform(each=(len(kinds),)).argsort(dim=1)]
        for kind in order.unbind(dim=1):
            pixels = _jittered(pixels, kind, factors.gather(1, kind[:, None])[:, 0])
        return pixels


def _jittered(pixels: torch.Tensor, kind: torch.Tensor, factors: torch.Tensor) -> torch.Tensor:
    """One change of colour for each picture: its kind, and 1 for none."""
    turned = ((kind == HUE) & (factors != 1)).nonzero()[:, 0]
    pixels = blended(pixels, kind, torch.where(kind == HUE, 1.0, factors))
    return changed_some(pixels, turned, lambda some: hue_turned(some, factors[turned] - 1))


@operation("grayscale", fewest_channels=3)
class Grayscale(Change, frozen=True):
    """Takes the colours from some of the pictures. Not where colour tells classes apart. No effect on gray pictures."""

    probability: Probability = 0.1

    def change(self, pixels: torch.Tensor, lots: Lots) -> torch.Tensor:
        """All three channels become the gray."""
        if pixels.shape[3] != 3:
            return pixels
        return changed_some(pixels, lots.chosen(self.probability), lambda some: grays(some).repeat(1, 1, 1, 3))


@operation("blur")
class Blur(Change, frozen=True):
    """Blurs pictures, as a lens out of focus does.

    torchvision's `GaussianBlur(2 * radius + 1, sigma=(weakest, strongest))`.
    """

    radius: Annotated[int, Meta(ge=1, le=64, description="Furthest pixel that is mixed in.")] = 1
    weakest: Annotated[float, Meta(gt=0, le=32, description="Smallest deviation, in pixels.")] = 0.1
    strongest: Annotated[float, Meta(gt=0, le=32, description="Largest deviation, in pixels.")] = 2.0
    probability: Probability = 0.5

    def __post_init__(self) -> None:
        if self.weakest > self.strongest:
            raise ValueError("the weakest blur is stronger than the strongest")

    def change(self, pixels: torch.Tensor, lots: Lots) -> torch.Tensor:
        """Each picture with a deviation of its own, first along its columns, then along its rows."""
        chosen = lots.chosen(self.probability)
        sigma = lots.uniform(self.weakest, self.strongest)[chosen]
        offsets = torch.arange(-self.radius, self.radius + 1)
        weights = torch.exp(-0.5 * (offsets / sigma[:, None]) ** 2)
        weights = (weights / weights.sum(dim=1, keepdim=True)).to(pixels.device)
        return changed_some(pixels, chosen, lambda some: _smoothed(_smoothed(some, weights, 1), weights, 2))


def _smoothed(pixels: torch.Tensor, weights: torch.Tensor, axis: int) -> torch.Tensor:
    """Every pixel as the weighted sum of its neighbours along an axis, mirrored at the border pixels."""
    length, radius = pixels.shape[axis], weights.shape[1] // 2
    result = torch.zeros_like(pixels)
    for number, weight in enumerate(weights.view(len(weights), -1, 1, 1, 1).unbind(dim=1)):
        result.addcmul_(pixels.index_select(axis, _reflected(number - radius, length).to(pixels.device)), weight)
    return result


def _reflected(offset: int, length: int) -> torch.Tensor:
    """The places `offset` further along an axis; beyond its ends back again, the end itself not twice."""
    period = max(2 * (length - 1), 1)
    places = (torch.arange(length) + offset).remainder(period)
    return torch.minimum(places, period - places).clamp(max=length - 1)


@operation("erasing")
class Erasing(Change, frozen=True):
    """Covers a box of the picture, so that no single part of it may decide. Not for small things in large pictures.

    torchvision's `RandomErasing`, but before normalization.
    """

    probability: Probability = 0.5
    smallest: Annotated[float, Meta(ge=0, le=1, description="Smallest box, as a share of the area.")] = 0.02
    largest: Annotated[float, Meta(ge=0, le=1, description="Largest box, as a share of the area.")] = 0.33
    stretch: Annotated[float, Meta(ge=1, le=10, description="Longest side divided by the shortest.")] = 3.3
    cover: Annotated[
        Literal["black", "mean", "noise"], Meta(description="What it is covered with; mean is the picture's own.")
    ] = "black"

    def __post_init__(self) -> None:
        if self.smallest > self.largest:
            raise ValueError("the smallest box is larger than the largest")

    def change(self, pixels: torch.Tensor, lots: Lots) -> torch.Tensor:
        """The boxes that fit into their pictures covered."""
        shape = Shape(self.smallest, self.largest, self.stretch)
        boxes = drawn_boxes(lots, (pixels.shape[1], pixels.shape[2]), shape, spare=1)
        covered = _inside(boxes, lots.happens(self.probability) & boxes.fits, pixels)
        return torch.where(covered, self._cover(pixels, lots), pixels)

    def _cover(self, pixels: torch.Tensor, lots: Lots) -> torch.Tensor:
        if self.cover == "noise":
            return lots.uniform(0, 255, each=tuple(pixels.shape[1:])).to(pixels.device)
        if self.cover == "mean":
            return pixels.mean(dim=(1, 2), keepdim=True)
        return torch.zeros((), device=pixels.device)


def _inside(boxes: Boxes, wanted: torch.Tensor, pixels: torch.Tensor) -> torch.Tensor:
    """Which pixels lie in the wanted boxes: `(count, height, width, 1)`."""
    starts, sizes = (boxes.top, boxes.left), (boxes.height * wanted, boxes.width)
    rows, columns = (
        (places >= start[:, None]) & (places < (start + size)[:, None])
        for start, size, places in zip(starts, sizes, map(torch.arange, pixels.shape[1:3]), strict=True)
    )
    device = pixels.device
    return (rows.to(device)[:, :, None] & columns.to(device)[:, None, :]).unsqueeze(3)
