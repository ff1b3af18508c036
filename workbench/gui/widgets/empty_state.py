"""What an empty panel shows: what it is for and what to do next."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

from workbench.gui import theme
from workbench.gui.widgets.icon_label import IconLabel
from workbench.gui.widgets.labels import with_short_words
from workbench.gui.widgets.muted import MutedLabel

ICON_SIZE = 40
TEXT_WIDTH = 360


class EmptyState(QWidget):
    """An icon, a headline, one sentence, and a button if there is something to press."""

    pressed = Signal()

    def __init__(
        self, icon: str, headline: str, *, sentence: str, button: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._icon = IconLabel(icon, ICON_SIZE)
        self.headline = QLabel(alignment=Qt.AlignmentFlag.AlignCenter)
        self.headline.setFont(theme.font("title"))
        self.headline.setTextFormat(Qt.TextFormat.PlainText)
        self.headline.setWordWrap(True)
        self.headline.setFixedWidth(TEXT_WIDTH)
        self._head(headline)
        self.sentence = MutedLabel(sentence)
        self.sentence.setAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)
        self.sentence.setFixedWidth(TEXT_WIDTH)
        self.button = QPushButton(button, self)  # without a parent it would be shown as a window
        self.button.setObjectName("empty-action")
        self.button.setMinimumSize(120, 30)
        self.button.setVisible(bool(button))
        self.button.clicked.connect(self.pressed)
        self._make_room()
        self._arrange()

    def say(self, headline: str, sentence: str, *, button: str = "") -> None:
        """Show another message."""
        self._head(headline)
        self.sentence.setText(sentence)
        self.button.setText(button)
        self.button.setVisible(bool(button))
        self._make_room()

    def _head(self, headline: str) -> None:
        shown = with_short_words(headline, self.headline.fontMetrics(), TEXT_WIDTH)
        self.headline.setText(shown)
        self.headline.setToolTip(headline if shown != headline else "")
        self.headline.setAccessibleName(headline)

    def _make_room(self) -> None:
        """An aligned label is given the height of its size hint, which knows too little of wrapping."""
        for label in (self.headline, self.sentence):
            label.setMinimumHeight(0)  # else it asks for no less than for the last message
            label.setMinimumHeight(max(0, label.heightForWidth(TEXT_WIDTH)))

    def _arrange(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.XL, theme.XL, theme.XL, theme.XL)
        column.setSpacing(theme.S)
        column.addStretch(2)
        for widget in (self._icon, self.headline, self.sentence, self.button):
            column.addWidget(widget, 0, Qt.AlignmentFlag.AlignHCenter)
        column.insertSpacing(4, theme.S)
        column.addStretch(3)
