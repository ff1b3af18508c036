"""Choosing a class for pictures, by its name, among any number of classes."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QDialog, QLineEdit, QListWidget, QVBoxLayout, QWidget

from workbench.gui import theme
from workbench.gui.widgets.labels import LineLabel


class ClassPicker(QDialog):
    """Type a part of the name; Enter takes the marked class, Escape none."""

    chosen = Signal(str)

    def __init__(self, classes: Sequence[str], question: str, parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setObjectName("data-class-picker")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._classes = classes
        self.search, self.list = QLineEdit(self), QListWidget(self)
        self.search.setObjectName("data-class-search")
        self.search.setAccessibleName("Search classes")
        self.search.setPlaceholderText("Search classes")
        self.list.setObjectName("data-class-choices")
        self.list.setAccessibleName(question)
        self.list.setUniformItemSizes(True)
        title = LineLabel("text", self)
        title.setFont(theme.font("strong"))
        title.show_text(question)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.M, theme.M, theme.M, theme.M)
        column.setSpacing(theme.S)
        for widget in (title, self.search, self.list):
            column.addWidget(widget)
        self.resize(260, 320)
        self.search.textChanged.connect(self._filter)
        self.search.returnPressed.connect(self._take)
        self.list.itemActivated.connect(lambda _item: self._take())
        self.list.itemClicked.connect(lambda _item: self._take())
        self.search.installEventFilter(self)
        self._filter("")
        self.search.setFocus()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """A frame: it lies on a room of its own colour."""
        painter = QPainter(self)
        painter.setPen(theme.current().outline)
        painter.drawRect(self.rect().adjusted(0, 0, -1, -1))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The arrow keys move in the list while one types."""
        moves = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)
        is_press = event.type() == QEvent.Type.KeyPress and watched is self.search
        if is_press and isinstance(event, QKeyEvent) and event.key() in moves:
            self.list.keyPressEvent(event)
            return True
        return super().eventFilter(watched, event)

    def _filter(self, text: str) -> None:
        words = text.lower().split()
        found = [name for name in self._classes if all(word in name.lower() for word in words)]
        self.list.clear()
        self.list.addItems(sorted(found, key=lambda name: not name.lower().startswith(text.lower())))
        self.list.setCurrentRow(0)

    def _take(self) -> None:
        item = self.list.currentItem()
        if item is not None:
            self.chosen.emit(item.text())
            self.close()
