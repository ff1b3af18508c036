"""The list of what was decided about the pictures, with undo and redo."""

from __future__ import annotations

from pathlib import PurePosixPath

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QListWidget, QListWidgetItem, QToolButton, QVBoxLayout, QWidget

from workbench.core.data.decisions import Decision, Decisions
from workbench.gui import theme
from workbench.gui.widgets.muted import MutedLabel

SHOWN = 500
"""The latest so many are listed."""
NOTE = "What you decide is kept in a list beside the set and counts in every training. No file is touched."
NONE_YET = "Nothing is decided yet. Select pictures to leave them out, relabel them or move them to the other part."


class DecisionsPanel(QWidget):
    """The latest first; what was undone stands greyed above."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.list = QListWidget(self)
        self.list.setObjectName("data-decisions")
        self.list.setAccessibleName("Decisions, the latest first")
        self.list.setFrameShape(QListWidget.Shape.NoFrame)
        self.list.setWordWrap(True)
        self.list.setSpacing(theme.XS // 2)
        self.note = MutedLabel(parent=self)
        self.note.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._row = QHBoxLayout()
        self._row.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.S, theme.S, theme.S, theme.S)
        column.setSpacing(theme.S)
        column.addLayout(self._row)
        column.addWidget(self.list, 1)
        column.addWidget(self.note)
        self.show_decisions(Decisions())

    def add_buttons(self, *actions: QAction) -> None:
        """Put buttons for these actions above the list."""
        for place, action in enumerate(actions):
            button = QToolButton(self)
            button.setDefaultAction(action)
            button.setObjectName(f"{action.objectName()}-button")
            button.setAutoRaise(True)
            self._row.insertWidget(place, button)

    def show_decisions(self, decisions: Decisions) -> None:
        """Show the list as it stands."""
        self.list.clear()
        for decision in decisions.undone[:SHOWN]:
            item = self._item(decision)
            item.setForeground(theme.current().disabled)
            item.setToolTip(f"{item.toolTip()}\nTaken back")
        for decision in reversed(decisions.made[-SHOWN:]):
            self._item(decision)
        known = self.list.count() > 0
        self.list.setVisible(known)
        self.note.setText(NOTE if known else f"{NONE_YET}\n\n{NOTE}")

    def _item(self, decision: Decision) -> QListWidgetItem:
        words = str(decision)
        if len(decision.pictures) == 1:
            words = words.replace("1 picture", _short(decision.pictures[0]))
        item = QListWidgetItem(words[:1].upper() + words[1:], self.list)
        item.setToolTip("\n".join(name.partition("#")[0] for name in decision.pictures[:20]))
        return item


def _short(name: str) -> str:
    """How a picture is called in the list: a file without its folders, a place in an array as it is."""
    path = PurePosixPath(name.partition("#")[0])
    return path.name if path.suffix else str(path)
