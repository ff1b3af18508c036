"""Writing a note or the title of a frame where it is on the canvas."""

from __future__ import annotations

from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtGui import QFocusEvent, QFont, QKeyEvent, QPalette
from PySide6.QtWidgets import QFrame, QPlainTextEdit, QWidget

from workbench.core.graph.canvas import Colour, Form
from workbench.gui import theme
from workbench.gui.builder.items import style
from workbench.gui.builder.items.notes_item import paper

SMALLEST_TEXT = 10
"""Pixels: what is written is readable however far away the canvas is."""


class NoteEditor(QPlainTextEdit):
    """A field over a note. Ctrl+Enter, or a click elsewhere, keeps what was written; Escape does not."""

    written = Signal(str)
    left = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._form: Form = "note"
        self._is_open = False
        self.setObjectName("build-note-text")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTabChangesFocus(True)
        self.setPlaceholderText("Write something…")
        self.hide()

    @property
    def is_open(self) -> bool:
        """Whether something is being written."""
        return self._is_open

    def open_at(self, room: QRect, text: str, *, form: Form, colour: Colour, zoom: float) -> None:
        """Write there, beginning with a text."""
        self._form = form
        look = style.current()
        font = QFont(look.plain if form == "note" else look.strong)
        font.setPixelSize(max(SMALLEST_TEXT, round(font.pixelSize() * zoom)))
        self.setFont(font)
        palette = self.palette()
        palette.setColor(QPalette.ColorRole.Base, paper(colour))
        self.setPalette(palette)
        self.setAccessibleName("Text of the note" if form == "note" else "Title of the frame")
        self.setToolTip("Ctrl+Enter or a click elsewhere keeps it, Escape does not")
        self.document().setDocumentMargin(theme.XS / 2)
        self.setGeometry(room.adjusted(0, 0, 0, max(0, self.fontMetrics().height() + theme.S - room.height())))
        self.setPlainText(text)
        self.selectAll()
        self._is_open = True
        self.show()
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def keep(self) -> None:
        """End with what is written."""
        if self._is_open:
            self._close()
            self.written.emit(self.toPlainText().strip())

    def _close(self) -> None:
        self._is_open = False
        self.hide()
        self.left.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if event.key() == Qt.Key.Key_Escape:
            self._close()
        elif enter and (self._form == "frame" or event.modifiers() & Qt.KeyboardModifier.ControlModifier):
            self.keep()
        else:
            super().keyPressEvent(event)
        event.accept()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self.keep()
