"""The sheet of keyboard shortcuts: every key and what the mouse does, by place, found by a few letters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHeaderView,
    QLineEdit,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from workbench.gui import theme

SIZE, ROW = (520, 620), 24
MOUSE = (
    ("Add a layer there", "Double-click on the paper"),
    ("Insert a layer", "Double-click on a connection"),
    ("Connect, or add what fits", "Drag from a port"),
    ("Move without snapping", "Alt + drag"),
    ("Select several", "Drag on the paper"),
    ("Write in a note, or a title", "Double-click on it"),
    ("Move a frame and what is in it", "Drag its title"),
    ("Add to the selection", "Shift or Ctrl + click"),
    ("Move the view", "Space or middle button + drag"),
    ("Zoom", "Wheel"),
)
"""What the mouse does on the canvas of the Build room."""
WALKING = (
    ("Next field or button", "Tab"),
    ("The one before", "Shift+Tab"),
    ("Along the rail, and open a room", "Up, Down, Return"),
)
"""What is no action, for those who have no mouse."""
Rows = Sequence[tuple[str, str]]


def rows_of(actions: Sequence[QAction]) -> Rows:
    """Text and keys of the actions that have keys."""
    native = QKeySequence.SequenceFormat.NativeText
    return [
        (_title(action), ", ".join(key.toString(native) for key in action.shortcuts()))
        for action in actions
        if action.shortcuts() and not action.shortcut().isEmpty()
    ]


class ShortcutSheet(QDialog):
    """Lists shortcuts by place; typing leaves what has all the words."""

    def __init__(self, places: Mapping[str, Rows], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("shortcuts-dialog")
        self.setWindowTitle("Keyboard shortcuts")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.search = QLineEdit(placeholderText="Search by name or key")
        self.search.setObjectName("shortcuts-search")
        self.search.setAccessibleName("Search shortcuts")
        self.search.setClearButtonEnabled(True)
        self.tree = QTreeWidget()
        self.tree.setObjectName("shortcuts-list")
        self.tree.setAccessibleName("Shortcuts")
        self.tree.setHeaderHidden(True)
        self.tree.setColumnCount(2)
        self.tree.setRootIsDecorated(False)
        self.tree.setIndentation(theme.M)
        self.tree.header().setStretchLastSection(False)
        self.tree.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.tree.header().setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        for place, rows in places.items():
            self._add(place, rows)
        self.tree.expandAll()
        self.search.textChanged.connect(self.show_matches)
        self._arrange()

    def show_matches(self, text: str) -> None:
        """Show the lines that have all the words, with their places."""
        words = text.casefold().split()
        for number in range(self.tree.topLevelItemCount()):
            place = self.tree.topLevelItem(number)
            rows = range(place.childCount()) if place is not None else range(0)
            lines = [line for row in rows if place is not None and (line := place.child(row)) is not None]
            for line in lines:
                whole = f"{line.text(0)} {line.text(1)}".casefold()
                line.setHidden(not all(word in whole for word in words))
            if place is not None:
                place.setHidden(all(line.isHidden() for line in lines))

    def texts(self) -> list[tuple[str, str]]:
        """The lines that are shown."""
        shown = self.tree.findItems("", Qt.MatchFlag.MatchContains | Qt.MatchFlag.MatchRecursive)
        return [(item.text(0), item.text(1)) for item in shown if item.parent() and not item.isHidden()]

    def _add(self, place: str, rows: Rows) -> None:
        if not rows:
            return
        headline = QTreeWidgetItem([place])
        headline.setFont(0, theme.font("strong"))
        headline.setSizeHint(0, QSize(0, round(1.4 * ROW)))
        headline.setFlags(Qt.ItemFlag.ItemIsEnabled)
        self.tree.addTopLevelItem(headline)
        for title, keys in rows:
            line = QTreeWidgetItem([title, keys])
            line.setSizeHint(0, QSize(0, ROW))
            line.setTextAlignment(1, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            line.setForeground(1, theme.current().muted)
            headline.addChild(line)

    def _arrange(self) -> None:
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.button(QDialogButtonBox.StandardButton.Close).setObjectName("shortcuts-close")
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.addWidget(self.search)
        column.addWidget(self.tree, 1)
        column.addWidget(buttons)
        self.resize(*SIZE)
        self.search.setFocus()


def _title(action: QAction) -> str:
    return action.text().replace("&", "").removesuffix("…")
