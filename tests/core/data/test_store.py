"""Where pictures are kept: memory, files that survive a kill and two processes, or nowhere."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from workbench.core.data.batches import Batches
from workbench.core.data.folders import load_folder
from workbench.core.data.images import ChosenPictures, ImagePart, Images
from workbench.core.data.pictures import UnusablePictureError
from workbench.core.data.preprocessing import Framing, Preprocessing
from workbench.core.data.resident import copied
from workbench.core.data.statistics import statistics
from workbench.core.data.store import cache, keeping, writing
from workbench.core.data.store.rendering import Outcome, Outcomes, RenderedPictures, Rendering, Take
from workbench.errors import WorkbenchError

SHAPE = (6, 5, 3)
BROKEN = (3, 40)


@pytest.fixture(autouse=True)
def own_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """An empty cache, and no set so small that it would not go there."""
    monkeypatch.setenv("WORKBENCH_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(keeping, "SMALL", 0)
    return tmp_path / "cache" / "pictures"


def picture(number: int) -> Images:
    if number in BROKEN:
        raise UnusablePictureError(f"{number} is broken")
    return np.full(SHAPE, number, np.uint8)


class Counted:
    """Pictures that know how often they were made."""

    def __init__(self, count: int = 50) -> None:
        self.made: list[int] = []
        self.rendering = Rendering(count, SHAPE, self._make, lambda: "key")

    def _make(self, number: int) -> Images:
        self.made.append(number)
        return picture(number)


def given(pictures: list[Images]) -> Callable[[Take], Outcomes]:
    """What gives these pictures to whoever takes them."""
    return lambda take: (take(number, pixels) or Outcome(number) for number, pixels in enumerate(pictures))


def check(kept: keeping.Kept) -> None:
    usable = [number for number in range(50) if number not in BROKEN]
    assert kept.usable.tolist() == usable
    assert kept.refused == ((3, "3 is broken"), (40, "40 is broken"))
    assert np.asarray(kept.images)[:, 2, 2, 1].tolist() == usable


def left(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_small_sets_live_in_memory(monkeypatch: pytest.MonkeyPatch, own_cache: Path) -> None:
    monkeypatch.setattr(keeping, "SMALL", 10_000)
    check(keeping.keep(Counted().rendering))
    assert not own_cache.exists()


def test_larger_ones_are_made_once_and_mapped(own_cache: Path) -> None:
    counted, seen = Counted(), []
    check(keeping.keep(counted.rendering, progress=lambda *numbers: seen.append(numbers)))
    assert seen == [(done, 50) for done in range(1, 51)]
    again = keeping.keep(counted.rendering, progress=lambda *numbers: seen.append(numbers))
    check(again)
    assert seen[50:] == [(50, 50)]
    assert sorted(counted.made) == list(range(50))
    assert left(own_cache) == ["key"]
    assert cache.cache_size() == 50 * 90 + (own_cache / "key" / "contents.json").stat().st_size


@pytest.mark.parametrize("small", [0, 10**6])
@pytest.mark.parametrize("broken", [{0}, {29}, {0, 1, 2, 28, 29}, {7, 9}, set(range(30)), set()])
def test_the_pictures_beside_broken_ones_are_where_they_belong(
    monkeypatch: pytest.MonkeyPatch, small: int, broken: set[int]
) -> None:
    monkeypatch.setattr(keeping, "SMALL", small)

    def make(number: int) -> Images:
        if number in broken:
            raise UnusablePictureError("broken")
        return np.full(SHAPE, number, np.uint8)

    usable = [number for number in range(30) if number not in broken]
    for _time in range(2):
        kept = keeping.keep(Rendering(30, SHAPE, make, lambda: "key"))
        assert kept.usable.tolist() == usable
        assert kept.refused == tuple((number, "broken") for number in sorted(broken))
        assert kept.images.shape == (len(usable), *SHAPE)
        assert (np.asarray(kept.images) == np.array(usable).reshape(-1, 1, 1, 1)).all()


def test_writing_to_mapped_pictures_changes_no_file() -> None:
    def rendering() -> Rendering:
        return Rendering(9, SHAPE, lambda number: np.full(SHAPE, number, np.uint8), lambda: "key")

    keeping.keep(rendering())
    mapped = keeping.keep(rendering()).images
    assert isinstance(mapped, np.memmap)
    mapped[:] = 77
    assert np.asarray(keeping.keep(rendering()).images)[:, 0, 0, 0].tolist() == list(range(9))


def test_clearing_leaves_nothing_and_frees_what_it_says(own_cache: Path) -> None:
    kept = keeping.keep(Counted().rendering)
    assert cache.clear_cache() > 48 * 90
    assert (left(own_cache), cache.cache_size()) == ([], 0)
    check(kept)
    counted = Counted()
    check(keeping.keep(counted.rendering))
    assert len(counted.made) == 50


@pytest.mark.parametrize("damage", ["shorter", "longer", "no contents", "other contents", "no pixels"])
def test_a_damaged_entry_is_made_again(own_cache: Path, damage: str) -> None:
    keeping.keep(Counted().rendering)
    pixels, contents = own_cache / "key" / "pixels", own_cache / "key" / "contents.json"
    match damage:
        case "shorter":
            os.truncate(pixels, 100)
        case "longer":
            pixels.write_bytes(pixels.read_bytes() + b"x")
        case "no contents":
            contents.unlink()
        case "other contents":
            contents.write_text('{"count": "many"}')
        case "no pixels":
            pixels.unlink()
    check(keeping.keep(Counted().rendering))
    check(keeping.keep(Counted().rendering))
    assert left(own_cache) == ["key"]


def test_cancelling_leaves_nothing_behind(own_cache: Path) -> None:
    class CancelledError(Exception):
        pass

    def progress(done: int, _total: int) -> None:
        if done == 20:
            raise CancelledError

    counted = Counted()
    with pytest.raises(CancelledError) as caught:
        keeping.keep(counted.rendering, progress=progress)
    made = len(counted.made)
    assert left(own_cache) == []
    assert caught.tb is not None
    assert not [thread.name for thread in threading.enumerate() if thread.name.startswith(("pictures", "flush"))]
    assert len(counted.made) == made


def test_only_broken_pictures_are_an_entry_too() -> None:
    rendering = Rendering(2, SHAPE, lambda number: picture(BROKEN[number]), lambda: "key")
    for _time in range(2):
        kept = keeping.keep(rendering)
        assert (len(kept.images), len(kept.refused)) == (0, 2)


def test_a_full_disk_is_said_and_costs_memory_only(monkeypatch: pytest.MonkeyPatch, own_cache: Path) -> None:
    def full(key: str, shape: object, count: int, outcomes: Callable[[Take], Outcomes]) -> None:
        next(outcomes(lambda number, pixels: None))
        raise OSError(28, "No space left on device", str(own_cache))

    monkeypatch.setattr(cache, "fill", full)
    kept = keeping.keep(Counted().rendering)
    check(kept)
    assert isinstance(kept.images, np.ndarray)
    assert "No space left" in kept.problems[0].reason
    assert "each time the data set is opened" in kept.problems[0].title


def test_a_real_full_disk_is_an_error_not_a_crash(own_cache: Path) -> None:
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("needs /dev/full")
    for size, picture in ((120_000, np.zeros((200, 200, 3), np.uint8)), (9, np.zeros((3, 3), np.uint8))):
        with pytest.raises(OSError, match="No space"):
            writing.write_rows(full, size, 9, given([picture] * 9))


def test_a_disk_that_fails_while_more_is_decoded_is_an_error(monkeypatch: pytest.MonkeyPatch, own_cache: Path) -> None:
    real, calls = os.fsync, [0]

    def fails_once(handle: int) -> None:
        calls[0] += 1
        if calls[0] == 1:
            raise OSError(5, "Input/output error")
        real(handle)

    monkeypatch.setattr(os, "fsync", fails_once)
    monkeypatch.setattr(writing, "FLUSH", 1)
    with pytest.raises(OSError, match="Input/output"):
        cache.fill("entry", SHAPE, 9, given([np.zeros(SHAPE, np.uint8)] * 9))
    assert cache.find("entry") is None


def test_what_is_too_large_for_disk_and_memory_streams(monkeypatch: pytest.MonkeyPatch, own_cache: Path) -> None:
    monkeypatch.setattr(cache, "MOST_BYTES", 1000)
    monkeypatch.setattr(keeping, "total_memory", lambda: 1000)
    counted = Counted()
    kept = keeping.keep(counted.rendering)
    check(kept)
    assert isinstance(kept.images, ChosenPictures)
    assert "in every epoch" in kept.problems[0].title
    assert "the pictures need" in kept.problems[0].reason
    again = Counted()
    kept = keeping.keep(again.rendering)
    assert not again.made
    check(kept)
    assert left(own_cache) == ["key-checked"]


def test_a_place_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache" / "pictures").write_text("a file where the folder should be")
    kept = keeping.keep(Counted().rendering)
    check(kept)
    assert kept.problems


def test_the_least_used_entry_makes_room(monkeypatch: pytest.MonkeyPatch, own_cache: Path) -> None:
    for number, key in enumerate(("old", "older", "fresh")):
        keeping.keep(Rendering(50, SHAPE, picture, lambda key=key: key))
        age = time.time() - (200, 300, 0)[number]
        os.utime(own_cache / key / "contents.json", (age, age))
    keeping.keep(Rendering(50, SHAPE, picture, lambda: "old"))  # used again
    monkeypatch.setattr(cache, "MOST_BYTES", 3.5 * 50 * 90)
    keeping.keep(Counted().rendering)
    assert left(own_cache) == ["fresh", "key", "old"]


def test_what_a_kill_left_is_swept_when_it_is_old(own_cache: Path) -> None:
    old, young = own_cache / ".making-1", own_cache / ".making-2"
    for folder in (old, young):
        folder.mkdir(parents=True)
        (folder / "pixels").write_bytes(bytes(100))
    past = time.time() - 2 * cache.ABANDONED
    os.utime(old / "pixels", (past, past))
    keeping.keep(Counted().rendering)
    assert left(own_cache) == [".making-2", "key"]
    cache.clear_cache()
    assert left(own_cache) == []


MAKER = """
import sys, time
import numpy as np
from workbench.core.data.store import keeping
from workbench.core.data.store.rendering import Rendering
keeping.SMALL = 0
def make(number):
    time.sleep(float(sys.argv[1]))
    return np.full((64, 64, 3), number, np.uint8)
def told(done, total):
    print(done, flush=True)
kept = keeping.keep(Rendering(60, (64, 64, 3), make, lambda: "key"), progress=told)
assert kept.images[:, 5, 5, 0].tolist() == list(range(60)), kept.images[:, 5, 5, 0]
print("whole", type(kept.images).__name__)
"""


def maker(pause: float) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, "-c", MAKER, str(pause)], stdout=subprocess.PIPE, text=True)


@pytest.mark.skipif(os.name != "posix", reason="needs SIGKILL")
@pytest.mark.parametrize("moment", [1, 30, 60])
def test_a_kill_leaves_no_entry_that_is_not_whole(own_cache: Path, moment: int) -> None:
    process = maker(0.01)
    assert process.stdout
    for line in process.stdout:
        if int(line) >= moment:
            break
    process.send_signal(signal.SIGKILL)
    process.communicate()
    found = cache.find("key")
    assert found is None or found[0][:, 0, 0, 0].tolist() == list(range(60))
    with maker(0) as again:
        assert "whole memmap" in again.communicate()[0]


def test_two_processes_may_make_the_same_entry(own_cache: Path) -> None:
    processes = [maker(0.005), maker(0.005)]
    for process in processes:
        assert "whole memmap" in process.communicate()[0]
        assert process.returncode == 0
    assert left(own_cache) == ["key"]


def test_streamed_batches_are_those_of_memory() -> None:
    numbers = np.random.default_rng(0)
    images = numbers.integers(0, 256, (53, 8, 8, 3), np.uint8)
    labels = np.arange(53) % 3
    streamed = RenderedPictures(Rendering(53, (8, 8, 3), lambda number: images[number], lambda: ""))
    order = numbers.permutation(53)
    mapped = ChosenPictures(streamed, order)
    preprocessing = Preprocessing(Framing(3, 8, 8), (0.5,) * 3, (0.25,) * 3)
    for pictures, array in ((streamed, images), (mapped, images[order])):
        options = {"preprocessing": preprocessing, "batch_size": 8, "seed": 3, "augmentation": "flip"}
        ours, theirs = (Batches(ImagePart(each, labels), **options) for each in (pictures, array))
        for first, second in zip(ours.epoch(2, start=1), theirs.epoch(2, start=1), strict=True):
            assert torch.equal(first[0], second[0])
            assert torch.equal(first[1], second[1])
        for first, second in zip(ours.in_order(20), theirs.in_order(20), strict=True):
            assert torch.equal(first[0], second[0])
        assert statistics(ImagePart(pictures, labels)) == statistics(ImagePart(array, labels))


def test_chosen_pictures_are_brought_to_a_device_in_pieces() -> None:
    images = np.random.default_rng(0).integers(0, 256, (50, 4, 5, 3), np.uint8)
    order = np.random.default_rng(1).permutation(50)[:33]
    pixels = copied(ChosenPictures(images, order), torch.device("cpu"), chunk=7)
    assert np.array_equal(pixels.numpy(), images[order])


def test_streams_decode_a_little_ahead_only() -> None:
    counted = Counted(3000)
    counted.rendering = Rendering(3000, SHAPE, lambda number: counted.made.append(number) or picture(0), lambda: "")
    groups = (np.arange(start, start + 100) for start in range(0, 3000, 100))
    stream = RenderedPictures(counted.rendering).ahead(groups)
    next(stream)
    assert len(counted.made) < 400
    stream.close()
    before = len(counted.made)
    assert before < 400


def test_lazy_pictures_are_indexed_as_arrays_are() -> None:
    images = np.random.default_rng(0).integers(0, 256, (20, 4, 5, 3), np.uint8)
    streamed = RenderedPictures(Rendering(20, (4, 5, 3), lambda number: images[number], lambda: ""))
    mask = np.arange(20) % 3 == 0
    slices = slice(3, 9), slice(None, None, -2)
    for key in (4, -1, *slices, mask, np.array([5, 5, 1]), [2, 0], (3, slice(1, 3)), (mask, 0)):
        assert np.array_equal(streamed[key], images[key])
    assert np.array_equal(np.asarray(streamed), images)
    with pytest.raises(IndexError):
        streamed[20]
    part = ImagePart(streamed, np.arange(20), tuple(map(str, range(20)))).taken(np.array([9, 2])).taken(np.array([1]))
    assert (part.files, part.labels.tolist()) == (("2",), [2])
    assert np.array_equal(part.images[0], images[2])


def test_a_picture_that_breaks_while_training_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from PIL import Image

    monkeypatch.setattr(cache, "MOST_BYTES", 0)
    monkeypatch.setattr(keeping, "total_memory", lambda: 0)
    for name in ("one", "two"):
        (tmp_path / "set" / name).mkdir(parents=True)
        for number in range(5):
            Image.new("RGB", (9, 9), (number, 0, 0)).save(tmp_path / "set" / name / f"{number}.png")
    data = load_folder(tmp_path / "set", Framing(3, 8, 8))
    Path(data.train.files[0]).unlink()
    with pytest.raises(WorkbenchError, match="cannot be read any more"):
        data.train.images[0]


def test_a_changed_file_is_decoded_again(tmp_path: Path) -> None:
    from PIL import Image

    def paint(colour: int) -> int:
        for name in ("one", "two"):
            (tmp_path / "set" / name).mkdir(parents=True, exist_ok=True)
            for number in range(5):
                path = tmp_path / "set" / name / f"{number}.bmp"
                Image.new("RGB", (9, 9), (colour, 0, 0)).save(path)
                os.utime(path, (1e9, 1e9))
        return int(load_folder(tmp_path / "set", Framing(3, 8, 8)).train.images[0, 0, 0, 0])

    assert [paint(colour) for colour in (10, 10, 200)] == [10, 10, 200]
    shutil.move(tmp_path / "set", tmp_path / "other")
    assert load_folder(tmp_path / "other", Framing(3, 8, 8)).train.images[0, 0, 0, 0] == 200
