"""How a data source is defined: one decorated function, found by its name or because it recognizes a path."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workbench.core.data.images import ImageData
from workbench.core.data.index import DataIndex
from workbench.core.data.preprocessing import Framing

Progress = Callable[[int, int], None]
"""Called with what is done and how much there is to do (0 while that is not known); it may raise to cancel."""


@dataclass(frozen=True)
class Request:
    """What was asked of a source: what stood after the colon or the path, the network's framing, whom to tell.

    `column` is the column of a table, or the array of an `.npz`, that names the groups of its pictures.
    """

    argument: str
    framing: Framing | None = None
    progress: Progress | None = None
    column: str = ""

    def tell(self, done: int, total: int) -> None:
        """Report progress to whoever wants to know."""
        if self.progress:
            self.progress(done, total)


@dataclass(frozen=True)
class Source:
    """Where pictures come from.

    `name` is how it is asked for, `form` how that is spelled; with nothing more to add, the two are the same.
    Pictures in files of their own can be listed by `index` before any is decoded. `published` describes a set that can
    be downloaded.
    """

    name: str
    form: str
    description: str
    open: Callable[[Request], ImageData]
    recognizes: Callable[[Path], bool]
    index: Callable[[Request], DataIndex] | None = None
    published: Any = None

    @property
    def takes_path(self) -> bool:
        """Whether a file or a folder may follow the name."""
        return any(word in self.form for word in ("FILE", "FOLDER", "PATH"))


SOURCES: dict[str, Source] = {}
Opener = Callable[[Request], ImageData]
Indexer = Callable[[Request], DataIndex]


def data_source(
    name: str, description: str, *, form: str = "", recognizes: Callable[[Path], bool] = lambda _path: False
) -> Callable[[Opener], Opener]:
    """Register the function that opens a source; `recognizes` lets it claim paths."""

    def register(function: Opener) -> Opener:
        SOURCES[name] = Source(name, form or name, description, function, recognizes)
        return function

    return register


def file_source(
    name: str, description: str, *, form: str = "", recognizes: Callable[[Path], bool] = lambda _path: False
) -> Callable[[Indexer], Indexer]:
    """Register the function that lists the picture files of a source; opening it decodes them."""

    def register(function: Indexer) -> Indexer:
        def opened(request: Request) -> ImageData:
            from workbench.core.data.files import load_files

            return load_files(function(request), framing=request.framing, progress=request.progress)

        SOURCES[name] = Source(name, form or name, description, opened, recognizes, index=function)
        return function

    return register
