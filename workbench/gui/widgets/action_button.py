"""A button that does what an action does and looks like it, also when the action changes."""

from __future__ import annotations

from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QPushButton, QWidget


def action_button(name: str, action: QAction, parent: QWidget) -> QPushButton:
    """A button called `name` with the text, icon, state, keys and status tip of an action."""
    button = QPushButton(parent)
    button.setObjectName(name)
    button.clicked.connect(lambda _checked=False: action.trigger())

    def follow() -> None:
        plain, keys = action.text().rstrip("…"), action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
        button.setText(action.text())
        button.setIcon(action.icon())
        button.setEnabled(action.isEnabled())
        button.setToolTip("\n".join(filter(None, (f"{plain} ({keys})", action.statusTip()))))
        button.setAccessibleName(plain)

    action.changed.connect(follow)
    follow()
    return button
