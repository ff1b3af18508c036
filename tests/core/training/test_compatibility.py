"""Whether a network suits its data: classes and colours, told by the rules of lint."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from workbench.core.data.images import ImageData, ImagePart
from workbench.core.data.index import DataIndex, index_of
from workbench.core.data.sources import open_index
from workbench.core.modelling.opening import open_network
from workbench.core.modelling.shapes import analyse
from workbench.core.training.compatibility import channels_of, colour_problem, output_problem

LABELS = np.zeros(4, np.int64)


def index_with(*pictures: np.ndarray) -> DataIndex:
    part = ImagePart(np.stack(pictures), np.zeros(len(pictures), np.int64))
    return index_of(ImageData("made", ("a", "b"), part, part))


def noise(channels: int) -> np.ndarray:
    return np.random.default_rng(channels).integers(0, 256, (8, 8, channels), np.uint8)


def folder_with(place: Path, *pictures: np.ndarray) -> DataIndex:
    for number, pixels in enumerate(pictures * 3):
        (place / "ab"[number % 2]).mkdir(exist_ok=True)
        Image.fromarray(pixels.squeeze()).save(place / "ab"[number % 2] / f"{number}.png")
    return open_index(str(place))


def test_grey_is_grey_however_it_is_stored(tmp_path: Path) -> None:
    assert channels_of(index_with(noise(1), noise(1))) == 1
    assert channels_of(index_with(np.repeat(noise(1), 3, axis=-1))) == 1
    assert channels_of(folder_with(tmp_path, noise(1), np.repeat(noise(1), 3, axis=-1))) == 1


def test_one_picture_in_colour_makes_a_set_of_colours(tmp_path: Path) -> None:
    assert channels_of(index_with(np.repeat(noise(1), 3, axis=-1), noise(3))) == 3
    assert channels_of(folder_with(tmp_path, noise(1), noise(3))) == 3


def test_nothing_is_known_of_four_channels_and_of_files_that_cannot_be_read(tmp_path: Path) -> None:
    assert channels_of(index_with(noise(4))) is None
    index = folder_with(tmp_path, noise(3))
    for path in tmp_path.rglob("*.png"):
        path.write_bytes(b"no picture")
    assert channels_of(index) is None


def test_colours_are_looked_for_all_over_a_large_set() -> None:
    grey, colour = np.repeat(noise(1), 3, axis=-1), noise(3)
    assert channels_of(index_with(*[grey] * 500, *[colour] * 500)) == 3


@pytest.mark.parametrize(("name", "channels", "level"), [("lenet5", 3, "warning"), ("cifar10cnn", 1, "info")])
def test_grey_meets_colour_and_is_mended(name: str, channels: int, level: str) -> None:
    network = open_network(name)
    problem = colour_problem(network, channels)
    assert problem is not None and problem.level == level and problem.remedy is not None
    mended = problem.remedy.edit(network)
    assert (analyse(mended).input_shape or ())[0] == channels
    assert colour_problem(mended, channels) is None


@pytest.mark.parametrize(("name", "channels"), [("lenet5", 1), ("cifar10cnn", 3), ("lenet5", None), ("cifar10cnn", 4)])
def test_what_fits_or_is_unknown_is_no_problem(name: str, channels: int | None) -> None:
    assert colour_problem(open_network(name), channels) is None


def test_the_head_is_fitted_to_the_classes() -> None:
    network = open_network("cifar10cnn")
    assert output_problem(network, [str(number) for number in range(10)]) is None
    problem = output_problem(network, ["ant", "bee"])
    assert problem is not None and problem.where == "fc2" and problem.level == "error" and problem.remedy is not None
    assert analyse(problem.remedy.edit(network)).output_shape == (2,)
