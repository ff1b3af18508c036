"""Published sets of photos, each a file of its own. Addresses and checksums are those of torchvision 0.30."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np

from workbench.core.data.folders import list_folder
from workbench.core.data.index import DataIndex
from workbench.core.data.published import names
from workbench.core.data.published.definition import Download, Published, published_photos
from workbench.core.data.published.formats import read_matlab
from workbench.core.data.published.local import locate
from workbench.errors import WorkbenchError
from workbench.files import BROKEN_JSON, read_file

OXFORD = "https://www.robots.ox.ac.uk/~vgg/data/"
FLOWERS102 = Published(
    name="flowers102",
    title="Oxford 102 Flowers",
    classes=names.FLOWERS,
    picture=None,
    train=1_020,
    validation=1_020,
    downloads=(
        Download((f"{OXFORD}flowers/102/102flowers.tgz",), "52808999861908f626f3c1f4e79d11fa", 344_862_509),
        Download((f"{OXFORD}flowers/102/imagelabels.mat",), "e0620be6f572b9609742df49c70aed4d", 502),
        Download((f"{OXFORD}flowers/102/setid.mat",), "a5357ecc9cb78c4bef273ce3793fc85c", 14_989),
    ),
    page=f"{OXFORD}flowers/102/",
    licence="No licence is stated; cite Nilsback and Zisserman 2008.",
    layout="flowers-102",
)
PETS = Published(
    name="pets",
    title="Oxford-IIIT Pets, breeds of cats and dogs",
    classes=names.PETS,
    picture=None,
    train=3_680,
    validation=3_669,
    downloads=(
        Download((f"{OXFORD}pets/data/images.tar.gz",), "5c4f3ee8e5d25df40f4fd59a7f44e54c", 791_918_971),
        Download((f"{OXFORD}pets/data/annotations.tar.gz",), "95a8c909bbe2e81eed6a22bccdf3f68f", 19_173_078),
    ),
    page=f"{OXFORD}pets/",
    licence="CC BY-SA 4.0 (Parkhi and others 2012)",
    layout="oxford-iiit-pet",
)
FOOD101 = Published(
    name="food101",
    title="Food-101, photos of dishes",
    classes=names.FOOD,
    picture=None,
    train=75_750,
    validation=25_250,
    downloads=(
        Download(
            ("http://data.vision.ee.ethz.ch/cvl/food-101.tar.gz",), "85eeb15f3717b99a5da872d97d918f87", 4_996_278_331
        ),
    ),
    page="https://data.vision.ee.ethz.ch/cvl/datasets_extra/food-101/",
    licence="The photos belong to Foodspotting; for scientific fair use (Bossard and others 2014)",
    layout="food-101",
)
EUROSAT = Published(
    name="eurosat",
    title="EuroSAT, satellite pictures of land use",
    classes=names.LAND_USE,
    picture=None,
    train=21_600,
    validation=5_400,
    downloads=(
        Download(
            (
                "https://huggingface.co/datasets/torchgeo/eurosat/resolve/"
                "c877bcd43f099cd0196738f714544e355477f3fd/EuroSAT.zip",
            ),
            "c8fa014336c82ac7804f0398fcb19387",
            94_280_567,
        ),
    ),
    page="https://github.com/phelber/eurosat",
    licence="MIT (Helber and others 2019; Copernicus Sentinel data)",
    layout="eurosat",
)


@published_photos(FLOWERS102)
def flowers102(published: Published, root: Path) -> DataIndex:
    """The published parts `trnid` to train on and `valid` to validate on; the test part (6,149) is left for later."""
    photos = locate(published, root, "jpg")
    labels = read_matlab(locate(published, root, "imagelabels.mat"), ("labels",))["labels"].ravel()
    parts = read_matlab(locate(published, root, "setid.mat"), ("trnid", "valid"))
    numbers = [parts[name].ravel().astype(int) for name in ("trnid", "valid")]
    if any(part.min(initial=1) < 1 or part.max(initial=1) > len(labels) for part in numbers):
        raise WorkbenchError(f"{root} is no copy of {published.name}", "setid.mat and imagelabels.mat do not fit")
    rows = [[(str(photos / f"image_{at:05d}.jpg"), int(labels[at - 1]) - 1) for at in part] for part in numbers]
    return _index(published, root, rows)


@published_photos(PETS)
def pets(published: Published, root: Path) -> DataIndex:
    """The published parts `trainval` and `test`."""
    photos = locate(published, root, "images")
    lists = locate(published, root, "annotations")
    rows = [_pet_rows(lists / f"{name}.txt", photos) for name in ("trainval", "test")]
    return _index(published, root, rows)


@published_photos(FOOD101)
def food101(published: Published, root: Path) -> DataIndex:
    """The published parts; the labels of the training part are noisy on purpose."""
    photos, meta = locate(published, root, "images"), locate(published, root, "meta")
    numbers = {name: number for number, name in enumerate(published.classes)}
    rows = []
    for part in ("train", "test"):
        listed = _json_lists(meta / f"{part}.json")
        unknown = sorted(set(listed) - set(numbers))
        if unknown:
            raise WorkbenchError(f"{root} is no copy of {published.name}", f"it has the class {unknown[0]}")
        rows.append([(str(photos / f"{file}.jpg"), numbers[name]) for name in listed for file in listed[name]])
    return _index(published, root, rows)


@published_photos(EUROSAT)
def eurosat(published: Published, root: Path) -> DataIndex:
    """There are no published parts: a fifth of every class is held out, always the same pictures."""
    index = list_folder(locate(published, root, "2750"))
    return replace(index, name=published.name)


def _index(published: Published, root: Path, parts: Sequence[Sequence[tuple[str, int]]]) -> DataIndex:
    rows = [row for part in parts for row in part]
    labels = np.array([label for _, label in rows], np.int64)
    if not len(labels) or labels.min() < 0 or labels.max() >= len(published.classes):
        raise WorkbenchError(f"{root} is no copy of {published.name}", "its lists name no pictures of known classes")
    held = np.arange(len(rows)) >= len(parts[0])
    return DataIndex(published.name, str(root), published.classes, labels, held, tuple(file for file, _ in rows))


def _pet_rows(path: Path, photos: Path) -> list[tuple[str, int]]:
    try:
        rows = [line.split() for line in read_file(path).decode().splitlines() if line and line[0] != "#"]
        return [(str(photos / f"{row[0]}.jpg"), int(row[1]) - 1) for row in rows]
    except (ValueError, IndexError) as error:
        raise WorkbenchError(f"{path} is damaged", str(error), "Fetch it again.") from error


def _json_lists(path: Path) -> Mapping[str, list[str]]:
    try:
        return msgspec.json.decode(read_file(path), type=dict[str, list[str]])
    except BROKEN_JSON as error:
        raise WorkbenchError(f"{path} is damaged", str(error), "Fetch it again.") from error
