"""Operations against torchvision's functions for the same numbers."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torchvision.transforms.v2 import functional

from workbench.core.data.augment import (
    Lots,
    Operation,
    Pipeline,
)
from workbench.core.data.augment.changing import Blur
from workbench.core.data.augment.matrices import about, affine, boxes, perspective, shifts, whole_boxes
from workbench.core.data.augment.moving import HorizontalFlip, ResizedCrop, VerticalFlip
from workbench.core.data.augment.operation import Canvas
from workbench.core.data.augment.resampling import _sampled, resampled
from workbench.core.data.augment.tones import (
    Blend,
    blended,
    equalized,
    grays,
    hue_turned,
    posterized,
    sharpened,
    solarized,
    spread,
)
from workbench.core.data.preprocessing import Framing


def lots(count: int, seed: int = 0) -> Lots:
    return Lots(torch.Generator().manual_seed(seed), count)


def noise(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.randint(0, 256, shape, dtype=torch.uint8, generator=torch.Generator().manual_seed(seed))


def smooth(count: int, height: int, width: int) -> torch.Tensor:
    """Colourful float pictures without hard edges, 0 to 255."""
    coarse = noise(count, 3, 4, 4).to(torch.float32)
    return functional.resize(coarse, [height, width], antialias=False).permute(0, 2, 3, 1).contiguous()


def vary(operation: Operation, pixels: torch.Tensor, seed: int = 0) -> torch.Tensor:
    count, height, width, channels = pixels.shape
    return Pipeline((operation,))(pixels, Framing(channels, height, width), lots(count, seed))


def planes(pixels: torch.Tensor) -> torch.Tensor:
    """As torchvision takes float pictures: channels first, 0 to 1."""
    return pixels.permute(0, 3, 1, 2).to(torch.float32) / 255


@pytest.mark.parametrize("size", [(32, 32), (17, 30)])
def test_affine_maps_are_torchvisions(size: tuple[int, int]) -> None:
    height, width = size
    pixels, draw = smooth(20, height, width), lots(20)
    angle, scale = draw.uniform(-180, 180), draw.uniform(0.5, 1.5)
    shear_x, shear_y = draw.uniform(-30, 30), draw.uniform(-30, 30)
    right, down = draw.uniform(-6, 6).round(), draw.uniform(-6, 6).round()
    turned = affine(angle, scale=scale, shear_x=shear_x, shear_y=shear_y)
    matrices = about((width / 2, height / 2), turned) @ shifts(-right, -down)
    ours = planes(resampled(pixels, matrices, size, "black"))
    for number, source in enumerate(planes(pixels)):
        theirs = functional.affine(
            source,
            angle=float(angle[number]),
            translate=[int(right[number]), int(down[number])],
            scale=float(scale[number]),
            shear=[float(shear_x[number]), float(shear_y[number])],
            interpolation="bilinear",
        )
        assert torch.allclose(ours[number], theirs, atol=2e-4)


def test_perspective_maps_are_torchvisions() -> None:
    height, width = 24, 30
    pixels, draw = smooth(20, height, width), lots(20)
    inward = [draw.integers(8) for _ in range(8)]
    x = torch.stack([inward[0], 29 - inward[1], 29 - inward[2], inward[3]], dim=1)
    y = torch.stack([inward[4], inward[5], 23 - inward[6], 23 - inward[7]], dim=1)
    ends = torch.stack([x, y], dim=2)
    ours = planes(resampled(pixels, perspective(ends.to(torch.float32), (23, 29)), (height, width), "black"))
    starts = [[0, 0], [29, 0], [29, 23], [0, 23]]
    for number, source in enumerate(planes(pixels)):
        theirs = functional.perspective(source, starts, ends[number].tolist())
        assert torch.allclose(ours[number], theirs, atol=2e-3)


FACTORS = torch.tensor([0.0, 0.3, 0.9, 1.0, 1.4, 1.99])


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize(
    ("blend", "reference"),
    [
        (Blend.BRIGHTNESS, functional.adjust_brightness),
        (Blend.CONTRAST, functional.adjust_contrast),
        (Blend.SATURATION, functional.adjust_saturation),
    ],
)
def test_blends_are_torchvisions(channels: int, blend: Blend, reference: Any) -> None:
    stored = noise(len(FACTORS), 10, 12, channels)
    ours = blended(stored.to(torch.float32), torch.full((len(FACTORS),), int(blend)), FACTORS)
    for number, factor in enumerate(FACTORS.tolist()):
        exact = reference(planes(stored)[number], factor)
        assert torch.allclose(planes(ours)[number], exact, atol=2e-6)
        whole = reference(stored.permute(0, 3, 1, 2)[number], factor).to(torch.float32)
        assert (ours[number].permute(2, 0, 1) - whole).abs().max() <= 2, "its bytes are cut, and so is its gray"


def test_hues_are_torchvisions() -> None:
    stored = noise(7, 10, 12, 3)
    stored[:, :3] = stored[:, :3, :, :1]  # grays
    stored[:, 3] = 0
    stored[:, 4, :, 1] = stored[:, 4, :, 0]  # two equal channels
    turns = torch.tensor([-0.5, -0.21, 0.0, 1e-3, 0.17, 1 / 3, 0.5])
    ours = planes(hue_turned(stored.to(torch.float32), turns))
    for number, turn in enumerate(turns.tolist()):
        assert torch.allclose(ours[number], functional.adjust_hue(planes(stored)[number], turn), atol=1e-5)


def test_sharpness_is_torchvisions() -> None:
    stored = noise(len(FACTORS), 9, 11, 3)
    ours = planes(sharpened(stored.to(torch.float32), FACTORS))
    for number, factor in enumerate(FACTORS.tolist()):
        theirs = functional.adjust_sharpness(planes(stored)[number], factor)
        assert torch.allclose(ours[number], theirs, atol=1e-5)


def test_changes_of_whole_values_are_torchvisions() -> None:
    stored = noise(9, 12, 10, 3)
    stored[0] = 7  # flat
    stored[1, ..., 1] = 90
    stored[2] = noise(12, 10, 3) // 64
    first, real = stored.permute(0, 3, 1, 2), stored.to(torch.float32)
    bits, thresholds = torch.arange(9).clamp(max=8), torch.linspace(0, 255, 9)
    ours = {
        "equalize": equalized(real.clone()),
        "autocontrast": spread(real.clone()),
        "posterize": posterized(real.clone(), bits),
        "solarize": solarized(real.clone(), thresholds),
        "gray": grays(real).repeat(1, 1, 1, 3),
    }
    theirs = {
        "equalize": functional.equalize(first),
        "autocontrast": functional.autocontrast(first),
        "posterize": torch.stack([functional.posterize(one, int(bit)) for one, bit in zip(first, bits, strict=True)]),
        "solarize": torch.stack(
            [functional.solarize(one, float(edge)) for one, edge in zip(first, thresholds, strict=True)]
        ),
        "gray": functional.rgb_to_grayscale(first, num_output_channels=3),
    }
    for name in ours:
        difference = (ours[name].permute(0, 3, 1, 2) - theirs[name].to(torch.float32)).abs().max()
        assert difference < (1.01 if name in ("autocontrast", "gray") else 1e-3), name


@pytest.mark.parametrize("radius", [1, 3])
def test_blur_is_torchvisions(radius: int) -> None:
    stored = smooth(6, 15, 20)
    operation = Blur(radius=radius, weakest=0.4, strongest=3.0, probability=1)
    ours, draw = planes(vary(operation, stored)), lots(6)
    draw.happens(1)
    sigma = draw.uniform(0.4, 3.0)
    for number, source in enumerate(planes(stored)):
        theirs = functional.gaussian_blur(source, [2 * radius + 1] * 2, [float(sigma[number])] * 2)
        assert torch.allclose(ours[number], theirs, atol=1e-5)


@pytest.mark.parametrize("channels", [1, 3])
def test_boxes_of_photos_are_torchvisions_bit_for_bit(channels: int) -> None:
    stored = smooth(6, 150, 170)[..., :channels].round().to(torch.uint8).contiguous()
    crop, across, down, draw = ResizedCrop(), HorizontalFlip(), VerticalFlip(), lots(6, 3)
    matrices = crop.matrices(draw, Canvas((150, 170), (128, 140)))
    expected = [
        functional.resized_crop(picture.permute(2, 0, 1), top, left, height, width, [128, 140], antialias=False)
        for picture, (left, top, width, height) in zip(stored, _parts(matrices, (128, 140)), strict=True)
    ]
    plain = Canvas((128, 140), (128, 140))
    for axis, flip in ((2, across), (1, down)):
        mirrored = flip.matrices(draw, plain)[:, 2 - axis, 2 - axis] < 0
        expected = [each.flip(axis) if turn else each for each, turn in zip(expected, mirrored, strict=True)]
    varied = Pipeline((crop, across, down))(stored, Framing(channels, 128, 140, 150), lots(6, 3))
    assert varied.dtype == torch.uint8
    assert torch.equal(varied, torch.stack(expected).permute(0, 2, 3, 1))


def _parts(matrices: torch.Tensor, size: tuple[int, int]) -> list[tuple[int, int, int, int]]:
    """(left, top, width, height) of what the matrices of a resized crop show."""
    return [
        (
            int(matrix[0, 2]),
            int(matrix[1, 2]),
            round(float(matrix[0, 0]) * size[1]),
            round(float(matrix[1, 1]) * size[0]),
        )
        for matrix in matrices
    ]


def test_a_device_sees_the_same_boxes_of_photos() -> None:
    """Sampled between the borders of the box, and not beyond them, as other devices do."""
    stored = smooth(6, 150, 170).round().to(torch.uint8)
    matrices = ResizedCrop().matrices(lots(6), Canvas((150, 170), (128, 140)))
    found = whole_boxes(matrices, (150, 170), (128, 140))
    assert found is not None
    between = found[:, :2] + 0.5, found[:, 2:] - 0.5
    sampled = _sampled(stored, matrices, (128, 140), "edge", within=between)
    assert (resampled(stored, matrices, (128, 140), "edge") - sampled).abs().max() < 1.01


def test_what_is_no_box_of_whole_pixels_is_none() -> None:
    size, one = (20, 20), torch.ones(2)
    assert whole_boxes(boxes(2 * one, 3 * one, one / 2, -one / 5), size, size) is None  # one row above the first
    assert whole_boxes(boxes(2.5 * one, 3 * one, one / 2, one / 2), size, size) is None
    turned = affine(90 * one, scale=one, shear_x=0 * one, shear_y=0 * one)
    assert whole_boxes(turned, size, size) is None
    found = whole_boxes(boxes(2 * one, 3 * one, one / 2, one / 10), size, size)
    assert found is not None
    assert found.tolist() == [[2, 3, 12, 5]] * 2
