"""The classes of a set with a bar for their pictures; choosing some of them filters the grid."""

from __future__ import annotations

from typing import Any

import numpy as np
from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter
from PySide6.QtWidgets import QAbstractItemView, QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from workbench.gui import theme
from workbench.gui.data.holding import Holding

Index = QModelIndex | QPersistentModelIndex
COUNTS = Qt.ItemDataRole.UserRole
ROW = 34


class ClassModel(QAbstractListModel):
    """One row for each class."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._classes: tuple[str, ...] = ()
        self._train = self._held = np.zeros(0, np.int64)
        self._what = ""

    def show_holding(self, holding: Holding | None) -> bool:
        """Show the counts of a set; True when the classes are others than before."""
        classes = holding.classes if holding else ()
        is_new = classes != self._classes
        if is_new:
            self.beginResetModel()
        self._classes = classes
        self._train, self._held = holding.counts() if holding else (np.zeros(0, np.int64),) * 2
        self._what = "" if holding is None or holding.is_read else " files"
        if is_new:
            self.endResetModel()
        elif classes:
            self.dataChanged.emit(self.index(0), self.index(len(classes) - 1))
        return is_new

    @property
    def largest(self) -> int:
        """Pictures of the largest class."""
        return int((self._train + self._held).max(initial=1))

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """The number of classes."""
        return 0 if parent.isValid() else len(self._classes)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Name, counts, and both in words."""
        if not index.isValid():
            return None
        name, row = self._classes[index.row()], index.row()
        train, held = int(self._train[row]), int(self._held[row])
        if role == COUNTS:
            return train, held
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
            return f"{name}: {train:,}{self._what} to train on, {held:,} to validate on"
        return name if role == Qt.ItemDataRole.DisplayRole else None


class _Bars(QStyledItemDelegate):
    """Name and number above a bar; the part to validate on is the paler end of the bar."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        colours, area = theme.current(), QRectF(option.rect)
        state = option.state
        painter.save()
        if state & QStyle.StateFlag.State_Selected:
            painter.fillRect(area, colours.selected)
        elif state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(area, colours.hover)
        inside = area.adjusted(theme.S, 3, -theme.S, -6)
        train, held = index.data(COUNTS)
        self._words(painter, inside, str(index.data()), f"{train + held:,}")
        track = QRectF(inside.left(), inside.bottom() - 5, inside.width(), 5)
        model = index.model()
        assert isinstance(model, ClassModel)
        scale = track.width() / model.largest
        painter.fillRect(track, colours.grid)
        painter.fillRect(QRectF(track.left(), track.top(), train * scale, 5), colours.accent)
        paler = theme.mix(colours.accent, colours.canvas, share=0.55)
        painter.fillRect(QRectF(track.left() + train * scale, track.top(), held * scale, 5), paler)
        if state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(colours.accent)
            painter.drawRect(area.adjusted(0.5, 0.5, -1, -1))
        painter.restore()

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(120, max(ROW, option.fontMetrics.height() + 18))

    def _words(self, painter: QPainter, area: QRectF, name: str, number: str) -> None:
        painter.setPen(theme.current().text)
        metrics = painter.fontMetrics()
        room = area.width() - metrics.horizontalAdvance(number) - theme.S
        top = Qt.AlignmentFlag.AlignTop
        painter.drawText(
            area, Qt.AlignmentFlag.AlignLeft | top, metrics.elidedText(name, Qt.TextElideMode.ElideRight, int(room))
        )
        painter.setPen(theme.current().muted)
        painter.drawText(area, Qt.AlignmentFlag.AlignRight | top, number)


class ClassList(QListView):
    """The list. No class chosen means all."""

    chosen = Signal(frozenset)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("data-classes")
        self.setAccessibleName("Classes; choose some to see only their pictures")
        self.setToolTip("Choose a class to see only its pictures; Ctrl adds another, Escape shows all again")
        self._model = ClassModel(self)
        self.setModel(self._model)
        self.setItemDelegate(_Bars(self))
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setFrameShape(QListView.Shape.NoFrame)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.selectionModel().selectionChanged.connect(lambda _new, _old: self.chosen.emit(self.classes))

    @property
    def classes(self) -> frozenset[int]:
        """The chosen classes."""
        return frozenset(index.row() for index in self.selectedIndexes())

    def show_holding(self, holding: Holding | None) -> None:
        """Show the classes of a set; of the same classes, those chosen stay so."""
        blocked = self.selectionModel().blockSignals(True)
        if self._model.show_holding(holding):
            self.selectionModel().reset()
        self.selectionModel().blockSignals(blocked)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape chooses all."""
        if event.key() == Qt.Key.Key_Escape and self.classes:
            self.clearSelection()
        else:
            super().keyPressEvent(event)
