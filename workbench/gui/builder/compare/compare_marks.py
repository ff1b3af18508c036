"""What is different, on the canvas: an outline and a sign on every card that is added, removed or changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from workbench.gui import theme
from workbench.gui.builder.items import style
from workbench.gui.builder.items.group_item import GroupItem
from workbench.gui.builder.mirror.scene import NetworkScene

Change = Literal["added", "removed", "changed"]
SIGNS: dict[Change, str] = {"added": "+", "removed": "−", "changed": "≠"}
OUT = 4.0
"""How far the outline lies outside the card."""
BADGE = 20.0


def colour_of(change: Change) -> QColor:
    """The colour of a change; the sign says the same without it."""
    colours = theme.current()
    return {"added": colours.good, "removed": colours.error, "changed": colours.warning}[change]


class ChangeMark(QGraphicsItem):
    """The outline around one card, with a sign; on a closed group also how many layers in it differ."""

    def __init__(self, change: Change, card: QRectF, count: int) -> None:
        super().__init__()
        self.change, self.count = change, count
        self._card = QRectF(card)
        self.setZValue(3)
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)

    @property
    def text(self) -> str:
        """What the sign says."""
        return SIGNS[self.change] + (f" {self.count}" if self.count > 1 else "")

    def boundingRect(self) -> QRectF:
        return self._card.adjusted(-BADGE, -BADGE, BADGE, BADGE)

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        colour = colour_of(self.change)
        far = style.is_overview()
        dashes = Qt.PenStyle.DashLine if self.change == "removed" else Qt.PenStyle.SolidLine
        painter.setPen(QPen(colour, 9.0 if far else 3.0, dashes))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(self._card.adjusted(-OUT, -OUT, OUT, OUT), style.CORNER + OUT, style.CORNER + OUT)
        if not far:
            self._paint_sign(painter, colour)

    def _paint_sign(self, painter: QPainter, colour: QColor) -> None:
        look = style.current()
        width = max(BADGE, look.strong_metrics.horizontalAdvance(self.text) + 12)
        spot = QRectF(self._card.left() - OUT - 2, self._card.top() - BADGE + 3, width, BADGE)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        painter.drawRoundedRect(spot, BADGE / 2, BADGE / 2)
        painter.setPen(theme.readable_on(colour))
        painter.setFont(look.strong)
        painter.drawText(spot, Qt.AlignmentFlag.AlignCenter, self.text)


class ChangeMarks:
    """Keeps the marks of one scene where its cards are."""

    def __init__(self, scene: NetworkScene) -> None:
        self._scene = scene
        self._changes: Mapping[str, Change] = {}
        self.shown: dict[str, ChangeMark] = {}
        """The marks by the names of the cards."""
        scene.unfolded.connect(self.renew)

    def show(self, changes: Mapping[str, Change]) -> None:
        """Mark these layers."""
        self._changes = changes
        self.renew()

    def renew(self) -> None:
        """Mark the cards that are seen now."""
        for mark in self.shown.values():
            self._scene.removeItem(mark)
        self.shown = {}
        for key, card in self._scene.nodes.items():
            found = [self._changes[name] for name in self._scene.tree.nodes(key) if name in self._changes]
            if found:
                whole = len(found) == len(self._scene.tree.nodes(key)) and len(set(found)) == 1
                change = found[0] if whole or not isinstance(card, GroupItem) else "changed"
                mark = self.shown[key] = ChangeMark(
                    change, card.box(), len(found) if isinstance(card, GroupItem) else 1
                )
                self._scene.addItem(mark)
