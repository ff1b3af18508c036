"""A card of the gallery: the drawing of a network, its name and year, its numbers, its idea."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPen, QTextLayout, QTextOption
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from workbench.core.modelling.preview import Preview
from workbench.gui import icons, theme
from workbench.gui.builder.gallery.gallery_offers import Offer
from workbench.gui.builder.items import style

OFFER = Qt.ItemDataRole.UserRole
CARD = QSize(244, 196)
PICTURE, LINES = 84, 2
"""The height of the drawing, and the lines that the idea may take."""
SMALLEST = 1.6
ICON = 30
ICONS = {"empty": "new", "file": "open", "code": "export", "recent": "folder"}


class GalleryCard(QStyledItemDelegate):
    """Paints the offers of a list, as wide as its grid."""

    def __init__(self, parent: QListView) -> None:
        super().__init__(parent)
        self._list = parent

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        grid = self._list.gridSize()
        return grid if grid.isValid() else CARD

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        offer: Offer = index.data(OFFER)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        card = QRect(option.rect).adjusted(theme.XS, theme.XS, -theme.XS, -theme.XS)
        _paint_paper(painter, card, option.state)
        inner = card.adjusted(theme.M, theme.S, -theme.M, -theme.S)
        picture = QRectF(inner.left(), inner.top(), inner.width(), PICTURE)
        drawing = offer.portrait.preview if offer.portrait else None
        if drawing is not None:
            paint_preview(painter, drawing, picture)
        else:
            _paint_icon(painter, offer, picture)
        _paint_words(painter, offer, inner.adjusted(0, PICTURE + theme.S, 0, 0))
        painter.restore()


def paint_preview(painter: QPainter, drawing: Preview, room: QRectF) -> None:
    """Draw a network as large as there is room; one that is tall lies on its side, its input on the left."""
    left, top, width, height = drawing.bounds
    lies = height > width
    across, down = (height, width) if lies else (width, height)
    scale = min(room.width() / max(across, 1.0), room.height() / max(down, 1.0), 0.4)
    painter.save()
    painter.translate(room.center() - QPointF(across, down) * scale / 2)

    def spot(x: float, y: float) -> QPointF:
        x, y = (x - left) * scale, (y - top) * scale
        return QPointF(y, x) if lies else QPointF(x, y)

    look = style.current()
    painter.setPen(QPen(theme.mix(look.theme.canvas, look.theme.text, share=0.16), 1.0))
    for number, frame in enumerate(drawing.frames):
        painter.setBrush(look.frame_brush(1 + number % 2))
        painter.drawRoundedRect(_rectangle(spot, frame.left, frame.top, size=(frame.width, frame.height)), 2, 2)
    painter.setPen(QPen(theme.mix(look.theme.canvas, look.theme.text, share=0.42), 0.8))
    for line in drawing.lines:
        painter.drawLine(spot(line.x1, line.y1), spot(line.x2, line.y2))
    painter.setPen(Qt.PenStyle.NoPen)
    for card in drawing.cards:
        painter.setBrush(look.kind_brush(card.category))
        box = _rectangle(spot, card.left, card.top, size=(card.width, card.height))
        more = QPointF(max(0.0, SMALLEST - box.width()), max(0.0, SMALLEST - box.height())) / 2
        painter.drawRoundedRect(box.adjusted(-more.x(), -more.y(), more.x(), more.y()), 1.5, 1.5)
    painter.restore()


def _rectangle(spot: object, left: float, top: float, *, size: tuple[float, float]) -> QRectF:
    return QRectF(spot(left, top), spot(left + size[0], top + size[1]))  # type: ignore[operator]


def _paint_paper(painter: QPainter, card: QRect, state: QStyle.StateFlag) -> None:
    colours = theme.current()
    chosen = bool(state & QStyle.StateFlag.State_Selected)
    hovered = bool(state & QStyle.StateFlag.State_MouseOver)
    painter.setPen(QPen(colours.accent, 2.0) if chosen else QPen(colours.border, 1.0))
    painter.setBrush(colours.selected if chosen else colours.hover if hovered else colours.raised)
    painter.drawRoundedRect(QRectF(card).adjusted(1, 1, -1, -1), theme.RADIUS, theme.RADIUS)


def _paint_icon(painter: QPainter, offer: Offer, room: QRectF) -> None:
    """What stands for a file or for nothing; for a network that is not drawn yet, or cannot be, dots or a sign."""
    colours = theme.current()
    name = ICONS.get(offer.sort)
    if name is None:
        failed = offer.portrait is not None and offer.portrait.error
        painter.setPen(colours.warning if failed else colours.disabled)
        painter.drawText(room, Qt.AlignmentFlag.AlignCenter, "No drawing" if failed else "Drawing…")
        return
    ratio = painter.device().devicePixelRatioF()
    picture = icons.pixmap(name, ICON, colours.muted, ratio=ratio)
    painter.drawPixmap(room.center() - QPointF(ICON, ICON) / 2, picture)


def _paint_words(painter: QPainter, offer: Offer, room: QRect) -> None:
    colours = theme.current()
    left, middle, right = Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignVCenter, Qt.AlignmentFlag.AlignRight
    year = str(offer.year) if offer.year else ""
    painter.setFont(theme.font("small"))
    height = painter.fontMetrics().height()
    painter.setPen(colours.muted)
    head = QRect(room.left(), room.top(), room.width(), round(1.3 * height))
    painter.drawText(head, right | middle, year)
    taken = painter.fontMetrics().horizontalAdvance(year) + theme.S
    painter.setPen(colours.text)
    painter.setFont(theme.font("strong"))
    title = painter.fontMetrics().elidedText(offer.title, Qt.TextElideMode.ElideMiddle, room.width() - taken)
    painter.drawText(head, left | middle, title)
    painter.setFont(theme.font("small"))
    top = head.bottom() + 1
    if offer.figures:
        painter.setPen(colours.text)
        painter.drawText(QRect(room.left(), top, room.width(), height + 2), left | middle, offer.figures)
        top += height + 3
    painter.setPen(colours.muted)
    _paint_idea(painter, offer.about, QRect(room.left(), top, room.width(), room.bottom() - top))


def _paint_idea(painter: QPainter, text: str, room: QRect) -> None:
    """As many whole lines as there is room for, the last one shortened."""
    metrics = painter.fontMetrics()
    layout = QTextLayout(text, painter.font())
    layout.setTextOption(QTextOption(Qt.AlignmentFlag.AlignLeft))
    layout.beginLayout()
    last = max(1, room.height() // metrics.lineSpacing()) - 1
    for number in range(last + 1):
        line = layout.createLine()
        if not line.isValid():
            break
        line.setLineWidth(room.width())
        rest = text[line.textStart() :]
        shown = rest[: line.textLength()] if number < last else rest
        spot = QPointF(room.left(), room.top() + number * metrics.lineSpacing() + metrics.ascent())
        painter.drawText(spot, metrics.elidedText(shown.strip(), Qt.TextElideMode.ElideRight, room.width()))
    layout.endLayout()
