"""Cards that glide from where they were to where they are: one sees what went where."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QEasingCurve, QEvent, QObject, QPointF, QVariantAnimation
from PySide6.QtWidgets import QStyle

from workbench.gui.builder.canvas.view import CanvasView

DURATION_MS = 200
MOST = 500
"""With more cards in sight nothing glides: drawing them would take longer than looking."""
INPUT = (QEvent.Type.MouseButtonPress, QEvent.Type.KeyPress, QEvent.Type.Wheel)


class Glide(QObject):
    """Plays a change of places that has already been made; any input, or another change, ends it at once."""

    def __init__(self, view: CanvasView) -> None:
        super().__init__(view)
        self._view, self._scene = view, view.network_scene
        self._before: dict[str, QPointF] = {}
        self._run = QVariantAnimation(self)
        self._run.setDuration(DURATION_MS)
        self._run.setEasingCurve(QEasingCurve.Type.InOutCubic)
        self._run.setStartValue(0.0)
        self._run.setEndValue(1.0)
        self._run.valueChanged.connect(self.show_at)
        self._run.finished.connect(self.finish)
        view.viewport().installEventFilter(self)
        view.installEventFilter(self)
        self._scene.unfolded.connect(self.finish)

    @property
    def is_running(self) -> bool:
        """Whether cards are on their way."""
        return bool(self._before)

    def places(self) -> dict[str, QPointF]:
        """Where the cards are seen."""
        return {name: item.pos() for name, item in self._scene.nodes.items()}

    def play(self, before: Mapping[str, QPointF]) -> None:
        """Let the cards glide from where they were before, where somebody wants to see that."""
        now = self._scene.nodes
        moved = {name: place for name, place in before.items() if name in now and now[name].pos() != place}
        if moved and self._is_wanted():
            self._before = moved
            self.show_at(0.0)
            self._run.start()

    def show_at(self, share: float) -> None:
        """Show the cards so far on their way, from 0 to 1."""
        after = self._scene.picture.arrangement.cards
        ways = {name: (place, QPointF(*after[name])) for name, place in self._before.items() if name in after}
        self._scene.show_places({name: start + (end - start) * share for name, (start, end) in ways.items()})

    def finish(self) -> None:
        """Show every card where it is."""
        if self._before:
            self.show_at(1.0)
            self._before = {}
            self._run.stop()

    def _is_wanted(self) -> bool:
        """Not where the platform wants no motion, not out of sight, not for very many cards."""
        wanted = self._view.style().styleHint(QStyle.StyleHint.SH_Widget_Animation_Duration, None, self._view) > 0
        return wanted and self._view.isVisible() and len(self._view.visible_nodes()) <= MOST

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Input is for what is really there."""
        if event.type() in INPUT:
            self.finish()
        return super().eventFilter(watched, event)
