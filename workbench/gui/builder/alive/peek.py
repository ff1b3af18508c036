"""Resting the mouse on a connection, a port or a small picture shows the map that flows there, larger."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, QRect, Qt, QTimer
from PySide6.QtGui import QEnterEvent, QMouseEvent
from PySide6.QtWidgets import QLabel, QVBoxLayout

from workbench.core.inspection.glimpses import Closeup
from workbench.gui import theme
from workbench.gui.builder.alive.alive import Alive
from workbench.gui.builder.alive.map_view import MapView
from workbench.gui.builder.canvas.floating import FloatingCard
from workbench.gui.builder.canvas.view import CanvasView
from workbench.gui.builder.items import style
from workbench.gui.builder.items.glimpse import glimpse_room

REST_MS, LEAVE_MS = 350, 250
AWAY = 28
"""Pixels that the mouse may move from where it rested before the panel goes."""
SIZE = (272, 276)
WHO = "peek"


class Peek(FloatingCard):
    """The panel; it stays while the mouse is in it, so that values can be read."""

    def __init__(self, view: CanvasView, alive: Alive) -> None:
        super().__init__(view.viewport())
        self._view, self._alive = view, alive
        self.node = ""
        self._place = QPoint()
        self.setObjectName("build-peek")
        self.setAccessibleName("Map of the node")
        self.setFixedSize(*SIZE)
        self.title, self.map = QLabel(), MapView("build-peek-map", most=1)
        self.title.setFont(theme.font("strong"))
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.S, theme.S, theme.S, theme.S)
        column.setSpacing(theme.XS)
        column.addWidget(self.title)
        column.addWidget(self.map, 1)
        self._rest, self._leave = _timer(self, REST_MS, self._rested), _timer(self, LEAVE_MS, self.put_away)
        view.viewport().installEventFilter(self)
        alive.advanced.connect(self._advanced)

    def node_at(self, place: QPointF) -> str:
        """The node whose map belongs to a place of the scene: that of a port, a small picture or a connection."""
        ported = self._view.port_near(place)
        if ported is not None:
            card, port = ported
            sources = self._view.network_scene.picture.seen[card.name].inputs
            key = card.name if port == "output" or not sources else sources[0]
            return self._alive.node_behind(key)
        item = self._view.node_at(place)
        if item is not None:
            on_picture = item.glimpse is not None and glimpse_room(item.height).contains(place - item.pos())
            return self._alive.node_behind(item.name) if on_picture and self._view.zoom >= style.OVERVIEW else ""
        edge = self._view.edge_near(place)
        return self._alive.node_behind(edge.key.source) if edge is not None else ""

    def look(self, node: str, place: QPoint) -> None:
        """Show the map of a node beside a place of the viewport."""
        glimpse = self._alive.glimpse(node)
        if glimpse is None:
            return
        self.node, self._place = node, place
        self.title.setText(self.title.fontMetrics().elidedText(node, Qt.TextElideMode.ElideLeft, SIZE[0] - 20))
        self.map.show_glimpse(glimpse)
        self.move(self._corner(place))
        self.show()
        self.raise_()
        self._alive.closeup(node, WHO, self._show)

    def put_away(self) -> None:
        """Hide the panel."""
        self._rest.stop()
        self._leave.stop()
        if self.isVisible():
            self.hide()
            self._alive.give_up(WHO)
        self.node = ""

    def _show(self, closeup: Closeup | None) -> None:
        if closeup is not None and closeup.name == self.node:
            self.map.show_closeup(closeup)

    def _advanced(self, names: set[str]) -> None:
        """What is shown may have changed by an edit."""
        if self.isVisible() and self.node in names:
            self.look(self.node, self._place)

    def _rested(self) -> None:
        if not self._alive.is_on or self._view.gesture is not None or self.isVisible():
            return
        node = self.node_at(self._view.mapToScene(self._place))
        if node:
            self.look(node, self._place)

    def _corner(self, place: QPoint) -> QPoint:
        """Beside the place, inside the viewport, not on what it is about."""
        room = QRect(QPoint(), self._view.viewport().size())
        right = place.x() + theme.L
        left = right if right + self.width() <= room.width() else place.x() - theme.L - self.width()
        top = place.y() - self.height() // 2
        return QPoint(max(0, left), max(0, min(top, room.height() - self.height())))

    # Qt's part

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the mouse on the canvas; anything but moving it puts the panel away."""
        kind = event.type()
        if kind == QEvent.Type.MouseMove and isinstance(event, QMouseEvent):
            self._moved(event)
        elif kind in (QEvent.Type.MouseButtonPress, QEvent.Type.Wheel, QEvent.Type.Hide, QEvent.Type.KeyPress):
            self.put_away()
        elif kind == QEvent.Type.Leave:
            self._rest.stop()
        return super().eventFilter(watched, event)

    def enterEvent(self, event: QEnterEvent) -> None:
        """The mouse is in the panel: it stays."""
        self._leave.stop()
        super().enterEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        """The mouse has left the panel."""
        self._leave.start()
        super().leaveEvent(event)

    def _moved(self, event: QMouseEvent) -> None:
        if not self._alive.is_on or event.buttons():
            self.put_away()
            return
        place = event.position().toPoint()
        if not self.isVisible():
            self._place = place
            self._rest.start()
        elif (place - self._place).manhattanLength() > AWAY:
            if not self._leave.isActive():
                self._leave.start()
        else:
            self._leave.stop()


def _timer(parent: QObject, milliseconds: int, run: object) -> QTimer:
    timer = QTimer(parent)
    timer.setSingleShot(True)
    timer.setInterval(milliseconds)
    timer.timeout.connect(run)
    return timer
