"""The chooser on the canvas: a few letters find a layer to add, a node to go to, or a node to connect to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPoint, QRect, QRectF, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyledItemDelegate, QWidget

from workbench.gui import theme
from workbench.gui.builder.items.kind_icons import paint_sign, sign_of
from workbench.gui.command_palette import COMMAND, ROW, Command, CommandPalette, CommandRow
from workbench.gui.widgets.muted import MutedLabel

WIDTH, MOST_ROWS = 420, 9
MOST_FOUND = 200
"""So many lines are listed; more letters find the others."""
SIGN = 15


@dataclass(frozen=True)
class Choice(Command):
    """One line: `title`, behind it `place`, at the right end `shortcut`; `words` are searched too."""

    category: str = ""
    """The category of layers whose colour its icon has."""
    kind: str = ""
    """The layer kind or block whose icon it has."""
    words: str = ""
    look: Callable[[], object] | None = None
    """Called when the choice becomes current while a text is searched."""


def ranked(choices: Sequence[Choice], text: str) -> list[Choice]:
    """The choices that have all the words: those that begin with them first, then those with them in the name.

    What is not possible comes last, and only when it is asked for: an empty text finds what is possible.
    """
    words = text.casefold().split()
    scored = [(score, choice) for choice in choices if (score := _score(choice, words)) is not None]
    possible = [pair for pair in scored if words or pair[1].enabled]
    return [choice for _, choice in sorted(possible, key=lambda pair: (not pair[1].enabled, pair[0]))]


def _score(choice: Choice, words: Sequence[str]) -> int | None:
    name = choice.title.casefold()
    if not all(word in f"{name} {choice.place} {choice.words}".casefold() for word in words):
        return None
    return sum(0 if name == word else 1 if name.startswith(word) else 2 if word in name else 3 for word in words)


class Chooser(CommandPalette):
    """Lies on the canvas near a place; Return chooses, Escape or a click elsewhere closes."""

    name, title, prompt = "build-choose", "Chooser", "Type to search"

    def __init__(self, canvas: QWidget) -> None:
        super().__init__(canvas)
        self._canvas, self._at = canvas, QPoint()
        self._choices: Sequence[Choice] = ()
        self.note = MutedLabel("")
        self.note.setObjectName("build-choose-note")
        self.note.setFont(theme.font("small"))
        self.note.setContentsMargins(theme.S, 0, theme.S, 0)
        column = self.layout()
        assert column is not None
        column.addWidget(self.note)
        self.list.currentItemChanged.connect(self._look)

    def ask(self, prompt: str, choices: Sequence[Choice], at: QPoint, *, note: str = "") -> None:
        """Open near a place of the canvas and wait for letters."""
        self._at = at
        self._choices = choices
        self.note.setText(note)
        self.search.setPlaceholderText(prompt)
        self.search.setAccessibleName(prompt)
        self.open_with(choices)

    def renew(self, choices: Sequence[Choice], note: str) -> None:
        """Offer other choices under the same question."""
        self._choices = choices
        self.note.setText(note)
        self._filter(self.search.text())

    def row(self) -> QStyledItemDelegate:
        """Lines with an icon."""
        return ChoiceRow(self)

    def found(self, text: str) -> Sequence[Command]:
        """What the list shows for a text."""
        return ranked(self._choices, text)[:MOST_FOUND]

    def place(self) -> None:
        """Near the place that was asked for, inside the canvas."""
        room, gap = self._canvas.size(), theme.S
        width = min(WIDTH, room.width() - 2 * gap)
        self.note.setVisible(bool(self.note.text()))
        note = self.note.heightForWidth(width - 4 * gap) + gap if self.note.text() else 0
        around = self.search.sizeHint().height() + theme.M + 2 * gap + note
        most = max(1, (room.height() - around - 2 * gap) // ROW)
        rows = max(1, min(self.list.count(), MOST_ROWS, most))
        self.list.setFixedHeight(rows * ROW)
        height = around + rows * ROW
        left = max(gap, min(self._at.x(), room.width() - width - gap))
        self.setGeometry(left, max(gap, min(self._at.y(), room.height() - height - gap)), width, height)

    def _look(self) -> None:
        item = self.list.currentItem()
        choice: Choice | None = item.data(COMMAND) if item is not None else None
        text = f"{choice.title}, {choice.place} {choice.shortcut}".strip() if choice else "Nothing found"
        self.search.setAccessibleDescription(text)
        if choice is not None and choice.look is not None and self.isVisible() and self.search.text():
            choice.look()


class ChoiceRow(CommandRow):
    """An icon in the colour of a category, then the line of a command; a long text is cut, not painted over."""

    def write(self, painter: QPainter, area: QRect, command: Command, colours: theme.Theme) -> None:
        """Icon, title, what is behind it, and the text at the right end."""
        left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        if isinstance(command, Choice) and command.kind:
            place = QRectF(area.left(), area.center().y() - SIGN // 2, SIGN, SIGN)
            paint_sign(painter, sign_of(command.kind), place, colours.kind_colour(command.category))
        area = area.adjusted(SIGN + theme.S, 0, 0, 0)
        metrics = painter.fontMetrics()
        end = metrics.horizontalAdvance(command.shortcut)
        painter.setPen(colours.text if command.enabled else colours.disabled)
        room = area.width() - (end + theme.M if end else 0)
        title = metrics.elidedText(command.title, Qt.TextElideMode.ElideMiddle, room)
        painter.drawText(area, left, title)
        painter.setPen(colours.muted if command.enabled else colours.disabled)
        used = metrics.horizontalAdvance(title) + theme.M
        about = metrics.elidedText(command.place, Qt.TextElideMode.ElideRight, max(0, room - used))
        painter.drawText(area.adjusted(used, 0, 0, 0), left, about)
        painter.drawText(area, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, command.shortcut)
