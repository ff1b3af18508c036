"""What is wrong with a card, told at the card: each problem in a sentence or two, with its remedies to click."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from workbench.errors import Problem, Remedy
from workbench.gui import theme
from workbench.gui.builder.canvas.floating import FloatingCard
from workbench.gui.widgets.muted import MutedLabel
from workbench.gui.widgets.problem import ProblemLabel

WIDTH = 300
MOST = 4
"""So many problems are told at a card; all of them are in the strip below the canvas."""


class ProblemBubble(FloatingCard):
    """Lies on the canvas beside a card; Return mends, the arrow keys go from remedy to remedy, Escape closes."""

    remedy_chosen = Signal(object)
    """The `Remedy` that was clicked."""
    left = Signal()
    """Escape: the keyboard goes back to the canvas."""

    def __init__(self, canvas: QWidget) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self.setObjectName("build-problem-bubble")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.buttons: list[QPushButton] = []
        self._content: QWidget | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.M, theme.M, theme.M, theme.M)

    def tell(self, name: str, problems: Sequence[Problem], beside: QRect) -> None:
        """Show the problems of a card beside its place on the canvas, with the keyboard at the first remedy."""
        self.setAccessibleName(f"Problems of {name}: {'. '.join(map(str, problems))}")
        self._fill(problems)
        self._place(beside)
        self.show()
        self.raise_()
        (self.buttons[0] if self.buttons else self).setFocus(Qt.FocusReason.PopupFocusReason)

    def wait(self) -> None:
        """What is told is about an older network: nothing can be clicked until it is told again."""
        self.setFocus(Qt.FocusReason.OtherFocusReason)  # from a button that cannot keep it
        for button in self.buttons:
            button.setEnabled(False)

    def _fill(self, problems: Sequence[Problem]) -> None:
        column, old = self.layout(), self._content
        assert column is not None
        if old is not None:
            self.setFocus(Qt.FocusReason.OtherFocusReason)
            column.removeWidget(old)
            old.hide()
            old.deleteLater()
        self._content, self.buttons = QWidget(), []
        inner = QVBoxLayout(self._content)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(theme.S)
        for problem in problems[:MOST]:
            label = ProblemLabel(self._content)
            label.setFixedWidth(WIDTH - 2 * theme.M)
            label.show_problem(replace(problem, remedy=None, alternatives=()))
            inner.addWidget(label)
            for remedy in problem.remedies:
                inner.addWidget(self._button(remedy))
        if len(problems) > MOST:
            inner.addWidget(MutedLabel(f"{len(problems) - MOST} more are in the list below the canvas."))
        column.addWidget(self._content)

    def _button(self, remedy: Remedy) -> QPushButton:
        button = QPushButton()
        room = WIDTH - 2 * theme.M - 3 * theme.S
        button.setText(button.fontMetrics().elidedText(remedy.label, Qt.TextElideMode.ElideMiddle, room))
        button.setObjectName(f"build-mend-{len(self.buttons)}")
        button.setAccessibleName(remedy.label)
        button.setToolTip(f"{remedy.label} (Return)")
        button.setAutoDefault(True)
        button.clicked.connect(partial(self._choose, remedy))
        self.buttons.append(button)
        return button

    def _choose(self, remedy: Remedy, _checked: bool = False) -> None:
        self.wait()
        self.remedy_chosen.emit(remedy)

    def _place(self, card: QRect) -> None:
        """At the side of the card where there is room, else below it."""
        inner = self._content.layout() if self._content is not None else None
        height = inner.totalHeightForWidth(WIDTH - 2 * theme.M) if inner is not None else 0
        wanted = QSize(WIDTH, height + 2 * theme.M)
        right, left = card.right() + theme.L, card.left() - theme.L - WIDTH
        corner = QPoint(card.left(), card.bottom() + theme.L)
        if right + WIDTH <= self._canvas.width() or left >= 0:
            corner = QPoint(right if right + WIDTH <= self._canvas.width() else left, card.top())
        self.setGeometry(QRect(corner, wanted))
        self.keep_inside()

    def keep_inside(self) -> None:
        """Lie where the canvas can be seen."""
        room = self._canvas.size() - self.size()
        self.move(max(0, min(self.x(), room.width())), max(0, min(self.y(), room.height())))

    # Qt's part

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape closes, as does the key that opens; no key is for the canvas underneath."""
        if event.key() in (Qt.Key.Key_Escape, Qt.Key.Key_P):
            self.left.emit()
        event.accept()
