"""The pictures of a finding on one sheet, to judge them at a glance."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from workbench.core.data.health.finding import Finding, Subject
from workbench.core.data.pictures import UnusablePictureError
from workbench.core.data.thumbnails import thumbnail
from workbench.files import replace_atomically

TILE, GAP, COLUMNS, MOST = 96, 4, 8, 96
GROUND = 128


def sheet(subject: Subject, finding: Finding, path: Path) -> None:
    """Write a PNG of the first `MOST` pictures, each left of the one that it resembles if it resembles one."""
    numbers = finding.pictures[:MOST]
    tiles = [_tile(subject, number) for number in numbers.tolist()]
    if len(finding.beside):
        others = [_tile(subject, number) for number in finding.beside[:MOST].tolist()]
        tiles = [np.concatenate(pair, axis=1) for pair in zip(tiles, others, strict=True)]
    columns = COLUMNS // 2 if len(finding.beside) else COLUMNS
    width = tiles[0].shape[1] + GAP
    rows = -(-len(tiles) // columns)
    page = np.full((rows * (TILE + GAP), columns * width, 3), GROUND, np.uint8)
    for at, tile in enumerate(tiles):
        top, left = at // columns * (TILE + GAP), at % columns * width
        page[top : top + TILE, left : left + tile.shape[1]] = tile
    replace_atomically(path, lambda place: Image.fromarray(page).save(place, "PNG"))


def _tile(subject: Subject, number: int) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """A picture in the middle of a square, small ones enlarged; a cross through nothing where it cannot be read."""
    tile = np.full((TILE, TILE, 3), GROUND, np.uint8)
    try:
        pixels = thumbnail(subject.index, number, TILE)
    except UnusablePictureError:
        steps = np.arange(TILE)
        tile[steps, steps] = tile[steps, TILE - 1 - steps] = 0
        return tile
    times = max(1, TILE // max(pixels.shape[:2]))
    pixels = pixels.repeat(times, axis=0).repeat(times, axis=1)
    height, width = pixels.shape[:2]
    top, left = (TILE - height) // 2, (TILE - width) // 2
    tile[top : top + height, left : left + width] = pixels
    return tile
