"""The command palette (Ctrl+K): every action of the window, found by a few letters."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QAction, QColor, QKeyEvent, QKeySequence, QPainter, QPen
from PySide6.QtWidgets import (
    QFrame,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from workbench.gui import theme

WIDTH, ROW, MOST_ROWS = 560, 34, 12
COMMAND = Qt.ItemDataRole.UserRole


@dataclass(frozen=True)
class Command:
    """An action as the palette shows it."""

    title: str
    place: str
    """Room or menu."""
    shortcut: str
    run: Callable[[], object]
    enabled: bool = True

    @staticmethod
    def of(action: QAction, place: str, run: Callable[[], object] | None = None) -> Command:
        """The command of a Qt action."""
        title = action.text().replace("&", "").removesuffix("…")
        keys = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
        return Command(title, place, keys, run or action.trigger, action.isEnabled())


def matching(commands: Sequence[Command], text: str) -> list[Command]:
    """The commands that hold every word of the text, those that begin with it first; disabled ones last."""
    words = text.casefold().split()
    found = [command for command in commands if all(word in _haystack(command) for word in words)]
    start = " ".join(words)
    return sorted(found, key=lambda command: (not command.enabled, not command.title.casefold().startswith(start)))


def _haystack(command: Command) -> str:
    return f"{command.title} {command.place}".casefold()


class CommandPalette(QFrame):
    """Lies over the upper middle of its window; Return runs, Escape or a click elsewhere closes."""

    name, title, prompt = "command", "Command palette", "Type to find an action"
    """Beginning of the object names, accessible name, and what the empty field says."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.setObjectName(f"{self.name}-palette")
        self.setAccessibleName(self.title)
        self.setAutoFillBackground(True)
        self._commands: Sequence[Command] = ()
        self._before: QWidget | None = None
        self.search = QLineEdit(placeholderText=self.prompt)
        self.search.setObjectName(f"{self.name}-search")
        self.search.setAccessibleName(self.prompt.removeprefix("Type to ").capitalize())
        self.search.setFrame(False)
        self.search.setFont(theme.font("large"))
        self.search.textChanged.connect(self._filter)
        self.search.installEventFilter(self)
        self.list = QListWidget()
        self.list.setObjectName(f"{self.name}-list")
        self.list.setAccessibleName(f"{self.title}: what was found")
        self.list.setFrameShape(QFrame.Shape.NoFrame)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setItemDelegate(self.row())
        self.list.itemClicked.connect(lambda _item: self.run_current())
        self._arrange()
        self.hide()

    def open_with(self, commands: Sequence[Command]) -> None:
        """Show these commands and wait for letters."""
        self._commands = commands
        self._before = self.window().focusWidget()
        self.search.clear()
        self._filter("")
        self.show()
        self.raise_()
        self.search.setFocus(Qt.FocusReason.PopupFocusReason)

    def close_palette(self) -> None:
        """Close and give the focus back."""
        if self.isVisible():
            self.hide()
            if self._before is not None and self._before.isVisible():
                self._before.setFocus()
            self._before, self._commands = None, ()

    def run_current(self) -> None:
        """Close and run the chosen command."""
        item = self.list.currentItem()
        command: Command | None = item.data(COMMAND) if item else None
        if command is not None and command.enabled:
            self.close_palette()
            command.run()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keys of the search field that belong to the list, and the click elsewhere."""
        if watched is self.search and event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            return self._key(Qt.Key(event.key()))
        if watched is self.search and event.type() == QEvent.Type.FocusOut:
            self.close_palette()
        return super().eventFilter(watched, event)

    def _key(self, key: Qt.Key) -> bool:
        keys = Qt.Key
        steps = {keys.Key_Down: 1, keys.Key_Up: -1, keys.Key_PageDown: MOST_ROWS, keys.Key_PageUp: -MOST_ROWS}
        if key in steps:
            self._step(steps[key])
        elif key in (keys.Key_Return, keys.Key_Enter):
            self.run_current()
        elif key == keys.Key_Escape:
            self.close_palette()
        else:
            return False
        return True

    def _step(self, rows: int) -> None:
        last = self.list.count() - 1
        self.list.setCurrentRow(max(0, min(last, self.list.currentRow() + rows)))

    def row(self) -> QStyledItemDelegate:
        """What draws a line of the list."""
        return CommandRow(self)

    def found(self, text: str) -> Sequence[Command]:
        """What the list shows for a text."""
        return matching(self._commands, text)

    def _filter(self, text: str) -> None:
        self.list.clear()
        for command in self.found(text):
            item = QListWidgetItem(command.title)
            item.setData(COMMAND, command)
            self.list.addItem(item)
        self.list.setCurrentRow(0)
        self.place()

    def _arrange(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.S, theme.M, theme.S, theme.S)
        column.setSpacing(theme.S)
        self.search.setTextMargins(theme.S, 0, theme.S, 0)
        column.addWidget(self.search)
        column.addWidget(self.list)

    def place(self) -> None:
        """Take the place and the height that what was found needs."""
        window = self.window()
        width, top = min(WIDTH, window.width() - 2 * theme.XL), window.height() // 8
        around = self.search.sizeHint().height() + theme.M + 2 * theme.S
        room = max(1, (window.height() - top - around - theme.S) // ROW)
        rows = max(1, min(self.list.count(), MOST_ROWS, room))
        self.list.setFixedHeight(rows * ROW)
        self.setGeometry((window.width() - width) // 2, top, width, around + rows * ROW)

    def paintEvent(self, _event: object) -> None:
        """A card with a thin border."""
        colours, painter = theme.current(), QPainter(self)
        painter.fillRect(self.rect(), colours.base)
        painter.setPen(QPen(colours.border, 1))
        painter.drawRect(self.rect().adjusted(0, 0, -1, -1))


class CommandRow(QStyledItemDelegate):
    """A command in one line: title, place, shortcut."""

    def sizeHint(self, _option: QStyleOptionViewItem, _index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(WIDTH, ROW)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        command: Command = index.data(COMMAND)
        colours = theme.current()
        area: QRect = option.rect
        painter.save()
        if option.state & QStyle.StateFlag.State_Selected:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colours.selected)
            painter.drawRoundedRect(area.adjusted(0, 1, 0, -1), theme.RADIUS, theme.RADIUS)
        self.write(painter, area.adjusted(theme.M, 0, -theme.M, 0), command, colours)
        painter.restore()

    def write(self, painter: QPainter, area: QRect, command: Command, colours: theme.Theme) -> None:
        left, right = Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignRight
        middle = Qt.AlignmentFlag.AlignVCenter
        ink: QColor = colours.text if command.enabled else colours.disabled
        painter.setPen(ink)
        painter.drawText(area, left | middle, command.title)
        used = painter.fontMetrics().horizontalAdvance(command.title) + theme.M
        painter.setPen(colours.muted if command.enabled else colours.disabled)
        painter.drawText(area.adjusted(used, 0, 0, 0), left | middle, command.place)
        painter.drawText(area, right | middle, command.shortcut)
