"""The made data set: its bytes, its balance, its cache and how hard it is."""

from __future__ import annotations

import hashlib
import threading
from pathlib import Path

import numpy as np
import pytest
import torch

from workbench.core.data import shapes
from workbench.core.data.batches import Batches
from workbench.core.data.preprocessing import Framing, Preprocessing
from workbench.core.data.shapes import CLASSES, draw_shapes, made_shapes
from workbench.core.data.sources import open_data
from workbench.core.data.statistics import statistics
from workbench.core.modelling.compile import build_module
from workbench.core.modelling.opening import open_network

GOLDEN = "3e7f9c4d95295b9dc2320f317723a6c5af2d733668f530d1c69b3f3cc1d54e04"


def test_the_bytes_are_promised() -> None:
    """Change `VERSION` with this value: caches of the old pictures must not be taken for the new ones."""
    part = draw_shapes(60, seed=0)
    digest = hashlib.sha256(part.images.tobytes() + part.labels.tobytes()).hexdigest()
    assert (digest, shapes.VERSION) == (GOLDEN, 1)


def test_seeds_differ_and_sizes_agree() -> None:
    small, large = (draw_shapes(20, seed=3, size=size) for size in (32, 64))
    assert large.images.shape == (20, 64, 64, 3)
    assert np.array_equal(small.labels, large.labels)
    assert not np.array_equal(small.images, draw_shapes(20, seed=4).images)


def test_the_set_is_balanced_and_cached() -> None:
    data = open_data("shapes")
    assert (data.classes, data.image_shape) == (CLASSES, (3, 32, 32))
    assert len(CLASSES) == 10
    assert np.bincount(data.train.labels).tolist() == [1000] * 10
    assert np.bincount(data.validation.labels).tolist() == [200] * 10
    again = open_data("shapes")
    assert np.array_equal(again.train.images, data.train.images)


def test_training_and_validation_share_no_picture() -> None:
    data = open_data("shapes")
    prints = [{picture.tobytes() for picture in part.images} for part in (data.train, data.validation)]
    assert len(prints[0]) == 10_000
    assert not prints[0] & prints[1]


def small_set() -> tuple[bytes, ...]:
    data = made_shapes(16, train=40, validation=20)
    return data.train.images.tobytes(), data.validation.images.tobytes(), data.train.labels.tobytes()


@pytest.mark.parametrize("damage", [b"", b"not an archive"])
def test_a_broken_cache_is_made_again(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, damage: bytes) -> None:
    monkeypatch.setenv("WORKBENCH_CACHE", str(tmp_path))
    whole = small_set()
    (cached,) = (tmp_path / "data").iterdir()
    content = cached.read_bytes()
    cached.write_bytes(damage or content[: len(content) // 2])
    assert small_set() == whole
    assert cached.read_bytes() == content


def test_several_may_make_it_at_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("WORKBENCH_CACHE", str(tmp_path))
    results: list[tuple[bytes, ...]] = []
    threads = [threading.Thread(target=lambda: results.append(small_set())) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 4
    assert len(set(results)) == 1
    assert len(list((tmp_path / "data").iterdir())) == 1, "a temporary file was left"


def test_colour_and_background_say_nothing_of_the_class() -> None:
    data = open_data("shapes")
    border = np.concatenate([data.train.images[:, :2], data.train.images[:, -2:]], axis=1).mean(axis=(1, 2)) / 255
    middle = data.train.images.max(axis=(1, 2)) / 255
    for values in (border, middle):
        means = np.array([values[data.train.labels == number].mean(axis=0) for number in range(10)])
        assert np.ptp(means, axis=0).max() < 0.04


def trained(module: torch.nn.Module, epochs: int) -> float:
    """Accuracy on the validation part after some epochs with AdamW and a cosine schedule."""
    data = open_data("shapes")
    preprocessing = Preprocessing(Framing(3, 32, 32), *statistics(data.train))
    batches = Batches(data.train, preprocessing=preprocessing, batch_size=128, seed=0)
    optimizer = torch.optim.AdamW(module.parameters(), lr=1e-3)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, epochs * batches.steps_per_epoch)
    for epoch in range(epochs):
        for pictures, labels in batches.epoch(epoch):
            with torch.autocast("cpu", torch.bfloat16):
                loss = torch.nn.functional.cross_entropy(module(pictures), labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
    module.eval()
    held = Batches(data.validation, preprocessing=preprocessing, batch_size=500, seed=0)
    with torch.inference_mode():
        return sum(int((module(x).argmax(1) == y).sum()) for x, y in held.in_order()) / len(held)


def test_a_linear_model_cannot_read_shapes() -> None:
    torch.manual_seed(0)
    accuracy = trained(torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(3072, 10)), 10)
    assert 0.1 < accuracy < 0.45


@pytest.mark.slow
def test_a_small_convolutional_network_can() -> None:
    torch.manual_seed(0)
    module = build_module(open_network("cifar10net")).to(memory_format=torch.channels_last)
    assert trained(module.train(), 3) > 0.95


@pytest.mark.parametrize("spec", ["shapes:8", "shapes:1000", "shapes:large", "shapes:-32"])
def test_sizes_out_of_range_are_refused(spec: str) -> None:
    with pytest.raises(shapes.WorkbenchError, match="Write shapes:N with N between 16 and 256"):
        open_data(spec)
