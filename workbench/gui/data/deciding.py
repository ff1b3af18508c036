"""Deciding about the chosen pictures: leave out, relabel, move, undo; by keys, menu and the actions of the room."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
from PySide6.QtCore import QObject, QPoint, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from workbench.core.data.decisions import Decision, Decisions, decided
from workbench.core.data.images import Indices
from workbench.gui.background import Background
from workbench.gui.data.class_picker import ClassPicker
from workbench.gui.data.grid import PictureGrid
from workbench.gui.data.holding import Holding
from workbench.gui.data.ledger import Ledger
from workbench.gui.errors import show_error

FEW_CLASSES = 30
"""So many fit into a menu."""


class Deciding(QObject):
    """Turns what the user does with the chosen pictures into decisions."""

    changed = Signal(object)
    """The `Holding` after a decision."""
    told = Signal(str)

    def __init__(self, grid: PictureGrid, jobs: Background, parent: QObject) -> None:
        super().__init__(parent)
        self._grid = grid
        self.ledger = Ledger(jobs, self)
        self.ledger.changed.connect(self.changed)
        self.ledger.failed.connect(lambda error: show_error(grid.window(), error))
        self._holding: Holding | None = None

    def show_holding(self, holding: Holding | None) -> None:
        """Decide about another set."""
        self._holding = holding
        self.ledger.show_holding(holding)

    def follow(self, holding: Holding) -> None:
        """The same set after a decision or a check."""
        self._holding = holding

    def exclude(self) -> None:
        """Leave the chosen pictures out, those that are not yet, and go on to the next."""
        holding, chosen = self._holding, self._grid.chosen
        if holding is None:
            return
        kept = chosen[~holding.excluded[chosen]]
        self._decide(kept, "left out", lambda numbers: self.ledger.decide(numbers, "exclude"))

    def relabel(self, name: str) -> None:
        """Call the chosen pictures by another class."""
        holding, chosen = self._holding, self._grid.chosen
        if holding is None or name not in holding.classes:
            return
        other = holding.labels[chosen] != holding.classes.index(name)
        self._decide(chosen[other], f"called {name}", lambda numbers: self.ledger.decide(numbers, "relabel", to=name))

    def accept(self) -> None:
        """Call the chosen pictures what the run says that judged their labels."""
        holding, chosen = self._holding, self._grid.chosen
        if holding is None or holding.suspects is None:
            return
        names = {number: name for number in chosen.tolist() if (name := holding.suspected(number))}
        index = holding.index

        def edit(decisions: Decisions) -> Decisions:
            from workbench.core.data.arranging import decision_for

            for name in sorted(set(names.values())):
                numbers = np.array([number for number, said in names.items() if said == name], np.int64)
                wanted = Decision(action="relabel", pictures=(), to=name, why="labels")
                decisions = decided(decisions, decision_for(index, numbers, wanted))
            return decisions

        told = f"called {next(iter(names.values()))}" if len(names) == 1 else "called what the run says"
        self._decide(np.array(list(names), np.int64), told, lambda _numbers: self.ledger.apply(edit))

    def confirm(self) -> None:
        """Say that the labels of the chosen pictures are right, whatever the run says that judged them."""
        holding, chosen = self._holding, self._grid.chosen
        if holding is None:
            return
        numbers = np.array([number for number in chosen.tolist() if holding.suspected(number)], np.int64)
        index = holding.index

        def edit(decisions: Decisions) -> Decisions:
            from workbench.core.data.arranging import confirmations

            return confirmations(index, numbers, decisions, why="labels")

        self._decide(numbers, "labelled rightly", lambda _numbers: self.ledger.apply(edit))

    def relabel_to(self, place: int) -> None:
        """Call the chosen pictures by the class at a place, if there is one."""
        if self._holding is not None and place < len(self._holding.classes):
            self.relabel(self._holding.classes[place])

    def move(self) -> None:
        """Move the chosen pictures to the part that most of them are not in."""
        holding, chosen = self._holding, self._grid.chosen
        if holding is None or not len(chosen):
            return
        held = holding.held_out[chosen]
        part = "train" if held.mean() > 0.5 else "validation"
        numbers = chosen[held if part == "train" else ~held]
        purpose = "trained on" if part == "train" else "validated on"
        self._decide(numbers, purpose, lambda moved: self.ledger.decide(moved, "move", to=part))

    def ask_class(self) -> None:
        """Ask which class the chosen pictures are of."""
        holding, chosen = self._holding, self._grid.chosen
        if holding is None or not len(chosen):
            return
        count = f"{len(chosen):,} pictures show" if len(chosen) > 1 else f"{holding.name(int(chosen[0]))} shows"
        picker = ClassPicker(holding.classes, count, self._grid)
        picker.chosen.connect(self.relabel)
        picker.move(self._grid.place_of_current())
        picker.show()

    def menu(self, actions: list[QAction], place: QPoint) -> QMenu:
        """Offer the actions, and the classes where they are few, at a place of the screen."""
        menu = QMenu(self._grid)
        menu.setObjectName("data-menu")
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addActions(actions)
        if self._holding is not None and len(self._holding.classes) <= FEW_CLASSES:
            classes = menu.addMenu("Relabel as")
            for name in self._holding.classes:
                classes.addAction(name.replace("&", "&&"), partial(self.relabel, name))
        menu.popup(place)
        return menu

    def _decide(self, numbers: Indices, words: str, decide: Callable[[Indices], None]) -> None:
        if not len(numbers):
            return
        single = len(self._grid.chosen) == 1
        decide(numbers)
        count = f"{len(numbers):,} pictures" if len(numbers) > 1 else "1 picture"
        self.told.emit(f"{count} {words}; Ctrl+Z takes it back")
        if single:
            self._next(int(numbers[0]))

    def _next(self, number: int) -> None:
        """Go to the picture behind one."""
        rows = np.flatnonzero(self._grid.numbers == number)
        if len(rows) and rows[0] + 1 < len(self._grid.numbers):
            self._grid.choose(int(self._grid.numbers[rows[0] + 1]))
