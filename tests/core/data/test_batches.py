"""Batches: complete, reproducible from any step, in the right form."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from workbench.core.data.augment import AUGMENTATIONS
from workbench.core.data.batches import Batches
from workbench.core.data.images import ImagePart
from workbench.core.data.preprocessing import Framing, Preprocessing, to_tensor
from workbench.errors import WorkbenchError

PREPROCESSING = Preprocessing(Framing(3, 8, 8, 10), (0.5, 0.4, 0.3), (0.2, 0.3, 0.4))


def part(count: int) -> ImagePart:
    images = np.random.default_rng(0).integers(0, 256, (count, 10, 10, 3), np.uint8)
    return ImagePart(images, np.arange(count, dtype=np.int64))


def batches(count: int = 50, batch_size: int = 16, seed: int = 0, augmentation: str = "none") -> Batches:
    return Batches(
        part(count), preprocessing=PREPROCESSING, batch_size=batch_size, seed=seed, augmentation=augmentation
    )


def order(source: Batches, epoch: int) -> list[int]:
    """The labels of an epoch; they are the numbers of the pictures here."""
    return [int(label) for _, labels in source.epoch(epoch) for label in labels]


def test_an_epoch_holds_every_picture_once_in_an_order_of_its_own() -> None:
    source = batches()
    assert sorted(order(source, 0)) == list(range(50))
    assert order(source, 0) == order(batches(), 0)
    assert order(source, 0) != order(source, 1)
    assert order(source, 0) != order(batches(seed=1), 0)
    assert order(source, 0) != sorted(order(source, 0))


@pytest.mark.parametrize("augmentation", [*AUGMENTATIONS])
@pytest.mark.parametrize("start", [0, 1, 3])
def test_starting_at_a_step_gives_what_walking_there_gives(augmentation: str, start: int) -> None:
    walked = list(batches(augmentation=augmentation).epoch(2))[start:]
    resumed = list(batches(augmentation=augmentation).epoch(2, start=start))
    assert len(walked) == len(resumed) == 4 - start
    for (pictures, labels), (same, as_well) in zip(walked, resumed, strict=True):
        assert torch.equal(pictures, same)
        assert torch.equal(labels, as_well)


def test_epochs_and_steps_are_varied_differently() -> None:
    same = ImagePart(np.repeat(part(1).images, 64, axis=0), np.zeros(64, np.int64))
    source = Batches(same, preprocessing=PREPROCESSING, batch_size=32, seed=0, augmentation="flip-crop")
    first, second = (pictures for pictures, _ in source.epoch(0))
    (third, _), *_ = source.epoch(1)
    assert not torch.equal(first, second)
    assert not torch.equal(first, third)


def test_batches_have_the_form_that_networks_run_fastest_on() -> None:
    for pictures, labels in batches(augmentation="flip-crop").epoch(0):
        assert pictures.shape[1:] == (3, 8, 8)
        assert pictures.dtype == torch.float32
        assert pictures.is_contiguous(memory_format=torch.channels_last)
        assert labels.dtype == torch.int64


@pytest.mark.parametrize(
    ("count", "batch_size", "sizes"),
    [
        (50, 16, [16, 16, 16, 2]),
        (49, 16, [16, 16, 16]),
        (48, 16, [16, 16, 16]),
        (5, 16, [5]),
        (1, 16, [1]),
        (3, 1, [1, 1, 1]),
    ],
)
def test_no_last_batch_of_one(count: int, batch_size: int, sizes: list[int]) -> None:
    source = batches(count, batch_size)
    assert [len(labels) for _, labels in source.epoch(0)] == sizes
    assert source.steps_per_epoch == len(sizes)


@pytest.mark.parametrize("size", [None, 7, 49, 1000])
def test_evaluation_sees_every_picture_in_order(size: int | None) -> None:
    source = batches(49, augmentation="flip-crop")
    found = list(source.in_order(size))
    assert torch.cat([labels for _, labels in found]).tolist() == list(range(49))
    assert torch.equal(torch.cat([pictures for pictures, _ in found]), to_tensor(part(49).images, PREPROCESSING))


def test_without_augmentation_training_sees_what_evaluation_sees() -> None:
    expected = to_tensor(part(50).images, PREPROCESSING)
    for pictures, labels in batches().epoch(0):
        assert torch.equal(pictures, expected[labels])


def test_torchs_random_state_is_neither_read_nor_moved() -> None:
    torch.manual_seed(1)
    before = torch.random.get_rng_state()
    first = [pictures for pictures, _ in batches(augmentation="resized-crop").epoch(0)]
    assert torch.equal(before, torch.random.get_rng_state())
    torch.manual_seed(2)
    second = [pictures for pictures, _ in batches(augmentation="resized-crop").epoch(0)]
    assert all(map(torch.equal, first, second))


def test_the_pictures_in_memory_stay_as_they_are() -> None:
    stored = part(50)
    source = Batches(stored, preprocessing=PREPROCESSING, batch_size=16, seed=0, augmentation="flip-crop")
    for pictures, _ in [*source.epoch(0), *source.in_order()]:
        pictures.zero_()
    assert np.array_equal(stored.images, part(50).images)


def test_pictures_that_do_not_fit_the_input_are_refused() -> None:
    small = Preprocessing(Framing(3, 32, 32), (0.5,) * 3, (0.5,) * 3)
    with pytest.raises(WorkbenchError, match="takes 3 × 32 × 32, but the pictures are 3 × 10 × 10"):
        Batches(part(4), preprocessing=small, batch_size=2, seed=0)


def test_unknown_augmentations_are_refused() -> None:
    with pytest.raises(WorkbenchError, match="no augmentation blur"):
        batches(augmentation="blur")


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
@pytest.mark.parametrize("augmentation", [*AUGMENTATIONS])
def test_every_device_sees_the_same_pictures(augmentation: str) -> None:
    here = batches(augmentation=augmentation).epoch(0)
    there = Batches(
        part(50), preprocessing=PREPROCESSING, batch_size=16, seed=0, augmentation=augmentation, device="cuda"
    ).epoch(0)
    for (pictures, labels), (same, as_well) in zip(here, there, strict=True):
        assert torch.equal(labels, as_well.cpu())
        close = (pictures - same.cpu()).abs() < (1e-6 if augmentation in ("none", "flip", "flip-crop") else 1e-3)
        assert close.float().mean() > 0.998, "a threshold or a rounding may turn on the last bit of a sampled value"
