"""Geometry and normalization, against torchvision."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from PIL import Image
from torchvision import transforms
from torchvision.transforms import InterpolationMode

from workbench.core.data.preprocessing import (
    Framing,
    Preprocessing,
    centre_crop,
    frame,
    frame_stored,
    normalize,
    to_tensor,
)

SIZES = [(300, 200), (199, 301), (257, 256), (640, 480), (64, 64), (33, 200), (224, 224)]
MODES = {"bilinear": InterpolationMode.BILINEAR, "bicubic": InterpolationMode.BICUBIC}


def picture(width: int, height: int) -> Image.Image:
    return Image.fromarray(np.random.default_rng(width * height).integers(0, 256, (height, width, 3), np.uint8))


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(
    "framing",
    [
        Framing(3, 224, 224, 256),
        Framing(3, 224, 224, 232, "bicubic"),
        Framing(3, 61, 90, 99),
        Framing(3, 64, 64, 64),
        Framing(3, 50, 50, 40),
    ],
    ids=str,
)
def test_framing_is_torchvisions_bit_for_bit(size: tuple[int, int], framing: Framing) -> None:
    image = picture(*size)
    assert framing.resize
    reference = transforms.Compose(
        [
            transforms.Resize(framing.resize, MODES[framing.interpolation], antialias=True),
            transforms.CenterCrop((framing.height, framing.width)),
        ]
    )
    assert np.array_equal(frame(image, framing), np.asarray(reference(image)))


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("framing", [Framing(3, 224, 224, 256), Framing(3, 31, 44, 64), Framing(3, 32, 32)], ids=str)
def test_the_centre_of_a_stored_picture_is_the_framed_picture(size: tuple[int, int], framing: Framing) -> None:
    image = picture(*size)
    stored = frame_stored(image, framing)
    assert stored.shape[:2] == framing.stored_size
    assert np.array_equal(frame_stored(np.asarray(image), framing), stored), "of its pixels"
    cropped = centre_crop(torch.from_numpy(stored.copy())[None], framing)[0].numpy()
    assert np.array_equal(cropped, frame(image, framing))


def test_without_resize_the_picture_just_covers_the_input() -> None:
    assert frame(picture(100, 50), Framing(3, 32, 32)).shape == (32, 32, 3)
    same = picture(40, 30)
    assert np.array_equal(frame(same, Framing(3, 30, 40)), np.asarray(same))
    wide = np.zeros((10, 40, 3), np.uint8)
    wide[:, 10:30] = 255
    assert frame(Image.fromarray(wide), Framing(3, 10, 20)).min() == 255


def test_channels_follow_the_framing() -> None:
    image = picture(20, 20)
    grey = frame(image, Framing(1, 20, 20))
    assert grey.shape == (20, 20, 1)
    assert np.array_equal(grey[..., 0], np.asarray(image.convert("L")))
    assert frame(image.convert("L"), Framing(3, 20, 20)).shape == (20, 20, 3)


def test_a_turned_picture_is_set_upright() -> None:
    image = picture(20, 10)
    turned = image.copy()
    turned.getexif()[0x0112] = 6
    assert np.array_equal(frame(turned, Framing(3, 20, 10)), np.rot90(np.asarray(image), -1))


def test_normalization_is_torchvisions_bit_for_bit() -> None:
    preprocessing = Preprocessing(Framing(3, 32, 24), (0.4914, 0.4822, 0.4465), (0.247, 0.2435, 0.2616))
    arrays = np.random.default_rng(0).integers(0, 256, (5, 32, 24, 3), np.uint8)
    ours = to_tensor(arrays, preprocessing)
    reference = transforms.Compose([transforms.ToTensor(), transforms.Normalize(preprocessing.mean, preprocessing.std)])
    assert ours.is_contiguous(memory_format=torch.channels_last)
    assert torch.equal(ours, torch.stack([reference(array) for array in arrays]))


def test_normalization_leaves_float_pixels_alone() -> None:
    pixels = torch.full((1, 2, 2, 1), 51.0)
    normalize(pixels, Preprocessing(Framing(1, 2, 2), (0.0,), (1.0,)))
    assert pixels.eq(51).all()


def test_a_stored_square_is_cropped_on_the_way() -> None:
    preprocessing = Preprocessing(Framing(1, 2, 2, 4), (0.0,), (1.0,))
    stored = np.arange(16, dtype=np.uint8).reshape(1, 4, 4, 1)
    assert (to_tensor(stored, preprocessing) * 255).round().flatten().tolist() == [5, 6, 9, 10]
