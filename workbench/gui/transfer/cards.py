"""Cards: a choice of one out of few, each with a name, a sentence and some facts."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from workbench.gui import theme
from workbench.gui.transfer.labels import Muted, Text
from workbench.gui.widgets.self_painted import SelfPaintedButton


class Card(SelfPaintedButton):
    """A large checkable button; of the cards with the same parent exactly one is chosen, with the arrow keys too."""

    def __init__(self, name: str, title: str, sentence: str, parent: QWidget | None = None) -> None:
        super().__init__(name, parent)
        self.setAccessibleName(title)
        self.setAccessibleDescription(sentence)
        self.setCheckable(True)
        self.setAutoExclusive(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        self._facts = Muted(role="small")
        layout = self._column = QVBoxLayout(self)
        layout.setContentsMargins(theme.L, theme.M, theme.L, theme.M)
        layout.setSpacing(theme.XS)
        for text in (Text(title, role="title"), Text(sentence), self._facts):
            text.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
            layout.addWidget(text)
        layout.addStretch(1)

    def set_facts(self, *lines: str) -> None:
        """Show facts, one on each line."""
        self._facts.setText("\n".join(lines))

    def sizeHint(self) -> QSize:
        return self._column.sizeHint()

    def paintEvent(self, _event: QPaintEvent) -> None:
        colours = theme.current()
        fill = colours.selected if self.isChecked() else colours.hover if self.underMouse() else colours.raised
        edge = colours.accent if self.isChecked() else colours.border
        self.paint_ground(QPainter(self), fill=fill, edge=edge)
