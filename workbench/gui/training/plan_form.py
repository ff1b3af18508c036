"""The form of a training plan: what is trained, on what, and how; each problem stands beside what has it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from workbench.core.data.augment import Step
from workbench.core.graph.network import Network
from workbench.core.training.choices import RECORDS, field_of, option, options
from workbench.core.training.plan import TrainingPlan, changed
from workbench.core.training.recipes import RECIPES
from workbench.errors import Problem
from workbench.gui import theme
from workbench.gui.training.augmentation_section import AugmentationSection
from workbench.gui.training.memory_line import MemoryLine
from workbench.gui.training.own_augmentation import OwnAugmentation
from workbench.gui.training.plan_parts import GROUP_LOOK, PlanParts, next_phase, phase_look
from workbench.gui.training.plan_sections import MAIN, SECTIONS, Section, looks, meaningless, summary
from workbench.gui.training.plan_values import plan_of, usual_value, values_of
from workbench.gui.training.process_choice import ProcessChoice
from workbench.gui.training.recipe_box import RecipeBox
from workbench.gui.training.remembered import recalled, remember
from workbench.gui.training.schedule_curve import ScheduleCurve
from workbench.gui.training.search_dialog import find_button
from workbench.gui.training.subjects import SubjectForm
from workbench.gui.training.thread import Where
from workbench.gui.widgets.collapsible import Collapsible
from workbench.gui.widgets.field_look import FieldLook
from workbench.gui.widgets.form import RecordForm
from workbench.gui.workspace import Workspace


class PlanForm(QWidget):
    """Shows the workspace's network and data, and edits the rest of a plan."""

    changed = Signal()
    """The plan, or what is known about it, has changed."""

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._workspace, self._filling = workspace, True
        self.subjects, self.recipe = SubjectForm(workspace, self), RecipeBox(self)
        self._parts = PlanParts(workspace, self)
        self.main, self._schedule = self._form(MAIN), ScheduleCurve(self)
        self.main.add_below("schedule", self._schedule)
        self.sections = {section: self._section(section) for section in SECTIONS}
        self._forms = [self.main, *(_form_of(part) for part in self.sections.values())]
        self.find_rate = find_button("rate", "Find a learning rate", self)
        self.main.add_beside("learning_rate", self.find_rate)
        self.find_batch = find_button("batch", "Find the largest batch", self)
        self.main.add_beside("batch_size", self.find_batch)
        self.own_augmentation, self.augmentation = OwnAugmentation(self), AugmentationSection(self)
        self.main.add_below("augmentation", self.own_augmentation)
        self.process, self.memory = ProcessChoice(self), MemoryLine(workspace, self)
        machine = next(form for form in self._forms if "recompute" in form.fields)
        machine.add_below("recompute", self.memory)
        machine.add_below("device", self.process)
        self._arrange()
        self.set_values(changed(recalled(), frozen=workspace.frozen))
        self.subjects.changed.connect(self.recheck)
        self.recipe.chosen.connect(self._follow_recipe)
        self.find_rate.clicked.connect(self._find_rate)
        self.find_batch.clicked.connect(self._find_batch)
        self.augmentation.chosen.connect(self.take_augmentation)
        self._parts.counted.connect(self.recheck)
        self.own_augmentation.clicked.connect(lambda: self.take_augmentation((self.plan().augmentation, ())))
        workspace.augmentation_requested.connect(self.take_augmentation)
        workspace.frozen_changed.connect(self._show_frozen)
        for form in self._forms:
            form.changed.connect(self._edited)

    def plan(self) -> TrainingPlan:
        """The plan as it stands in the form, possible or not."""
        values = {name: value for form in self._forms for name, value in form.values().items()}
        network = self._workspace.document.network.name
        return plan_of(changed(self._base, network=network, data=self.subjects.spec), values)

    @property
    def where(self) -> Where:
        """Where a training runs: in this process, or in one of its own."""
        return self.process.where

    def set_values(self, plan: TrainingPlan) -> None:
        """Show the values of a plan; network and data stay those of the workspace."""
        self._base, self._filling = plan, True
        for form in self._forms:
            form.set_values(values_of(plan, form.fields))
        self._choices = {field: str(getattr(plan, field)) for field in RECORDS}
        self._filling = False
        self.recheck()

    def take_augmentation(self, wanted: tuple[str, tuple[Step, ...]]) -> None:
        """Vary pictures as a named augmentation does, or by operations of one's own where there are any."""
        name, steps = wanted
        self.set_values(changed(self.plan(), augmentation=name, augmentation_steps=steps))

    def remember(self) -> None:
        """Keep the values for the next start, as far as they are possible."""
        plan = self.plan()
        if not plan.field_problems():
            remember(plan)

    def hideEvent(self, event: QHideEvent) -> None:
        """What is set here counts in other rooms: the Data room shows the parts of this split."""
        self.remember()
        super().hideEvent(event)

    def obstacle(self) -> str:
        """Why this plan cannot be trained, in a sentence; empty if nothing is known to be in the way."""
        problems = (*self.subjects.problems(), *self._problems(self.plan()))
        return next((_sentence(problem) for problem in problems if problem.level == "error"), "")

    def recheck(self) -> None:
        """Show what is wrong with the plan, and only the fields that mean something."""
        plan = self.plan()
        hidden, problems = meaningless(plan), self._problems(plan)
        for form in self._forms:
            form.hide_fields(hidden & set(form.fields))
            form.show_problems(problems)
        for section, part in self.sections.items():
            part.summarize(summary(section, plan))
            if any(_field_of(problem) in _form_of(part).fields for problem in problems):
                part.set_open(True)
            self._parts.show_counts(plan, _form_of(part))
        self.recipe.show_plan(plan)
        self.subjects.show_split(plan.split())
        self._schedule.show_plan(plan)
        for view in (self.own_augmentation, self.augmentation, self.memory):
            view.show_plan(plan)
        self.offer_search()
        self.changed.emit()

    def _problems(self, plan: TrainingPlan) -> tuple[Problem, ...]:
        """What is wrong with the values; and if nothing is, what of them the network does not have."""
        return plan.field_problems() or self._parts.problems(plan)

    def _edited(self) -> None:
        if self._filling:
            return
        self._filling = True
        plan = self.plan()
        if plan.augmentation != self._base.augmentation:  # a name that is chosen counts, and not what was used instead
            self._base = changed(self._base, augmentation=plan.augmentation, augmentation_steps=())
        for field in RECORDS:
            if str(getattr(plan, field)) != self._choices[field]:
                self._choices[field] = str(getattr(plan, field))
                self._show_options(plan, field)
        self._filling = False
        self._workspace.frozen = plan.frozen
        self.recheck()

    def _show_frozen(self) -> None:
        """Follow the freeze line of the Build room."""
        plan = self.plan()
        if plan.frozen != self._workspace.frozen:
            self.set_values(changed(plan, frozen=self._workspace.frozen))

    def _show_options(self, plan: TrainingPlan, field: str) -> None:
        """Begin with the usual options of another choice, and show them if there are any."""
        names = getattr(plan, field).__struct_fields__
        usual = {name: usual_value(plan, name) for name in names}
        for form in self._forms:
            form.set_values(usual)
        for section, part in self.sections.items():
            if section.opened_by == field and names:
                part.set_open(True)

    def _follow_recipe(self, name: str) -> None:
        self.set_values(RECIPES[name](self.plan()))

    def offer_search(self) -> None:
        """A search needs a plan that can be trained, and the random numbers for itself."""
        idle = self._workspace.active_run is None
        reason = "" if idle else "\nIt waits until the training is over."
        for button, words in (
            (self.find_rate, "Find a learning rate by experiment: it trains for some hundred steps."),
            (self.find_batch, "Find the largest batch that fits into memory."),
        ):
            button.setEnabled(idle and not self.obstacle())
            button.setToolTip(f"{words}{reason}")

    def _find_rate(self) -> None:
        """Look for a rate by experiment; the rest of the window waits."""
        from workbench.gui.training.rate_finder import RateFinder

        dialog = RateFinder(self._workspace, self.plan(), self.window())
        dialog.chosen.connect(lambda rate: self.main.set_values({"learning_rate": rate}))
        dialog.open()

    def _find_batch(self) -> None:
        """Look for the largest batch; the rest of the window waits."""
        from workbench.gui.training.batch_search import BatchSearch

        dialog = BatchSearch(self._workspace, self.plan(), self.window())
        dialog.chosen.connect(lambda batch: self.main.set_values({"batch_size": batch}))
        dialog.open()

    def _form(self, names: Sequence[str]) -> RecordForm:
        """A form of fields of the plan and of options of its choices."""
        found = [option(field, name) for name in names if (field := field_of(name))]
        return RecordForm(TrainingPlan, names, looks=self._looks(names), options=found, parent=self)

    def _looks(self, names: Sequence[str]) -> dict[str, FieldLook]:
        """How fields appear; names of nodes are chosen from the network, phases and groups have forms of their own."""
        made = looks(names)
        parts = {
            "phases": phase_look(self._network, lambda phases: next_phase(self.plan(), phases)),
            "groups": GROUP_LOOK,
        }
        made |= {name: replace(made[name], offer=self._network) for name in names if name in ("recompute", "frozen")}
        return made | {name: replace(made[name], parts=parts[name]) for name in names if name in parts}

    def _section(self, section: Section) -> Collapsible:
        form = self._form(section.names())
        return Collapsible(section.title, form, object_name=section.object_name, parent=self)

    def _network(self) -> Network:
        return self._workspace.document.network

    def _arrange(self) -> None:
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(theme.L, theme.L, theme.L, theme.M)
        column.setSpacing(theme.M)
        for widget in (self.subjects, _line(self), self.recipe, self.main):
            column.addWidget(widget)
        sections = QVBoxLayout()
        sections.setSpacing(theme.XS)
        for section, part in self.sections.items():
            if section.title == "Regularization":
                sections.addWidget(self.augmentation)
            sections.addWidget(part)
        column.addLayout(sections)
        column.addStretch(1)
        scroll = QScrollArea(self)
        scroll.setWidget(body)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # its fields scroll it
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(scroll)


def _form_of(part: Collapsible) -> RecordForm:
    assert isinstance(part.body, RecordForm)
    return part.body


def _field_of(problem: Problem) -> str:
    """The field of a problem, also of one inside a list: that of `phases.1.epochs` is `phases`."""
    return problem.where.partition(".")[0]


def _sentence(problem: Problem) -> str:
    """A problem beside the button: nodes are named, fields are seen anyway."""
    known = {
        "data",
        "network",
        *TrainingPlan.__struct_fields__,
        *(name for field in RECORDS for name in options(field)),
    }
    seen = _field_of(problem) in known or not problem.where
    return f"{problem.title}." if seen else f"{problem.where}: {problem.title}."


def _line(parent: QWidget) -> QFrame:
    line = QFrame(parent)
    line.setFrameShape(QFrame.Shape.HLine)
    line.setForegroundRole(line.palette().ColorRole.Mid)
    return line
