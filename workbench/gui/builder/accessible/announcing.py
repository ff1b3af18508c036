"""Telling a screen reader what happens on the canvas: what is selected, what was done, what is wrong since then."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QTimer, Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QAccessibleEvent, QAccessibleStateChangeEvent

from workbench.core.graph.history import Step
from workbench.core.graph.network import Network
from workbench.core.graph.outline import ROOT
from workbench.core.modelling.shapes import Analysis
from workbench.errors import Problem
from workbench.gui.builder.accessible import canvas_interface
from workbench.gui.builder.accessible.canvas_parts import CANVAS, PartKey, chosen_parts, item_of
from workbench.gui.builder.accessible.spoken import selection_of
from workbench.gui.builder.canvas.view import CanvasView
from workbench.gui.builder.items.labels import counted
from workbench.gui.workspace import Workspace

Event = QAccessible.Event


class Announcing(QObject):
    """Follows the canvas and the document. What is selected is told in the next turn, when all of a change is there."""

    said = Signal(str)
    """A sentence that is read out."""

    def __init__(self, view: CanvasView, workspace: Workspace) -> None:
        super().__init__(view)
        self._view, self._scene, self._history = view, view.network_scene, workspace.document.history
        self._document = workspace.document
        self._undone: tuple[Step, ...] = ()
        self._run: str | None = None
        self._faults: tuple[Problem, ...] = ()
        self._opened, self._root = self._scene.opened, self._scene.root
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self._tell_selection)
        canvas_interface.install()
        view.destroyed.connect(view.parts.clear)
        view.installEventFilter(self)
        self._scene.picked.connect(self._soon.start)
        self._scene.unfolded.connect(self._tell_groups)
        view.editor.refused.connect(self.say)
        workspace.network_changed.connect(self._tell_step)
        workspace.analysed.connect(self._tell_problems)

    def say(self, text: str) -> None:
        """Have a sentence read out."""
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self._view, text))
        self.said.emit(text)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Where the keyboard comes to the canvas, what is selected has it."""
        if watched is self._view and event.type() == QEvent.Type.FocusIn:
            self._soon.start()
        return super().eventFilter(watched, event)

    def _tell_selection(self) -> None:
        """What is selected: as the description of the canvas, and as what has the keyboard."""
        parts, chosen = self._view.parts, chosen_parts(self._scene)
        parts.forget_gone()
        items = [item for item in (item_of(self._scene, key) for key in chosen) if item is not None]
        text = selection_of(self._scene, items)
        if text != self._view.accessibleDescription():
            self._view.setAccessibleDescription(text)
            if len(items) > 1:
                self.say(f"{len(items)} selected")
        if QAccessible.isActive() and self._view.hasFocus():
            self._tell_focus(chosen)

    def _tell_focus(self, chosen: list[PartKey]) -> None:
        """What was selected last has the keyboard; without it the canvas itself."""
        target = self._view.parts.interface(chosen[-1] if chosen else CANVAS)
        if target is not None:
            for kind in (Event.Focus, Event.Selection) if chosen else (Event.Focus,):
                QAccessible.updateAccessibility(QAccessibleEvent(target, kind))

    def _tell_step(self, _before: Network, after: Network) -> None:
        """What was done to the network, by the words of the undo list."""
        history, undone = self._document.history, self._undone
        self._undone = (*history.undone,)
        last = history.done[-1] if history.done else None
        run, self._run = self._run, last.merge_key if last else None
        if history is not self._history or not (history.done or history.undone):
            self._history, self._faults = history, ()
            self.say(f"{after.name or 'Network'} opened, {len(after)} nodes")
        elif len(history.undone) > len(undone):
            self.say(f"Undone: {history.undone[-1].label}")
        elif last is not None and any(last is step for step in undone):
            self.say(f"Done again: {last.label}")
        elif last is not None and (run is None or run != last.merge_key):
            self.say(last.label)

    def _tell_problems(self, analysis: Analysis) -> None:
        """The problems that have come since the last analysis, or that there are none left."""
        before, self._faults = self._faults, tuple(analysis.faults)
        known = {(problem.where, problem.title) for problem in before}
        fresh = [problem for problem in self._faults if (problem.where, problem.title) not in known]
        if len(fresh) == 1:
            where = f"{fresh[0].where}: " if fresh[0].where else ""
            self.say(f"Problem: {where}{fresh[0].title}")
        elif fresh:
            self.say(f"{len(fresh)} more problems")
        elif before and not self._faults:
            self.say("No problems left")
        self._soon.start()

    def _tell_groups(self) -> None:
        """Which groups were opened or closed, or which one is looked at alone."""
        opened, root = self._opened, self._root
        self._opened, self._root = self._scene.opened, self._scene.root
        if root != self._root:
            self.say("Looking at everything" if self._root == ROOT else f"Looking at {self._root} alone")
        for keys, word in ((self._opened - opened, "opened"), (opened - self._opened, "closed")):
            known = sorted(key for key in keys if self._scene.tree.is_group(key))
            if known and root == self._root:
                self.say(f"{counted(known, noun='group')} {word}")
                self._tell_state(PartKey("frame" if word == "opened" else "card", known[0]))
        QAccessible.updateAccessibility(QAccessibleEvent(self._view, Event.ObjectReorder))
        self._soon.start()

    def _tell_state(self, key: PartKey) -> None:
        """A group is open that was closed, or the other way round."""
        shown = self._view.parts.interface(key) if QAccessible.isActive() else None
        if shown is not None:
            change = QAccessible.State()
            change.expanded = True
            QAccessible.updateAccessibility(QAccessibleStateChangeEvent(shown, change))
