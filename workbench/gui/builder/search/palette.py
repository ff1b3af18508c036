"""The palette: every layer kind and every block, searchable, to drag onto the canvas or to add with Enter."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import (
    QEvent,
    QMimeData,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence, QMouseEvent, QPainter
from PySide6.QtWidgets import (
    QLineEdit,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from workbench.core.layers.blocks.block import Block
from workbench.core.layers.blocks.library import known_blocks
from workbench.core.layers.catalog import CATALOG
from workbench.core.layers.kind import LayerKind
from workbench.gui import icons, theme
from workbench.gui.builder.canvas.view import KIND_MIME
from workbench.gui.builder.items.kind_icons import paint_sign, sign_of
from workbench.gui.builder.search.palette_favourites import favourites, paint_star, star_place, toggle_favourite
from workbench.gui.widgets.muted import MutedLabel

KIND_ROLE = Qt.ItemDataRole.UserRole
CATEGORY_ROLE = Qt.ItemDataRole.UserRole + 1
WORDS_ROLE = Qt.ItemDataRole.UserRole + 2
STAR_ROLE = Qt.ItemDataRole.UserRole + 3
LOOKS_LIKE = {
    "Convolution blocks": "Convolution",
    "Residual blocks": "Joining",
    "Mobile blocks": "Normalization",
    "Branching blocks": "Attention",
}
"""The category of layers whose colour a category of blocks has."""
Offer = type[LayerKind] | type[Block]
HINT = (
    "Drag it onto the canvas, or press Enter to add it after the selection. Its star, or Ctrl+B, keeps it at the top."
)
ROW_HEIGHT, HEADLINE_HEIGHT = 28, 30
SIGN = 15


class KindTree(QTreeWidget):
    """The list itself: favourites, then categories with their kinds; a star is set by a click on it or with Ctrl+B."""

    starred = Signal()
    """Other kinds are favourites."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("build-kinds")
        self.setAccessibleName("Layers")
        self.setHeaderHidden(True)
        self.setRootIsDecorated(False)
        self.setIndentation(0)
        self.setFrameShape(QTreeWidget.Shape.NoFrame)
        self.setDragEnabled(True)
        self.setDragDropMode(QTreeWidget.DragDropMode.DragOnly)
        self.setItemDelegate(KindDelegate(self))
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMouseTracking(True)
        self.setExpandsOnDoubleClick(False)
        offered: dict[str, Sequence[Offer]] = {**CATALOG.by_category(), **known_blocks().by_category()}
        self._offers = {kind.name(): (category, kind) for category, kinds in offered.items() for kind in kinds}
        self.favourites = self._add_category("Favourites", ())
        self.headlines = [self._add_category(*group) for group in offered.items()]
        self.show_favourites()
        self.expandAll()

    def show_favourites(self) -> None:
        """Have the favourites at the top, and their stars everywhere."""
        names = [name for name in favourites() if name in self._offers]
        self.favourites.takeChildren()
        self.favourites.addChildren([self._item(*self._offers[name]) for name in names])
        self.favourites.setHidden(not names)
        for headline in (self.favourites, *self.headlines):
            for item in children(headline):
                name, starred = item.data(0, KIND_ROLE), item.data(0, KIND_ROLE) in names
                item.setData(0, STAR_ROLE, starred)
                item.setData(0, Qt.ItemDataRole.AccessibleTextRole, f"{name}, favourite" if starred else name)
        self.favourites.setExpanded(True)

    def star(self, item: QTreeWidgetItem | None) -> None:
        """Make a kind a favourite, or no longer one; the kind stays current."""
        name = item.data(0, KIND_ROLE) if item is not None and not item.isHidden() else None
        if name:
            toggle_favourite(name)
            self.show_favourites()
            own = next(item for head in self.headlines for item in children(head) if item.data(0, KIND_ROLE) == name)
            self.setCurrentItem(own)
            self.starred.emit()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        place = event.position().toPoint()
        item = self.itemAt(place)
        if item is not None and item.data(0, KIND_ROLE) and star_place(self.visualItemRect(item)).contains(place):
            self.star(item)
            return
        super().mousePressEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Bold):
            self.star(self.currentItem())
            return
        super().keyPressEvent(event)

    def mimeTypes(self) -> list[str]:
        return [KIND_MIME]

    def mimeData(self, items: Sequence[QTreeWidgetItem]) -> QMimeData:
        mime = QMimeData()
        names = [item.data(0, KIND_ROLE) for item in items if item.data(0, KIND_ROLE)]
        if names:
            mime.setData(KIND_MIME, names[0].encode())
        return mime

    def _add_category(self, category: str, kinds: Sequence[Offer]) -> QTreeWidgetItem:
        headline = QTreeWidgetItem([category])
        headline.setFlags(Qt.ItemFlag.ItemIsEnabled)
        self.addTopLevelItem(headline)
        headline.addChildren([self._item(category, kind) for kind in kinds])
        return headline

    def _item(self, category: str, kind: Offer) -> QTreeWidgetItem:
        item = QTreeWidgetItem([kind.name()])
        item.setData(0, KIND_ROLE, kind.name())
        item.setData(0, CATEGORY_ROLE, LOOKS_LIKE.get(category, category))
        item.setData(0, WORDS_ROLE, f"{category} {kind.help()}".lower())
        item.setToolTip(0, f"{kind.help()}\n{HINT}")
        return item


class KindDelegate(QStyledItemDelegate):
    """Draws a headline for a category, an icon and a name for a kind."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(120, ROW_HEIGHT if index.data(KIND_ROLE) else HEADLINE_HEIGHT)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        colours = theme.current()
        area: QRect = option.rect
        state: QStyle.StateFlag = option.state
        painter.save()
        if index.data(KIND_ROLE):
            self._paint_kind(painter, area, state, index)
        else:
            painter.setFont(theme.font("small"))
            painter.setPen(colours.muted)
            text_area = area.adjusted(theme.M, 0, -theme.S, -5)
            painter.drawText(
                text_area, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignBottom, str(index.data()).upper()
            )
        painter.restore()

    def _paint_kind(
        self,
        painter: QPainter,
        area: QRect,
        state: QStyle.StateFlag,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        colours = theme.current()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        chosen, hovered = state & QStyle.StateFlag.State_Selected, state & QStyle.StateFlag.State_MouseOver
        if chosen or hovered:
            painter.setBrush(colours.selected if chosen else colours.hover)
            painter.drawRoundedRect(area.adjusted(theme.S, 1, -theme.S, -1), theme.RADIUS, theme.RADIUS)
        place = QRectF(area.left() + theme.M, area.center().y() - SIGN // 2, SIGN, SIGN)
        paint_sign(painter, sign_of(index.data(KIND_ROLE)), place, colours.kind_colour(index.data(CATEGORY_ROLE)))
        painter.setPen(colours.text)
        starred, star = bool(index.data(STAR_ROLE)), star_place(area)
        if starred or chosen or hovered:
            paint_star(painter, star, starred=starred)
            painter.setPen(colours.text)
        text_area = area.adjusted(theme.M + SIGN + theme.XS, 0, star.left() - area.right() - theme.XS, 0)
        text = painter.fontMetrics().elidedText(str(index.data()), Qt.TextElideMode.ElideRight, text_area.width())
        painter.drawText(text_area, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, text)


class Palette(QWidget):
    """Search field and list; `chosen` is a kind that should be added now."""

    chosen = Signal(str)
    left = Signal()
    """Escape: the keyboard goes back to the canvas."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("build-palette")
        self.setAccessibleName("Palette of layers")
        self.search = QLineEdit()
        self.search.setObjectName("build-search")
        self.search.setAccessibleName("Search layers")
        self.search.setPlaceholderText("Search layers")
        self.search.setToolTip("Search layers (/)")
        self.search.setClearButtonEnabled(True)
        self._glass = QAction(self.search)
        icons.set_icon(self._glass, "search")
        self.search.addAction(self._glass, QLineEdit.ActionPosition.LeadingPosition)
        self.tree = KindTree()
        self.nothing = MutedLabel("No layer has a name or a purpose like that.")
        self.nothing.setContentsMargins(theme.L, theme.S, theme.L, 0)
        self.nothing.hide()
        self._arrange()
        self.search.textChanged.connect(self.show_matches)
        self.search.installEventFilter(self)
        self.tree.itemActivated.connect(self._activate)
        self.tree.starred.connect(lambda: self.show_matches(self.search.text()) if self.search.text() else None)

    def start_search(self) -> None:
        """Put the keyboard into the search field."""
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.selectAll()

    def show_matches(self, text: str) -> None:
        """Show the kinds whose name, category or help has all the words; the best match is current."""
        words = text.lower().split()
        scored: list[tuple[int, QTreeWidgetItem]] = []
        for headline in self.tree.headlines:
            items = children(headline)
            for item in items:
                score = _score(item.data(0, KIND_ROLE), item.data(0, WORDS_ROLE), words)
                item.setHidden(score is None)
                if score is not None:
                    scored.append((score, item))
            headline.setHidden(all(item.isHidden() for item in items))
        self.tree.favourites.setHidden(bool(words) or not children(self.tree.favourites))
        self.tree.clearSelection()
        if words and scored:
            self.tree.setCurrentItem(min(scored, key=lambda pair: pair[0])[1])
        self.nothing.setVisible(not scored)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """In the search field the arrow keys move in the list, Enter adds, Escape clears and leaves."""
        if watched is self.search and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            key = Qt.Key(event.key())
            if key in (Qt.Key.Key_Down, Qt.Key.Key_Up, Qt.Key.Key_PageDown, Qt.Key.Key_PageUp):
                self.tree.keyPressEvent(event)
                return True
            if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._activate(self.tree.currentItem())
                return True
            if event.matches(QKeySequence.StandardKey.Bold):
                self.tree.star(self.tree.currentItem())
                return True
            if key == Qt.Key.Key_Escape:
                self.search.clear()
                self.left.emit()
                return True
        return super().eventFilter(watched, event)

    def _activate(self, item: QTreeWidgetItem | None) -> None:
        if item is not None and not item.isHidden() and item.data(0, KIND_ROLE):
            self.chosen.emit(item.data(0, KIND_ROLE))

    def _arrange(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, theme.S, 0, 0)
        column.setSpacing(theme.XS)
        field = QVBoxLayout()
        field.setContentsMargins(theme.S, 0, theme.S, 0)
        field.addWidget(self.search)
        column.addLayout(field)
        column.addWidget(self.nothing)
        column.addWidget(self.tree, 1)


def children(headline: QTreeWidgetItem) -> list[QTreeWidgetItem]:
    """The kinds below a headline."""
    return [item for row in range(headline.childCount()) if (item := headline.child(row))]


def _score(name: str, about: str, words: Sequence[str]) -> int | None:
    """How well a kind matches (less is better), or None: the beginning of the name, inside it, anywhere else."""
    name = name.lower()
    if not all(word in f"{name} {about}" for word in words):
        return None
    return sum(0 if name.startswith(word) else 1 if word in name else 2 for word in words)
