"""`workbench tour`: walk through every room as a user would and take a picture of each state.

Everything in the pictures is real: a network is trained, looked into and evaluated while the tour goes on. Settings,
caches of weights and runs of the user are not touched.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QComboBox,
    QDialog,
    QLineEdit,
    QSpinBox,
    QTableView,
    QTabWidget,
    QWidget,
)

from workbench.core.graph.edits import set_arguments
from workbench.errors import WorkbenchError
from workbench.gui import theme
from workbench.gui.application import application, open_window
from workbench.gui.builder.room import BuildRoom
from workbench.gui.data.room import DataRoom
from workbench.gui.shell import MainWindow
from workbench.gui.training.room import TrainRoom
from workbench.gui.viewer.room import InspectRoom
from workbench.gui.workspace import Workspace

Found = TypeVar("Found", bound=QWidget)
PATIENCE = 600.0
"""Seconds after which the tour gives up waiting for something that should have come."""
POLL = 0.01
QUIET = 0.3
"""Seconds without work after which the window is taken to have settled."""
PHOTO_CLASSES = ("heart", "ring", "star")
PHOTOS_PER_CLASS = 24


def main(arguments: Sequence[str]) -> int:
    """Take the pictures that the command line asks for; returns the exit status."""
    parser = argparse.ArgumentParser(prog="workbench tour", description="Take a picture of every room in every state.")
    parser.add_argument("--out", type=Path, required=True, help="folder for the pictures")
    parser.add_argument("--theme", choices=("light", "dark"), default="light")
    parser.add_argument(
        "--size", type=_size, default=(1280, 800), metavar="WxH", help="of the window, such as 1280x800"
    )
    parser.add_argument("--epochs", type=int, default=4, help="of the training shown")
    options = parser.parse_args(arguments)
    _require_folder(options.out)
    with _own_folders() as folder:
        guide = Guide(options.out, mode=options.theme, size=options.size)
        try:
            guide.walk(folder, epochs=options.epochs)
        finally:
            guide.leave()
    return 0


class Guide:
    """Leads one window through its rooms and takes the pictures."""

    def __init__(self, out: Path, *, mode: str, size: tuple[int, int]) -> None:
        self._out = out
        self._workspace = Workspace()
        self._window: MainWindow = open_window(self._workspace)
        theme.apply(application(), mode)
        self._window.resize(*size)

    def walk(self, folder: Path, *, epochs: int) -> None:
        """Visit all rooms in the order of a first day."""
        self._build()
        self._data()
        self._empty_rooms()
        self._train(epochs)
        self._inspect()
        self._runs()
        self._transfer(folder)
        self._palette()

    def leave(self) -> None:
        """Close the window without questions, whatever is still going on."""
        training = self._window.rooms.get("train")
        if isinstance(training, TrainRoom) and training.run is not None:
            training.run.stop_and_wait()
        self._workspace.document.mark_saved(Path("tour"))
        self._window.close()
        self._workspace.close()

    def _build(self) -> None:
        self._window.go("build")
        self._wait(lambda: self._workspace.current_analysis is not None, "the first analysis")
        self._picture("build")
        document = self._workspace.document
        document.apply(lambda network: set_arguments(network, "conv3", {"kernel_size": 40}), "Set kernel_size of conv3")
        self._wait(lambda: self._workspace.current_analysis is not None, "the analysis")
        self._room(BuildRoom).scene.select(["conv3"])
        self._picture("build-problem")
        document.undo()
        self._wait(lambda: self._workspace.current_analysis is not None, "the analysis")
        self._room(BuildRoom).choose_ready()
        self._picture("build-ready-networks", of=self._dialog())
        self._dialog().close()

    def _empty_rooms(self) -> None:
        for room in ("inspect", "runs"):
            self._window.go(room)
            self._picture(f"{room}-empty")

    def _data(self) -> None:
        self._window.go("data")
        self._picture("data")
        room = self._room(DataRoom)
        room.desk.details.setCurrentWidget(room.desk.figures)
        room.sets.part.setCurrentIndex(1)
        self._picture("data-statistics")
        room.check()
        self._picture("data-health")
        self._find("data-views", QTabWidget).setCurrentIndex(1)
        self._find("data-preset", QComboBox).setCurrentText("general")
        self._picture("data-augmentation")

    def _train(self, epochs: int) -> None:
        self._window.go("train")
        self._picture("train-ready")
        self._find("train-epochs", QSpinBox).setValue(epochs)
        self._click("train-start")
        room = self._room(TrainRoom)
        run = room.run
        assert run is not None
        self._wait(lambda: run.is_over or run.history.progress > 0.6, "more than half of the training")
        self._picture("train", settle=False)
        self._wait(lambda: run.is_over, "the end of the training")
        self._picture("train-finished")

    def _inspect(self) -> None:
        self._click("train-inspect")
        self._settle()
        room = self._room(InspectRoom)
        room.nodes.choose("relu2")
        self._picture("inspect")
        tabs = self._find("inspect-tabs", QTabWidget)
        room.nodes.choose("conv1")
        tabs.setCurrentIndex(1)
        self._picture("inspect-filters")
        tabs.setCurrentIndex(2)
        self._click("inspect-evaluate")
        self._picture("inspect-evaluation")

    def _runs(self) -> None:
        self._window.go("runs")
        self._settle()
        self._find("runs-table", QTableView).selectRow(0)
        self._picture("runs")

    def _transfer(self, folder: Path) -> None:
        self._window.go("transfer")
        self._picture("transfer-empty")
        photos = _made_photos(folder / "shapes")
        line = self._find("transfer-folder", QLineEdit)
        line.setText(str(photos))
        line.returnPressed.emit()
        line.editingFinished.emit()
        self._wait(lambda: self._find("transfer-next", QAbstractButton).isEnabled(), "the photos")
        self._picture("transfer")
        self._click("transfer-next")
        self._picture("transfer-backbone")

    def _palette(self) -> None:
        self._window.go("build")
        self._window.open_palette()
        self._picture("command-palette")

    def _room(self, kind: type[Found]) -> Found:
        """The open room, which must be of that kind."""
        room = self._window.stack.currentWidget()
        assert isinstance(room, kind), room
        return room

    def _dialog(self) -> QWidget:
        widgets = application().topLevelWidgets()
        return next(widget for widget in widgets if isinstance(widget, QDialog) and widget.isVisible())

    def _find(self, name: str, kind: type[Found]) -> Found:
        found: Found | None = self._window.findChild(kind, name)
        if found is None:
            raise WorkbenchError(f"The tour found no {name}")
        return found

    def _click(self, name: str) -> None:
        button = self._find(name, QAbstractButton)
        self._wait(button.isEnabled, name)
        button.click()

    def _picture(self, name: str, *, of: QWidget | None = None, settle: bool = True) -> None:
        if settle:
            self._settle()
        QCoreApplication.sendPostedEvents()  # a text that just changed is laid out first
        path = self._out / f"{name}.png"
        if not (of or self._window).grab().save(str(path)):
            raise WorkbenchError(f"Could not write {path}")
        sys.stdout.write(f"{path}\n")

    def _settle(self) -> None:
        """Let the window do everything it has begun."""
        last_work = [time.monotonic()]

        def is_quiet() -> bool:
            if self._workspace.jobs.busy:
                last_work[0] = time.monotonic()
            return time.monotonic() - last_work[0] > QUIET

        self._wait(is_quiet, "the window to settle")

    def _wait(self, condition: Callable[[], bool], what: str) -> None:
        end = time.monotonic() + PATIENCE
        while not condition():
            if time.monotonic() > end:
                raise WorkbenchError(f"The tour waited in vain for {what}")
            application().processEvents()
            time.sleep(POLL)  # a loop that never rests takes a core from the training
            QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def _size(text: str) -> tuple[int, int]:
    width, _, height = text.partition("x")
    return int(width), int(height)


def _require_folder(path: Path) -> None:
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise WorkbenchError(f"Could not make the folder {path}", error.strerror or str(error)) from error


@contextmanager
def _own_folders() -> Iterator[Path]:
    """Settings and runs of the tour in a temporary folder; the generated data sets stay in the user's cache."""
    names = ("WORKBENCH_CONFIG", "WORKBENCH_RUNS")
    before = {name: os.environ.get(name) for name in names}
    with tempfile.TemporaryDirectory(prefix="workbench-tour-") as folder:
        os.environ.update({name: str(Path(folder) / name.lower()) for name in names})
        try:
            yield Path(folder)
        finally:
            for name, value in before.items():
                os.environ.pop(name) if value is None else os.environ.update({name: value})


def _made_photos(folder: Path) -> Path:
    """A folder of pictures with a folder for each class, from the built-in shapes, enlarged."""
    from PIL import Image

    from workbench.core.data.sources import open_data

    data = open_data("shapes")
    for name in PHOTO_CLASSES:
        (folder / name).mkdir(parents=True)
        chosen = data.train.images[data.train.labels == data.classes.index(name)][:PHOTOS_PER_CLASS]
        for number, pixels in enumerate(chosen):
            picture = Image.fromarray(pixels).resize((192, 192), Image.Resampling.BICUBIC)
            picture.save(folder / name / f"{name}-{number:02}.png")
    return folder
