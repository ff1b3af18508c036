"""Variants of one picture: exactly what the batches of the epochs hold."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pytest

from workbench.core.data.augment import AUGMENTATIONS, Step
from workbench.core.data.batches import Batches
from workbench.core.data.images import ImagePart
from workbench.core.data.preprocessing import Framing, Preprocessing
from workbench.core.data.variants import Variant, occurrences, variants

PREPROCESSING = Preprocessing(Framing(3, 16, 16), (0.5, 0.4, 0.3), (0.2, 0.3, 0.4))


def batches(count: int = 21, *, augmentation: str = "general", sampling: str = "shuffled") -> Batches:
    pixels = np.random.default_rng(0).integers(0, 256, (count, 20, 20, 3), np.uint8)
    part = ImagePart(pixels, np.arange(count) // 6)
    return Batches(
        part, preprocessing=PREPROCESSING, batch_size=4, seed=5, augmentation=augmentation, sampling=sampling
    )


def seen(made: Batches, number: int, epochs: Iterable[int]) -> list[Variant]:
    return list(variants(made, number, occurrences(made, number, epochs)))


@pytest.mark.parametrize("augmentation", list(AUGMENTATIONS))
def test_every_variant_is_a_row_of_the_batch_of_its_step(augmentation: str) -> None:
    made = batches(augmentation=augmentation)
    for variant in seen(made, 7, range(3)):
        images, labels = list(made.epoch(variant.epoch))[variant.step]
        rows = [row for row in range(len(images)) if np.array_equal(images[row].numpy(), variant.normalized)]
        assert len(rows) == 1
        assert labels[rows[0]] == 1
        scaled = variant.pixels.transpose(2, 0, 1) / 255 - np.array(PREPROCESSING.mean)[:, None, None]
        back = scaled / np.array(PREPROCESSING.std)[:, None, None]
        assert np.abs(back - variant.normalized).max() <= 0.5 / 255 / min(PREPROCESSING.std) + 1e-5


def test_a_picture_left_out_of_an_epoch_has_no_variant_there() -> None:
    made = batches()  # 21 pictures in batches of 4: the last one of each epoch is left out
    for epoch in range(4):
        left_out = int(made.order(epoch)[-1])
        assert [variant.epoch for variant in seen(made, left_out, [epoch])] == []
        assert [variant.epoch for variant in seen(made, (left_out + 1) % 21, [epoch])] == [epoch]


def test_balanced_sampling_shows_a_picture_of_a_small_class_more_often() -> None:
    made = batches(20, sampling="balanced")  # classes of 6, 6, 6 and 2
    found = seen(made, 19, range(4))
    assert len(found) > 4
    assert len({(variant.epoch, variant.step, variant.normalized.tobytes()) for variant in found}) == len(found)


@pytest.mark.parametrize(
    ("augmentation", "steps"),
    [("imagenet", ()), ("general", ()), ("strong", ()), ("none", (Step("resized-crop"), Step("perspective")))],
)
def test_a_photo_is_varied_alone_as_in_its_batch(augmentation: str, steps: tuple[Step, ...]) -> None:
    """Photos are resized in another way than small pictures, some of a batch where others are distorted."""
    chosen = Preprocessing(Framing(3, 140, 140, 160), (0.5, 0.4, 0.3), (0.2, 0.3, 0.4))
    pixels = np.random.default_rng(0).integers(0, 256, (9, 160, 160, 3), np.uint8)
    part = ImagePart(pixels, np.arange(9) % 2)
    made = Batches(part, preprocessing=chosen, batch_size=5, seed=1, augmentation=augmentation, steps=steps)
    for variant in seen(made, 4, range(4)):
        images, _ = list(made.epoch(variant.epoch))[variant.step]
        assert any(np.array_equal(image.numpy(), variant.normalized) for image in images)
