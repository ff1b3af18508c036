"""Whether a window can be opened here, asked before Qt is asked to: Qt itself would abort the process.

Importable without Qt.
"""

from __future__ import annotations

import ctypes
import importlib
import os
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

PACKAGES = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libOpenGL.so.0": "libopengl0",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libfreetype.so.6": "libfreetype6",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libgthread-2.0.so.0": "libglib2.0-0",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render.so.0": "libxcb-render0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-shm.so.0": "libxcb-shm0",
    "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-util.so.1": "libxcb-util1",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxcb.so.1": "libxcb1",
    "libX11-xcb.so.1": "libx11-xcb1",
    "libX11.so.6": "libx11-6",
}
"""Debian's and Ubuntu's packages of the libraries that Qt takes from the system."""

USUAL = "libegl1 libxkbcommon-x11-0 libxcb-cursor0 libxcb-icccm4 libxcb-image0 libxcb-keysyms1 libxcb-render-util0"
NO_DISPLAY, NO_LIBRARY = 2, 1


@dataclass(frozen=True)
class StartProblem:
    """Why no window can be opened: a sentence for standard error and the exit status."""

    text: str
    status: int


def start_problem() -> StartProblem | None:
    """Why no window can be opened here, or None if nothing speaks against it."""
    problem = display_problem(os.environ, sys.platform)
    if problem is not None:
        return problem
    try:
        version = importlib.import_module("PySide6").__version__
        importlib.import_module("PySide6.QtWidgets")
    except ImportError as error:
        return import_problem(error)
    return version_problem(version, sys.version_info[:2]) or _xcb_problem(os.environ, sys.platform)


def display_problem(environment: Mapping[str, str], platform: str) -> StartProblem | None:
    """Whether there is a window system at all."""
    names = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    if not platform.startswith("linux") or any(environment.get(name) for name in names):
        return None
    return StartProblem(
        "There is no display to open a window on (neither DISPLAY nor WAYLAND_DISPLAY is set). "
        "Everything also works without one: try `workbench train cifar10cnn --data shapes`, or `workbench --help`.",
        NO_DISPLAY,
    )


def import_problem(error: Exception) -> StartProblem:
    """The sentence for a Qt that cannot be loaded, with the command that mends it."""
    text = str(error)
    if isinstance(error, ModuleNotFoundError) and (error.name or "").split(".")[0] in ("PySide6", "shiboken6"):
        return StartProblem("PySide6 is not installed. Install it with `pip install PySide6-Essentials`.", NO_LIBRARY)
    found = re.search(r"lib[\w.+-]+\.so[.\d]*", text)
    if "GLIBC" in text:
        return StartProblem(f"This system is too old for its PySide6: {text}.", NO_LIBRARY)
    if not found:
        return StartProblem(f"Qt cannot start: {text}. Install its libraries with {_install(USUAL)}.", NO_LIBRARY)
    library = found.group()
    return StartProblem(
        f"Qt cannot start because the system library {library} is missing. "
        f"Install it with {_install(PACKAGES.get(library, USUAL))}.",
        NO_LIBRARY,
    )


def version_problem(pyside: str, python: tuple[int, ...]) -> StartProblem | None:
    """Whether this PySide6 is known to break in this Python.

    The wheel of 6.12.0 loses references to None before Python 3.12, and the interpreter aborts after some minutes.
    """
    if pyside == "6.10.1" or (pyside == "6.12.0" and python < (3, 12)):
        name = ".".join(map(str, python[:2]))
        return StartProblem(
            f"PySide6 {pyside} crashes in Python {name}. "
            'Install another one with `pip install "PySide6-Essentials>=6.10,!=6.10.1,!=6.12.0"`.',
            NO_LIBRARY,
        )
    return None


def _install(packages: str) -> str:
    return f"`sudo apt-get install {packages}`"


def _xcb_problem(environment: Mapping[str, str], platform: str) -> StartProblem | None:
    """Whether Qt's X11 plugin finds its libraries and its server; Qt would abort where it does not."""
    wanted = environment.get("QT_QPA_PLATFORM") or ("" if environment.get("WAYLAND_DISPLAY") else "xcb")
    if not platform.startswith("linux") or not wanted.startswith("xcb"):
        return None
    plugin = Path(importlib.import_module("PySide6").__file__ or "").parent / "Qt/plugins/platforms/libqxcb.so"
    try:
        if plugin.exists():  # a distribution's own PySide6 keeps it elsewhere and brings the libraries along
            ctypes.CDLL(str(plugin))
        return _server_problem(environment.get("DISPLAY", ""))
    except OSError as error:
        return import_problem(error)


def _server_problem(display: str) -> StartProblem | None:
    xcb = ctypes.CDLL("libxcb.so.1")
    xcb.xcb_connect.restype = ctypes.c_void_p
    connection = ctypes.c_void_p(xcb.xcb_connect(None, None))
    refused = bool(xcb.xcb_connection_has_error(connection))
    xcb.xcb_disconnect(connection)
    if not refused:
        return None
    text = f"No window system answers on display {display!r}. `workbench --help` shows what works without a window."
    return StartProblem(text, NO_DISPLAY)
