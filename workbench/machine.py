"""What the machine has, and how the program is started on it once more."""

from __future__ import annotations

import ctypes
import os
import sys
from pathlib import Path

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


def own_program() -> list[str]:
    """The words with which this program is started once more, frozen or not."""
    return [sys.executable] if getattr(sys, "frozen", False) else [sys.executable, "-m", "workbench"]


def own_environment(**changes: str) -> dict[str, str]:
    """The environment in which `own_program` finds itself, with some changes."""
    ours = str(Path(__file__).parents[1])
    paths = os.pathsep.join(filter(None, (ours, os.environ.get("PYTHONPATH"))))
    return {**os.environ, "PYTHONPATH": paths, **changes}


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
