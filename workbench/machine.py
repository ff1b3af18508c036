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


def peak_memory() -> int | None:
    """The most bytes that this process has had so far; None where the system does not say."""
    if sys.platform == "win32":
        return None
    import resource

    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024


def free_memory() -> float:
    """Bytes of memory that programs can still have; on systems that do not say, half of all there is.

    On Linux what the kernel calls available, and no more than the control group of this process leaves it.
    """
    if sys.platform == "win32":
        return float(_windows_status().free)
    known = [value for value in (_available(), _left_to_the_group()) if value is not None]
    return min(known, default=total_memory() / 2)


def _available() -> float | None:
    try:
        lines = Path("/proc/meminfo").read_text("ascii").splitlines()
    except OSError:
        return None
    found = (line.split()[1] for line in lines if line.startswith("MemAvailable:"))
    return next((1024.0 * int(count) for count in found), None)


def _left_to_the_group(place: Path = Path("/sys/fs/cgroup")) -> float | None:
    """What a control group (version 2) may still take, as in a container."""
    try:
        limit, used = ((place / name).read_text("ascii").strip() for name in ("memory.max", "memory.current"))
        return float(max(0, int(limit) - int(used)))
    except (OSError, ValueError):  # no group, or "max"
        return None


def gigabytes(count: float) -> str:
    """Bytes as a person reads them: `1,234.5 GB`."""
    return f"{count / 1e9:,.1f} GB"


def memory_size(count: float) -> str:
    """Bytes in the unit that suits them: `12.3 GB`, `820 MB`, `40 kB`."""
    for unit, size in (("GB", 1e9), ("MB", 1e6)):
        if count >= size:
            return f"{count / size:.3g} {unit}" if count < 999.5 * size else f"{count / size:,.0f} {unit}"
    return f"{count / 1e3:.3g} kB"


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
        ("free", ctypes.c_uint64),
        ("others", ctypes.c_uint64 * 5),
    )


def _windows_memory() -> float:
    return float(_windows_status().total)


def _windows_status() -> _MemoryStatus:
    status = _MemoryStatus(length=ctypes.sizeof(_MemoryStatus), total=int(UNKNOWN), free=int(UNKNOWN / 2))
    kernel = getattr(ctypes, "windll").kernel32  # noqa: B009 - elsewhere ctypes has no such attribute
    kernel.GlobalMemoryStatusEx(ctypes.byref(status))
    return status
