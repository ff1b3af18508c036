"""Published sets of small pictures that lie together in a few files.

Addresses and checksums are those of torchvision 0.30; the readers are checked against torchvision's.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from workbench.core.data.images import ImageData, ImagePart
from workbench.core.data.published import names
from workbench.core.data.published.definition import Download, Published, published_arrays
from workbench.core.data.published.formats import Array, read_idx, read_matlab, read_python_batch
from workbench.core.data.published.local import locate
from workbench.errors import WorkbenchError

TORONTO = "https://www.cs.toronto.edu/~kriz/"

CIFAR10 = Published(
    name="cifar10",
    title="CIFAR-10, small photos of animals and vehicles",
    classes=names.CIFAR10,
    picture=(3, 32, 32),
    train=50_000,
    validation=10_000,
    downloads=(Download((f"{TORONTO}cifar-10-python.tar.gz",), "c58f30108f718f92721af3b95e74349a", 170_498_071),),
    page="https://www.cs.toronto.edu/~kriz/cifar.html",
    licence="No licence is stated; cite Krizhevsky 2009.",
    layout="cifar-10-batches-py",
)
CIFAR100 = Published(
    name="cifar100",
    title="CIFAR-100, small photos of a hundred kinds of things",
    classes=names.CIFAR100,
    picture=(3, 32, 32),
    train=50_000,
    validation=10_000,
    downloads=(Download((f"{TORONTO}cifar-100-python.tar.gz",), "eb9058c3a382ffc7106e4002c42a8d85", 169_001_437),),
    page="https://www.cs.toronto.edu/~kriz/cifar.html",
    licence="No licence is stated; cite Krizhevsky 2009.",
    layout="cifar-100-python",
)
IDX_FILES = tuple(f"{part}-{rest}-ubyte" for part in ("train", "t10k") for rest in ("images-idx3", "labels-idx1"))


def _idx_downloads(mirrors: tuple[str, ...], sums: tuple[str, ...], sizes: tuple[int, ...]) -> tuple[Download, ...]:
    rows = zip(IDX_FILES, sums, sizes, strict=True)
    return tuple(Download(tuple(f"{mirror}{file}.gz" for mirror in mirrors), md5, size) for file, md5, size in rows)


MNIST = Published(
    name="mnist",
    title="MNIST, handwritten digits",
    classes=names.DIGITS,
    picture=(1, 28, 28),
    train=60_000,
    validation=10_000,
    downloads=_idx_downloads(
        ("https://ossci-datasets.s3.amazonaws.com/mnist/", "http://yann.lecun.com/exdb/mnist/"),
        (
            "f68b3c2dcbeaaa9fbdd348bbdeb94873",
            "d53e105ee54ea40749a09fcbcd1e9432",
            "9fb629c4189551a2d022fa330f9573f3",
            "ec29112dd5afa0611ce80d1b7f02629c",
        ),
        (9_912_422, 28_881, 1_648_877, 4_542),
    ),
    page="http://yann.lecun.com/exdb/mnist/",
    licence="CC BY-SA 3.0 (LeCun, Cortes, Burges)",
    layout="MNIST/raw",
)
FASHION_MNIST = Published(
    name="fashion-mnist",
    title="Fashion-MNIST, grey pictures of clothes",
    classes=names.FASHION,
    picture=(1, 28, 28),
    train=60_000,
    validation=10_000,
    downloads=_idx_downloads(
        ("http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",),
        (
            "8d4fb7e6c68d591d4c3dfef9ec88bf0d",
            "25c81989df183df01b3e8a0aad5dffbe",
            "bef4ecab320f06d8554ea6380940ec79",
            "bb300cfdad3c16e7a12a480ee83cd310",
        ),
        (26_421_880, 29_515, 4_422_102, 5_148),
    ),
    page="https://github.com/zalandoresearch/fashion-mnist",
    licence="MIT (Zalando SE)",
    layout="FashionMNIST/raw",
)
KMNIST = Published(
    name="kmnist",
    title="Kuzushiji-MNIST, characters of old Japanese script",
    classes=names.KUZUSHIJI,
    picture=(1, 28, 28),
    train=60_000,
    validation=10_000,
    downloads=_idx_downloads(
        ("http://codh.rois.ac.jp/kmnist/dataset/kmnist/",),
        (
            "bdb82020997e1d708af4cf47b453dcf7",
            "e144d726b3acfaa3e44228e80efcd344",
            "5c965bf0a639b31b8f53240b1b52f4d7",
            "7320c461ea6c1c855c0b718fb2a4b134",
        ),
        (18_165_135, 29_497, 3_041_136, 5_120),
    ),
    page="https://codh.rois.ac.jp/kmnist/",
    licence="CC BY-SA 4.0 (ROIS-DS Center for Open Data in the Humanities)",
    layout="KMNIST/raw",
)
HOUSE_NUMBERS = "http://ufldl.stanford.edu/housenumbers/"
SVHN = Published(
    name="svhn",
    title="Street View House Numbers, digits on houses",
    classes=names.DIGITS,
    picture=(3, 32, 32),
    train=73_257,
    validation=26_032,
    downloads=(
        Download((f"{HOUSE_NUMBERS}train_32x32.mat",), "e26dedcc434d2e4c54c9b2d4a06d8373", 182_040_794),
        Download((f"{HOUSE_NUMBERS}test_32x32.mat",), "eb5a983be6a315427106f1b164d9cef3", 64_275_384),
    ),
    page=HOUSE_NUMBERS,
    licence="For non-commercial use only (Netzer and others 2011)",
    layout="",
)
STL10 = Published(
    name="stl10",
    title="STL-10, photos of animals and vehicles",
    classes=names.STL10,
    picture=(3, 96, 96),
    train=5_000,
    validation=8_000,
    downloads=(
        Download(
            ("http://ai.stanford.edu/~acoates/stl10/stl10_binary.tar.gz",),
            "91f7769df0f17e558f3565bffb0c7dfb",
            2_640_397_119,
            skip=("unlabeled_X.bin",),
        ),
    ),
    page="https://cs.stanford.edu/~acoates/stl10/",
    licence="No licence is stated; the pictures are from ImageNet, cite Coates and others 2011.",
    layout="stl10_binary",
)


@published_arrays(CIFAR10)
def cifar10(published: Published, root: Path) -> ImageData:
    """50,000 and 10,000 pictures in Python batches; what is unpickled are arrays and plain values only."""
    batches = [f"data_batch_{number}" for number in range(1, 6)]
    return _cifar(published, root, (batches, ["test_batch"]), "labels")


@published_arrays(CIFAR100)
def cifar100(published: Published, root: Path) -> ImageData:
    """The same with a hundred classes."""
    return _cifar(published, root, (["train"], ["test"]), "fine_labels")


@published_arrays(MNIST)
def mnist(published: Published, root: Path) -> ImageData:
    """Four files of the IDX format, packed or not."""
    return _idx(published, root)


@published_arrays(FASHION_MNIST)
def fashion_mnist(published: Published, root: Path) -> ImageData:
    """As MNIST."""
    return _idx(published, root)


@published_arrays(KMNIST)
def kmnist(published: Published, root: Path) -> ImageData:
    """As MNIST."""
    return _idx(published, root)


@published_arrays(SVHN)
def svhn(published: Published, root: Path) -> ImageData:
    """MATLAB files; the label 10 stands for the digit 0."""
    train, test = (_matlab_part(locate(published, root, f"{name}_32x32.mat"), published) for name in ("train", "test"))
    return ImageData(published.name, published.classes, train, test)


@published_arrays(STL10)
def stl10(published: Published, root: Path) -> ImageData:
    """Raw bytes, column by column, one channel after the other; labels from 1. The unlabelled pictures are not used."""
    train, test = (_stl_part(published, root, name) for name in ("train", "test"))
    return ImageData(published.name, published.classes, train, test)


def _cifar(published: Published, root: Path, parts: tuple[list[str], list[str]], key: str) -> ImageData:
    train, test = (_cifar_part(published, root, names, key) for names in parts)
    return ImageData(published.name, published.classes, train, test)


def _cifar_part(published: Published, root: Path, names: list[str], key: str) -> ImagePart:
    batches = [read_python_batch(locate(published, root, name), key) for name in names]
    images, labels = (np.concatenate(column) for column in zip(*batches, strict=True))
    return _part(published, images, labels, root)


def _idx(published: Published, root: Path) -> ImageData:
    x, y, x_test, y_test = (read_idx(_packed_or_not(published, root, name)) for name in IDX_FILES)
    train, test = (_part(published, images[..., None], labels, root) for images, labels in ((x, y), (x_test, y_test)))
    return ImageData(published.name, published.classes, train, test)


def _packed_or_not(published: Published, root: Path, name: str) -> Path:
    try:
        return locate(published, root, name)
    except WorkbenchError:
        return locate(published, root, f"{name}.gz")


def _matlab_part(path: Path, published: Published) -> ImagePart:
    variables = read_matlab(path, ("X", "y"))
    images = np.moveaxis(variables["X"], -1, 0) if variables["X"].ndim == 4 else variables["X"]
    return _part(published, images, variables["y"].ravel() % 10, path)


def _stl_part(published: Published, root: Path, name: str) -> ImagePart:
    images, labels = (np.fromfile(locate(published, root, f"{name}_{letter}.bin"), np.uint8) for letter in ("X", "y"))
    if len(images) % (3 * 96 * 96):
        raise WorkbenchError(f"{root} is no whole copy of {published.name}", f"{name}_X.bin is cut short")
    images = images.reshape(-1, 3, 96, 96).transpose(0, 3, 2, 1)
    return _part(published, images, labels.astype(np.int64) - 1, root)


def _part(published: Published, images: Array, labels: Array, place: Path) -> ImagePart:
    """The pictures and labels of one part, if they are what the set should have."""
    channels, height, width = published.picture or (0, 0, 0)
    title = f"{place} is no copy of {published.name}"
    if images.dtype != np.uint8 or images.shape[1:] != (height, width, channels):
        raise WorkbenchError(title, f"its pictures are {images.shape[1:]} {images.dtype}")
    if len(images) != len(labels) or not len(images):
        raise WorkbenchError(title, f"it has {len(images):,} pictures and {len(labels):,} labels")
    if labels.min() < 0 or labels.max() >= len(published.classes):
        raise WorkbenchError(title, f"its labels go from {labels.min()} to {labels.max()}")
    return ImagePart(np.ascontiguousarray(images), labels.astype(np.int64))
