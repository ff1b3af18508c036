"""How a published data set is defined: what it is, its download, and one decorated function that reads its files."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from workbench.core.data.files import load_files
from workbench.core.data.images import ImageData
from workbench.core.data.index import DataIndex
from workbench.core.data.npz import load_npz
from workbench.core.data.registry import SOURCES, Request, Source
from workbench.errors import WorkbenchError


@dataclass(frozen=True)
class Download:
    """A file to fetch: its addresses, the first of which is asked first, its MD5 and its size in bytes, about.

    `skip` names files in it that are not unpacked.
    """

    urls: tuple[str, ...]
    md5: str
    size: int
    skip: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The name of the file."""
        return self.urls[0].rsplit("/", 1)[-1]


@dataclass(frozen=True)
class Published:
    """What is known of a published set before it is downloaded.

    `picture` is channels, height, width, or None for photos of any size; `layout` is the folder in which torchvision
    keeps its files; `licence` says on what terms, as its page does.
    """

    name: str
    title: str
    classes: tuple[str, ...]
    picture: tuple[int, int, int] | None
    train: int
    validation: int
    downloads: tuple[Download, ...]
    page: str
    licence: str
    layout: str

    @property
    def download_bytes(self) -> int:
        """Bytes to fetch, about."""
        return sum(each.size for each in self.downloads)

    @property
    def description(self) -> str:
        """What the set is, in a line."""
        size = "photos" if self.picture is None else f"{self.picture[1]} × {self.picture[2]}"
        count, classes = f"{self.train + self.validation:,} pictures", f"{len(self.classes)} classes"
        return f"{self.title}: {count}, {classes}, {size}, a download of {megabytes(self.download_bytes)}"


ArrayReader = Callable[[Published, Path], ImageData]
"""Reads the files of a set below a folder."""
FileLister = Callable[[Published, Path], DataIndex]
"""Lists the pictures of a set below a folder."""


def published_arrays(published: Published) -> Callable[[ArrayReader], ArrayReader]:
    """Register a set whose pictures lie together in a few files, with the function that reads them."""

    def register(read: ArrayReader) -> ArrayReader:
        def opened(request: Request) -> ImageData:
            path = Path(request.argument).expanduser()
            if path.suffix.lower() == ".npz":
                return load_npz(path, name=published.name)
            return read(published, _files(published, request))

        _add(published, opened, None)
        return read

    return register


def published_photos(published: Published) -> Callable[[FileLister], FileLister]:
    """Register a set whose pictures are files of their own, with the function that lists them."""

    def register(listed: FileLister) -> FileLister:
        def index(request: Request) -> DataIndex:
            return listed(published, _files(published, request))

        def opened(request: Request) -> ImageData:
            return load_files(index(request), framing=request.framing, progress=request.progress)

        _add(published, opened, index)
        return listed

    return register


def megabytes(count: int) -> str:
    """Bytes as a person reads them: `170 MB`, `4,996 MB`."""
    return f"{max(1, round(count / 1e6)):,} MB"


def not_here(published: Published) -> WorkbenchError:
    """The sentence for a set that was not downloaded yet."""
    size, source = megabytes(published.download_bytes), published.page
    return WorkbenchError(
        f"{published.name} is not on this computer",
        f"it is a download of {size} from {source}",
        f"Download it, or name a local copy: {published.name}:PATH.",
    )


def _add(
    published: Published, opened: Callable[[Request], ImageData], index: Callable[[Request], DataIndex] | None
) -> None:
    def never(_path: Path) -> bool:
        return False

    form = f"{published.name}[:PATH]"
    SOURCES[published.name] = Source(published.name, form, published.description, opened, never, index, published)


def _files(published: Published, request: Request) -> Path:
    """The folder of the set's files: that of a local copy, or of the download."""
    from workbench.core.data.published.fetching import home_of
    from workbench.core.data.published.local import local_copy

    if request.argument:
        return local_copy(published, Path(request.argument).expanduser(), request.tell)
    home = home_of(published)
    if not home.is_dir():
        raise not_here(published)
    return home
