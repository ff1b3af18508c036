"""Keeping the memory of activations between steps.

Activations of several megabytes are freed and allocated again in every step. The C library of Linux gives such blocks
back to the system and takes them again, thousands of page faults a step. Told to keep them, training is about a tenth
faster and more even, with the same bits. Other systems keep them by themselves.
"""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Iterator
from contextlib import contextmanager

M_TRIM_THRESHOLD, M_TOP_PAD, M_MMAP_MAX = -1, -2, -4
"""Parameters of `mallopt(3)`."""
NEVER, TOP_PAD = 2**31 - 1, 64 << 20


@contextmanager
def kept_heap() -> Iterator[None]:
    """Keep freed memory while a training runs, then give back what is free.

    The setting itself stays for the life of the process: setting it back would not bring back the C library's own
    adaptive limits.
    """
    library = _glibc()
    if library is None:
        yield
        return
    library.mallopt(M_MMAP_MAX, 0)
    library.mallopt(M_TRIM_THRESHOLD, NEVER)
    library.mallopt(M_TOP_PAD, TOP_PAD)
    try:
        yield
    finally:
        library.malloc_trim(0)


def _glibc() -> ctypes.CDLL | None:
    """The C library if it is the one that has these calls."""
    if sys.platform != "linux":
        return None
    library = ctypes.CDLL(None)
    return library if hasattr(library, "mallopt") and hasattr(library, "malloc_trim") else None
