"""Handwritten digits that come with scikit-learn: real scans, no download."""

from __future__ import annotations

import numpy as np

from workbench.core.data.images import ImageData, ImagePart
from workbench.core.data.registry import Request, data_source
from workbench.core.data.split import held_out
from workbench.errors import WorkbenchError


@data_source("digits", "1,797 scanned handwritten digits, 8 × 8, grey (scikit-learn)")
def digits(request: Request) -> ImageData:
    """1,437 pictures to train on and 360 to validate on, split once and for all, the classes in equal shares.

    Pixels 0 to 16 are stretched to 0 to 255. Source: E. Alpaydin and C. Kaynak, UCI Optical Recognition of Handwritten
    Digits, the test part, as in `sklearn.datasets.load_digits`.
    """
    if request.argument:
        raise WorkbenchError(f"There is no data set digits:{request.argument}", "digits comes in one form only")
    from sklearn.datasets import load_digits

    scans = load_digits()
    images = np.round(scans.images * (255 / 16)).astype(np.uint8)[..., None]
    labels = scans.target.astype(np.int64)
    train, validation = held_out(labels, share=360 / 1797, seed=0)
    classes = tuple(str(digit) for digit in range(10))
    return ImageData(
        "digits", classes, ImagePart(images[train], labels[train]), ImagePart(images[validation], labels[validation])
    )
