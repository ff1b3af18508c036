"""How the pictures of a set come to be, one by one, and reading them that way, a few batches ahead."""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from workbench.core.data.images import Images, Indices, LazyPictures
from workbench.core.data.pictures import UnusablePictureError
from workbench.core.data.threads import WORKERS, in_any_order, in_threads
from workbench.errors import WorkbenchError

BYTES_AHEAD = 256_000_000
"""At most so many bytes of pixels are decoded before they are asked for."""

Take = Callable[[int, Images], None]
"""Is given the number of a picture and its pixels, which are not to be kept."""


class Outcome(NamedTuple):
    """What came of the picture with a number: why it cannot be used, or ""."""

    number: int
    refusal: str = ""


Outcomes = Generator[Outcome, None, None]


@dataclass(frozen=True)
class Rendering:
    """`count` pictures of `shape` (height, width, channels), each made by `render(number)`.

    `render` is called from several threads and raises `UnusablePictureError`. `key` names what the pixels depend on,
    all of it: equal keys stand for equal pixels. It is asked for when somebody wants to keep them. `name` is what a
    picture is called when something is wrong with it.
    """

    count: int
    shape: tuple[int, int, int]
    render: Callable[[int], Images]
    key: Callable[[], str]
    name: Callable[[int], str] = "picture {}".format

    @property
    def picture_bytes(self) -> int:
        """Bytes of one picture."""
        return int(np.prod(self.shape))

    @property
    def nbytes(self) -> int:
        """Bytes of all pixels."""
        return self.count * self.picture_bytes

    def outcomes(self, take: Take) -> Outcomes:
        """Give every picture to `take`, which several threads call, in any order; what came of each.

        Closing it waits for the threads.
        """
        return in_any_order(lambda number: self._outcome(number, take), self.count)

    def _outcome(self, number: int, take: Take) -> Outcome:
        try:
            take(number, self.render(number))
        except UnusablePictureError as error:
            return Outcome(number, str(error))
        return Outcome(number)


class RenderedPictures(LazyPictures):
    """Pictures that are made anew whenever they are asked for.

    Raises `WorkbenchError` for one that cannot be made any more: it could when the set was opened.
    """

    costly = True

    def __init__(self, rendering: Rendering) -> None:
        super().__init__((rendering.count, *rendering.shape))
        self._rendering = rendering

    def read(self, indices: Indices) -> Images:
        """The pictures with these numbers."""
        return next(self.ahead([indices]))

    def ahead(self, groups: Iterable[Indices]) -> Iterator[Images]:
        """An array for each group; threads are about a group ahead."""
        sizes: deque[int] = deque()
        largest = max(4 * WORKERS, BYTES_AHEAD // self._rendering.picture_bytes)
        first, groups = _peeked(groups)
        depth = min(largest, max(4 * WORKERS, first))
        made = in_threads(self._made, _flat(groups, sizes), ahead=depth)
        return self._grouped(made, sizes)

    def _grouped(self, made: Iterator[Images], sizes: deque[int]) -> Iterator[Images]:
        for picture in made:
            size = sizes.popleft()
            group = np.empty((size, *self.shape[1:]), np.uint8)
            group[0] = picture
            for place in range(1, size):
                group[place] = next(made)
            yield group

    def _made(self, number: int) -> Images:
        try:
            return self._rendering.render(number)
        except UnusablePictureError as error:
            title = "A picture cannot be read any more"
            reason = f"{self._rendering.name(number)}: {error}"
            raise WorkbenchError(title, reason, "Has the data set changed? Open it again.") from error


def _peeked(groups: Iterable[Indices]) -> tuple[int, Iterator[Indices]]:
    """The length of the first group, and all groups."""
    rest = iter(groups)
    first = list(itertools.islice(rest, 1))
    return sum(map(len, first)), itertools.chain(first, rest)


def _flat(groups: Iterable[Indices], sizes: deque[int]) -> Iterator[int]:
    """All numbers in a row; the lengths of the groups are noted as they are begun."""
    for group in groups:
        if len(group):
            sizes.append(len(group))
        yield from group.tolist()
