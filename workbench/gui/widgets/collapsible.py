"""A part of a form that opens and closes; closed, its headline says in short what is in it."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from workbench.gui import icons, theme
from workbench.gui.widgets.labels import ToneLabel


class SummaryLabel(ToneLabel):
    """One quiet line, shortened at its end where there is no room; the tool tip has all of it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("muted", parent)
        self._whole = ""
        self.setFont(theme.font("small"))
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)

    def show_text(self, text: str) -> None:
        """Show a text, as much of it as fits."""
        self._whole = text
        self.setToolTip(text)
        self._elide()

    def minimumSizeHint(self) -> QSize:
        return QSize(20, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._elide()

    def _elide(self) -> None:
        self.setText(self.fontMetrics().elidedText(self._whole, Qt.TextElideMode.ElideRight, max(0, self.width())))


class Collapsible(QWidget):
    """A headline with an arrow, and below it a widget that is shown while it is open."""

    toggled = Signal(bool)

    def __init__(self, title: str, body: QWidget, *, object_name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._open = False
        self.body, self.summary = body, SummaryLabel(self)
        self.button, self._space = QToolButton(self), QWidget(self)
        self.button.setObjectName(object_name)
        self.button.setText(title)
        self.button.setAccessibleName(title)
        self.button.setAutoRaise(True)
        self.button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.button.clicked.connect(lambda: self.set_open(not self._open))
        self._arrange()
        self._show()

    @property
    def is_open(self) -> bool:
        """Whether the body is shown."""
        return self._open

    def set_open(self, shown: bool) -> None:
        """Show or hide the body."""
        if shown != self._open:
            self._open = shown
            self._show()
            self.toggled.emit(shown)

    def summarize(self, text: str) -> None:
        """Say in short what is in it; shown while it is closed."""
        self.summary.show_text(text)
        self.button.setAccessibleDescription(text)

    def add_to_headline(self, widget: QWidget) -> None:
        """Put a widget at the right end of the headline."""
        self._head.addWidget(widget)

    def _show(self) -> None:
        self.body.setVisible(self._open)
        self.summary.setVisible(not self._open)
        self._space.setVisible(self._open)
        icons.set_icon(self.button, "chevron-down" if self._open else "chevron-right")
        self.button.setToolTip(f"{'Hide' if self._open else 'Show'} these settings")

    def _arrange(self) -> None:
        self._head = head = QHBoxLayout()
        head.setContentsMargins(-theme.S, 0, 0, 0)  # the arrow stands where the labels begin
        head.setSpacing(theme.S)
        head.addWidget(self.button)
        head.addWidget(self.summary, 1)
        head.addWidget(self._space, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.XS)
        self.body.setContentsMargins(0, 0, 0, theme.S)
        column.addLayout(head)
        column.addWidget(self.body)
