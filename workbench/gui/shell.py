"""The window: the rail, the rooms, the menus, the status bar, and what happens when it closes."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

import msgspec
from PySide6.QtCore import QByteArray, QEvent, Signal, SignalInstance
from PySide6.QtGui import QAction, QCloseEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QMainWindow, QMessageBox, QStackedWidget, QWidget

from workbench.gui import icons, rooms, theme
from workbench.gui.about import about_text
from workbench.gui.autosave import Autosave
from workbench.gui.command_palette import Command, CommandPalette
from workbench.gui.documents import DocumentActions
from workbench.gui.focus_mark import FocusMarks
from workbench.gui.menus import Menus
from workbench.gui.rail import Rail
from workbench.gui.rooms import ROOMS, RoomEntry
from workbench.gui.shortcuts import MOUSE, WALKING, Rows, ShortcutSheet, rows_of
from workbench.gui.status import StatusBar
from workbench.gui.widgets.in_sight import FocusInSight
from workbench.gui.workspace import Workspace
from workbench.settings import Settings, save_settings

TITLE = "CNN Workbench"
FIRST_SIZE, SMALLEST_SIZE = (1280, 800), (860, 540)


class MainWindow(QMainWindow):
    """Owns the rooms of one workspace. Closing it ends the workspace."""

    painted = Signal()
    """The window has been seen for the first time."""

    def __init__(
        self, workspace: Workspace, settings: Settings | None = None, *, entries: Sequence[RoomEntry] = ROOMS
    ) -> None:
        super().__init__()
        self.workspace = workspace
        self.settings = settings or Settings()
        self.setObjectName("main-window")
        self.entries = {entry.name: entry for entry in entries}
        self.rooms: dict[str, QWidget] = {}
        self._room_actions: dict[str, list[QAction]] = {}
        self._painted = False
        self.autosave = Autosave(workspace, self)
        self.document_actions = DocumentActions(workspace, self)
        self.menus = Menus(self, self.document_actions, list(entries))
        self._arrange()
        self._connect()
        self._show_settings()
        self._show_document()
        self.go(self.settings.room if self.settings.room in self.entries else entries[0].name)

    @property
    def room(self) -> str:
        """The name of the open room."""
        return next((name for name, widget in self.rooms.items() if widget is self.stack.currentWidget()), "")

    def go(self, name: str) -> None:
        """Open a room; it is made at the first visit."""
        if name in self.entries:
            room = self._made(name)
            if room is not self.stack.currentWidget():
                self.stack.setFocus()  # else it would pass the keyboard on by itself and say nothing of keys
            self.stack.setCurrentWidget(room)
            self.rail.mark(name)
            self.menus.show_room(self.entries[name].title, self._room_actions[name])
            rooms.enter(room)
            rooms.take_keyboard(room, self.focus_marks.reason)

    def _go_by_keys(self, name: str) -> None:
        self.focus_marks.expect_keys(self)
        self.go(name)

    def set_theme(self, mode: str) -> None:
        """Show everything in another theme, and at the next start too."""
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        theme.apply(app, mode)
        self.menus.mark_theme(theme.mode())
        self._remember(theme=theme.mode())

    def open_palette(self) -> None:
        """Show the command palette with the actions of all rooms, those of the open room first."""
        self.command_palette.open_with(self.all_commands())

    def all_commands(self) -> list[Command]:
        """Everything that can be done in the window; makes the rooms that were not visited yet."""
        here = self.room
        names = [name for name in sorted(self.entries, key=lambda name: name != here) if self._made(name)]
        found = [self._room_command(name, action) for name in names for action in self._room_actions[name]]
        return found + [Command.of(action, place) for place, action in self.menus.commands()]

    def _made(self, name: str) -> QWidget:
        if name not in self.rooms:
            room = self.entries[name].build(self.workspace, self.stack)
            self.rooms[name] = room
            self.stack.addWidget(room)
            self._room_actions[name] = rooms.commands(room)
        return self.rooms[name]

    def _room_command(self, name: str, action: QAction) -> Command:
        def run() -> None:
            self.go(name)
            action.trigger()

        return Command.of(action, self.entries[name].title, run)

    def _arrange(self) -> None:
        self.rail = Rail(list(self.entries.values()), self)
        self.stack = QStackedWidget()
        middle = QWidget()
        row = QHBoxLayout(middle)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.rail)
        row.addWidget(self.stack, 1)
        self.setCentralWidget(middle)
        self.status = StatusBar(self)
        self.setStatusBar(self.status)
        self.command_palette = CommandPalette(self)
        self.setMinimumSize(*SMALLEST_SIZE)
        FocusInSight(self)
        self.focus_marks = FocusMarks(self)

    def _connect(self) -> None:
        workspace, menus, rail = self.workspace, self.menus, self.rail
        workspace.room_requested.connect(self.go)
        for request, room in (
            (workspace.inspect_requested, "inspect"),
            (workspace.node_inspect_requested, "inspect"),
            (workspace.resume_requested, "train"),
            (workspace.sweep_requested, "train"),
            (workspace.augmentation_requested, "train"),
        ):
            request.connect(partial(self._pass_on, request, room))
        workspace.message.connect(self.status.say)
        workspace.analysed.connect(self.status.show_analysis)
        workspace.device_known.connect(self.status.show_device)
        self.document_actions.state_changed.connect(self._show_document)
        self.document_actions.saved.connect(self._remember_file)
        menus.room_chosen.connect(self._go_by_keys)
        rail.chosen.connect(self.go)
        for wanted in (menus.palette_wanted, rail.search):
            wanted.connect(self.open_palette)
        menus.theme_chosen.connect(self.set_theme)
        menus.recent_chosen.connect(self.document_actions.open_file)
        menus.about_wanted.connect(lambda: self._tell("about-dialog", about_text()))
        menus.shortcuts_wanted.connect(self._tell_shortcuts)
        rail.theme_wanted.connect(lambda: self.set_theme("light" if theme.current().is_dark else "dark"))
        self.status.problems_pressed.connect(lambda: self.go("build"))

    def _pass_on(self, request: SignalInstance, room: str, path: object, /) -> None:
        """Go to the room that a request is for; a room that is only made now hears it once more."""
        is_new = room in self.entries and room not in self.rooms
        self.go(room)
        if is_new:
            request.emit(path)

    def _show_settings(self) -> None:
        self.resize(*FIRST_SIZE)
        if self.settings.geometry:
            self.restoreGeometry(QByteArray.fromBase64(self.settings.geometry.encode()))
        self.menus.mark_theme(self.settings.theme)
        self.menus.show_recent(self.settings.recent)

    def _show_document(self) -> None:
        star = "*" if self.workspace.document.is_modified else ""
        self.setWindowTitle(f"{self.document_actions.name}{star} — {TITLE}")
        self.status.show_network(self.document_actions.name)

    def _remember(self, **changes: object) -> None:
        self.settings = msgspec.structs.replace(self.settings, **changes)
        save_settings(self.settings)

    def _remember_file(self, path: Path) -> None:
        self._remember(recent=self.settings.with_recent(path).recent)
        self.menus.show_recent(self.settings.recent)

    def _tell_shortcuts(self) -> None:
        places: dict[str, Rows] = {"Everywhere": [*rows_of([action for _, action in self.menus.commands()]), *WALKING]}
        here = sorted(self.entries, key=lambda name: name != self.room)
        places |= {self.entries[name].title: rows_of(self._room_actions[name]) for name in here if self._made(name)}
        if "build" in self._room_actions:
            places["Mouse on the canvas"] = MOUSE
        ShortcutSheet(places, self).show()

    def _tell(self, name: str, text: str) -> None:
        box = QMessageBox(QMessageBox.Icon.NoIcon, TITLE, text, QMessageBox.StandardButton.Close, self)
        box.setObjectName(name)
        box.setModal(False)
        box.show()

    def event(self, event: QEvent) -> bool:
        """Notice the first picture that reaches the screen, and a change of theme."""
        handled = super().event(event)
        if event.type() == QEvent.Type.UpdateRequest and not self._painted:
            self._painted = True
            self.painted.emit()
        elif event.type() == QEvent.Type.PaletteChange and hasattr(self, "stack"):
            icons.refresh(self)
        return handled

    def closeEvent(self, event: QCloseEvent) -> None:
        """Ask about unsaved changes, let the rooms stop their work, remember the place, wait for the lanes."""
        may_close = self.document_actions.may_discard() and all(map(rooms.close_room, self.rooms.values()))
        if not may_close:
            event.ignore()
            return
        geometry = bytes(self.saveGeometry().toBase64().data()).decode()
        self._remember(geometry=geometry, room=self.room)
        self.autosave.close()
        self.hide()
        self.workspace.close()
        event.accept()
