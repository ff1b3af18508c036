"""Folders of pictures: layouts, splits and what cannot be used."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from workbench.core.data.folders import load_folder
from workbench.core.data.preprocessing import Framing
from workbench.core.data.sources import open_data
from workbench.errors import WorkbenchError

COLOURS = {"blue": (0, 0, 255), "green": (0, 255, 0), "red": (255, 0, 0)}
SMALL = Framing(3, 8, 8)


def fill(folder: Path, count: int, colour: str = "red") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        Image.new("RGB", (12, 10), COLOURS[colour]).save(folder / f"{number}.png")
    return folder


def test_classes_in_one_level_are_split_in_equal_shares(tmp_path: Path) -> None:
    for colour in COLOURS:
        fill(tmp_path / colour, 10, colour)
    data = open_data(str(tmp_path), framing=SMALL)
    assert data.classes == ("blue", "green", "red")
    assert np.bincount(data.train.labels).tolist() == [8, 8, 8]
    assert np.bincount(data.validation.labels).tolist() == [2, 2, 2]
    assert not set(data.train.files) & set(data.validation.files)
    for part in (data.train, data.validation):
        for label, picture in zip(part.labels, part.images, strict=True):
            assert tuple(picture[4, 4]) == COLOURS[data.classes[label]]
    assert open_data(str(tmp_path), framing=SMALL).validation.files == data.validation.files


@pytest.mark.parametrize("name", ["val", "valid", "Validation", "test"])
def test_given_parts_are_kept(tmp_path: Path, name: str) -> None:
    for colour in ("blue", "red"):
        fill(tmp_path / "train" / colour, 3, colour)
        fill(tmp_path / name / colour, 2, colour)
    data = load_folder(tmp_path, SMALL)
    assert (len(data.train), len(data.validation), data.problems) == (6, 4, ())
    assert all(f"{os.sep}{name}{os.sep}" in file for file in data.validation.files)


def test_of_two_held_out_parts_one_is_used_and_said(tmp_path: Path) -> None:
    for part in ("train", "val", "test"):
        for colour in ("blue", "red"):
            fill(tmp_path / part / colour, 2, colour)
    data = load_folder(tmp_path, SMALL)
    assert "val" in data.validation.files[0]
    assert [problem.level for problem in data.problems] == ["info"]
    assert data.problems[0].where.endswith("test")


def test_train_alone_is_split(tmp_path: Path) -> None:
    for colour in ("blue", "red"):
        fill(tmp_path / "train" / colour, 5, colour)
    data = load_folder(tmp_path, SMALL)
    assert data.classes == ("blue", "red")
    assert (len(data.train), len(data.validation)) == (8, 2)


def test_nested_folders_belong_to_their_class_and_hidden_ones_to_none(tmp_path: Path) -> None:
    fill(tmp_path / "red" / "2024" / "may", 5)
    fill(tmp_path / "blue", 5, "blue")
    fill(tmp_path / ".cache", 5)
    fill(tmp_path / "blue" / ".thumbnails", 5)
    (tmp_path / "blue" / "notes.txt").write_text("not a picture and not meant to be")
    data = load_folder(tmp_path, SMALL)
    assert data.classes == ("blue", "red")
    assert len(data.train) + len(data.validation) == 10
    assert not data.problems


def test_broken_files_are_named_and_the_rest_is_used(tmp_path: Path) -> None:
    for colour in ("blue", "red"):
        fill(tmp_path / colour, 10, colour)
    (tmp_path / "red" / "3.png").write_bytes(b"")
    Image.fromarray(np.random.default_rng(0).integers(0, 256, (40, 40, 3), np.uint8)).save(tmp_path / "whole.png")
    (tmp_path / "red" / "4.png").write_bytes((tmp_path / "whole.png").read_bytes()[:2000])
    (tmp_path / "blue" / "photo.heic").write_bytes(b"ftypheic")
    seen: list[tuple[int, int]] = []
    data = open_data(str(tmp_path), framing=SMALL, progress=lambda done, total: seen.append((done, total)))
    assert len(data.train) + len(data.validation) == 18
    assert {Path(problem.where).name for problem in data.problems} == {"3.png", "4.png", "photo.heic"}
    assert all(problem.reason and problem.level == "warning" for problem in data.problems)
    assert seen == 2 * [(done, 21) for done in range(1, 22)], "looked at for near-duplicates, then decoded"
    for part in (data.train, data.validation):
        assert len(part.images) == len(part.labels) == len(part.files)
        blues = [tuple(picture[4, 4]) == COLOURS["blue"] for picture in part.images]
        assert blues == (part.labels == 0).tolist()


def test_a_class_only_validated_on_is_left_out_and_said(tmp_path: Path) -> None:
    for colour in ("blue", "red"):
        fill(tmp_path / "train" / colour, 2, colour)
    for colour in COLOURS:
        fill(tmp_path / "val" / colour, 2, colour)
    data = load_folder(tmp_path, SMALL)
    assert data.classes == ("blue", "red")
    assert len(data.validation) == 4
    assert data.problems[0].title == "Pictures of green are not used (2)"


def test_what_cannot_be_learned_from_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WorkbenchError, match=r"fewer than two classes.*no folder in it has pictures"):
        load_folder(tmp_path, SMALL)
    fill(tmp_path / "red", 3)
    with pytest.raises(WorkbenchError, match="only red has pictures"):
        load_folder(tmp_path, SMALL)
    (tmp_path / "blue").mkdir()
    for number in range(3):
        (tmp_path / "blue" / f"{number}.jpg").write_bytes(b"nothing")
    with pytest.raises(
        WorkbenchError, match=r"too few usable pictures to train on.*could not be used; the first: .*blue"
    ):
        load_folder(tmp_path, SMALL)


def test_single_pictures_cannot_be_validated_on(tmp_path: Path) -> None:
    for colour in COLOURS:
        fill(tmp_path / colour, 1, colour)
    with pytest.raises(WorkbenchError, match="too few usable pictures to validate on"):
        load_folder(tmp_path, SMALL)


def test_odd_images_train_with_what_can_be_read(shared: Path, tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        for file in sorted((shared / "data" / "odd_images").iterdir()):
            if file.suffix != ".json":
                (tmp_path / name / file.name).symlink_to(file)
    data = load_folder(tmp_path, SMALL)
    assert len(data.problems) == 2 * 8
    assert len(data.train) + len(data.validation) == 2 * 53


def test_ants_and_bees_are_read_whole(shared: Path) -> None:
    data = open_data(str(shared / "data" / "hymenoptera_256"), framing=Framing(3, 224, 224, 256))
    assert data.classes == ("ants", "bees")
    assert (len(data.train), len(data.validation), data.problems) == (244, 153, ())
    assert data.image_shape == (3, 256, 256)
