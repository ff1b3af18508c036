"""The fields of a sweep that is to be made: what is searched, by which method, how often."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFormLayout, QHBoxLayout, QSpinBox, QWidget

from workbench.core.runs.sweeps.checking import search_problems
from workbench.core.runs.sweeps.methods import METHODS
from workbench.core.runs.sweeps.pruning import PRUNERS
from workbench.core.runs.sweeps.spelling import space_of
from workbench.core.runs.sweeps.sweep import Search
from workbench.core.training.plan import TrainingPlan
from workbench.errors import Problem
from workbench.gui import theme
from workbench.gui.runs.sweep_choice import ChoiceEditor
from workbench.gui.runs.sweep_space import SpaceEditor
from workbench.gui.widgets.labels import ToneLabel

NUMBERS = {
    "trials": (1, 10_000, "Points that are trained"),
    "seeds": (1, 100, "Trainings of each point; their mean counts"),
    "search-seed": (0, 2**31 - 1, "Seed of what the method draws: another one tries other points"),
}
"""The least, the most, and what it means."""


class SearchForm(QWidget):
    """Editors whose values are a `Search` around a plan."""

    changed = Signal()

    def __init__(self, plan: TrainingPlan, parent: QWidget) -> None:
        super().__init__(parent)
        self.space = SpaceEditor(plan, self)
        self.method = ChoiceEditor("method", METHODS, usual="random", parent=self)
        self.pruner = ChoiceEditor("pruner", PRUNERS, usual="none", parent=self)
        self.trials, self.seeds = _number("trials", 20, self), _number("seeds", 1, self)
        self.lot = _number("search-seed", 0, self)
        self._arrange()
        for editor in (self.space, self.method, self.pruner):
            editor.changed.connect(self.changed)
        for number in (self.trials, self.seeds, self.lot):
            number.valueChanged.connect(lambda _value: self.changed.emit())

    def search(self, plan: TrainingPlan) -> tuple[Search, tuple[Problem, ...]]:
        """What the fields ask for around a plan, and what is wrong with it."""
        space, unread = space_of(self.space.pairs())
        search = Search(
            space=space,
            method=self.method.value(),
            pruner=self.pruner.value(),
            seeds=tuple(range(plan.seed, plan.seed + self.seeds.value())),
            trials=self.trials.value(),
            seed=self.lot.value(),
        )
        return search, unread or search_problems(plan, search)

    def _arrange(self) -> None:
        form = QFormLayout(self)
        form.setContentsMargins(0, 0, 0, 0)
        form.setHorizontalSpacing(theme.L)
        form.addRow("Search", self.space)
        form.addRow("Method", self.method)
        form.addRow("Giving up", self.pruner)
        numbers = QHBoxLayout()
        numbers.setSpacing(theme.S)
        for editor, title in ((self.trials, ""), (self.seeds, "with seeds each:"), (self.lot, "drawn with seed")):
            if title:
                numbers.addWidget(ToneLabel("muted", self, text=title))
            numbers.addWidget(editor)
        numbers.addStretch(1)
        form.addRow("Trials", numbers)


def _number(name: str, value: int, parent: QWidget) -> QSpinBox:
    least, most, tip = NUMBERS[name]
    box = QSpinBox(parent)
    box.setObjectName(f"sweep-{name}")
    box.setAccessibleName(name.replace("-", " ").capitalize())
    box.setToolTip(tip)
    box.setRange(least, most)
    box.setValue(value)
    return box
