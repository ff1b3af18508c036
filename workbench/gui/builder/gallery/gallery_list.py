"""The cards of the gallery as a list that the keyboard and the mouse move in."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from PySide6.QtCore import QAbstractListModel, QEvent, QModelIndex, QPersistentModelIndex, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QListView, QWidget

from workbench.core.modelling.preview_child import Portrait
from workbench.gui.builder.gallery.gallery_card import CARD, OFFER, GalleryCard
from workbench.gui.builder.gallery.gallery_offers import Offer, arranged, with_portrait

Index = QModelIndex | QPersistentModelIndex


class Offers(QAbstractListModel):
    """What is shown of everything there is to start from."""

    def __init__(self, everything: Iterable[Offer], parent: QWidget) -> None:
        super().__init__(parent)
        self._all = list(everything)
        self.shown: list[Offer] = []

    def show_matches(self, text: str, *, order: str, chosen: str) -> None:
        """Show what has all the words and passes the filter, in this order."""
        found = arranged(self._all, text, order=order, chosen=chosen)
        if found != self.shown:
            self.beginResetModel()
            self.shown = found
            self.endResetModel()

    def take(self, portraits: Iterable[Portrait]) -> None:
        """Have the drawings and numbers of some networks."""
        fresh = {portrait.name: portrait for portrait in portraits}
        renew = {
            offer: with_portrait(offer, fresh[offer.key])
            for offer in self._all
            if offer.sort == "ready" and offer.key in fresh
        }
        self._all = [renew.get(offer, offer) for offer in self._all]
        for row, offer in enumerate(self.shown):
            if offer in renew:
                self.shown[row] = renew[offer]
                self.dataChanged.emit(self.index(row), self.index(row))

    def row_of(self, key: str) -> int | None:
        """Where an offer is shown."""
        return next((row for row, offer in enumerate(self.shown) if key in (offer.key, offer.title)), None)

    def rowCount(self, _parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return len(self.shown)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not 0 <= index.row() < len(self.shown):
            return None
        offer = self.shown[index.row()]
        if role == OFFER:
            return offer
        if role == Qt.ItemDataRole.DisplayRole:
            return offer.title
        if role == Qt.ItemDataRole.ToolTipRole:
            return offer.story
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return offer.spoken()
        return None


class GalleryList(QListView):
    """Cards side by side, as many in a row as there is room for."""

    picked = Signal()
    """Another card is the chosen one, or none."""

    def __init__(self, everything: Iterable[Offer], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.offers = Offers(everything, self)
        self.setObjectName("ready-list")
        self.setAccessibleName("Networks to start from")
        self.setModel(self.offers)
        self.setItemDelegate(GalleryCard(self))
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setMovement(QListView.Movement.Static)
        self.setUniformItemSizes(True)
        self.setGridSize(CARD)
        self.setMouseTracking(True)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setFrameShape(QListView.Shape.NoFrame)
        self.selectionModel().currentChanged.connect(lambda _now, _before: self.picked.emit())
        self.offers.modelReset.connect(self.picked)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Let the cards of a row fill it."""
        super().resizeEvent(event)
        room = self.viewport().width() - 1
        wanted = QSize(room // max(1, room // CARD.width()), CARD.height())
        if wanted != self.gridSize():
            self.setGridSize(wanted)

    @property
    def chosen(self) -> Offer | None:
        """The chosen card."""
        found = self.currentIndex().data(OFFER)
        return found if isinstance(found, Offer) else None

    def choose(self, key: str) -> None:
        """Make a card the chosen one and bring it into sight."""
        row = self.offers.row_of(key)
        if row is not None:
            self.setCurrentIndex(self.offers.index(row))
            self.scrollTo(self.currentIndex())

    def choose_first(self) -> None:
        """Make the first card the chosen one."""
        if self.offers.shown:
            self.setCurrentIndex(self.offers.index(0))

    def wants(self, event: QKeyEvent) -> bool:
        """Take a key that was pressed in the search field and moves in the list; whether it was one."""
        moves = (Qt.Key.Key_Down, Qt.Key.Key_Up, Qt.Key.Key_PageDown, Qt.Key.Key_PageUp)
        if event.type() == QEvent.Type.KeyPress and Qt.Key(event.key()) in moves:
            self.keyPressEvent(event)
            return True
        return False
