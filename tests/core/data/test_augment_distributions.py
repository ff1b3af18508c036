"""Many varied copies of one picture, distributed as torchvision's, which varies them one by one."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torchvision.transforms import v2

from workbench.core.data.augment import Lots, Operation, Pipeline
from workbench.core.data.augment.automatic import BINS, NAMES, RandAugment, Reach, TrivialAugment, picked
from workbench.core.data.augment.boxes import Shape, drawn_boxes
from workbench.core.data.augment.changing import Blur, ColorJitter, Erasing, Grayscale
from workbench.core.data.augment.moving import (
    Affine,
    Crop,
    HorizontalFlip,
    Perspective,
    ResizedCrop,
    Rotation,
    VerticalFlip,
)
from workbench.core.data.preprocessing import Framing

COUNT, SIDE = 700, 20
THRESHOLD = 1.95 * (2 / COUNT) ** 0.5
"""Two samples of one distribution are further apart once in a thousand."""

# With `fill=0` torchvision darkens the pixels at the border twice, with `fill=None` once, as we do.
BILINEAR = v2.InterpolationMode.BILINEAR
PAIRS: list[tuple[Operation, v2.Transform]] = [
    (HorizontalFlip(probability=0.3), v2.RandomHorizontalFlip(0.3)),
    (VerticalFlip(), v2.RandomVerticalFlip()),
    (Crop(padding=0.2), v2.RandomCrop(SIDE, padding=4)),
    (ResizedCrop(smallest=0.2), v2.RandomResizedCrop(SIDE, scale=(0.2, 1), antialias=False)),
    (Rotation(degrees=60), v2.RandomRotation(60, BILINEAR, fill=None)),
    (
        Affine(degrees=20, translate=0.2, scale=0.3, shear=15),
        v2.RandomAffine(20, (0.2, 0.2), (0.7, 1.3), (-15, 15, -15, 15), BILINEAR, fill=None),
    ),
    (Perspective(probability=0.7), v2.RandomPerspective(0.5, 0.7, fill=None)),
    (ColorJitter(brightness=0.4, contrast=0.5, saturation=0.6, hue=0.2), v2.ColorJitter(0.4, 0.5, 0.6, 0.2)),
    (Grayscale(probability=0.4), v2.RandomGrayscale(0.4)),
    (Blur(radius=2, probability=1), v2.GaussianBlur(5, (0.1, 2.0))),
    (Erasing(probability=0.6), v2.RandomErasing(0.6)),
]


def lots(count: int, seed: int = 1) -> Lots:
    return Lots(torch.Generator().manual_seed(seed), count)


def picture() -> torch.Tensor:
    """Colourful, without symmetry and mostly without hard edges: uint8 `(height, width, 3)`."""
    places = torch.linspace(0, 1, SIDE)
    row, column = torch.meshgrid(places, places, indexing="ij")
    channels = [
        60 + 150 * row,
        200 * (0.3 + 0.7 * column) * (1 - 0.5 * row),
        90 + 100 * torch.sin(5 * column + 2 * row),
    ]
    return torch.stack(channels, dim=2).to(torch.uint8)


def ours(operation: Operation) -> torch.Tensor:
    stored = picture().expand(COUNT, SIDE, SIDE, 3).contiguous()
    return Pipeline((operation,))(stored, Framing(3, SIDE, SIDE), lots(COUNT)).to(torch.float32)


def features(pixels: torch.Tensor) -> dict[str, torch.Tensor]:
    """A few numbers of each picture, rounded so that equal results are equal."""
    found = {f"mean of channel {channel}": pixels[..., channel].mean(dim=(1, 2)) for channel in range(3)}
    found |= {f"pixel {at}": pixels[:, at[0], at[1], at[2]] for at in ((3, 4, 0), (10, 15, 1), (17, 6, 2))}
    found["contrast"] = pixels.flatten(1).std(dim=1)
    return {name: values.div(0.02).round() for name, values in found.items()}


def distance(left: torch.Tensor, right: torch.Tensor) -> float:
    """Of two empirical distributions (Kolmogorov and Smirnov)."""
    places = torch.cat([left, right])
    shares = [torch.searchsorted(side.sort()[0], places, right=True) / len(side) for side in (left, right)]
    return float((shares[0] - shares[1]).abs().max())


@pytest.mark.parametrize(("operation", "reference"), PAIRS, ids=[type(pair[0]).__name__ for pair in PAIRS])
def test_pictures_are_distributed_as_torchvisions(operation: Operation, reference: v2.Transform) -> None:
    torch.manual_seed(0)
    source = picture().permute(2, 0, 1).to(torch.float32) / 255
    theirs = features(torch.stack([reference(source) for _ in range(COUNT)]).permute(0, 2, 3, 1) * 255)
    for name, values in features(ours(operation)).items():
        assert distance(values, theirs[name]) < THRESHOLD, name


@pytest.mark.parametrize(
    ("operation", "reference"),
    [
        (RandAugment(magnitude=12), v2.RandAugment(2, 12, interpolation=BILINEAR)),
        (TrivialAugment(), v2.TrivialAugmentWide(interpolation=BILINEAR)),
    ],
    ids=["RandAugment", "TrivialAugment"],
)
def test_picked_operations_are_distributed_as_torchvisions(operation: Operation, reference: v2.Transform) -> None:
    torch.manual_seed(0)
    source = picture().permute(2, 0, 1)
    theirs = features(torch.stack([reference(source) for _ in range(COUNT)]).permute(0, 2, 3, 1).to(torch.float32))
    for name, values in features(ours(operation).floor()).items():  # torchvision keeps bytes by cutting
        assert distance(values, theirs[name]) < THRESHOLD, name


def test_a_wrong_strength_would_be_seen() -> None:
    for operation, other in (
        (Rotation(degrees=60), Rotation(degrees=45)),
        (ColorJitter(brightness=0.4), ColorJitter(brightness=0.25)),
        (Erasing(probability=0.6), Erasing(probability=0.45)),
    ):
        left, right = features(ours(operation)), features(ours(other))
        assert max(distance(left[name], right[name]) for name in left) > THRESHOLD


@pytest.mark.parametrize("size", [(32, 32), (20, 45)])
@pytest.mark.parametrize("smallest", [0.08, 0.35, 0.9])
def test_parts_are_drawn_as_torchvisions(size: tuple[int, int], smallest: float) -> None:
    torch.manual_seed(0)
    count, shape = 2000, Shape(smallest, 1, 4 / 3)
    boxes = drawn_boxes(lots(count), size, shape).or_else(shape.central(size))
    reference = v2.RandomResizedCrop(8, scale=(smallest, 1))
    theirs = [reference.make_params([torch.empty(3, *size)]) for _ in range(count)]
    for name in ("top", "left", "height", "width"):
        drawn = torch.tensor([float(box[name]) for box in theirs])
        assert distance(getattr(boxes, name), drawn) < 1.95 * (2 / count) ** 0.5, name
    assert (boxes.top + boxes.height <= size[0]).all()
    assert (boxes.left + boxes.width <= size[1]).all()
    assert min(boxes.top.min(), boxes.left.min()) >= 0


def test_erased_boxes_are_drawn_as_torchvisions() -> None:
    torch.manual_seed(0)
    count = 2000
    boxes = drawn_boxes(lots(count), (24, 24), Shape(0.02, 0.33, 3.3), spare=1)
    theirs = [v2.RandomErasing().make_params([torch.empty(3, 24, 24)]) for _ in range(count)]
    for ours_name, name in (("top", "i"), ("left", "j"), ("height", "h"), ("width", "w")):
        drawn = torch.tensor([float(box[name]) for box in theirs])
        assert distance(getattr(boxes, ours_name), drawn) < 1.95 * (2 / count) ** 0.5, name


SPACES: list[tuple[Any, Reach, int]] = [
    (v2.RandAugment, Reach(0.3, (150 / 331 * 40, 150 / 331 * 30), 30, 0.9, 4), 31),
    (v2.TrivialAugmentWide, Reach(0.99, (32, 32), 135, 0.99, 6), 31),
]


@pytest.mark.parametrize(("transform", "reach", "bins"), SPACES, ids=["RandAugment", "TrivialAugment"])
def test_lists_and_strengths_are_torchvisions(transform: Any, reach: Reach, bins: int) -> None:
    space = transform._AUGMENTATION_SPACE
    assert [name.replace("-", "").lower() for name in NAMES] == [name.lower() for name in space]
    strongest = reach.table()
    assert bins == BINS
    levels = torch.arange(BINS)
    for number, (name, (magnitudes, _signed)) in enumerate(space.items()):
        expected = magnitudes(bins, 30, 40)
        found = strongest[number] * levels / (BINS - 1)
        if expected is None:
            assert strongest[number] == 0
        elif name == "Posterize":
            assert torch.equal(8 - found.round(), expected.to(torch.float32))
        elif name == "Solarize":
            assert torch.allclose(255 - found, expected * 255, atol=1e-4)
        else:
            assert torch.allclose(found, expected, atol=1e-5)


def test_every_operation_of_the_list_is_picked_equally_often() -> None:
    count = 7000
    stored = picture().to(torch.float32).expand(count, SIDE, SIDE, 3).contiguous()
    draw, again = lots(count), lots(count)
    names = again.integers(len(NAMES))
    result = picked(stored.clone(), draw, reach=SPACES[1][1], levels=torch.full((count,), 20), fill="black")
    often = names.bincount()
    assert (often - count / len(NAMES)).abs().max() < 4 * (count / len(NAMES)) ** 0.5
    changed = (result != stored).flatten(1).any(dim=1)
    for number, name in enumerate(NAMES):
        assert changed[names == number].float().mean() == (0 if name == "identity" else 1), name
