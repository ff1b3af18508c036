"""Tables of files and labels, huge folders, thumbnails: what is known before anything is decoded."""

from __future__ import annotations

import json
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from workbench.core.data import folders
from workbench.core.data.pictures import UnusablePictureError
from workbench.core.data.preprocessing import Framing
from workbench.core.data.sources import absolute_spec, open_data, open_index
from workbench.core.data.thumbnails import thumbnail
from workbench.errors import WorkbenchError

SMALL = Framing(3, 8, 8)
NAMES = [f"{colour}{number}.png" for colour in ("red", "blue") for number in range(5)]


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    for name in NAMES:
        Image.new("RGB", (30, 20), "red" if "red" in name else "blue").save(tmp_path / name)
    return tmp_path


def rows(*, part: bool = False) -> list[list[str]]:
    return [[name, name[:-5], *(["val" if name[-5] == "4" else "train"] if part else [])] for name in NAMES]


def written(path: Path, text: str, encoding: str = "utf-8") -> str:
    path.write_text(text, encoding)
    return str(path)


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("head", ["", "path,label", "Label,FileName", "id,file,class"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_tables_are_read_however_they_are_written(photos: Path, delimiter: str, head: str, encoding: str) -> None:
    lines = [head.replace(",", delimiter)] if head else []
    for number, (file, label) in enumerate(rows()):
        cells = {"Label,FileName": [label, file], "id,file,class": [str(number), file, label]}.get(head, [file, label])
        lines.append(delimiter.join(cells))
    data = open_data(written(photos / "set.csv", "\n".join(lines) + "\n", encoding), framing=SMALL)
    assert (data.name, data.classes) == ("set", ("blue", "red"))
    assert (np.bincount(data.train.labels).tolist(), np.bincount(data.validation.labels).tolist()) == ([4, 4], [1, 1])
    for part in (data.train, data.validation):
        assert [picture[4, 4].argmax() == 0 for picture in part.images] == (part.labels == 1).tolist()


def test_parts_are_those_of_the_table(photos: Path) -> None:
    spec = written(photos / "set.csv", "path,label,split\n" + "\n".join(",".join(row) for row in rows(part=True)))
    index = open_index(spec)
    assert {Path(index.files[number]).name for number in index.validation} == {"red4.png", "blue4.png"}


def test_a_second_held_out_part_is_counted(photos: Path) -> None:
    lines = [",".join(row) for row in rows(part=True)] + ["red0.png,red,test", "red1.png,red,someday"]
    index = open_index(written(photos / "set.csv", "path,label,split\n" + "\n".join(lines)))
    assert len(index) == 10
    assert [problem.title for problem in index.problems] == [
        "1 rows of the part someday are not used",
        "1 rows of the part test are not used",
    ]


def test_json_lines(photos: Path) -> None:
    lines = [json.dumps({"image": file, "label": label, "split": part}) for file, label, part in rows(part=True)]
    index = open_index(written(photos / "set.jsonl", "\n\n".join(lines)))
    assert (len(index.train), len(index.validation), index.classes) == (8, 2, ("blue", "red"))
    numbers = [json.dumps({"path": file, "label": int(label == "red")}) for file, label in rows()]
    assert open_index(written(photos / "numbers.jsonl", "\n".join(numbers))).classes == ("0", "1")


def test_rows_and_files_that_cannot_be_used_are_named(photos: Path) -> None:
    lines = [",".join(row) for row in rows()] + ["gone.png,red", ",red", "red0.png,"]
    data = open_data(written(photos / "set.csv", "path,label\n" + "\n".join(lines)), framing=SMALL)
    assert len(data.train) + len(data.validation) == 10
    assert [problem.title for problem in data.problems] == [
        "Row 12 is not used",
        "Row 13 is not used",
        "gone.png is not used",
    ]
    assert "no such file" in data.problems[2].reason.lower()


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("a.csv", "", "it is empty"),
        ("a.csv", "alone\n", "one column"),
        ("a.jsonl", "{", "line 1"),
        ("a.jsonl", '{"a": 1}', "line 1 has a"),
        ("a.jsonl", "[1, 2]", "line 1"),
    ],
)
def test_what_is_no_table_is_refused(tmp_path: Path, name: str, text: str, reason: str) -> None:
    with pytest.raises(WorkbenchError, match=f"no table of pictures.*{reason}"):
        open_data(written(tmp_path / name, text))
    with pytest.raises(WorkbenchError, match="not UTF-8"):
        open_data(written(tmp_path / "latin.csv", "ä,ö\n", "latin-1"))


def test_specs_become_independent_of_the_working_folder(photos: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(photos)
    written(photos / "set.csv", "x,y")
    assert absolute_spec("set.csv") == str((photos / "set.csv").resolve())
    assert absolute_spec("mnist:.") == f"mnist:{photos.resolve()}"
    assert absolute_spec("mnist") == "mnist"
    assert absolute_spec("shapes:64") == "shapes:64"


@pytest.fixture
def huge(tmp_path: Path) -> Path:
    """20,000 empty files in 200 classes."""
    for number in range(200):
        folder = tmp_path / "huge" / f"class{number:03d}"
        folder.mkdir(parents=True)
        for file in range(100):
            (folder / f"{file}.jpg").touch()
    return tmp_path / "huge"


def test_listing_tells_and_can_be_cancelled(huge: Path) -> None:
    seen: list[tuple[int, int]] = []
    index = open_index(str(huge), progress=lambda done, total: seen.append((done, total)))
    assert (len(index), len(index.classes)) == (20_000, 200)
    assert seen == [(count, 0) for count in range(folders.TOLD_EVERY, 20_001, folders.TOLD_EVERY)]

    class CancelledError(Exception):
        pass

    def cancel(done: int, _total: int) -> None:
        seen.append((done, -1))
        raise CancelledError

    start = time.perf_counter()
    with pytest.raises(CancelledError):
        open_data(str(huge), progress=cancel)
    assert time.perf_counter() - start < 5
    assert seen[-1] == (folders.TOLD_EVERY, -1)


def test_an_open_set_has_an_index_too() -> None:
    data, index = open_data("digits"), open_index("digits")
    assert (len(index.train), len(index.validation)) == (len(data.train), len(data.validation))
    number = int(index.validation[3])
    assert np.array_equal(index.pictures[number], data.validation.images[3])
    grey = thumbnail(index, number, 64)
    assert grey.shape == (8, 8, 3)
    assert np.array_equal(grey[..., 1], data.validation.images[3, ..., 0])
    assert len(index.taken(np.array([5, number]))) == 2


def test_thumbnails_are_small_whole_and_upright(shared: Path, tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "kite.jpg").symlink_to(shared / "data" / "photos_free" / "kite_and_cold.jpg")
        (tmp_path / name / "turned.jpg").symlink_to(shared / "data" / "odd_images" / "exif_Landscape_6.jpg")
        (tmp_path / name / "zero.jpg").touch()
    index = open_index(str(tmp_path))
    shapes = {
        Path(file).name: thumbnail(index, at, 96).shape for at, file in enumerate(index.files) if "zero" not in file
    }
    assert all(max(shape) == 96 for shape in shapes.values())
    assert shapes["turned.jpg"][1] == 96
    exact = Image.open(index.files[0]).convert("RGB")
    exact.thumbnail((96, 96), Image.Resampling.BILINEAR, reducing_gap=None)
    assert np.abs(np.asarray(exact, int) - thumbnail(index, 0, 96)).mean() < 4
    with pytest.raises(UnusablePictureError):
        thumbnail(index, list(map(str, index.files)).index(str(tmp_path / "one" / "zero.jpg")), 96)
