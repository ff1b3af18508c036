"""What the keys do in the Inspect room."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget

from workbench.gui.viewer.desk import Desk


def desk_actions(desk: Desk, room: QWidget, *, look_at_current_network: Callable[[], None]) -> list[QAction]:
    """Actions of the room for walking over the desk, bringing a picture in and taking the tiles out."""
    keys = (
        ("Next sample", "Alt+Right", lambda: desk.strip.step(1)),
        ("Previous sample", "Alt+Left", lambda: desk.strip.step(-1)),
        ("Next node", "Alt+Down", lambda: desk.nodes.step(1)),
        ("Previous node", "Alt+Up", lambda: desk.nodes.step(-1)),
        ("Open a picture to look at", "Ctrl+Alt+O", desk.strip.browse_picture),
        ("Paste a picture to look at", "Ctrl+V", desk.strip.paste_picture),
        ("Copy the tiles as a picture", "Ctrl+C", lambda: desk.sheet_view.copy_picture()),
        ("Save the tiles as a picture", "Ctrl+Alt+S", lambda: desk.sheet_view.ask_and_save()),
        ("Look into the current network, untrained", "", look_at_current_network),
    )
    return [_action(room, text, shortcut, act) for text, shortcut, act in keys]


def _action(room: QWidget, text: str, keys: str, act: Callable[[], object]) -> QAction:
    action = QAction(text, room)
    action.setShortcut(QKeySequence(keys))
    action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
    action.triggered.connect(lambda _checked=False: act())
    room.addAction(action)
    return action
