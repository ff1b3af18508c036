"""The signs of problems on cards: a click on one, or P for what is selected, tells what is wrong and what mends it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication, QWidget

from workbench.gui.builder.canvas.actions import CanvasActions, Entry
from workbench.gui.builder.canvas.gestures import Gesture
from workbench.gui.builder.canvas.view import CanvasView
from workbench.gui.builder.items import style
from workbench.gui.builder.items.card import BADGE, Card
from workbench.gui.builder.items.frame_item import FrameItem
from workbench.gui.builder.seeing.problem_bubble import ProblemBubble
from workbench.gui.workspace import Workspace

Signed = Card | FrameItem
"""What can have the sign of a problem."""


class Badges(QObject):
    """Opens the bubble, and tells in it what is left after an edit.

    To be made when the canvas already follows the workspace: it asks the cards what the analysis has found.
    """

    def __init__(self, view: CanvasView, actions: CanvasActions, workspace: Workspace) -> None:
        super().__init__(view)
        self._view, self._scene, self._key = view, view.network_scene, ""
        self.bubble = ProblemBubble(view.viewport())
        self.bubble.remedy_chosen.connect(view.editor.mend)
        self.bubble.left.connect(self._close)
        view.handles.append(self)
        actions.add(
            Entry("build-problem", "Problems of the selected node, and what mends them", "P", self.tell_selected)
        )
        workspace.network_changed.connect(self._follow)
        workspace.analysed.connect(self._renew)
        view.viewport().installEventFilter(self)
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        app.focusChanged.connect(self._focus_moved)

    def tell_selected(self) -> None:
        """Tell the problems of the first selected card that has any."""
        cards = [card for key in self._scene.chosen if (card := self._scene.item(key)) is not None]
        card = next((card for card in cards if card.problems or card.hints), None)
        if card is not None:
            self._view.reveal(card.name)
            self.tell(card)
        elif cards:
            self._view.editor.refused.emit(f"Nothing is known to be wrong with {cards[0].name}.")
        else:
            self._view.editor.refused.emit("Select a node with a problem first.")

    def tell(self, card: Signed) -> None:
        """Tell the problems of a card beside it."""
        self._key = card.name
        beside = self._view.mapFromScene(card.box()).boundingRect()
        self.bubble.tell(card.name, (*card.problems, *card.hints), beside)

    def card_at(self, place: QPointF) -> Signed | None:
        """The card, or the frame of an open group, whose sign of a problem is at a place of the scene."""
        if self._view.zoom < style.OVERVIEW:
            return None
        around = BADGE.translated(place - BADGE.center()).adjusted(-4, -4, 4, 4)
        cards = (item for item in self._scene.items(around) if isinstance(item, (Card, FrameItem)))
        return next((card for card in cards if card.has_badge_at(place)), None)

    # a handle of the canvas

    def is_at(self, place: QPointF) -> bool:
        """Whether a sign is at a place of the scene."""
        return self.card_at(place) is not None

    def cursor_at(self, _place: QPointF) -> Qt.CursorShape:
        """It can be clicked."""
        return Qt.CursorShape.PointingHandCursor

    def double_click(self, _place: QPointF) -> None:
        """A second click does nothing more."""

    def grasp(self, event: QMouseEvent) -> Gesture:
        """The sign is pressed."""
        return PressBadge(self._view, self, event)

    # what happens around it

    def _follow(self) -> None:
        if self.bubble.isVisible():
            self.bubble.wait() if self._scene.item(self._key) is not None else self._close()

    def _renew(self) -> None:
        """Tell what is left."""
        if not self.bubble.isVisible():
            return
        card = self._scene.item(self._key)
        if card is not None and (card.problems or card.hints):
            self.tell(card)
        else:
            self._close()

    def _close(self) -> None:
        had_keyboard = self._holds(QApplication.focusWidget())
        self.bubble.hide()
        if had_keyboard:
            self._view.setFocus(Qt.FocusReason.PopupFocusReason)

    def _holds(self, widget: QWidget | None) -> bool:
        return widget is not None and (widget is self.bubble or self.bubble.isAncestorOf(widget))

    def _focus_moved(self, _old: QWidget | None, new: QWidget | None) -> None:
        if self.bubble.isVisible() and new is not None and not self._holds(new):
            self.bubble.hide()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """What moves the canvas, or presses on it, closes the bubble; in a smaller canvas it stays in sight."""
        if event.type() in (QEvent.Type.MouseButtonPress, QEvent.Type.Wheel) and self.bubble.isVisible():
            self._close()
        elif event.type() == QEvent.Type.Resize:
            self.bubble.keep_inside()
        return super().eventFilter(watched, event)


class PressBadge(Gesture):
    """A click on the sign selects its card and tells what is wrong."""

    def __init__(self, view: CanvasView, badges: Badges, event: QMouseEvent) -> None:
        super().__init__(view)
        self._badges, self._card = badges, badges.card_at(view.mapToScene(event.position().toPoint()))

    def release(self, event: QMouseEvent) -> None:
        card = self._badges.card_at(self.view.mapToScene(event.position().toPoint()))
        if card is not None and card is self._card:
            self.view.network_scene.select([card.name])
            self._badges.tell(card)
