"""The window: rail, rooms, menus, status bar, title, closing; first with toy rooms, then with the real ones."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QDockWidget,
    QLabel,
    QLineEdit,
    QMenu,
    QMessageBox,
    QTabBar,
    QTableView,
    QToolBar,
    QToolButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from workbench.core.graph import edits
from workbench.core.graph.network import Network, Node
from workbench.gui import theme
from workbench.gui.rooms import ROOMS, RoomEntry
from workbench.gui.shell import MainWindow
from workbench.gui.shortcuts import ShortcutSheet
from workbench.gui.widgets.tab_stops import is_tab_stop
from workbench.gui.workspace import Workspace
from workbench.settings import Settings, load_settings


class ToyRoom(QWidget):
    """Counts what the window asks of it."""

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.entered, self.triggered, self.may_close = 0, 0, True
        self.inspected: list[object] = []
        workspace.inspect_requested.connect(self.inspected.append)
        self.action = QAction("Do it…", self)
        self.action.setShortcut(QKeySequence("Ctrl+J"))
        self.action.triggered.connect(self._count)
        self.addAction(self.action)

    def enter(self) -> None:
        self.entered += 1

    def commands(self) -> list[QAction]:
        return [self.action]

    def close_room(self) -> bool:
        return self.may_close

    def _count(self) -> None:
        self.triggered += 1


class PlainRoom(QWidget):
    """A room that offers nothing."""

    def __init__(self, _workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(parent)


@dataclass(frozen=True)
class ToyEntry(RoomEntry):
    """A room that needs no module."""

    made: list[QWidget] = field(default_factory=list)

    def build(self, workspace: Workspace, parent: QWidget) -> QWidget:
        self.made.append(PlainRoom(workspace, parent) if self.class_name == "PlainRoom" else ToyRoom(workspace, parent))
        return self.made[-1]


def toy_entries() -> list[ToyEntry]:
    return [
        ToyEntry("build", "Build", "build", "", "ToyRoom"),
        ToyEntry("train", "Train", "train", "", "PlainRoom"),
        ToyEntry("inspect", "Inspect", "inspect", "", "ToyRoom"),
    ]


@pytest.fixture
def window(workspace: Workspace, qtbot: QtBot) -> MainWindow:
    return shown(MainWindow(workspace, entries=toy_entries()), qtbot)


@pytest.fixture
def whole_window(workspace: Workspace, qtbot: QtBot) -> MainWindow:
    return shown(MainWindow(workspace), qtbot)


def shown(window: MainWindow, qtbot: QtBot) -> MainWindow:
    """The window on the screen; it is closed after the test without a question."""
    document = window.workspace.document
    qtbot.addWidget(window, before_close_func=lambda _window: document.mark_saved(Path("nowhere.network.json")))
    with qtbot.waitExposed(window):
        window.show()
    return window


def rename(workspace: Workspace, name: str) -> None:
    workspace.document.apply(lambda network: edits.retitle(network, name), "Rename")


def answer_with(monkeypatch: pytest.MonkeyPatch, window: MainWindow, button: QMessageBox.StandardButton) -> list[str]:
    asked: list[str] = []

    def answer() -> QMessageBox.StandardButton:
        asked.append(window.windowTitle())
        return button

    monkeypatch.setattr(window.document_actions, "_ask", answer)
    return asked


def test_rooms_are_made_at_their_first_visit(window: MainWindow, qtbot: QtBot) -> None:
    entries = list(window.entries.values())
    assert [len(entry.made) for entry in entries] == [1, 0, 0]
    qtbot.mouseClick(window.findChild(QAbstractButton, "rail-inspect"), Qt.MouseButton.LeftButton)
    qtbot.mouseClick(window.findChild(QAbstractButton, "rail-build"), Qt.MouseButton.LeftButton)
    qtbot.mouseClick(window.findChild(QAbstractButton, "rail-inspect"), Qt.MouseButton.LeftButton)
    assert [len(entry.made) for entry in entries] == [1, 0, 1]
    assert entries[2].made[0].entered == 2
    assert window.room == "inspect"


@pytest.mark.parametrize(("keys", "room"), [("2", "train"), ("3", "inspect"), ("1", "build")])
def test_keys_open_rooms(window: MainWindow, qtbot: QtBot, keys: str, room: str) -> None:
    window.go("inspect" if room != "inspect" else "build")
    qtbot.keyClick(window, keys, Qt.KeyboardModifier.ControlModifier)
    assert window.room == room
    assert window.findChild(QAbstractButton, f"rail-{room}").isChecked()


def test_the_rail_is_usable_from_the_keyboard(window: MainWindow, qtbot: QtBot) -> None:
    button = window.findChild(QAbstractButton, "rail-train")
    assert button.accessibleName() == "Train"
    button.setFocus()
    qtbot.keyClick(button, Qt.Key.Key_Return)
    assert window.room == "train"


def test_the_arrow_keys_go_along_the_rail_and_open_nothing(window: MainWindow, qtbot: QtBot) -> None:
    first, second = (window.findChild(QAbstractButton, f"rail-{name}") for name in ("build", "train"))
    window.activateWindow()
    first.setFocus()
    qtbot.waitUntil(first.hasFocus)
    qtbot.keyClick(first, Qt.Key.Key_Down)
    assert second.hasFocus() and window.room == "build"
    qtbot.keyClick(second, Qt.Key.Key_Up)
    qtbot.keyClick(first, Qt.Key.Key_Up)
    assert window.findChild(QAbstractButton, "rail-theme").hasFocus(), "the ends meet"
    assert [button.objectName() for button in window.rail.rooms.values() if is_tab_stop(button, window)] == [
        "rail-build"
    ]


def test_a_room_gets_the_keyboard_where_one_left_it(window: MainWindow, qtbot: QtBot) -> None:
    window.activateWindow()
    fields = [QLineEdit(window.rooms["build"]) for _ in range(2)]
    for line in fields:
        line.show()
    fields[1].setFocus()
    qtbot.waitUntil(fields[1].hasFocus)
    window.go("train")
    assert not fields[1].hasFocus()
    window.go("build")
    assert fields[1].hasFocus()
    fields[1].setEnabled(False)
    window.go("train")
    window.go("build")
    assert fields[0].hasFocus(), "that of before cannot take it"


def test_a_request_opens_the_room_and_reaches_it_although_it_is_new(window: MainWindow, workspace: Workspace) -> None:
    path = Path("runs/first")
    workspace.inspect_requested.emit(path)
    assert window.room == "inspect"
    assert window.rooms["inspect"].inspected == [path]
    workspace.room_requested.emit("build")
    workspace.inspect_requested.emit(path)
    assert window.rooms["inspect"].inspected == [path, path]
    workspace.room_requested.emit("nowhere")
    assert window.room == "inspect"


def test_the_menu_of_the_open_room_holds_its_actions(window: MainWindow, qtbot: QtBot) -> None:
    menu = window.menus.room_menu
    assert menu.title() == "&Build"
    assert menu.actions() == [window.rooms["build"].action]
    qtbot.keyClick(window, "j", Qt.KeyboardModifier.ControlModifier)
    assert window.rooms["build"].triggered == 1
    window.go("train")
    assert not menu.menuAction().isVisible()
    qtbot.keyClick(window, "j", Qt.KeyboardModifier.ControlModifier)
    assert window.rooms["build"].triggered == 1


def test_the_title_shows_name_and_whether_it_is_saved(window: MainWindow, workspace: Workspace, tmp_path: Path) -> None:
    assert window.windowTitle() == "cifar10cnn — CNN Workbench"
    rename(workspace, "mine")
    assert window.windowTitle() == "mine* — CNN Workbench"
    window.document_actions.save_file(tmp_path / "kept.network.json")
    assert window.windowTitle() == "kept — CNN Workbench"
    rename(workspace, "other")
    assert window.windowTitle() == "kept* — CNN Workbench"
    workspace.document.undo()
    assert window.windowTitle() == "kept — CNN Workbench"


def test_the_status_bar_tells_size_problems_and_device(window: MainWindow, workspace: Workspace, qtbot: QtBot) -> None:
    assert window.findChild(QLabel, "status-device").text() == "Loading PyTorch…"
    problems = window.findChild(QToolButton, "status-problems")
    assert not problems.isVisible()
    with qtbot.waitSignals([workspace.device_known, workspace.analysed], timeout=60_000):
        workspace.preload()
    assert window.findChild(QLabel, "status-parameters").text() == "102,602 parameters"
    assert problems.text() == "No problems"
    assert "PyTorch" not in window.findChild(QLabel, "status-device").text()
    workspace.document.apply(lambda net: edits.disconnect(net, "relu1", "conv2"), "Disconnect")
    qtbot.waitUntil(lambda: problems.text() == "1 problem", timeout=60_000)
    assert "conv2" in problems.toolTip()
    window.go("train")
    qtbot.mouseClick(problems, Qt.MouseButton.LeftButton)
    assert window.room == "build"


def test_messages_appear_in_the_status_bar(window: MainWindow, workspace: Workspace) -> None:
    workspace.message.emit("Exported")
    assert window.status.currentMessage() == "Exported"


def test_the_theme_is_switched_and_remembered(window: MainWindow, qapp: QApplication, qtbot: QtBot) -> None:
    button = window.findChild(QAbstractButton, "rail-theme")
    try:
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
        assert theme.current() is theme.DARK
        qtbot.waitUntil(lambda: button.text() == "Light")
        assert load_settings().theme == "dark"
        assert window.findChild(QAction, "theme-dark").isChecked()
        window.findChild(QAction, "theme-light").trigger()
        assert qapp.palette().window().color() == theme.LIGHT.window
    finally:
        theme.apply(qapp, "light")


def test_icons_follow_the_theme(window: MainWindow, qapp: QApplication, qtbot: QtBot) -> None:
    action = window.findChild(QAction, "file-save")
    try:
        light = action.icon().pixmap(24).toImage()
        window.set_theme("dark")
        qtbot.waitUntil(lambda: action.icon().pixmap(24).toImage() != light)
    finally:
        theme.apply(qapp, "light")


def test_closing_remembers_room_and_place(window: MainWindow) -> None:
    window.go("inspect")
    window.resize(900, 640)
    window.close()
    settings = load_settings()
    assert settings.room == "inspect"
    assert settings.geometry


def test_the_next_window_opens_as_the_last_one_was(workspace: Workspace, qtbot: QtBot) -> None:
    first = MainWindow(Workspace(), entries=toy_entries())
    first.resize(870, 640)
    first.go("train")
    first.close()
    second = MainWindow(workspace, load_settings(), entries=toy_entries())
    qtbot.addWidget(second)
    assert second.room == "train"
    assert second.height() == 640
    second.close()


def test_a_remembered_room_that_is_gone_does_no_harm(workspace: Workspace, qtbot: QtBot) -> None:
    window = MainWindow(workspace, Settings(room="attic", geometry="no geometry"), entries=toy_entries())
    qtbot.addWidget(window)
    assert window.room == "build"
    window.close()


def test_closing_asks_about_unsaved_changes(
    window: MainWindow, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = answer_with(monkeypatch, window, QMessageBox.StandardButton.Cancel)
    rename(workspace, "mine")
    assert not window.close()
    assert window.isVisible()
    assert asked == ["mine* — CNN Workbench"]
    answer_with(monkeypatch, window, QMessageBox.StandardButton.Discard)
    assert window.close()


def test_closing_saves_if_that_is_the_answer(
    window: MainWindow, workspace: Workspace, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = tmp_path / "mine.network.json"
    window.document_actions.save_file(path)
    rename(workspace, "changed")
    answer_with(monkeypatch, window, QMessageBox.StandardButton.Save)
    assert window.close()
    assert '"changed"' in path.read_text()


def test_a_room_can_refuse_to_close(window: MainWindow, workspace: Workspace) -> None:
    room = window.rooms["build"]
    assert isinstance(room, ToyRoom)
    room.may_close = False
    assert not window.close()
    assert window.isVisible()
    room.may_close = True
    assert window.close()


def test_the_question_about_unsaved_changes(window: MainWindow, workspace: Workspace, qtbot: QtBot) -> None:
    from PySide6.QtCore import QTimer

    rename(workspace, "mine")
    texts: list[str] = []

    def press_cancel() -> None:
        box = window.findChild(QMessageBox, "unsaved-dialog")
        texts.append(box.text())
        qtbot.keyClick(box, Qt.Key.Key_Escape)

    QTimer.singleShot(0, press_cancel)
    assert not window.document_actions.may_discard()
    assert texts == ["Save the changes to mine?"]


def test_help_lists_shortcuts_and_versions(window: MainWindow, close_dialogs: None) -> None:
    window.findChild(QAction, "help-shortcuts").trigger()
    sheet = window.findChild(ShortcutSheet, "shortcuts-dialog")
    assert {"Ctrl+K", "Ctrl+J", "F1, Ctrl+/"} <= {keys for _, keys in sheet.texts()}
    sheet.search.setText("find action")
    assert sheet.texts() == [("Find Action", "Ctrl+K")]
    sheet.search.setText("nothing has such a name")
    assert sheet.texts() == []
    window.findChild(QAction, "help-about").trigger()
    assert "MIT licence" in window.findChild(QMessageBox, "about-dialog").text()


def in_menu(menu: QMenu) -> list[QAction]:
    """The actions of a menu and of the menus in it."""
    return [
        inner
        for action in menu.actions()
        for part in [action.menu()]
        for inner in (in_menu(part) if isinstance(part, QMenu) else [action])
    ]


def test_the_menu_of_a_room_fits_a_small_screen_and_holds_each_action_once(whole_window: MainWindow) -> None:
    for name in ("data", "build"):  # what a room took away is there again
        whole_window.go(name)
    menu = whole_window.menus.room_menu
    assert [*map(id, in_menu(menu))] and len(in_menu(menu)) == len(set(map(id, in_menu(menu))))
    assert {*in_menu(menu)} == {*whole_window.rooms["build"].commands()}
    assert max(len(part.actions()) for part in (menu, *menu.findChildren(QMenu))) <= 20


def test_no_two_actions_share_a_shortcut(whole_window: MainWindow) -> None:
    """Qt runs neither of two actions that are active at once with the same shortcut."""
    fixed = [key for _, action in whole_window.menus.commands() for key in action.shortcuts()]
    assert len(set(fixed)) == len(fixed)
    for name in whole_window.entries:
        whole_window.go(name)
        own = [key for action in in_menu(whole_window.menus.room_menu) for key in action.shortcuts()]
        assert len(set(own)) == len(own), name
        assert not set(own) & set(fixed), name


def test_every_room_opens_and_names_its_interactive_widgets(whole_window: MainWindow, qtbot: QtBot) -> None:
    for entry in ROOMS:
        whole_window.go(entry.name)
        assert whole_window.room == entry.name
        room = whole_window.rooms[entry.name]
        assert (room.name, room.title, room.icon) == (entry.name, entry.title, entry.icon)
        nameless = [button for button in room.findChildren(QAbstractButton) if _needs_a_name(button)]
        assert not nameless, [(type(button.parent()).__name__, button.text(), entry.name) for button in nameless]


def _needs_a_name(button: QAbstractButton) -> bool:
    """Qt's own parts (the cross of a dock, of a search field, the corner of a table) cannot be named."""
    inside_of_qt = isinstance(button.parent(), (QTableView, QLineEdit, QTabBar, QToolBar, QDockWidget))
    return button.isVisible() and not button.objectName() and not inside_of_qt


def test_the_palette_reaches_every_room(whole_window: MainWindow) -> None:
    commands = whole_window.all_commands()
    assert {entry.title for entry in ROOMS} <= {command.place for command in commands}
    assert set(whole_window.rooms) == {entry.name for entry in ROOMS}


def test_a_loop_in_the_network_is_counted_as_a_problem(window: MainWindow, workspace: Workspace, qtbot: QtBot) -> None:
    loop = Network.of("loop", [Node("a", "ReLU", {}, ("b",)), Node("b", "ReLU", {}, ("a",))])
    workspace.document.open(loop)
    qtbot.waitUntil(lambda: window.status.problems.text() == "4 problems", timeout=60_000)
