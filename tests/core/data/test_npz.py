"""Sets in `.npz` files, good and bad."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from workbench.core.data.npz import load_npz
from workbench.core.data.sources import open_data
from workbench.core.data.statistics import statistics
from workbench.errors import WorkbenchError


def arrays(**changes: Any) -> dict[str, Any]:
    random = np.random.default_rng(0)
    good = {
        "x_train": random.integers(0, 256, (6, 5, 4, 3), np.uint8),
        "y_train": np.array([0, 1, 2, 0, 1, 2]),
        "x_test": random.integers(0, 256, (3, 5, 4, 3), np.uint8),
        "y_test": np.array([0, 1, 2], np.uint8),
        "classes": np.array(["ant", "bee", "cat"]),
    }
    return {key: value for key, value in (good | changes).items() if value is not None}


def saved(folder: Path, **changes: Any) -> Path:
    path = folder / "set.npz"
    np.savez(path, **arrays(**changes))
    return path


def test_a_good_file_is_read(tmp_path: Path) -> None:
    data = open_data(str(saved(tmp_path)))
    assert (data.name, data.classes, data.image_shape) == ("set", ("ant", "bee", "cat"), (3, 5, 4))
    assert np.array_equal(data.train.images, arrays()["x_train"])
    assert data.train.labels.dtype == data.validation.labels.dtype == np.int64


def test_grey_pictures_fractions_and_columns_of_labels_are_understood(tmp_path: Path) -> None:
    fractions = np.array([0, 0.5, 1], np.float64).repeat(4).reshape(3, 2, 2)
    path = saved(tmp_path, x_train=fractions, x_test=fractions, y_train=np.array([[0], [1], [0]]), classes=None)
    data = load_npz(path)
    assert data.train.images[:, 0, 0, 0].tolist() == [0, 128, 255]
    assert (data.image_shape, data.classes) == ((1, 2, 2), ("0", "1", "2"))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"y_test": None, "x_test": None}, "lacks x_test, y_test. it holds x_train, y_train, classes"),
        ({"x_train": np.zeros((6, 3, 32, 32), np.uint8)}, "channels seem to come first. Move them last"),
        ({"x_train": np.zeros((6, 20), np.uint8)}, r"x_train in .* has the shape \(6, 20\)"),
        ({"x_train": np.zeros((6, 5, 4, 9), np.uint8)}, "its last axis has 9 channels"),
        (
            {"x_train": np.full((6, 5, 4, 3), 1.5)},
            r"x_train in .* goes from 1.5 to 1.5. float64 pixels lie between 0 and 1",
        ),
        ({"x_train": np.full((6, 5, 4, 3), np.nan)}, "goes from nan to nan"),
        ({"x_train": np.full((6, 5, 4, 3), 300)}, "lie between 0 and 255"),
        ({"x_train": np.full((6, 5, 4, 3), "a")}, "pixels are numbers"),
        (
            {"x_test": np.zeros((3, 8, 8, 3), np.uint8)},
            r"differ in shape. x_train and x_test have \(5, 4, 3\) and \(8, 8, 3\)",
        ),
        ({"y_train": np.array([0, 1, 2, 0, 7, 2])}, r"y_train\[4\] in .* is 7. there are only 3 classes"),
        ({"y_test": np.array([0, -1, 2])}, r"y_test\[1\] in .* is -1"),
        ({"y_train": np.array([0.0, 1, 2, 0, 1, 2])}, "labels are whole numbers"),
        ({"y_train": np.array([0, 1])}, "6 pictures, 2 labels"),
        ({"y_train": np.zeros((6, 3), int)}, "one class number per picture"),
        ({"x_test": np.zeros((0, 5, 4, 3), np.uint8), "y_test": np.zeros(0, int)}, "x_test in .* is empty"),
        ({"y_train": np.array([0, 1, 2, 0, 1, 10**9]), "classes": None}, "A label in .* is 1,000,000,000"),
        ({"x_train": np.array([object()] * 6)}, "Python objects instead of plain arrays"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, changes: dict[str, Any], message: str) -> None:
    with pytest.raises(WorkbenchError, match=message):
        load_npz(saved(tmp_path, **changes))


@pytest.mark.parametrize("size", [0, 100, 400])
def test_a_file_cut_short_is_named(tmp_path: Path, size: int) -> None:
    path = saved(tmp_path)
    path.write_bytes(path.read_bytes()[:size])
    with pytest.raises(WorkbenchError, match=r"set\.npz"):
        load_npz(path)


def test_a_flipped_bit_is_noticed(tmp_path: Path) -> None:
    path = saved(tmp_path, x_train=np.zeros((6, 50, 40, 3), np.uint8), x_test=np.zeros((3, 50, 40, 3), np.uint8))
    content = bytearray(path.read_bytes())
    content[5000] ^= 1
    path.write_bytes(content)
    with pytest.raises(WorkbenchError, match="Could not read"):
        load_npz(path)


def test_cifar10_has_its_known_statistics(shared: Path) -> None:
    data = open_data(f"cifar10:{shared / 'data' / 'cifar10.npz'}")
    assert (len(data.train), len(data.validation), data.name) == (50_000, 10_000, "cifar10")
    assert data.classes[0] == "airplane"
    mean, std = statistics(data.train)
    assert np.round(mean, 4).tolist() == [0.4914, 0.4822, 0.4465]
    assert np.round(std, 4).tolist() == [0.247, 0.2435, 0.2616]
