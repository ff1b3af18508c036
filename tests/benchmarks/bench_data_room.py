"""What the Data room costs on a huge folder: the first page, the memory, scrolling, filtering.

    python tests/benchmarks/bench_data_room.py [--pictures 100000] [--folder FOLDER] [--frames 200]

A folder of tiny JPEG files in a hundred classes is made and opened in a window of 1280 x 800 that nobody sees. Goals
for 100,000 pictures: the first page within 1 second of opening, less than 500 MB, and no moment in which the window
does not answer for more than 50 ms, whether it opens, scrolls, filters or changes its size. The folder has just been
written when it is opened, so the file system has it in memory.
"""

from __future__ import annotations

import argparse
import io
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import numpy as np
from PIL import Image
from PySide6.QtWidgets import QApplication

from workbench.gui.application import application
from workbench.gui.data.filtering import Filter
from workbench.gui.data.room import DataRoom
from workbench.gui.workspace import Workspace

CLASSES = 100
DIFFERENT = 64
"""So many different pictures are written again and again."""


def make_folder(root: Path, pictures: int) -> None:
    """Tiny pictures of noise, a folder for each class."""
    chance = np.random.default_rng(0)
    files = []
    for _ in range(DIFFERENT):
        stream = io.BytesIO()
        noise = Image.fromarray(chance.integers(0, 256, (16, 16, 3), np.uint8))
        noise.resize((64, 64)).save(stream, "JPEG")
        files.append(stream.getvalue())
    for label in range(CLASSES):
        place = root / f"class-{label:03}"
        place.mkdir(parents=True)
        for number in range(pictures // CLASSES):
            (place / f"{number:06}.jpg").write_bytes(files[(7 * label + number) % DIFFERENT])


def memory() -> float:
    """Megabytes that the process holds (Linux)."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


class Watch:
    """Runs the event loop and notes the longest time it did not come back."""

    def __init__(self, app: QApplication) -> None:
        self._app = app

    def until(self, condition: Callable[[], bool], *, seconds: float = 120) -> tuple[float, float]:
        """(seconds until the condition, longest seconds of one round of the loop)."""
        start, longest = time.perf_counter(), 0.0
        while not condition():
            if time.perf_counter() - start > seconds:
                raise TimeoutError
            before = time.perf_counter()
            self._app.processEvents()
            longest = max(longest, time.perf_counter() - before)
            time.sleep(0.0005)
        return time.perf_counter() - start, longest


def page_is_there(room: DataRoom) -> bool:
    """Whether every picture in sight has its thumbnail."""
    grid = room.grid
    if room.holding is None:
        return False
    return all(grid.thumbnails.get(int(grid.numbers[row])) is not None for row in grid._in_sight())


def measure(folder: Path, frames: int) -> None:
    """Open the folder, scroll, filter, resize; print what each cost."""
    app, workspace = application(), Workspace()
    room = DataRoom(workspace)
    room.resize(1280, 800)
    room.show()
    room.open("digits")
    watch = Watch(app)
    watch.until(lambda: page_is_there(room))  # imports and caches of the interface are not what is measured
    before = memory()
    room.open(str(folder))
    seconds, blocked = watch.until(lambda: room.entrance.wanted == room.workspace.data and page_is_there(room))
    tell(f"first page of {len(room.grid.numbers):,} pictures", seconds, blocked)
    report_scrolling(room, frames)
    bar = room.grid.verticalScrollBar()
    for title, value in (("a page far away", bar.maximum() // 2), ("the last page", bar.maximum())):
        bar.setValue(value)
        tell(title, *watch.until(lambda: page_is_there(room)))
    report_steps(room)
    watch.until(lambda: not workspace.jobs.busy)
    sys.stdout.write(f"memory: {memory():.0f} MB, of which the folder {memory() - before:.0f} MB\n")
    room.close()
    workspace.close()


def report_scrolling(room: DataRoom, frames: int) -> None:
    """Frames of a steady scroll and frames all over the set; the processor time of the window's thread counts.

    Every other frame of the steady scroll draws all that is in sight, for comparison. What the clock says depends on
    who else wants the processor.
    """
    bar = room.grid.verticalScrollBar()
    steady = [_frame(room, 20 * step, whole=step % 2 == 1) for step in range(2 * frames)]
    far = [_frame(room, value) for value in np.linspace(0, bar.maximum(), frames).astype(int).tolist()]
    for title, times in (
        ("scrolling steadily", steady[::2]),
        ("the same, drawn as a whole", steady[1::2]),
        ("jumping", far),
    ):
        thread, clock = (_spread(list(each)) for each in zip(*times, strict=True))
        sys.stdout.write(f"{title}, {len(times)} frames: {thread} (clock: {clock})\n")


def _frame(room: DataRoom, value: int, *, whole: bool = False) -> tuple[float, float]:
    """Seconds of the thread and of the clock for a step of scrolling."""
    start, began = time.thread_time(), time.perf_counter()
    room.grid.verticalScrollBar().setValue(value)
    if whole:
        room.grid.viewport().update()
    QApplication.processEvents()
    return time.thread_time() - start, time.perf_counter() - began


def _spread(seconds: list[float]) -> str:
    middle, high, worst = np.percentile(seconds, [50, 99, 100]) * 1000
    return f"median {middle:.1f} ms, 99th {high:.1f} ms, max {worst:.1f} ms"


def report_steps(room: DataRoom) -> None:
    """Everything that touches all pictures at once."""
    steps: tuple[tuple[str, Callable[[], object]], ...] = (
        ("filter by class", lambda: room.sets.classes.setCurrentIndex(room.sets.classes.model().index(3, 0))),
        ("show all", lambda: room.sets.show_filter(Filter())),
        ("filter by part", lambda: room.sets.part.setCurrentIndex(2)),
        ("select all", room.grid.choose_all),
        ("change the size", lambda: room.grid.zoom(-1)),
        ("resize", lambda: room.resize(1000, 700)),
    )
    for title, step in steps:
        start = time.perf_counter()
        step()
        QApplication.processEvents()
        sys.stdout.write(f"{title}: {(time.perf_counter() - start) * 1000:.1f} ms\n")


def tell(title: str, seconds: float, blocked: float) -> None:
    sys.stdout.write(f"{title}: {seconds:.2f} s, the window never away for more than {blocked * 1000:.0f} ms\n")


def main() -> None:
    """Make the folder unless there is one, and measure."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--pictures", type=int, default=100_000)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--frames", type=int, default=200)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        os.environ["WORKBENCH_CONFIG"] = place
        folder = options.folder or Path(place) / "pictures"
        if not folder.exists():
            make_folder(folder, options.pictures)
        measure(folder, options.frames)


if __name__ == "__main__":
    main()
