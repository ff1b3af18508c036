"""Small pictures to look at, decoded one by one as they come into sight."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from workbench.core.data.images import Images
from workbench.core.data.index import DataIndex
from workbench.core.data.pictures import read_picture, upright_pixels


def thumbnail(index: DataIndex, number: int, size: int) -> Images:
    """A picture of an index at most `size` pixels wide and high, whole, as RGB `(height, width, 3)`.

    JPEG files are decoded at a fraction of their size where that is enough, so a thumbnail is for looking at, not for
    learning from. Raises `UnusablePictureError` for a file that cannot be read; may be called from any thread.
    """
    if index.pictures is None:
        image = upright_pixels(read_picture(Path(index.files[number]), at_least=size), 3)
    else:
        pixels = index.pictures[number]
        image = upright_pixels(Image.fromarray(pixels[..., 0] if pixels.shape[-1] == 1 else pixels), 3)
    image.thumbnail((size, size), Image.Resampling.BILINEAR)
    return np.array(image)
