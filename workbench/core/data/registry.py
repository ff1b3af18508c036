"""How a data source is defined: one decorated function, found by its name or because it recognizes a path."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from workbench.core.data.images import ImageData
from workbench.core.data.preprocessing import Framing

Progress = Callable[[int, int], None]
"""Called with what is done and how much there is to do."""


@dataclass(frozen=True)
class Request:
    """What was asked of a source: what stood after the colon or the path, the network's framing, whom to tell."""

    argument: str
    framing: Framing | None = None
    progress: Progress | None = None


@dataclass(frozen=True)
class Source:
    """Where pictures come from.

    `name` is how it is asked for, `form` how that is spelled; with nothing more to add, the two are the same.
    """

    name: str
    form: str
    description: str
    open: Callable[[Request], ImageData]
    recognizes: Callable[[Path], bool]


SOURCES: dict[str, Source] = {}
Opener = Callable[[Request], ImageData]


def data_source(
    name: str, description: str, *, form: str = "", recognizes: Callable[[Path], bool] = lambda _path: False
) -> Callable[[Opener], Opener]:
    """Register the function that opens a source; `recognizes` lets it claim paths."""

    def register(function: Opener) -> Opener:
        SOURCES[name] = Source(name, form or name, description, function, recognizes)
        return function

    return register
