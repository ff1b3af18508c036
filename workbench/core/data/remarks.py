"""What decoders print about odd files, kept from standard error: Pillow raises an error that is told in its place."""

from __future__ import annotations

import logging
from contextlib import suppress
from functools import lru_cache


@lru_cache(1)
def be_quiet() -> None:
    """No remarks of Pillow's log from here on, unless a program collects logs, and none of libtiff, in any thread."""
    logging.getLogger("PIL").addHandler(logging.NullHandler())
    _quieten_libtiff()


def _quieten_libtiff() -> None:
    """Give libtiff, which decodes compressed TIFF files, no one to tell; where it exports nothing it goes on.

    It is looked for among what Pillow itself was linked with, so that it is Pillow's and no other.
    """
    import ctypes

    from PIL import _imaging

    with suppress(OSError, AttributeError):
        library = ctypes.CDLL(_imaging.__file__)
        for name in ("TIFFSetErrorHandler", "TIFFSetWarningHandler"):
            handler = getattr(library, name)
            handler.argtypes, handler.restype = [ctypes.c_void_p], ctypes.c_void_p
            handler(None)
