"""Opening sets by what names them, and bringing them to a network's input."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from workbench.core.data import fitting, threads
from workbench.core.data.images import ImagePart
from workbench.core.data.preprocessing import Framing, frame, frame_stored
from workbench.core.data.registry import SOURCES, Request
from workbench.core.data.sources import data_forms, data_sources, open_data
from workbench.core.data.split import held_out
from workbench.core.data.statistics import statistics
from workbench.core.data.threads import in_any_order, in_threads
from workbench.errors import WorkbenchError


def test_names_and_descriptions_need_no_torch() -> None:
    code = (
        "import sys\n"
        "from workbench.core.data.sources import data_sources, open_data\n"
        "from workbench.core.data.augment import AUGMENTATIONS\n"
        "assert [*AUGMENTATIONS] and data_sources()\n"
        "assert 'torch' not in sys.modules and 'sklearn' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_every_source_describes_itself() -> None:
    assert {"digits", "shapes"} == {name for name, _ in data_sources()}
    assert len(data_forms()) == len(SOURCES)
    assert all(form and description for form, description in data_forms())


@pytest.mark.parametrize("name", [name for name, _ in data_sources()])
def test_every_built_in_set_is_whole(name: str) -> None:
    data = SOURCES[name].open(Request(""))
    assert data.name == name
    for part in (data.train, data.validation):
        assert part.images.dtype == np.uint8
        assert part.labels.dtype == np.int64
        assert len(part.images) == len(part.labels)
        assert set(part.labels.tolist()) == set(range(len(data.classes)))


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ("shape", "Did you mean shapes?"),
        ("digit", "Did you mean digits?"),
        ("", r"no data set \(empty\)"),
        ("gone/set.npz", "no such file or folder"),
        ("cifar10", "not on this computer.*170 MB.*cifar10:PATH"),
        ("cifar10:gone", "There is no file gone"),
        ("cifar10:gone.npz", r"There is no file gone\.npz"),
        ("digits:8", "one form only"),
        (__file__, r"a file, but neither an \.npz"),
    ],
)
def test_what_does_not_exist_is_refused_with_a_hint(spec: str, message: str) -> None:
    with pytest.raises(WorkbenchError, match=message):
        open_data(spec)


def test_digits_are_split_once_and_for_all() -> None:
    data = open_data("digits")
    assert (len(data.train), len(data.validation), data.image_shape) == (1437, 360, (1, 8, 8))
    assert (data.train.images.min(), data.train.images.max()) == (0, 255)
    shares = np.bincount(data.validation.labels) / np.bincount(np.r_[data.train.labels, data.validation.labels])
    assert np.abs(shares - 0.2).max() < 0.01


def test_a_linear_model_reads_digits() -> None:
    from sklearn.linear_model import LogisticRegression

    data = open_data("digits")
    flat = [part.images.reshape(len(part), -1) / 255 for part in (data.train, data.validation)]
    model = LogisticRegression(max_iter=50, tol=1e-2).fit(flat[0], data.train.labels)
    assert model.score(flat[1], data.validation.labels) > 0.93


def test_sets_are_brought_to_the_networks_input() -> None:
    seen: list[tuple[int, int]] = []
    natural = open_data("digits")
    data = open_data("digits", framing=Framing(3, 32, 32), progress=lambda done, total: seen.append((done, total)))
    assert data.image_shape == (3, 32, 32)
    assert seen[-1] == (1797, 1797)
    assert seen == sorted(seen)
    for index in (0, 700):
        image = Image.fromarray(natural.train.images[index, ..., 0])
        assert np.array_equal(data.train.images[index], frame(image, Framing(3, 32, 32)))


def test_a_set_that_fits_is_not_touched() -> None:
    data = fitting.fitted(open_data("digits"), Framing(1, 8, 8))
    assert data.image_shape == (1, 8, 8)
    natural = open_data("shapes")
    assert fitting.fitted(natural, Framing(3, 32, 32)).train.images is natural.train.images


def test_room_for_crops_is_kept() -> None:
    framing = Framing(1, 20, 16, 24)
    natural, data = open_data("digits"), open_data("digits", framing=framing)
    assert data.image_shape == (1, 24, 24)
    image = Image.fromarray(natural.train.images[5, ..., 0])
    assert np.array_equal(data.train.images[5], frame_stored(image, framing))


def test_colour_becomes_grey_as_pillow_rounds_it() -> None:
    natural, data = open_data("shapes"), open_data("shapes", framing=Framing(1, 32, 32))
    for index in range(20):
        grey = np.asarray(Image.fromarray(natural.train.images[index]).convert("L"))
        assert np.array_equal(data.train.images[index, ..., 0], grey)


def test_channels_that_have_no_meaning_are_refused() -> None:
    with pytest.raises(WorkbenchError, match="takes 4 channels, but the pictures have 1"):
        open_data("digits", framing=Framing(4, 8, 8))


def test_resized_pictures_that_crowd_the_memory_are_kept_in_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    natural, framing = open_data("digits"), Framing(3, 64, 64)
    in_memory = fitting.fitted(natural, framing)
    monkeypatch.setattr(fitting, "total_memory", lambda: 60e6)
    seen: list[tuple[int, int]] = []
    kept = fitting.fitted(natural, framing, progress=lambda done, total: seen.append((done, total)))
    assert isinstance(kept.train.images, np.memmap)
    assert np.array_equal(kept.train.images, in_memory.train.images)
    assert seen[-1] == (1797, 1797)
    again = fitting.fitted(natural, framing)
    assert np.array_equal(again.validation.images, in_memory.validation.images)


def test_threads_stop_when_the_loop_is_left() -> None:
    done: list[int] = []
    for index in in_threads(lambda item: done.append(item) or item, range(10_000)):
        if index == 3:
            break
    assert 3 in done
    assert len(done) < 200


def test_threads_give_every_result_once_in_any_order(monkeypatch: pytest.MonkeyPatch) -> None:
    for telling in (0.02, 0.0):
        monkeypatch.setattr(threads, "TELLING", telling)
        assert sorted(in_any_order(lambda number: number, 3000)) == list(range(3000))
    assert list(in_any_order(lambda number: number, 0)) == []


def test_threads_stop_when_one_fails_or_the_loop_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threads, "TELLING", 0.0)
    most, done = 10**7, [0]

    def work(number: int) -> int:
        done[0] = max(done[0], number)
        return 60 // (number - 30)

    with pytest.raises(ZeroDivisionError):
        list(in_any_order(work, most))
    assert 30 <= done[0] < most / 2
    made = in_any_order(lambda number: work(number + 31), most)
    next(made)
    made.close()
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("pictures")]
    assert done[0] < most / 2


@pytest.mark.parametrize("counts", [[10, 10], [1, 5, 30], [2, 2, 2], [97, 3]])
def test_splits_are_stratified_and_leave_no_class_out(counts: list[int]) -> None:
    labels = np.repeat(np.arange(len(counts)), counts)
    train, validation = held_out(labels, share=0.2, seed=1)
    assert sorted([*train, *validation]) == list(range(len(labels)))
    for number, count in enumerate(counts):
        held = int((labels[validation] == number).sum())
        assert abs(held - 0.2 * count) <= 1
        assert (held >= 1) == (count >= 2)


def test_splits_depend_on_the_seed_alone() -> None:
    labels = np.arange(100) % 4
    assert np.array_equal(held_out(labels, share=0.3, seed=5)[1], held_out(labels, share=0.3, seed=5)[1])
    assert not np.array_equal(held_out(labels, share=0.3, seed=5)[1], held_out(labels, share=0.3, seed=6)[1])


def test_statistics_are_those_of_numpy() -> None:
    images = np.random.default_rng(0).integers(0, 200, (50, 7, 5, 3), np.uint8)
    images[..., 2] = 77
    mean, std = statistics(ImagePart(images, np.zeros(50, np.int64)))
    assert np.allclose(mean, (images / 255).mean(axis=(0, 1, 2)))
    assert np.allclose(std[:2], (images / 255).std(axis=(0, 1, 2))[:2])
    assert std[2] == pytest.approx(1 / 255)


def test_opening_leaves_torchs_random_state_alone(tmp_path: Path) -> None:
    before = torch.random.get_rng_state()
    open_data("digits", framing=Framing(3, 16, 16))
    assert torch.equal(before, torch.random.get_rng_state())
