"""Where the opening of somebody's module stops: the line of their own code, why, and what to change there."""

from __future__ import annotations

import linecache
import sys
import traceback
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

import torch

from workbench.errors import WorkbenchError, first_line

NOT_THEIRS = (str(Path(torch.__file__).parent), str(Path(__file__).parents[2]), "<")
"""How the names of files begin that nobody who opens a module has written: PyTorch's and ours."""


@dataclass(frozen=True)
class Place:
    """A line of somebody's code."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{Path(self.file).name}:{self.line}"

    @property
    def quoted(self) -> str:
        """The place with what stands there."""
        source = linecache.getline(self.file, self.line).strip()
        return f"at {self}: `{source}`" if source else f"at {self}"


@dataclass(frozen=True)
class Stop:
    """What an error while recording means: words by which it is known, what it says of the line, what to change."""

    words: tuple[str, ...]
    reason: str
    hint: str


STOPS = (
    Stop(
        ("as inputs to control flow",),
        "the line decides by the values of a tensor, and a network computes the same for every picture",
        "Decide by shapes or by arguments of the constructor, or compute both ways and add or multiply.",
    ),
    Stop(
        ("item assignment",),
        "the line changes a part of a tensor in place",
        "Make a new tensor instead: join the parts with torch.cat, or multiply by a mask that is a parameter.",
    ),
    Stop(
        ("cannot be iterated",),
        "the line walks through a tensor whose size is not known while recording",
        "Take parts with chunk, or walk through a range of numbers known to the constructor.",
    ),
    Stop(
        ("'len' is not supported",),
        "the line asks a tensor for its length",
        "Use x.shape[0], or another axis of the shape.",
    ),
    Stop(
        ("Proxy", "must be real number", "numpy", "__index__", "__float__", "__int__", "__array__"),
        "the line makes a number or an array out of a tensor",
        "Keep to functions of PyTorch that take tensors and return tensors.",
    ),
)
"""What is tried in this order."""
OTHERWISE = "Only what torch.fx can follow can be opened: layers and functions of PyTorch, one after another."


def own_place(frames: Iterable[tuple[str, int]]) -> Place | None:
    """The innermost of the lines (file and number, from the outside in) that is neither PyTorch's nor ours.

    A line of an installed package counts only where there is no other.
    """
    theirs = [Place(file, line) for file, line in frames if not file.startswith(NOT_THEIRS)]
    written = [place for place in theirs if "site-packages" not in place.file and "/lib/python" not in place.file]
    return next(reversed(written or theirs), None)


def place_of_error(error: BaseException) -> Place | None:
    """The innermost line of somebody's code that an error came through."""
    return own_place((frame.filename, frame.lineno or 0) for frame in traceback.extract_tb(error.__traceback__))


def place_of_call() -> Place | None:
    """The line of somebody's code from which this is called, however indirectly."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and frame.f_code.co_filename.startswith(NOT_THEIRS):
        frame = frame.f_back
    return Place(frame.f_code.co_filename, frame.f_lineno) if frame else None


def tracing_error(title: str, error: BaseException) -> WorkbenchError:
    """What stopped the recording of a module, in words for the one who wrote it."""
    said = first_line(error)
    stop = next((stop for stop in STOPS if any(word in str(error) for word in stop.words)), None)
    reason, hint = (stop.reason, stop.hint) if stop else (f"{type(error).__name__}: {said}", OTHERWISE)
    place = place_of_error(error)
    return WorkbenchError(f"{title} cannot be traced", f"{place.quoted}: {reason}" if place else reason, hint)
