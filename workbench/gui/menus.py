"""The menu bar. What a room offers appears in a menu of its own while one is in that room."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMainWindow, QMenu

from workbench.gui import theme
from workbench.gui.documents import DocumentActions
from workbench.gui.rooms import RoomEntry

SECTION = "section"
"""The property of an action of a room that says in which part of the room's menu it is."""

THEME_TITLES = {"light": "Light", "dark": "Dark", "system": "As the desktop"}


class Menus(QObject):
    """Builds the menus of a window and says what was chosen."""

    room_chosen = Signal(str)
    theme_chosen = Signal(str)
    recent_chosen = Signal(Path)
    about_wanted = Signal()
    shortcuts_wanted = Signal()
    palette_wanted = Signal()

    def __init__(self, window: QMainWindow, document: DocumentActions, entries: list[RoomEntry]) -> None:
        super().__init__(window)
        self._window = window
        self._actions: list[tuple[str, QAction]] = []
        self._themes: dict[str, QAction] = {}
        self._parts: dict[str, QMenu] = {}
        self._file(document)
        self._edit(document)
        self.room_menu = window.menuBar().addMenu("&Room")
        self._view(entries)
        self._help()

    def commands(self) -> list[tuple[str, QAction]]:
        """Every action of the fixed menus with the name of its menu."""
        return list(self._actions)

    def mark_theme(self, mode: str) -> None:
        """Show which theme was chosen."""
        self._themes[mode].setChecked(True)

    def show_room(self, title: str, actions: list[QAction]) -> None:
        """Fill the menu of the open room, the parts that its actions name below it; one without actions has no menu."""
        for menu in (*self._parts.values(), self.room_menu):
            for action in menu.actions():  # clear() would also invalidate actions that belong to docks
                menu.removeAction(action)
        for part in self._parts.values():
            part.deleteLater()
        self._parts = {}
        self.room_menu.setTitle(f"&{title}")
        for action in actions:
            self._part(action.property(SECTION)).addAction(action)
        self.room_menu.menuAction().setVisible(bool(actions))

    def _part(self, title: str | None) -> QMenu:
        """The part of the room's menu with a title, made where it is not there; without one the menu itself."""
        if not title:
            return self.room_menu
        if title not in self._parts:
            self._parts[title] = self.room_menu.addMenu(title)
        return self._parts[title]

    def show_recent(self, paths: tuple[str, ...]) -> None:
        """Fill the list of recent files."""
        self._recent.clear()
        for path in paths:
            action = self._recent.addAction(path)
            action.triggered.connect(partial(self.recent_chosen.emit, Path(path)))
        self._recent.setEnabled(bool(paths))

    def _file(self, document: DocumentActions) -> None:
        menu = self._menu("&File")
        self._put(menu, "File", document.new)
        self._put(menu, "File", document.open)
        self._recent = menu.addMenu("Open &Recent")
        menu.addSeparator()
        self._put(menu, "File", document.save)
        self._put(menu, "File", document.save_as)
        menu.addSeparator()
        self._add(menu, "File", "Quit", name="file-quit", keys="Ctrl+Q", run=self._window.close)

    def _edit(self, document: DocumentActions) -> None:
        menu = self._menu("&Edit")
        self._put(menu, "Edit", document.undo)
        self._put(menu, "Edit", document.redo)
        menu.addSeparator()
        find = self.palette_wanted.emit
        self._add(menu, "Edit", "Find Action…", name="edit-find-action", keys="Ctrl+K", run=find)

    def _view(self, entries: list[RoomEntry]) -> None:
        menu = self._menu("&View")
        for number, entry in enumerate(entries, start=1):
            go = partial(self.room_chosen.emit, entry.name)
            self._add(menu, "View", entry.title, name=f"view-{entry.name}", keys=f"Ctrl+{number}", run=go)
        menu.addSeparator()
        themes = menu.addMenu("&Theme")
        group = QActionGroup(self)
        for mode in theme.MODES:
            choose = partial(self.theme_chosen.emit, mode)
            action = self._add(themes, "Theme", THEME_TITLES[mode], name=f"theme-{mode}", run=choose)
            action.setCheckable(True)
            group.addAction(action)
            self._themes[mode] = action

    def _help(self) -> None:
        menu = self._menu("&Help")
        shortcuts, about = self.shortcuts_wanted.emit, self.about_wanted.emit
        sheet = self._add(menu, "Help", "Keyboard Shortcuts", name="help-shortcuts", keys="F1", run=shortcuts)
        sheet.setShortcuts([QKeySequence("F1"), QKeySequence("Ctrl+/")])
        self._add(menu, "Help", "About CNN Workbench", name="help-about", run=about)

    def _menu(self, title: str) -> QMenu:
        return self._window.menuBar().addMenu(title)

    def _add(
        self, menu: QMenu, place: str, text: str, *, name: str, run: Callable[[], object], keys: str = ""
    ) -> QAction:
        action = QAction(text, self._window)
        action.setObjectName(name)
        action.setShortcut(QKeySequence(keys))
        action.triggered.connect(lambda: run())
        self._put(menu, place, action)
        return action

    def _put(self, menu: QMenu, place: str, action: QAction) -> None:
        menu.addAction(action)
        self._actions.append((place, action))
