"""The whole way of a newcomer, in the real window, by mouse and keys alone: open, edit, train, look inside, export."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import torch
from PySide6.QtCore import QEvent, QMimeData, QPointF, Qt, QTimer
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QDialog,
    QFileDialog,
    QLabel,
    QLineEdit,
    QMenu,
    QMessageBox,
    QPushButton,
    QTableView,
    QTreeWidget,
    QWidget,
)
from pytestqt.qtbot import QtBot

from workbench.core.graph.network import Network
from workbench.core.modelling.compile import build_module
from workbench.core.runs.folder import Run, open_run
from workbench.gui.builder.items.edge_item import EdgeKey
from workbench.gui.builder.room import BuildRoom
from workbench.gui.shell import MainWindow
from workbench.gui.training.room import TrainRoom
from workbench.gui.viewer.room import InspectRoom
from workbench.gui.workspace import Workspace

LEFT, COPY = Qt.MouseButton.LeftButton, Qt.DropAction.CopyAction
NONE, CTRL = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ControlModifier
PATIENCE_MS = 20_000
HAND_MS = 60
"""A hand comes a moment after the eye: a dialog is shown before its event loop begins."""


class User:
    """Sees widgets by their public names and has a mouse and a keyboard."""

    def __init__(self, window: MainWindow, qtbot: QtBot) -> None:
        self.window, self.qtbot = window, qtbot

    def sees(self, name: str, kind: type = QWidget):
        """The visible widget of a name; a moment may pass until it is laid out."""
        found: list[QWidget] = []

        def look() -> bool:
            named = (widget for top in QApplication.topLevelWidgets() for widget in top.findChildren(kind, name))
            found[:] = [widget for widget in named if widget.isVisible()]
            return bool(found)

        self.qtbot.waitUntil(look, timeout=2000)
        return found[0]

    def waits(self, condition: Callable[[], bool]) -> None:
        self.qtbot.waitUntil(condition, timeout=PATIENCE_MS)

    def clicks(self, name: str) -> None:
        button = self.sees(name, QAbstractButton)
        assert button.isEnabled(), f"{name} cannot be pressed"
        self.qtbot.mouseClick(button, LEFT)

    def has_the_keyboard(self) -> None:
        """A window system gives the keyboard back after a dialog or a popup; the offscreen one has to be asked."""
        if QApplication.activeModalWidget() is None and QApplication.activeWindow() is not self.window:
            QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
            self.window.activateWindow()
            self.waits(self.window.isActiveWindow)

    def presses(self, key: Qt.Key | str, keys: Qt.KeyboardModifier = NONE) -> None:
        """Press a key where the keyboard is."""
        self.has_the_keyboard()
        self.qtbot.keyClick(QApplication.focusWidget() or self.window, key, keys)

    def types(self, name: str, text: str) -> None:
        """Click into a field, and replace what stands there."""
        self.has_the_keyboard()
        field = self.sees(name)
        line = field if isinstance(field, QLineEdit) else field.findChild(QLineEdit)
        self.qtbot.mouseClick(line, LEFT)
        self.waits(lambda: QApplication.focusWidget() in (line, line.parent()))
        self.presses(Qt.Key.Key_A, CTRL)
        self.qtbot.keyClicks(QApplication.focusWidget(), text)

    def drags_layer(self, kind: str, place: QPointF) -> None:
        """Drag a layer from the palette to a place of the scene, as the window system reports it."""
        tree = self.sees("build-kinds", QTreeWidget)
        item = tree.findItems(kind, Qt.MatchFlag.MatchExactly | Qt.MatchFlag.MatchRecursive)[0]
        mime: QMimeData = tree.mimeData([item])
        view = self.build.view
        at = view.mapFromScene(place)
        for event in (
            QDragEnterEvent(at, COPY, mime, LEFT, NONE),
            QDragMoveEvent(at, COPY, mime, LEFT, NONE),
            QDropEvent(QPointF(at), COPY, mime, LEFT, NONE),
        ):
            QApplication.sendEvent(view.viewport(), event)

    def clicks_node(self, name: str) -> None:
        view = self.build.view
        place = view.mapFromScene(self.build.scene.nodes[name].box().center() - QPointF(50, 0))
        self.qtbot.mouseClick(view.viewport(), LEFT, pos=place)
        assert self.build.scene.selected == [name]

    @property
    def network(self) -> Network:
        return self.window.workspace.document.network

    @property
    def build(self) -> BuildRoom:
        room = self.window.rooms["build"]
        assert isinstance(room, BuildRoom)
        return room

    @property
    def train(self) -> TrainRoom:
        room = self.window.rooms["train"]
        assert isinstance(room, TrainRoom)
        return room

    @property
    def inspect(self) -> InspectRoom:
        room = self.window.rooms["inspect"]
        assert isinstance(room, InspectRoom)
        return room


@pytest.fixture
def user(workspace: Workspace, qtbot: QtBot, close_dialogs: None) -> Iterator[User]:
    window = MainWindow(workspace)
    window.painted.connect(lambda: QTimer.singleShot(0, workspace.preload))
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    made = User(window, qtbot)
    yield made
    train = window.rooms.get("train")
    if isinstance(train, TrainRoom) and train.run is not None:
        train.run.stop_and_wait()
    workspace.document.mark_saved(Path("nowhere.network.json"))
    window.close()
    window.deleteLater()
    QApplication.processEvents()


def soon(find: Callable[[], QWidget | None], act: Callable[[QWidget], None]) -> None:
    """Do something with what a nested event loop shows, as soon as it does; whatever goes wrong ends that loop."""
    deadline = time.monotonic() + PATIENCE_MS / 1000

    def look() -> None:
        found = find()
        if found is not None:
            QTimer.singleShot(HAND_MS, lambda: do(found))
        elif time.monotonic() < deadline:
            QTimer.singleShot(HAND_MS, look)
        else:
            give_up()

    def do(found: QWidget) -> None:
        try:
            act(found)
        except BaseException:
            give_up()
            raise

    QTimer.singleShot(HAND_MS, look)


def give_up() -> None:
    """Close what waits for an answer, so that the test goes on and fails."""
    for widget in QApplication.topLevelWidgets():
        if isinstance(widget, QDialog | QMenu):
            widget.close()


def in_dialog(kind: type, act: Callable[[QDialog], None]) -> None:
    """Do something in the next dialog that waits for an answer."""

    def find() -> QWidget | None:
        dialog = QApplication.activeModalWidget()
        return dialog if isinstance(dialog, kind) and dialog.isVisible() else None

    soon(find, act)


def test_from_the_first_start_to_weights_that_others_load(user: User, tmp_path: Path) -> None:
    sees_a_network_that_can_be_trained(user)
    opens_lenet5_by_keys(user)
    inserts_dropout_and_sets_its_p(user)
    makes_a_mistake_and_undoes_it(user)
    run = trains_on_digits(user)
    looks_inside(user, run)
    for to in ("safetensors", "pt"):
        exports(user, run, tmp_path / f"mine.{to}")
        gives_the_same(run, tmp_path / f"mine.{to}")
    closes_without_a_question_about_training(user)


def sees_a_network_that_can_be_trained(user: User) -> None:
    assert user.window.room == "build" and user.network.name == "cifar10cnn"
    assert user.sees("build-train").isEnabled()
    user.waits(lambda: user.window.workspace.current_analysis is not None)
    assert user.build.scene.nodes["fc2"].shape_text == "10 values"


def opens_lenet5_by_keys(user: User) -> None:
    user.clicks("build-ready-button")
    search = user.sees("ready-search", QLineEdit)
    user.waits(search.hasFocus)
    user.qtbot.keyClicks(search, "lenet")
    user.presses(Qt.Key.Key_Return)
    user.waits(lambda: user.network.name == "lenet5")


def inserts_dropout_and_sets_its_p(user: User) -> None:
    target = next(node.name for node in user.network if node.kind == "Linear" and node.name.endswith("2"))
    (source,) = user.network[target].inputs
    user.drags_layer("Dropout", user.build.scene.edges[EdgeKey(source, target)].path.pointAtPercent(0.5))
    assert user.network["dropout"].inputs == (source,) and user.network[target].inputs == ("dropout",)
    user.types("build-p", "0.25")
    assert user.network["dropout"].arguments["p"] == pytest.approx(0.25)
    user.waits(lambda: user.window.workspace.current_analysis is not None)
    assert not user.build.scene.nodes["dropout"].problems


def makes_a_mistake_and_undoes_it(user: User) -> None:
    conv = next(node.name for node in user.network if node.kind == "Conv2d")
    before = user.network[conv].arguments
    user.clicks_node(conv)
    user.types("build-kernel-size", "40")
    user.waits(lambda: bool(user.build.scene.nodes[conv].problems))
    assert "larger than" in user.sees("build-problems").item(0).text()
    assert user.sees("status-problems", QAbstractButton).text().startswith("1 problem")
    user.presses(Qt.Key.Key_Z, CTRL)
    user.waits(lambda: user.sees("status-problems", QAbstractButton).text() == "No problems")
    assert user.network[conv].arguments == before and "dropout" in user.network
    assert not user.build.problems.isVisible()


def trains_on_digits(user: User) -> Run:
    user.clicks("rail-train")
    user.types("train-data", "digits")
    user.types("train-epochs", "2")
    user.waits(lambda: "10 classes" in user.train.findChild(QLabel, "train-data-facts").text())
    user.has_the_keyboard()
    user.clicks("train-start")
    focus = QApplication.focusWidget()
    assert focus is not None and focus.objectName() in ("train-pause", "train-stop"), "Space would press another button"
    curve = user.train.panel.curves.loss.view.getPlotItem()
    drawn: list[int] = []

    def follow() -> bool:
        drawn.append(max((len(item.xData) for item in curve.listDataItems() if item.xData is not None), default=0))
        assert user.train.run is not None
        return user.train.run.is_over

    user.waits(follow)
    assert user.train.run is not None and user.train.run.standing == "complete", user.train.run.failure
    assert sorted(set(drawn))[-1] >= 20 and len(set(drawn)) > 2, "the curve did not grow"
    assert user.sees("train-start").isEnabled()
    return open_run(user.train.run.folder)


def looks_inside(user: User, run: Run) -> None:
    user.clicks("train-inspect")
    room = user.inspect
    user.waits(lambda: room.maps.sheet is not None)
    assert user.window.room == "inspect" and room.runs.choice == run.path
    user.qtbot.mouseClick(user.sees("inspect-samples"), LEFT)
    user.qtbot.keyClick(user.sees("inspect-samples"), Qt.Key.Key_Right)
    user.waits(lambda: room.picture.title.text().startswith("Sample 2:"))
    first, before = room.maps.sheet, room.nodes.node
    user.qtbot.keyClick(user.sees("inspect-node"), Qt.Key.Key_Down)
    user.waits(lambda: room.maps.sheet not in (None, first) and not user.window.workspace.jobs.busy)
    assert room.nodes.node != before
    tiles = user.sees("inspect-tiles").grab().toImage()
    assert len({tiles.pixel(x, y) for x in range(0, tiles.width(), 3) for y in range(0, tiles.height(), 3)}) > 20


def exports(user: User, run: Run, target: Path) -> None:
    user.presses(Qt.Key.Key_6, CTRL)
    assert user.window.room == "runs"
    table = user.sees("runs-table", QTableView)
    user.waits(lambda: table.model().rowCount() == 1)
    user.qtbot.mouseClick(table.viewport(), LEFT, pos=table.visualRect(table.model().index(0, 0)).center())
    user.waits(lambda: user.sees("runs-export").isEnabled())

    def choose(menu: QWidget) -> None:
        assert isinstance(menu, QMenu)
        action = next(action for action in menu.actions() if action.objectName().endswith(target.suffix[1:]))
        user.qtbot.mouseClick(menu, LEFT, pos=menu.actionGeometry(action).center())

    def name_the_file(dialog: QDialog) -> None:
        line = dialog.findChild(QLineEdit, "fileNameEdit")
        line.selectAll()
        user.qtbot.keyClicks(line, str(target))
        line.completer().popup().hide()
        user.qtbot.keyClick(line, Qt.Key.Key_Return)

    soon(QApplication.activePopupWidget, choose)
    in_dialog(QFileDialog, name_the_file)
    user.qtbot.mouseClick(user.sees("runs-export", QPushButton), LEFT)
    user.waits(lambda: str(target) in user.window.status.currentMessage())
    assert "0 difference" in user.window.status.currentMessage()


def gives_the_same(run: Run, target: Path) -> None:
    if target.suffix == ".pt":
        weights = torch.load(target, weights_only=True)["state_dict"]
    else:
        from safetensors.torch import load_file

        weights = load_file(target)
    module = build_module(run.network).eval()
    module.load_state_dict(weights, strict=True)
    pictures = torch.rand(4, 1, 32, 32)
    with torch.inference_mode():
        assert torch.equal(module(pictures), run.module()(pictures))


def closes_without_a_question_about_training(user: User) -> None:
    questions: list[str] = []

    def discard(box: QDialog) -> None:
        questions.append(box.objectName())
        user.qtbot.mouseClick(box.button(QMessageBox.StandardButton.Discard), LEFT)

    in_dialog(QMessageBox, discard)
    assert user.window.close()
    assert questions == ["unsaved-dialog"]


def test_closing_the_window_in_the_middle_of_a_training(user: User, workspace: Workspace) -> None:
    opens_lenet5_by_keys(user)
    user.presses(Qt.Key.Key_3, CTRL)
    user.types("train-data", "digits")
    user.types("train-epochs", "200")
    user.waits(lambda: "10 classes" in user.train.findChild(QLabel, "train-data-facts").text())
    user.presses(Qt.Key.Key_R, CTRL)
    user.waits(lambda: user.train.run is not None and user.train.run.history.step > 3)

    def stop_by_keys(box: QDialog) -> None:
        stop = box.findChild(QPushButton, "train-stop-and-close")
        for _ in range(2):
            if QApplication.focusWidget() is not stop:
                user.presses(Qt.Key.Key_Tab)
        assert QApplication.focusWidget() is stop
        user.presses(Qt.Key.Key_Space)

    in_dialog(QMessageBox, stop_by_keys)
    assert user.window.close()
    assert user.train.run is not None and user.train.run.thread_.isFinished()
    run = open_run(user.train.run.folder)
    assert run.state == "stopped"
    resumes(run)


def resumes(run: Run) -> None:
    from workbench.core.runs.runner import walk
    from workbench.core.training.control import Control
    from workbench.core.training.events import StepDone

    reached = max(event.step for event in run.events() if isinstance(event, StepDone))
    control, further = Control(), []
    for event in walk(run, control):
        if isinstance(event, StepDone):
            further.append(event.step)
            control.stop()
    assert further and further[0] == reached + 1


def test_without_a_folder_for_runs_every_room_says_so_in_words(
    user: User, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a-file").write_text("")
    monkeypatch.setenv("WORKBENCH_RUNS", str(tmp_path / "a-file" / "runs"))
    user.presses(Qt.Key.Key_6, CTRL)
    headline = user.window.rooms["runs"]._empty.headline
    user.waits(lambda: headline.text() == "There is no folder for runs")
    user.presses(Qt.Key.Key_3, CTRL)
    user.clicks("train-start")
    told = user.sees("error-dialog", QMessageBox)
    assert told.text() == "There is no folder for runs" and "Not a directory" in told.informativeText()
    assert not told.detailedText() and not user.train.is_training
    told.close()
    user.presses(Qt.Key.Key_4, CTRL)
    assert user.sees("error-dialog", QMessageBox).text() == "There is no folder for runs"
