"""Published sets: tiny copies read as torchvision reads them, and downloads from a server with bad manners."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import pickle
import tarfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from scipy.io import savemat
from torchvision import datasets

from workbench.core.data.download import DownloadCancelled
from workbench.core.data.published import fetching
from workbench.core.data.published.definition import Published
from workbench.core.data.published.unpacking import unpack
from workbench.core.data.registry import SOURCES
from workbench.core.data.sources import fetch_data, missing_download, open_data, open_index, published_sets
from workbench.errors import WorkbenchError

PUBLISHED = {each.name: each for each in published_sets()}
ARRAYS = [name for name, each in PUBLISHED.items() if each.picture]
PHOTOS = [name for name, each in PUBLISHED.items() if not each.picture]
TRAIN, TEST = 12, 6
RANDOM = np.random.default_rng(0)


@pytest.fixture(autouse=True)
def own_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("WORKBENCH_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@dataclass
class Tiny:
    """What a tiny copy of a set should be read as; for photos, `images` is None."""

    images: list[np.ndarray] | None
    labels: list[np.ndarray]


Files = dict[str, bytes]
"""The files to download, by name."""


def made_labels(classes: int) -> list[np.ndarray]:
    return [np.arange(count) % classes for count in (TRAIN, TEST)]


def made_images(shape: tuple[int, ...]) -> list[np.ndarray]:
    return [RANDOM.integers(0, 256, (count, *shape), np.uint8) for count in (TRAIN, TEST)]


def tarred(files: Files) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz") as tar:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return stream.getvalue()


def zipped(files: Files) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return stream.getvalue()


def jpeg() -> bytes:
    stream = io.BytesIO()
    Image.fromarray(RANDOM.integers(0, 256, (20, 24, 3), np.uint8)).save(stream, "JPEG")
    return stream.getvalue()


def matlab(**variables: np.ndarray) -> bytes:
    stream = io.BytesIO()
    savemat(stream, variables)
    return stream.getvalue()


def make_cifar(published: Published) -> tuple[Files, Tiny]:
    images, labels = made_images((32, 32, 3)), made_labels(len(published.classes))
    key = "labels" if published.name == "cifar10" else "fine_labels"
    names = ([f"data_batch_{n}" for n in range(1, 6)], ["test_batch"]) if key == "labels" else (["train"], ["test"])
    files = {}
    for part, some in enumerate(names):
        pieces = np.array_split(np.arange(len(images[part])), len(some))
        for name, piece in zip(some, pieces, strict=True):
            data = images[part][piece].transpose(0, 3, 1, 2).reshape(len(piece), -1)
            batch = {"data": data, key: labels[part][piece].tolist(), "batch_label": "x", "filenames": ["a"]}
            files[f"{published.layout}/{name}"] = pickle.dumps(batch, protocol=2)
    meta, key = ("batches.meta", "label_names") if key == "labels" else ("meta", "fine_label_names")
    files[f"{published.layout}/{meta}"] = pickle.dumps({key: list(published.classes)}, protocol=2)
    return {published.downloads[0].name: tarred(files)}, Tiny(images, labels)


def make_idx(published: Published) -> tuple[Files, Tiny]:
    images, labels = made_images((28, 28)), made_labels(10)
    contents = []
    for part in (0, 1):
        header = bytes([0, 0, 8, 3]) + np.array(images[part].shape, ">u4").tobytes()
        contents.append(header + images[part].tobytes())
        contents.append(
            bytes([0, 0, 8, 1]) + np.array([len(labels[part])], ">u4").tobytes() + bytes(labels[part].tolist())
        )
    names = [each.name for each in published.downloads]
    files = {name: gzip.compress(content) for name, content in zip(names, contents, strict=True)}
    return files, Tiny([part[..., None] for part in images], labels)


def make_svhn(published: Published) -> tuple[Files, Tiny]:
    images, labels = made_images((32, 32, 3)), made_labels(10)
    files = {}
    for part, each in enumerate(published.downloads):
        tens = np.where(labels[part] == 0, 10, labels[part]).astype(np.uint8)[:, None]
        files[each.name] = matlab(X=np.moveaxis(images[part], 0, -1), y=tens)
    return files, Tiny(images, labels)


def make_stl10(published: Published) -> tuple[Files, Tiny]:
    images, labels = made_images((96, 96, 3)), made_labels(10)
    files = {"stl10_binary/unlabeled_X.bin": bytes(96 * 96 * 3)}
    for part, name in enumerate(("train", "test")):
        files[f"stl10_binary/{name}_X.bin"] = images[part].transpose(0, 3, 2, 1).tobytes()
        files[f"stl10_binary/{name}_y.bin"] = bytes((labels[part] + 1).tolist())
    return {published.downloads[0].name: tarred(files)}, Tiny(images, labels)


def make_flowers(published: Published) -> tuple[Files, Tiny]:
    labels = made_labels(3)
    every = np.concatenate([*labels, labels[1]])
    order = RANDOM.permutation(len(every)) + 1  # the number of the picture of each row
    by_number = np.empty(len(every), int)
    by_number[order - 1] = every
    ids = np.split(order, [TRAIN, TRAIN + TEST])
    photos = tarred({f"jpg/image_{number:05d}.jpg": jpeg() for number in order})
    names = [each.name for each in published.downloads]
    setid = matlab(trnid=ids[0][None], valid=ids[1][None], tstid=ids[2][None])
    files = dict(zip(names, (photos, matlab(labels=by_number[None] + 1), setid), strict=True))
    return files, Tiny(None, labels)


def make_pets(published: Published) -> tuple[Files, Tiny]:
    labels = made_labels(3)
    photos, lists = {}, {}
    for part, name in enumerate(("trainval", "test")):
        rows = [
            (f"{published.classes[label].replace(' ', '_')}_{part}{at}", label) for at, label in enumerate(labels[part])
        ]
        photos |= {f"images/{photo}.jpg": jpeg() for photo, _ in rows}
        lists[f"annotations/{name}.txt"] = "".join(f"{photo} {label + 1} 1 1\n" for photo, label in rows).encode()
    names = [each.name for each in published.downloads]
    return dict(zip(names, (tarred(photos), tarred(lists)), strict=True)), Tiny(None, labels)


def make_food(published: Published) -> tuple[Files, Tiny]:
    labels = [np.sort(part) for part in made_labels(3)]
    files = {}
    for part, name in enumerate(("train", "test")):
        lists = {
            published.classes[number]: [
                f"{published.classes[number]}/{part}{at}" for at in range((labels[part] == number).sum())
            ]
            for number in range(3)
        }
        files |= {f"food-101/images/{photo}.jpg": jpeg() for some in lists.values() for photo in some}
        files[f"food-101/meta/{name}.json"] = json.dumps(lists).encode()
    return {published.downloads[0].name: tarred(files)}, Tiny(None, labels)


def make_eurosat(published: Published) -> tuple[Files, Tiny]:
    files = {f"2750/{name}/{name}_{at}.jpg": jpeg() for name in published.classes[:2] for at in range(5)}
    return {published.downloads[0].name: zipped(files)}, Tiny(None, [np.repeat([0, 1], 4), np.array([0, 1])])


MAKERS: dict[str, Callable[[Published], tuple[Files, Tiny]]] = {
    "cifar10": make_cifar,
    "cifar100": make_cifar,
    "mnist": make_idx,
    "fashion-mnist": make_idx,
    "kmnist": make_idx,
    "svhn": make_svhn,
    "stl10": make_stl10,
    "flowers102": make_flowers,
    "pets": make_pets,
    "food101": make_food,
    "eurosat": make_eurosat,
}
CLASSES: dict[str, Any] = {
    "cifar10": datasets.CIFAR10,
    "cifar100": datasets.CIFAR100,
    "mnist": datasets.MNIST,
    "fashion-mnist": datasets.FashionMNIST,
    "kmnist": datasets.KMNIST,
    "svhn": datasets.SVHN,
    "stl10": datasets.STL10,
    "flowers102": datasets.Flowers102,
    "pets": datasets.OxfordIIITPet,
    "food101": datasets.Food101,
    "eurosat": datasets.EuroSAT,
}


def put(files: Files, folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return folder


def check(name: str, spec: str, tiny: Tiny) -> None:
    """Set and index of a spec are what the tiny copy holds."""
    data, index = open_data(spec), open_index(spec)
    parts = (data.train, data.validation)
    assert data.name == index.name == name
    assert [part.labels.tolist() for part in parts] == [labels.tolist() for labels in tiny.labels]
    assert index.labels[index.train].tolist() == data.train.labels.tolist()
    assert all(problem.title.startswith("No usable picture of") for problem in data.problems)
    if tiny.images is not None:
        assert all(np.array_equal(part.images, images) for part, images in zip(parts, tiny.images, strict=True))
        assert data.image_shape == PUBLISHED[name].picture
    else:
        assert all(Path(file).is_file() for part in parts for file in part.files)


def test_every_set_is_tested_and_describes_itself() -> None:
    assert set(MAKERS) == set(PUBLISHED) == set(CLASSES)
    for published in PUBLISHED.values():
        assert len(set(published.classes)) == len(published.classes)
        assert published.licence
        assert published.page.startswith("http")
        assert SOURCES[published.name].form == f"{published.name}[:PATH]"


@pytest.mark.parametrize("name", PUBLISHED)
def test_addresses_and_checksums_are_torchvisions(name: str) -> None:
    theirs = io.StringIO()
    for kind in CLASSES[name].__mro__[:2]:
        theirs.write(str(vars(kind)))
    text = theirs.getvalue()
    for each in PUBLISHED[name].downloads:
        if name == "eurosat":  # its address stands in torchvision's code, not in its data
            continue
        assert each.md5 in text
        assert any(piece in text for piece in (each.urls[0], each.name))


def test_the_address_of_eurosat_is_torchvisions() -> None:
    code = Path(datasets.eurosat.__file__).read_text()
    (each,) = PUBLISHED["eurosat"].downloads
    assert each.urls[0] in code
    assert each.md5 in code


def test_class_names_are_torchvisions() -> None:
    assert PUBLISHED["flowers102"].classes == tuple(datasets.Flowers102.classes)
    assert PUBLISHED["fashion-mnist"].classes == tuple(datasets.FashionMNIST.classes)
    assert PUBLISHED["kmnist"].classes == tuple(datasets.KMNIST.classes)


@pytest.mark.parametrize("name", PUBLISHED)
def test_a_folder_with_the_downloads_is_a_local_copy(name: str, tmp_path: Path) -> None:
    files, tiny = MAKERS[name](PUBLISHED[name])
    folder = put(files, tmp_path / "copy")
    check(name, f"{name}:{folder}", tiny)
    assert sorted(path.name for path in folder.iterdir()) == sorted(files)


@pytest.mark.parametrize("name", [name for name in PUBLISHED if len(PUBLISHED[name].downloads) == 1])
def test_an_archive_is_a_local_copy(name: str, tmp_path: Path) -> None:
    files, tiny = MAKERS[name](PUBLISHED[name])
    (file,) = files
    check(name, f"{name}:{put(files, tmp_path / 'copy') / file}", tiny)


@pytest.mark.parametrize("name", PUBLISHED)
def test_torchvisions_folders_are_local_copies_and_read_alike(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    published = PUBLISHED[name]
    files, tiny = MAKERS[name](published)
    downloads = put(files, tmp_path / "downloads")
    root = tmp_path / "torchvision"
    archived = name in ("cifar10", "cifar100", "stl10", "food101", "svhn")
    place = root if archived else root / published.layout
    unpack([downloads / file for file in files], place, lambda *_: None)
    for packed in place.glob("*-ubyte.gz"):
        packed.with_suffix("").write_bytes(gzip.decompress(packed.read_bytes()))
        packed.unlink()
    for module in (datasets.cifar, datasets.mnist, datasets.svhn, datasets.stl10, datasets.flowers102):
        monkeypatch.setattr(module, "check_integrity", lambda path, md5=None: Path(path).exists(), raising=False)
    check(name, f"{name}:{root}", tiny)
    data = open_data(f"{name}:{root}")
    if name == "eurosat":
        assert len(CLASSES[name](root)) == len(data.train) + len(data.validation)
        return
    for part, theirs in zip((data.train, data.validation), opened_by_torchvision(name, root), strict=True):
        assert len(theirs) == len(part)
        for number, (picture, label) in enumerate(theirs):
            assert int(label) == part.labels[number]
            if tiny.images is not None:
                assert np.array_equal(np.asarray(picture).reshape(part.images.shape[1:]), part.images[number])
            else:
                assert np.array_equal(np.asarray(picture), np.asarray(Image.open(part.files[number])))


def opened_by_torchvision(name: str, root: Path) -> list[Any]:
    splits = {"flowers102": ("train", "val"), "pets": ("trainval", "test")}.get(name, ("train", "test"))
    if name in ("cifar10", "cifar100", "mnist", "fashion-mnist", "kmnist"):
        return [CLASSES[name](root, train=train) for train in (True, False)]
    return [CLASSES[name](root, split=split) for split in splits]


def test_the_real_fashion_mnist_is_read_where_it_lies(shared: Path) -> None:
    folder = shared / "data" / "fashion-mnist"
    data = open_data(f"fashion-mnist:{folder}")
    assert (len(data.train), len(data.validation), data.image_shape) == (60_000, 10_000, (1, 28, 28))
    assert np.bincount(data.train.labels).tolist() == [6000] * 10
    for each in PUBLISHED["fashion-mnist"].downloads:
        content = (folder / each.name).read_bytes()
        assert (hashlib.md5(content).hexdigest(), len(content)) == (each.md5, each.size)


def test_an_npz_is_a_local_copy_of_cifar10(shared: Path) -> None:
    data = open_data(f"cifar10:{shared / 'data' / 'cifar10.npz'}")
    assert (data.name, len(data.train), data.classes) == ("cifar10", 50_000, PUBLISHED["cifar10"].classes)


class Malice:
    """Runs something when it is unpickled."""

    def __reduce__(self) -> tuple[Any, tuple[str]]:
        return os.system, ("touch hacked",)


@pytest.mark.parametrize("name", ["cifar10", "cifar100"])
def test_a_malicious_pickle_runs_nothing(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    files, _ = MAKERS[name](PUBLISHED[name])
    folder = tmp_path / "copy"
    unpack([put(files, tmp_path / "downloads") / file for file in files], folder, lambda *_: None)
    batch = folder / PUBLISHED[name].layout / ("test_batch" if name == "cifar10" else "test")
    for content in ({"data": Malice(), "labels": []}, Malice()):
        batch.write_bytes(pickle.dumps(content, protocol=2))
        with pytest.raises(WorkbenchError, match="which no picture needs"):
            open_data(f"{name}:{folder}")
    assert not (tmp_path / "hacked").exists()


@pytest.mark.parametrize("name", PUBLISHED)
@pytest.mark.parametrize("damage", ["cut", "zeros", "empty"])
def test_a_damaged_copy_is_a_sentence(name: str, damage: str, tmp_path: Path) -> None:
    files, _ = MAKERS[name](PUBLISHED[name])
    for file, content in files.items():
        files[file] = {"cut": content[: len(content) // 2], "zeros": bytes(len(content)), "empty": b""}[damage]
    with pytest.raises(WorkbenchError) as caught:
        open_data(f"{name}:{put(files, tmp_path / 'copy')}")
    assert str(tmp_path) in caught.value.title
    left = [path for path in (tmp_path / "cache").rglob("*") if path.is_file()]
    assert not left or damage != "cut" or PUBLISHED[name].downloads[0].name.endswith(".mat")


@pytest.mark.parametrize("name", PUBLISHED)
def test_an_empty_folder_is_no_copy(name: str, tmp_path: Path) -> None:
    with pytest.raises(WorkbenchError, match=f"is no copy of {name}"):
        open_data(f"{name}:{tmp_path}")


def test_two_copies_below_a_folder_are_not_guessed_between(tmp_path: Path) -> None:
    files, tiny = MAKERS["mnist"](PUBLISHED["mnist"])
    for place in ("one", "two"):
        put(files, tmp_path / place)
    with pytest.raises(WorkbenchError, match="is no copy of mnist"):
        open_data(f"mnist:{tmp_path}")
    check("mnist", f"mnist:{tmp_path / 'two'}", tiny)
    put(files, tmp_path / "MNIST" / "raw")
    check("mnist", f"mnist:{tmp_path}", tiny)


def test_an_archive_cannot_write_outside(tmp_path: Path) -> None:
    for number, name in enumerate(("../outside", "/tmp/outside-of-the-workbench", "a/../../outside")):
        for packed, ending in ((tarred, ".tar.gz"), (zipped, ".zip")):
            archive = tmp_path / f"{number}{ending}"
            archive.write_bytes(packed({"fine": b"1", name: b"2"}))
            place = tmp_path / "deep" / "place"
            with pytest.raises(WorkbenchError, match="lies outside"):
                unpack([archive], place, lambda *_: None)
            assert not place.exists()
    assert not (tmp_path / "outside").exists()
    assert not (tmp_path / "deep" / "outside").exists()


def at_server(published: Published, serve: Any, monkeypatch: pytest.MonkeyPatch) -> tuple[Any, Tiny, Published]:
    """A server of the tiny copy, and the set as it would be published there."""
    files, tiny = MAKERS[published.name](published)
    server = serve(files)
    downloads = tuple(
        replace(
            each,
            urls=(f"{server.address}/{each.name}",),
            md5=hashlib.md5(files[each.name]).hexdigest(),
            size=len(files[each.name]),
        )
        for each in published.downloads
    )
    there = replace(published, downloads=downloads)
    monkeypatch.setitem(SOURCES, published.name, replace(SOURCES[published.name], published=there))
    return server, tiny, there


@pytest.mark.parametrize("name", PUBLISHED)
def test_sets_are_downloaded_once(name: str, serve: Any, monkeypatch: pytest.MonkeyPatch, own_cache: Path) -> None:
    server, tiny, there = at_server(PUBLISHED[name], serve, monkeypatch)
    with pytest.raises(WorkbenchError, match="is not on this computer"):
        open_data(name)
    assert server.requests == []
    assert missing_download(name) == there
    seen: list[tuple[int, int]] = []
    fetch_data(name, progress=lambda done, total: seen.append((done, total)))
    assert seen[-1] == (there.download_bytes, there.download_bytes)
    assert seen == sorted(seen)
    assert missing_download(name) is None
    check(name, name, tiny)
    fetch_data(name)
    assert len(server.requests) == len(there.downloads)
    assert sorted(path.name for path in (own_cache / "data").iterdir()) == [name]
    assert not list(own_cache.rglob("unlabeled_X.bin"))
    fetching.remove(there)
    assert missing_download(name) == there


@pytest.mark.parametrize("manners", ["truncates", "stalls", "no ranges"])
def test_a_bad_connection_is_taken_up(manners: str, serve: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    server, tiny, there = at_server(PUBLISHED["fashion-mnist"], serve, monkeypatch)
    server.manners = manners
    fetching.fetch(there, timeout=0.3)
    check("fashion-mnist", "fashion-mnist", tiny)


def test_lies_are_refused_and_nothing_is_here(serve: Any, monkeypatch: pytest.MonkeyPatch, own_cache: Path) -> None:
    server, tiny, there = at_server(PUBLISHED["kmnist"], serve, monkeypatch)
    server.manners = "lies"
    with pytest.raises(WorkbenchError, match="MD5"):
        fetching.fetch(there, timeout=0.3)
    assert missing_download("kmnist") == there
    assert [path for path in own_cache.rglob("*") if path.is_file()] == []
    server.manners = "missing"
    with pytest.raises(WorkbenchError, match="404"):
        fetching.fetch(there, timeout=0.3)
    server.manners = "good"
    fetching.fetch(there)
    check("kmnist", "kmnist", tiny)


def test_the_second_address_helps_out(serve: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    _server, tiny, there = at_server(PUBLISHED["mnist"], serve, monkeypatch)
    downloads = [replace(each, urls=("http://127.0.0.1:9/gone", *each.urls)) for each in there.downloads]
    there = replace(there, downloads=tuple(replace(each, urls=each.urls[::-1]) for each in downloads))
    dead_first = [replace(each, urls=(f"http://127.0.0.1:9/{each.name}", each.urls[0])) for each in there.downloads]
    fetching.fetch(replace(there, downloads=tuple(dead_first)), timeout=0.3)
    check("mnist", "mnist", tiny)


def test_cancelling_keeps_what_came(serve: Any, monkeypatch: pytest.MonkeyPatch, own_cache: Path) -> None:
    server, tiny, there = at_server(PUBLISHED["stl10"], serve, monkeypatch)
    seen: list[int] = []
    with pytest.raises(DownloadCancelled):
        fetching.fetch(there, progress=lambda done, _total: seen.append(done), cancelled=lambda: len(seen) > 2)
    assert missing_download("stl10") == there
    assert [path.suffix for path in own_cache.rglob("*") if path.is_file()] == [".part"]
    fetching.fetch(there)
    assert server.requests == [None, f"bytes={seen[-1]}-"]
    check("stl10", "stl10", tiny)
