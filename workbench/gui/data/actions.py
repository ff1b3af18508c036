"""What can be done in the Data room, with its shortcuts."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QKeySequence

from workbench.gui.icons import set_icon

if TYPE_CHECKING:
    from collections.abc import Callable

    from workbench.gui.data.deciding import Deciding
    from workbench.gui.data.room import DataRoom


class Entry(NamedTuple):
    """One action: object name, text, shortcut, what it does, its icon, and whether it needs the grid's keyboard."""

    name: str
    text: str
    keys: str
    run: Callable[[], object]
    icon: str = ""
    in_grid: bool = True


class DataActions(QObject):
    """All actions of the room; those with plain letters work while the grid has the keyboard."""

    def __init__(self, room: DataRoom) -> None:
        super().__init__(room)
        self._room = room
        self._by_name = {entry.name: self._action(entry) for entry in self._entries()}
        self.show_state()

    @property
    def all(self) -> list[QAction]:
        """Every action, in the order of the menu."""
        return list(self._by_name.values())

    def __getitem__(self, name: str) -> QAction:
        return self._by_name[name]

    def show_state(self) -> None:
        """Enable what can be done now."""
        holding = self._room.holding
        for name in ("data-select-all", "data-larger", "data-smaller", "data-show-everything", "data-reload"):
            self._by_name[name].setEnabled(holding is not None)
        chosen = holding is not None and len(self._room.grid.chosen) > 0
        for name in ("data-exclude", "data-relabel", "data-move"):
            self._by_name[name].setEnabled(chosen)
        accept = chosen and holding is not None and any(map(holding.suspected, self._room.grid.chosen[:1000].tolist()))
        for name in ("data-accept", "data-confirm"):
            self._by_name[name].setEnabled(accept)
        for place in range(10):
            action = self._by_name[f"data-class-{place + 1}"]
            known = holding is not None and place < len(holding.classes)
            action.setVisible(known)
            action.setEnabled(known and chosen)
            if holding is not None and known:
                action.setText(f"Relabel as {holding.classes[place].replace('&', '&&')}")
        self._by_name["data-undo"].setEnabled(holding is not None and bool(holding.decisions.made))
        self._by_name["data-redo"].setEnabled(holding is not None and bool(holding.decisions.undone))

    def _entries(self) -> tuple[Entry, ...]:
        return (*self._sets(), *self._deciding(), *self._looking())

    def _deciding(self) -> tuple[Entry, ...]:
        room, deciding = self._room, self._room.deciding
        classes = (
            Entry(f"data-class-{place}", f"Relabel as class {place}", str(place % 10), _relabel(deciding, place - 1))
            for place in range(1, 11)
        )
        return (
            Entry("data-check-pictures", "Check the pictures", "Ctrl+H", room.check, "search", False),
            Entry("data-doubt-labels", "Find wrong labels with a run…", "Ctrl+Shift+H", room.doubt, "", False),
            Entry("data-accept", "Call the chosen pictures what the run says", "Y", deciding.accept, "check"),
            Entry("data-confirm", "Say that the labels of the chosen pictures are right", "R", deciding.confirm),
            Entry("data-exclude", "Leave the chosen pictures out", "E", deciding.exclude, "trash"),
            Entry("data-relabel", "Relabel the chosen pictures…", "L", deciding.ask_class),
            Entry("data-move", "Move the chosen pictures to the other part", "M", deciding.move),
            Entry("data-undo", "Undo the last decision", "Alt+Backspace", deciding.ledger.undo, "undo", False),
            Entry("data-redo", "Redo the decision", "Alt+Shift+Backspace", deciding.ledger.redo, "redo", False),
            *classes,
        )

    def _sets(self) -> tuple[Entry, ...]:
        room = self._room
        return (
            Entry(
                "data-open-folder", "Open a folder of pictures…", "Ctrl+Alt+O", room.sets.choose_folder, "folder", False
            ),
            Entry("data-open-file", "Open a file of pictures or labels…", "", room.sets.choose_file, "", False),
            Entry("data-reload", "Look at the set again", "F5", room.reload, "refresh", False),
        )

    def _looking(self) -> tuple[Entry, ...]:
        room, grid = self._room, self._room.grid
        return (
            Entry("data-show-everything", "Show all pictures", "Escape", room.sets.everything.click),
            Entry("data-select-all", "Select all pictures shown", "Ctrl+A", grid.choose_all),
            Entry("data-larger", "Larger thumbnails", "+", lambda: grid.zoom(1), "zoom-in"),
            Entry("data-smaller", "Smaller thumbnails", "-", lambda: grid.zoom(-1), "zoom-out"),
        )

    def _action(self, entry: Entry) -> QAction:
        owner = self._room.grid if entry.in_grid else self._room
        action = QAction(entry.text, owner)
        action.setObjectName(entry.name)
        action.setShortcut(QKeySequence(entry.keys))
        contexts = Qt.ShortcutContext
        action.setShortcutContext(contexts.WidgetShortcut if entry.in_grid else contexts.WidgetWithChildrenShortcut)
        action.triggered.connect(lambda: entry.run())
        if entry.icon:
            set_icon(action, entry.icon)
        owner.addAction(action)
        return action


def _relabel(deciding: Deciding, place: int) -> Callable[[], object]:
    return lambda: deciding.relabel_to(place)
