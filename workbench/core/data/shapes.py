"""A made data set: ten kinds of coloured shapes on textured backgrounds, the same bytes for the same seed everywhere.

Place, size, angle, colours and background are drawn without looking at the class, so the outline alone tells it. A
linear model cannot read outlines; a small convolutional network can. Shapes are always brighter than their background:
with both polarities, `cifar10cnn`, the first network people train, is at 30 % after five epochs instead of 90 %.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from workbench.core.data.images import ImageData, ImagePart
from workbench.core.data.npz import load_npz
from workbench.core.data.outlines import OUTLINES, Pixels
from workbench.core.data.registry import Request, data_source
from workbench.core.data.textures import DRAWS, TEXTURES, spread, unit_vectors
from workbench.errors import WorkbenchError
from workbench.files import replace_atomically
from workbench.paths import cache_folder

CLASSES = tuple(sorted(OUTLINES))
SIZE = 32
TRAIN, VALIDATION = 10_000, 2_000
SMALLEST, LARGEST = 16, 256
VERSION = 1
"""Part of the cache's name: goes up when the pictures change."""
CHUNK = 250
"""Pictures drawn at a time: their working arrays stay in the processor's cache."""

_LUMINANCE = np.array([0.299, 0.587, 0.114], np.float32)
_HUE_SHIFT = np.array([0, 2 / 3, 1 / 3], np.float32)


@data_source("shapes", "12,000 coloured shapes of ten kinds, 32 × 32, made here", form="shapes")
def shapes(request: Request) -> ImageData:
    """10,000 pictures to train on and 2,000 to validate on; `shapes:64` makes them 64 pixels wide."""
    return made_shapes(_size(request.argument))


def made_shapes(size: int = SIZE, *, train: int = TRAIN, validation: int = VALIDATION) -> ImageData:
    """The set from the cache, or drawn now (about a second) and kept there; a broken cache is drawn again."""
    path = cache_folder() / "data" / f"shapes-{VERSION}-{size}-{train}-{validation}.npz"
    with contextlib.suppress(WorkbenchError):
        return load_npz(path, name="shapes")
    data = ImageData(
        "shapes", CLASSES, draw_shapes(train, seed=1, size=size), draw_shapes(validation, seed=2, size=size)
    )
    with contextlib.suppress(WorkbenchError):  # without room for a cache it is drawn again next time
        replace_atomically(path, lambda temporary: _save(temporary, data))
    return data


def _size(argument: str) -> int:
    """The number in `shapes:64`."""
    if not argument:
        return SIZE
    if not argument.isdecimal() or not SMALLEST <= int(argument) <= LARGEST:
        hint = f"Write shapes:N with N between {SMALLEST} and {LARGEST}."
        raise WorkbenchError(
            f"There is no data set shapes:{argument}", "the part after the colon is a size in pixels", hint
        )
    return int(argument)


def _save(path: Path, data: ImageData) -> None:
    with path.open("wb") as stream:
        np.savez(
            stream,
            x_train=np.asarray(data.train.images),
            y_train=data.train.labels,
            x_test=np.asarray(data.validation.images),
            y_test=data.validation.labels,
            classes=np.array(data.classes),
        )


def draw_shapes(count: int, *, seed: int, size: int = SIZE) -> ImagePart:
    """`count` pictures `size` pixels wide, as many of each class as possible, in random order."""
    numbers = np.random.default_rng(seed)
    labels = np.arange(count, dtype=np.int64) % len(CLASSES)
    labels = labels[np.argsort(numbers.random(count), kind="stable")]
    images = np.empty((count, size, size, 3), np.uint8)
    for start in range(0, count, CHUNK):
        part = slice(start, min(start + CHUNK, count))
        images[part] = _draw(labels[part], numbers, size)
    return ImagePart(images, labels)


@dataclass(frozen=True)
class _Scene:
    """What was drawn by lot for some pictures: numbers between 0 and 1, one row each."""

    place: Pixels
    colours: Pixels
    texture: Pixels
    grain: Pixels


def _draw(labels: npt.NDArray[np.int64], numbers: np.random.Generator, size: int) -> npt.NDArray[np.uint8]:
    count = len(labels)
    widths = (4, 10, DRAWS + 1)
    place, colours, texture = (numbers.random((count, width), np.float32) for width in widths)
    scene = _Scene(place, colours, texture, numbers.random((count, size, size, 3), np.float32))
    grid = (np.arange(size, dtype=np.float32) + np.float32(0.5)) / np.float32(size)
    x, y = grid[None, None, :], grid[None, :, None]
    x, y = (np.ascontiguousarray(np.broadcast_to(axis, (1, size, size))) for axis in (x, y))
    covered = _coverage(labels, x, y, scene.place)
    return _paint(scene, _background(x, y, scene.texture), covered)


def _coverage(labels: npt.NDArray[np.int64], x: Pixels, y: Pixels, place: Pixels) -> Pixels:
    """How much of each pixel the shape covers, from the distance of the pixel's centre to the outline."""
    radius = _between(0.24, 0.4, place[:, 0])
    margin = radius + np.float32(0.02)
    centre_x, centre_y = (margin + (1 - 2 * margin) * place[:, axis] for axis in (1, 2))
    cosine, sine = unit_vectors(place[:, 3])
    off_x, off_y = (x - spread(centre_x)) / spread(radius), (y - spread(centre_y)) / spread(radius)
    turned_x, turned_y = off_x * cosine + off_y * sine, off_y * cosine - off_x * sine
    distance = np.empty_like(turned_x)
    for number, name in enumerate(CLASSES):
        chosen = labels == number
        distance[chosen] = OUTLINES[name](turned_x[chosen], turned_y[chosen])
    pixels = spread(radius * np.float32(x.shape[-1]))
    covered: Pixels = np.clip(np.float32(0.5) - distance * pixels, 0, 1)
    return covered


def _background(x: Pixels, y: Pixels, draws: Pixels) -> Pixels:
    """The share of the second colour in each pixel, from one of the textures."""
    kinds = np.minimum((draws[:, 0] * len(TEXTURES)).astype(np.int64), len(TEXTURES) - 1)
    shares = np.empty((len(draws), *x.shape[1:]), np.float32)
    for number, texture in enumerate(TEXTURES.values()):
        chosen = kinds == number
        shares[chosen] = texture(x, y, draws[chosen, 1:])
    return shares


def _paint(scene: _Scene, second: Pixels, covered: Pixels) -> npt.NDArray[np.uint8]:
    """Mix the two colours of the background, lay the shape over it, add grain, and make bytes of it."""
    ground, figure, shade = _colours(scene.colours)
    picture = ground[0][:, None, None] + second[..., None] * (ground[1] - ground[0])[:, None, None]
    size = picture.shape[1]
    slope = (np.arange(size, dtype=np.float32) / np.float32(size) - np.float32(0.5))[None, :, None]
    filled = figure[:, None, None] + (slope * spread(shade))[..., None]
    picture += covered[..., None] * (filled - picture)
    picture += (scene.grain - np.float32(0.5)) * np.float32(0.06)
    return (np.clip(picture, 0, 1) * 255 + np.float32(0.5)).astype(np.uint8)


def _colours(draws: Pixels) -> tuple[tuple[Pixels, Pixels], Pixels, Pixels]:
    """Two colours for the background, a clearly brighter one for the shape, and its shading from top to bottom."""
    first = _colour(_between(0.06, 0.36, draws[:, 0]), draws[:, 4], draws[:, 7])
    second = _colour(_between(0.06, 0.36, draws[:, 1]), draws[:, 5], draws[:, 8])
    brighter = _between(0.06, 0.36, draws[:, 0:2].max(axis=1)) + _between(0.3, 0.6, draws[:, 2])
    figure = _colour(brighter, draws[:, 6], draws[:, 9])
    return (first, second), figure, _between(-0.25, 0.25, draws[:, 3])


def _between(low: float, high: float, share: Pixels) -> Pixels:
    return np.float32(low) + np.float32(high - low) * share


def _colour(level: Pixels, hue: Pixels, strength: Pixels) -> Pixels:
    """Red, green and blue of a hue at a given brightness."""
    turn = hue[:, None] + _HUE_SHIFT
    pure = np.clip(np.abs((turn - np.floor(turn)) * 6 - 3) - 1, 0, 1)
    grey = pure[:, :1] * _LUMINANCE[0] + pure[:, 1:2] * _LUMINANCE[1] + pure[:, 2:] * _LUMINANCE[2]
    chroma = _between(0.1, 0.45, strength[:, None])
    colour: Pixels = np.clip(level[:, None] + chroma * (pure - grey), 0, 1)
    return colour
