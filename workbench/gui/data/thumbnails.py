"""Thumbnails on their way: decoded on a lane, what is in sight first, kept until a number of bytes is reached."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage

from workbench.core.data.index import DataIndex
from workbench.core.data.pictures import UnusablePictureError
from workbench.core.data.threads import in_threads
from workbench.core.data.thumbnails import thumbnail
from workbench.gui.background import Background
from workbench.gui.bridge import Inbox
from workbench.gui.widgets.pixels import to_qimage

LANE, KEY = "thumbnails", "page"
MOST_BYTES = 96_000_000
"""About three thousand pictures of 90 pixels."""
Made = tuple[DataIndex, int, int, QImage | str]
"""The index and the size it was made for, the number, and the picture or why there is none."""


class Thumbnails(QObject):
    """Gives the thumbnails it has and fetches those it is asked for, the latest page first."""

    arrived = Signal(object)
    """The numbers of pictures that are there now, or are known to be unusable: a frozen set."""

    def __init__(self, jobs: Background, parent: QObject | None = None, *, most_bytes: int = MOST_BYTES) -> None:
        super().__init__(parent)
        self._jobs, self._most_bytes = jobs, most_bytes
        self._index: DataIndex | None = None
        self._size = 0
        self._kept: OrderedDict[int, QImage] = OrderedDict()
        self._bytes = 0
        self.refused: dict[int, str] = {}
        """Why pictures cannot be shown, by their numbers."""
        self._inbox = Inbox(self)
        self._inbox.arrived.connect(self._take)

    @property
    def kept_bytes(self) -> int:
        """Bytes of the thumbnails that are kept."""
        return self._bytes

    def show_index(self, index: DataIndex | None) -> None:
        """Begin with another set; nothing of the last one is kept."""
        self._jobs.cancel(self, KEY)
        self._index, self.refused = index, {}
        self._forget()

    def set_size(self, size: int) -> None:
        """Make them at most so many pixels wide and high from now on; those that are there serve until then."""
        if size != self._size:
            self._jobs.cancel(self, KEY)
            self._size = size
            self._forget()

    def get(self, number: int) -> QImage | None:
        """A thumbnail, if it is there; it is not given up soon."""
        found = self._kept.get(number)
        if found is not None:
            self._kept.move_to_end(number)
        return found

    def want(self, numbers: Sequence[int]) -> None:
        """Fetch these, in this order; what was wanted before and is not among them is given up."""
        index, size, jobs = self._index, self._size, self._jobs
        missing = [number for number in numbers if number not in self._kept and number not in self.refused]
        if index is None or not missing:
            jobs.cancel(self, KEY)
            return
        inbox = self._inbox

        def fetch() -> None:
            for made in in_threads(lambda number: (index, size, number, _made(index, number, size)), missing):
                inbox.put(made)
                if not jobs.wanted():
                    return

        jobs.submit(fetch, owner=self, lane=LANE, key=KEY, done=lambda _nothing: self._inbox.drain())

    def _take(self, items: list[Made]) -> None:
        current = [item for item in items if item[0] is self._index and item[1] == self._size]
        for _index, _size, number, made in current:
            if isinstance(made, str):
                self.refused[number] = made
            elif number not in self._kept:
                self._kept[number] = made
                self._bytes += made.sizeInBytes()
        while self._bytes > self._most_bytes and len(self._kept) > 1:
            self._bytes -= self._kept.popitem(last=False)[1].sizeInBytes()
        self.arrived.emit(frozenset(number for _index, _size, number, _made in current))

    def _forget(self) -> None:
        self._kept.clear()
        self._bytes = 0


def _made(index: DataIndex, number: int, size: int) -> QImage | str:
    try:
        image = to_qimage(thumbnail(index, number, size))
    except UnusablePictureError as error:
        return str(error)
    return image.convertToFormat(QImage.Format.Format_RGB32)  # what the screen takes without converting
