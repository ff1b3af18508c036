"""The steps of the wizard above its pages: where one is, what is done, and a way back."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QWidget

from workbench.gui import icons, theme
from workbench.gui.widgets.self_painted import SelfPaintedButton

DISC = 24


class StepButton(SelfPaintedButton):
    """A number in a disc (a tick once the step is done) and its title; checked is the step of the moment."""

    def __init__(self, number: int, title: str, parent: QWidget | None = None) -> None:
        super().__init__(f"transfer-step-{number}", parent)
        self._number, self._done = number, False
        self.setText(title)
        self.setCheckable(True)
        self.setAutoExclusive(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setFont(theme.font("strong"))
        self.setMinimumSize(self.sizeHint())

    def show_state(self, *, done: bool, current: bool, reachable: bool) -> None:
        """Draw it as done, as the one of the moment, as one that can be gone to."""
        self._done = done and not current
        self.setChecked(current)
        self.setEnabled(reachable)
        state = "current step" if current else "done" if done else "to do"
        self.setAccessibleName(f"Step {self._number}, {self.text()}, {state}")
        self.update()

    def sizeHint(self) -> QSize:
        text = QFontMetrics(self.font()).horizontalAdvance(self.text())
        return QSize(theme.XS + DISC + theme.S + text + theme.S, DISC + theme.M)

    def paintEvent(self, _event: QPaintEvent) -> None:
        colours = theme.current()
        painter = QPainter(self)
        self.paint_ground(painter)
        disc = QRectF(theme.XS, (self.height() - DISC) / 2, DISC, DISC)
        painter.setPen(QPen(colours.accent if self.isChecked() or self._done else colours.border, 1))
        painter.setBrush(colours.accent if self.isChecked() else colours.raised)
        painter.drawEllipse(disc)
        painter.setFont(theme.font("small"))
        painter.setPen(colours.on_accent if self.isChecked() else colours.muted)
        if self._done:
            picture = icons.pixmap("check", 14, colours.link, ratio=self.devicePixelRatioF())
            painter.drawPixmap(round(disc.center().x()) - 7, round(disc.center().y()) - 7, picture)
        else:
            painter.drawText(disc, Qt.AlignmentFlag.AlignCenter, str(self._number))
        painter.setFont(self.font())
        painter.setPen(colours.text if self.isEnabled() else colours.muted)
        text = QRectF(self.rect()).adjusted(disc.right() + theme.S, 0, 0, 0)
        painter.drawText(text, Qt.AlignmentFlag.AlignVCenter, self.text())


class _Line(QWidget):
    """The thin line between two steps."""

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(theme.current().border)
        painter.drawLine(theme.S, self.height() // 2, self.width() - theme.S, self.height() // 2)


class StepBar(QWidget):
    """All steps in a row."""

    chosen = Signal(int)

    def __init__(self, titles: Sequence[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._buttons = [StepButton(number, title, self) for number, title in enumerate(titles, start=1)]
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        for index, step in enumerate(self._buttons):
            if index:
                layout.addWidget(_Line(self), 1)
            layout.addWidget(step)
            step.clicked.connect(lambda _checked, index=index: self.chosen.emit(index))

    def show_steps(self, current: int, reachable: int) -> None:
        """Mark the current step; those up to `reachable` can be gone to, and those before it are done."""
        for index, step in enumerate(self._buttons):
            step.show_state(done=index < reachable, current=index == current, reachable=index <= reachable)
