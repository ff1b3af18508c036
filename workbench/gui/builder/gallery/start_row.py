"""One way to begin, as a row to press: an icon, what it is, and at the right the keys or where it lies."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QAction, QKeySequence, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from workbench.gui import icons, theme
from workbench.gui.widgets.self_painted import SelfPaintedButton

ICON, HEIGHT, LEAST, LONGEST_NOTE = 18, 32, 230, 160
LEAST_NOTE = 90
"""What is longer may be shortened to this."""


class StartRow(SelfPaintedButton):
    """A flat button whose note stands at its right end, quieter than its text."""

    def __init__(self, name: str, text: str, *, icon: str, note: str = "", parent: QWidget | None = None) -> None:
        super().__init__(name, parent)
        self._icon_name, self.note = icon, note
        self.setText(text)
        self.setAccessibleName(text.rstrip("…"))
        self.setAccessibleDescription(note)
        self.setToolTip(f"{text.rstrip('…')} ({note})" if note else text)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    @classmethod
    def of(cls, name: str, action: QAction, *, text: str, icon: str) -> StartRow:
        """A row that does what an action does, with its keys."""
        keys = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
        row = cls(name, text, icon=icon, note=keys)
        row.clicked.connect(action.trigger)
        return row

    def sizeHint(self) -> QSize:
        """Wide enough for both texts, as far as the note is not very long."""
        metrics = self.fontMetrics()
        note = min(metrics.horizontalAdvance(self.note), LONGEST_NOTE)
        return QSize(max(LEAST, self._least() + theme.L + note), max(HEIGHT, metrics.height() + theme.M))

    def minimumSizeHint(self) -> QSize:
        """Wide enough for the text; the note is shortened."""
        return QSize(self._least(), self.sizeHint().height())

    def _least(self) -> int:
        return ICON + self.fontMetrics().horizontalAdvance(self.text()) + 3 * theme.S + theme.XS

    def paintEvent(self, _event: QPaintEvent) -> None:
        colours, painter = theme.current(), QPainter(self)
        self.paint_ground(painter, fill=colours.hover if self.underMouse() or self.isDown() else None)
        inner = self.rect().adjusted(theme.S, 0, -theme.S, 0)
        picture = icons.pixmap(self._icon_name, ICON, colours.link, ratio=self.devicePixelRatioF())
        painter.drawPixmap(inner.left(), (self.height() - ICON) // 2, picture)
        inner.setLeft(inner.left() + ICON + theme.S)
        painter.setPen(colours.text)
        painter.drawText(inner, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft), self.text())
        self._paint_note(painter, inner)

    def _paint_note(self, painter: QPainter, room: QRect) -> None:
        """What is left of the row belongs to the note: a long folder is shortened in its middle, keys are not."""
        room = room.adjusted(self.fontMetrics().horizontalAdvance(self.text()) + theme.M, 0, 0, 0)
        if room.width() < min(LEAST_NOTE, self.fontMetrics().horizontalAdvance(self.note)):
            return
        note = self.fontMetrics().elidedText(self.note, Qt.TextElideMode.ElideMiddle, room.width())
        painter.setPen(theme.current().muted)
        painter.drawText(room, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight), note)
