"""A small panel in a corner of the canvas."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, Qt
from PySide6.QtWidgets import QAbstractScrollArea

from workbench.gui import theme
from workbench.gui.builder.canvas.floating import FloatingCard


class Overlay(FloatingCard):
    """Keeps to its corner of the canvas, and hides while the canvas has no room for it.

    It is a child of what is scrolled, and goes back to its place each time: Qt paints all of a widget that it scrolls
    below another one.
    """

    def __init__(self, canvas: QAbstractScrollArea, corner: Qt.Corner) -> None:
        super().__init__(canvas.viewport())
        self._canvas, self._corner = canvas, corner
        self._wanted = False
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)  # else the canvas below is painted each time
        self.setAttribute(Qt.WidgetAttribute.WA_NoMousePropagation)
        canvas.installEventFilter(self)
        for bar in (canvas.horizontalScrollBar(), canvas.verticalScrollBar()):
            bar.valueChanged.connect(self._stay)

    def show_here(self, *, wanted: bool) -> None:
        """Show or hide the panel."""
        self._wanted = wanted
        self.settle()

    def settle(self) -> None:
        """Take the size that the content needs, and the place in the corner."""
        self.resize(self.sizeHint())
        room, own = self._canvas.size(), self.size()
        fits = room.width() > own.width() + 2 * theme.M and room.height() > 2 * own.height()
        self.setVisible(self._wanted and fits)
        self._stay()
        self.raise_()

    def _stay(self) -> None:
        """Take the place in the corner: scrolling takes along what lies on the canvas."""
        room, own = self._canvas.size(), self.size()
        right = self._corner in (Qt.Corner.TopRightCorner, Qt.Corner.BottomRightCorner)
        low = self._corner in (Qt.Corner.BottomLeftCorner, Qt.Corner.BottomRightCorner)
        left = room.width() - own.width() - theme.M if right else theme.M
        self.move(QPoint(left, room.height() - own.height() - theme.M if low else theme.M))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the size of the canvas."""
        if watched is self._canvas and event.type() == QEvent.Type.Resize:
            self.settle()
        return super().eventFilter(watched, event)
