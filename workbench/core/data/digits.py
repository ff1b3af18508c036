"""Handwritten digits that come with scikit-learn: real scans, no download."""

from __future__ import annotations

from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from workbench.core.data.images import ImageData, ImagePart
from workbench.core.data.registry import Request, data_source
from workbench.core.data.split import held_out
from workbench.errors import WorkbenchError

FILE = "datasets/data/digits.csv.gz"
"""Where scikit-learn keeps the scans: reading the file is quick, importing the library takes as long as torch."""


@data_source("digits", "1,797 scanned handwritten digits, 8 × 8, grey (scikit-learn)")
def digits(request: Request) -> ImageData:
    """1,437 pictures to train on and 360 to validate on, split once and for all, the classes in equal shares.

    Pixels 0 to 16 are stretched to 0 to 255. Source: E. Alpaydin and C. Kaynak, UCI Optical Recognition of Handwritten
    Digits, the test part, as in `sklearn.datasets.load_digits`.
    """
    if request.argument:
        raise WorkbenchError(f"There is no data set digits:{request.argument}", "digits comes in one form only")
    table = _table()
    images = np.round(table[:, :-1].reshape(-1, 8, 8) * (255 / 16)).astype(np.uint8)[..., None]
    labels = table[:, -1].astype(np.int64)
    train, validation = held_out(labels, share=360 / 1797, seed=0)
    classes = tuple(str(digit) for digit in range(10))
    return ImageData(
        "digits", classes, ImagePart(images[train], labels[train]), ImagePart(images[validation], labels[validation])
    )


def _table() -> NDArray[np.float64]:
    """A row for each scan: 64 pixels, then its class."""
    places = (find_spec("sklearn") or ModuleSpec("sklearn", None)).submodule_search_locations or ()
    for file in (Path(place) / FILE for place in places):
        if file.is_file():
            return np.loadtxt(file, delimiter=",")
    from sklearn.datasets import load_digits

    scans = load_digits()
    return np.column_stack([scans.data, scans.target])
