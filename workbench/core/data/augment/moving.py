"""Operations that move pixels: mirroring, cropping, turning, shearing, perspective."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from msgspec import Meta

from workbench.core.data.augment.boxes import Shape, drawn_boxes
from workbench.core.data.augment.lots import Lots
from workbench.core.data.augment.matrices import about, affine, boxes, nothing, perspective, shifts
from workbench.core.data.augment.operation import Beyond, Canvas, Geometry, Probability, operation
from workbench.core.layers.lazy import LazyModule

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import torch
else:
    torch = LazyModule("torch")

Degrees = Annotated[float, Meta(ge=0, le=180, description="Turned by up to this many degrees to either side.")]


class _Sometimes(Geometry, frozen=True):
    """A move of some of the pictures that may show what is beyond their border."""

    probability: Probability = 1.0
    fill: Beyond = "black"

    def moved(self, lots: Lots, canvas: Canvas) -> torch.Tensor:
        """The matrices as if it happened to every picture."""
        raise TypeError(f"{self.name()} does not define moved")

    def matrices(self, lots: Lots, canvas: Canvas) -> torch.Tensor:
        """The moves of those it happens to."""
        happens = lots.happens(self.probability)[:, None, None]
        return torch.where(happens, self.moved(lots, canvas), nothing(lots.count))


@operation("horizontal-flip")
class HorizontalFlip(Geometry, frozen=True):
    """Mirrors pictures left to right. Not where sides tell classes apart: letters, traffic signs, organs."""

    probability: Probability = 0.5

    def matrices(self, lots: Lots, canvas: Canvas) -> torch.Tensor:
        """Columns read from the right."""
        happens = lots.happens(self.probability).numpy()
        return boxes(happens * canvas.size[1], 0, 1 - 2 * happens, 1)


@operation("vertical-flip")
class VerticalFlip(Geometry, frozen=True):
    """Mirrors pictures top to bottom. For pictures without an up: from above, or through a microscope."""

    probability: Probability = 0.5

    def matrices(self, lots: Lots, canvas: Canvas) -> torch.Tensor:
        """Rows read from the bottom."""
        happens = lots.happens(self.probability).numpy()
        return boxes(0, happens * canvas.size[0], 1, 1 - 2 * happens)


@operation("crop")
class Crop(Geometry, frozen=True):
    """Takes the network's input anywhere from the picture with a margin around it.

    torchvision's `RandomCrop(32, padding=4)` at a padding of an eighth. Pictures stored larger than the network's input
    need less margin or none.
    """

    padding: Annotated[
        float, Meta(ge=0, le=1, description="Furthest move to either side, as a share of the picture.")
    ] = 0.125
    fill: Beyond = "black"
    crops = True

    def matrices(self, lots: Lots, canvas: Canvas) -> torch.Tensor:
        """A whole number of pixels from the top and from the left."""
        down, right = (self._start(lots, *sides) for sides in zip(canvas.size, canvas.target, strict=True))
        return shifts(right, down)

    def _start(self, lots: Lots, stored: int, taken: int) -> npt.NDArray[np.int64]:
        margin = max(0, int(taken * self.padding) - (stored - taken) // 2)
        return lots.integers(stored + 2 * margin - taken + 1).numpy() - margin


@operation("resized-crop")
class ResizedCrop(Geometry, frozen=True):
    """Takes a random part of the picture, a little stretched, resized to the network's input. For photos.

    torchvision's `RandomResizedCrop`, without antialiasing; where nothing else moves a photo, bit for bit.
    """

    smallest: Annotated[float, Meta(gt=0, le=1, description="Smallest part, as a share of the area.")] = 0.08
    largest: Annotated[float, Meta(gt=0, le=1, description="Largest part, as a share of the area.")] = 1.0
    stretch: Annotated[float, Meta(ge=1, le=10, description="Longest side divided by the shortest.")] = 4 / 3
    crops = True

    def __post_init__(self) -> None:
        if self.smallest > self.largest:
            raise ValueError("the smallest part is larger than the largest")

    def matrices(self, lots: Lots, canvas: Canvas) -> torch.Tensor:
        """The part at whole pixels; the middle of the picture where none of ten drawn parts fits into it."""
        shape = Shape(self.smallest, self.largest, self.stretch)
        parts = drawn_boxes(lots, canvas.size, shape).or_else(shape.central(canvas.size))
        height, width = canvas.target
        return boxes(parts.left, parts.top, parts.width / width, parts.height / height)


@operation("rotation")
class Rotation(_Sometimes, frozen=True):
    """Turns pictures about their centre. Not where direction tells classes apart (6 and 9)."""

    degrees: Degrees = 15.0

    def moved(self, lots: Lots, canvas: Canvas) -> torch.Tensor:
        """Turned by any angle up to the largest, to either side."""
        angle, zero = lots.uniform(-self.degrees, self.degrees), torch.zeros(lots.count)
        turn = affine(angle, scale=zero + 1, shear_x=zero, shear_y=zero)
        return about(_centre(canvas), turn)


@operation("affine")
class Affine(_Sometimes, frozen=True):
    """Turns, moves, scales and shears pictures at once, as a camera that is held a little differently.

    torchvision's `RandomAffine(degrees, translate=(t, t), scale=(1 - s, 1 + s), shear=(-h, h, -h, h))`, bilinear.
    """

    degrees: Degrees = 10.0
    translate: Annotated[float, Meta(ge=0, le=1, description="Furthest move, as a share of the picture.")] = 0.1
    scale: Annotated[float, Meta(ge=0, le=0.9, description="Larger or smaller by up to this share.")] = 0.1
    shear: Annotated[float, Meta(ge=0, le=60, description="Sheared by up to this many degrees.")] = 0.0

    def moved(self, lots: Lots, canvas: Canvas) -> torch.Tensor:
        """Turned, scaled and sheared about the centre, then moved by whole pixels."""
        height, width = canvas.size
        angle = lots.uniform(-self.degrees, self.degrees)
        right = lots.uniform(-self.translate * width, self.translate * width).round()
        down = lots.uniform(-self.translate * height, self.translate * height).round()
        scale = lots.uniform(1 - self.scale, 1 + self.scale)
        shear_x, shear_y = (lots.uniform(-self.shear, self.shear) for _ in range(2))
        turned = affine(angle, scale=scale, shear_x=shear_x, shear_y=shear_y)
        return about(_centre(canvas), turned) @ shifts(-right, -down)


@operation("perspective")
class Perspective(_Sometimes, frozen=True):
    """Shows pictures as if seen from another side. For flat things: signs, pages, covers.

    torchvision's `RandomPerspective`: every corner moves inwards by up to the distortion times half the picture.
    """

    distortion: Annotated[float, Meta(ge=0, le=1, description="Furthest move of a corner, of half the picture.")] = 0.5
    probability: Probability = 0.5

    def moved(self, lots: Lots, canvas: Canvas) -> torch.Tensor:
        """The corners moved, each for itself; corners that come to lie on one line are left where they are."""
        height, width = canvas.size
        if min(height, width) < 2:
            return nothing(lots.count)
        across, down = (
            torch.stack([lots.integers(int(self.distortion * (side // 2)) + 1) for _ in range(4)], dim=1)
            for side in (width, height)
        )
        far_x, far_y = width - 1, height - 1
        x = torch.stack([across[:, 0], far_x - across[:, 1], far_x - across[:, 2], across[:, 3]], dim=1)
        y = torch.stack([down[:, 0], down[:, 1], far_y - down[:, 2], far_y - down[:, 3]], dim=1)
        return perspective(torch.stack([x, y], dim=2).to(torch.float32), (far_y, far_x))


def _centre(canvas: Canvas) -> tuple[float, float]:
    height, width = canvas.size
    return width / 2, height / 2
