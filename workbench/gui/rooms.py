"""The rooms of the window, in the order of the rail. Each is imported when it is first visited."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, cast

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QWidget

from workbench.gui.widgets.tab_stops import is_tab_stop, tab_stops
from workbench.gui.workspace import Workspace


@dataclass(frozen=True)
class RoomEntry:
    """A room before it exists: enough for the rail."""

    name: str
    title: str
    icon: str
    module: str
    class_name: str

    def build(self, workspace: Workspace, parent: QWidget) -> QWidget:
        """Import the room and make it."""
        made = getattr(importlib.import_module(self.module), self.class_name)
        return cast(Callable[[Workspace, QWidget], QWidget], made)(workspace, parent)


ROOMS = (
    RoomEntry("build", "Build", "build", "workbench.gui.builder.room", "BuildRoom"),
    RoomEntry("data", "Data", "data", "workbench.gui.data.room", "DataRoom"),
    RoomEntry("train", "Train", "train", "workbench.gui.training.room", "TrainRoom"),
    RoomEntry("inspect", "Inspect", "inspect", "workbench.gui.viewer.room", "InspectRoom"),
    RoomEntry("transfer", "Transfer", "transfer", "workbench.gui.transfer.room", "TransferRoom"),
    RoomEntry("runs", "Runs", "runs", "workbench.gui.runs.room", "RunsRoom"),
)


class Room(Protocol):
    """What a room may offer besides being a widget; the functions below ask for each part and do without."""

    def enter(self) -> None: ...
    def first_focus(self) -> QWidget: ...
    def commands(self) -> list[QAction]: ...
    def close_room(self) -> bool: ...


def enter(room: QWidget) -> None:
    """Tell a room that it is visible now."""
    if hasattr(room, "enter"):
        cast(Room, room).enter()


def take_keyboard(room: QWidget, reason: Qt.FocusReason) -> None:
    """Give the keyboard to what a room names, else to where one left off in it, else to its first place for Tab."""
    named = cast(Room, room).first_focus() if hasattr(room, "first_focus") else None
    left = room.focusWidget()
    at = named or (left if left is not None and is_tab_stop(left, room) else next(tab_stops(room), None))
    if at is not None:
        at.setFocus(reason)


def commands(room: QWidget) -> list[QAction]:
    """The actions that a room offers to menus and the command palette."""
    return cast(Room, room).commands() if hasattr(room, "commands") else []


def close_room(room: QWidget) -> bool:
    """Ask a room whether the window may close; it stops its work if so."""
    return cast(Room, room).close_room() if hasattr(room, "close_room") else True
