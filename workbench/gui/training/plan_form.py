"""The form of a training plan: what is trained, on what, and how; each problem stands beside what has it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QPushButton, QScrollArea, QVBoxLayout, QWidget

from workbench.core.data.augment import Step
from workbench.core.training.choices import RECORDS, field_of, option, options
from workbench.core.training.plan import TrainingPlan, changed
from workbench.core.training.recipes import RECIPES
from workbench.errors import Problem
from workbench.gui import theme
from workbench.gui.training.own_augmentation import OwnAugmentation
from workbench.gui.training.plan_sections import MAIN, SECTIONS, Section, looks, meaningless, summary
from workbench.gui.training.plan_values import plan_of, usual_value, values_of
from workbench.gui.training.recipe_box import RecipeBox
from workbench.gui.training.remembered import recalled, remember
from workbench.gui.training.schedule_curve import ScheduleCurve
from workbench.gui.training.subjects import SubjectForm
from workbench.gui.widgets.collapsible import Collapsible
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
        self.main, self._schedule = _form(MAIN, self), ScheduleCurve(self)
        self.main.add_below("schedule", self._schedule)
        self.sections = {section: _section(section, self) for section in SECTIONS}
        self._forms = [self.main, *(_form_of(part) for part in self.sections.values())]
        self.find_rate = _find_button(self)
        self.main.add_beside("learning_rate", self.find_rate)
        self.own_augmentation = OwnAugmentation(self)
        self.main.add_below("augmentation", self.own_augmentation)
        self._arrange()
        self.set_values(recalled())
        self.subjects.changed.connect(self.recheck)
        self.recipe.chosen.connect(self._follow_recipe)
        self.find_rate.clicked.connect(self._find_rate)
        self.own_augmentation.clicked.connect(lambda: self.take_augmentation((self.plan().augmentation, ())))
        workspace.augmentation_requested.connect(self.take_augmentation)
        for form in self._forms:
            form.changed.connect(self._edited)

    def plan(self) -> TrainingPlan:
        """The plan as it stands in the form, possible or not."""
        values = {name: value for form in self._forms for name, value in form.values().items()}
        network = self._workspace.document.network.name
        return plan_of(changed(self._base, network=network, data=self.subjects.spec), values)

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

    def obstacle(self) -> str:
        """Why this plan cannot be trained, in a sentence; empty if nothing is known to be in the way."""
        problems = (*self.subjects.problems(), *self.plan().field_problems())
        return _sentence(problems[0]) if problems else ""

    def recheck(self) -> None:
        """Show what is wrong with the plan, and only the fields that mean something."""
        plan = self.plan()
        hidden, problems = meaningless(plan), plan.field_problems()
        for form in self._forms:
            form.hide_fields(hidden & set(form.fields))
            form.show_problems(problems)
        for section, part in self.sections.items():
            part.summarize(summary(section, plan))
            if any(problem.where in _form_of(part).fields for problem in problems):
                part.set_open(True)
        self.recipe.show_plan(plan)
        self._schedule.show_plan(plan)
        self.own_augmentation.show_plan(plan)
        self.offer_search()
        self.changed.emit()

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
        self.recheck()

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
        self.find_rate.setEnabled(idle and not self.obstacle())
        reason = "" if idle else "\nIt waits until the training is over."
        self.find_rate.setToolTip(f"Find a learning rate by experiment: it trains for some hundred steps.{reason}")

    def _find_rate(self) -> None:
        """Look for a rate by experiment; the rest of the window waits."""
        from workbench.gui.training.rate_finder import RateFinder

        dialog = RateFinder(self._workspace, self.plan(), self.window())
        dialog.chosen.connect(lambda rate: self.main.set_values({"learning_rate": rate}))
        dialog.open()

    def _arrange(self) -> None:
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(theme.L, theme.L, theme.L, theme.M)
        column.setSpacing(theme.M)
        for widget in (self.subjects, _line(self), self.recipe, self.main):
            column.addWidget(widget)
        sections = QVBoxLayout()
        sections.setSpacing(theme.XS)
        for part in self.sections.values():
            sections.addWidget(part)
        column.addLayout(sections)
        column.addStretch(1)
        scroll = QScrollArea(self)
        scroll.setWidget(body)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(scroll)


def _form(names: Sequence[str], parent: QWidget) -> RecordForm:
    """A form of fields of the plan and of options of its choices."""
    found = [option(field, name) for name in names if (field := field_of(name))]
    return RecordForm(TrainingPlan, names, looks=looks(names), options=found, parent=parent)


def _section(section: Section, parent: QWidget) -> Collapsible:
    return Collapsible(section.title, _form(section.names(), parent), object_name=section.object_name, parent=parent)


def _form_of(part: Collapsible) -> RecordForm:
    assert isinstance(part.body, RecordForm)
    return part.body


def _sentence(problem: Problem) -> str:
    """A problem beside the button: nodes are named, fields are seen anyway."""
    known = {
        "data",
        "network",
        *TrainingPlan.__struct_fields__,
        *(name for field in RECORDS for name in options(field)),
    }
    seen = problem.where in known or not problem.where
    return f"{problem.title}." if seen else f"{problem.where}: {problem.title}."


def _find_button(parent: QWidget) -> QPushButton:
    button = QPushButton("Find…", parent)
    button.setObjectName("train-find-rate")
    button.setAccessibleName("Find a learning rate")
    return button


def _line(parent: QWidget) -> QFrame:
    line = QFrame(parent)
    line.setFrameShape(QFrame.Shape.HLine)
    line.setForegroundRole(line.palette().ColorRole.Mid)
    return line
