"""The strip below the canvas: everything that keeps the network from running or training well, one line each."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QMouseEvent, QPainter
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QMenu, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from workbench.core.modelling.shapes import Analysis
from workbench.errors import Problem, Remedy
from workbench.gui import icons, theme

ICON = 16
LINES = 4
"""At most so many are seen at once; the others are a scroll away."""
WIDEST_LINK = 0.4
"""The share of a line that a remedy may take."""
MEND_KEYS = "Ctrl+Enter"
Index = QModelIndex | QPersistentModelIndex
PROBLEM = Qt.ItemDataRole.UserRole + 1


class RemedyDelegate(QStyledItemDelegate):
    """Draws a problem with its remedy as a link at the right."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """The line up to the link, then the link."""
        link, label = self.link(option, index), self._label(index)
        narrow = QStyleOptionViewItem(option)
        if label:
            narrow.rect = option.rect.adjusted(0, 0, -link.width() - theme.M, 0)
        super().paint(painter, narrow, index)
        if label:
            painter.save()
            painter.setPen(theme.current().link)
            text = option.fontMetrics.elidedText(label, Qt.TextElideMode.ElideRight, link.width())
            painter.drawText(link, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, text)
            painter.restore()

    def link(self, option: QStyleOptionViewItem, index: Index) -> QRect:
        """Where the link is; empty without a remedy."""
        line, label = option.rect, self._label(index)
        if not label:
            return QRect()
        wanted = option.fontMetrics.horizontalAdvance(label) + theme.XS
        width = min(wanted, round(line.width() * WIDEST_LINK))
        return QRect(line.right() - width - theme.S, line.top(), width, line.height())

    def _label(self, index: Index) -> str:
        problem: Problem | None = index.data(PROBLEM)
        return problem.remedy.label if problem is not None and problem.remedy else ""


class ProblemsStrip(QListWidget):
    """Hidden while there is nothing to say. A click says which node is meant, a click on the remedy mends it."""

    node_wanted = Signal(str)
    remedy_chosen = Signal(object)
    """The `Remedy` that the user chose."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("build-problems")
        self.setAccessibleName("Problems")
        self.setFrameShape(QListWidget.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setIconSize(QSize(ICON, ICON))
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.setMouseTracking(True)
        self._delegate = RemedyDelegate(self)
        self.setItemDelegate(self._delegate)
        self._problems: tuple[Problem, ...] = ()
        self.itemActivated.connect(self._choose)
        self.hide()

    def show_analysis(self, analysis: Analysis) -> None:
        """List the problems of the network, errors first; hints stay at their nodes."""
        problems = tuple(sorted(analysis.faults, key=lambda problem: problem.level != "error"))
        if problems != self._problems:
            self._problems = problems
            self._fill()

    def changeEvent(self, event: QEvent) -> None:
        """Follow the theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and self._problems:
            self._fill()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A click on a remedy mends, one beside it shows the node."""
        super().mouseReleaseEvent(event)
        item = self.itemAt(event.position().toPoint())
        if item is None or event.button() != Qt.MouseButton.LeftButton:
            return
        remedy = self._remedy_at(event.position().toPoint())
        if remedy is not None:
            self.remedy_chosen.emit(remedy)
        else:
            self._choose(item)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """A hand over a remedy."""
        super().mouseMoveEvent(event)
        over = self._remedy_at(event.position().toPoint()) is not None
        self.viewport().setCursor(Qt.CursorShape.PointingHandCursor if over else Qt.CursorShape.ArrowCursor)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Ctrl+Enter mends the line with the keyboard."""
        keys = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        problem = self._problem(self.currentItem())
        if event.key() in keys and event.modifiers() & Qt.KeyboardModifier.ControlModifier and problem:
            if problem.remedy is not None:
                self.remedy_chosen.emit(problem.remedy)
            return
        super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """All remedies of a problem, and the way to its node."""
        item = self.itemAt(event.pos()) or self.currentItem()
        problem = self._problem(item)
        if problem is not None:
            self.menu(problem).popup(event.globalPos())

    def menu(self, problem: Problem) -> QMenu:
        """What can be done about a problem."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for remedy in problem.remedies:
            menu.addAction(remedy.label, partial(self.remedy_chosen.emit, remedy))
        if problem.where:
            menu.addSeparator()
            menu.addAction(f"Show {problem.where}", lambda: self.node_wanted.emit(problem.where))
        return menu

    def _remedy_at(self, place: QPoint) -> Remedy | None:
        index = self.indexAt(place)
        problem = self._problem(self.itemFromIndex(index)) if index.isValid() else None
        option = QStyleOptionViewItem()
        self.initViewItemOption(option)
        option.rect = self.visualRect(index)
        if problem is None or not self._delegate.link(option, index).contains(place):
            return None
        return problem.remedy

    def _problem(self, item: QListWidgetItem | None) -> Problem | None:
        return item.data(PROBLEM) if item is not None else None

    def _fill(self) -> None:
        self.clear()
        for problem in self._problems:
            self.addItem(_line(problem))
        height = self.sizeHintForRow(0) if self._problems else 0
        self.setFixedHeight(height * min(LINES, len(self._problems)) + 2 * theme.XS)
        self.setVisible(bool(self._problems))

    def _choose(self, item: QListWidgetItem) -> None:
        problem = self._problem(item)
        if problem is not None and problem.where:
            self.node_wanted.emit(problem.where)


def _line(problem: Problem) -> QListWidgetItem:
    text, colours = str(problem), theme.current()
    icon = problem.level if problem.level in ("warning", "error") else "info"
    item = QListWidgetItem(text)
    item.setIcon(icons.icon(icon, colours.level_colour(problem.level)))
    remedies = [
        f"{MEND_KEYS}: {remedy.label}" if not number else remedy.label for number, remedy in enumerate(problem.remedies)
    ]
    item.setToolTip("\n".join([text, *remedies]))
    item.setData(PROBLEM, problem)
    return item
