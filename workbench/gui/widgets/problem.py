"""A problem in place: what, why, and the one click that mends it, or several to choose from."""

from __future__ import annotations

from html import escape

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QResizeEvent
from PySide6.QtWidgets import QLabel, QWidget

from workbench.errors import Problem, Remedy
from workbench.gui import theme
from workbench.gui.widgets.labels import with_short_words
from workbench.gui.widgets.sentences import capitalised

NARROWEST = 60
"""Pixels of width below which words are no longer shortened."""
LINKS = Qt.TextInteractionFlag.LinksAccessibleByMouse | Qt.TextInteractionFlag.LinksAccessibleByKeyboard
BY_TAB = {Qt.FocusReason.TabFocusReason: True, Qt.FocusReason.BacktabFocusReason: False}
"""Whether Tab comes to the first remedy or to the last."""


class ProblemLabel(QLabel):
    """One problem in a few lines of text below what has it; its remedies are links. Hidden while there is none.

    A word for which there is no room, such as a path, is shortened in its middle; the tool tip has all of it.
    """

    remedy_chosen = Signal(object)
    """The `Remedy` that the user clicked."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWordWrap(True)
        self.setTextFormat(Qt.TextFormat.RichText)
        self.linkActivated.connect(self._choose)
        self._problem: Problem | None = None
        self._drawn_for = -1
        self.hide()

    @property
    def problem(self) -> Problem | None:
        """What is shown."""
        return self._problem

    def show_problem(self, problem: Problem | None) -> None:
        """Show a problem, or nothing."""
        self._problem = problem
        self.setTextInteractionFlags(
            LINKS if problem and problem.remedies else Qt.TextInteractionFlag.NoTextInteraction
        )
        self._draw()
        self.setVisible(problem is not None)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Tab comes to a remedy at once: Qt would stop at the whole label before, and Return would do nothing."""
        super().focusInEvent(event)
        if event.reason() in BY_TAB:
            self.focusNextPrevChild(BY_TAB[event.reason()])

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._draw()

    def minimumSizeHint(self) -> QSize:
        """Narrow: the longest word claims no room."""
        return QSize(NARROWEST, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self.width() != self._drawn_for:
            self._draw()

    def _draw(self) -> None:
        problem, self._drawn_for = self._problem, self.width()
        if problem is None:
            self.clear()
            return
        colours = theme.current()
        colour = (colours.text if problem.level == "info" else colours.level_colour(problem.level)).name()
        title, reason = problem.title, capitalised(problem.reason, name=problem.where)
        parts = [f"<span style='color:{colour}'>{escape(self._short(title))}</span>"]
        if reason:
            parts.append(f"<span style='color:{colours.muted.name()}'>{escape(self._short(reason))}</span>")
        parts += [
            f"<a style='color:{colours.link.name()}' href='#{number or ''}'>{escape(remedy.label)}</a>"
            for number, remedy in enumerate(problem.remedies)
        ]
        self.setText("<br>".join(parts))
        self.setAccessibleName(str(problem))
        is_short = self._short(title) != title or self._short(reason) != reason
        self.setToolTip("\n".join(filter(None, (title, reason))) if is_short else "")

    def _short(self, text: str) -> str:
        return with_short_words(text, self.fontMetrics(), max(NARROWEST, self.contentsRect().width()))

    def _choose(self, link: str) -> None:
        remedies: tuple[Remedy, ...] = self._problem.remedies if self._problem else ()
        number = int(link.removeprefix("#") or 0)
        if number < len(remedies):
            self.remedy_chosen.emit(remedies[number])
