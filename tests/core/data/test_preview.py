"""Previews show what training sees."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from workbench.core.data.augment import AUGMENTATIONS
from workbench.core.data.batches import Batches
from workbench.core.data.images import ImagePart
from workbench.core.data.preprocessing import Framing, Preprocessing, to_tensor
from workbench.core.data.preview import preview

PREPROCESSING = Preprocessing(Framing(3, 16, 16, 20), (0.5, 0.4, 0.3), (0.2, 0.3, 0.4))


def batches(augmentation: str) -> Batches:
    images = np.random.default_rng(0).integers(0, 256, (40, 20, 20, 3), np.uint8)
    part = ImagePart(images, np.arange(40) % 4)
    return Batches(part, preprocessing=PREPROCESSING, batch_size=16, seed=3, augmentation=augmentation)


@pytest.mark.parametrize("augmentation", [*AUGMENTATIONS])
@pytest.mark.parametrize(("epoch", "step"), [(0, 0), (2, 1), (1, 2)])
def test_a_preview_is_the_batch_of_that_step(augmentation: str, epoch: int, step: int) -> None:
    pictures, labels = list(batches(augmentation).epoch(epoch))[step]
    shown = preview(batches(augmentation), epoch, step)
    assert torch.equal(shown.normalized, pictures)
    assert shown.labels.tolist() == labels.tolist() == (shown.numbers % 4).tolist()
    assert shown.pixels.shape == (len(labels), 16, 16, 3)
    again = to_tensor(shown.pixels, PREPROCESSING)
    assert torch.allclose(again, pictures, atol=0.51 / 255 / 0.2), "what is shown is what is trained on"
