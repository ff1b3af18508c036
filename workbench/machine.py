"""What the machine has."""

from __future__ import annotations

import ctypes
import os
import sys

UNKNOWN = 8e9
"""Bytes of memory to count on where the system does not say."""


def total_memory() -> float:
    """Bytes of memory of this machine."""
    if sys.platform == "win32":
        return _windows_memory()
    try:
        return float(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))
    except (ValueError, OSError):
        return UNKNOWN


def gigabytes(count: float) -> str:
    """Bytes as a person reads them: `1,234.5 GB`."""
    return f"{count / 1e9:,.1f} GB"


class _MemoryStatus(ctypes.Structure):
    """MEMORYSTATUSEX of the Windows API."""

    _fields_ = (
        ("length", ctypes.c_uint32),
        ("load", ctypes.c_uint32),
        ("total", ctypes.c_uint64),
        ("others", ctypes.c_uint64 * 6),
    )


def _windows_memory() -> float:
    status = _MemoryStatus(length=ctypes.sizeof(_MemoryStatus))
    kernel = getattr(ctypes, "windll").kernel32  # noqa: B009 - elsewhere ctypes has no such attribute
    return float(status.total) if kernel.GlobalMemoryStatusEx(ctypes.byref(status)) else UNKNOWN
