"""The form of a training plan: what is trained, on what, and how; each problem stands beside what has it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QScrollArea, QToolButton, QVBoxLayout, QWidget

from workbench.core.training.plan import TrainingPlan
from workbench.errors import Problem
from workbench.gui import icons, theme
from workbench.gui.training.subjects import SubjectForm
from workbench.gui.widgets.form import FieldLook, RecordForm
from workbench.gui.workspace import Workspace

FIRST_EPOCHS = 5
"""Enough to see the curves bend, few enough for a first try on a laptop."""
MAIN = ("epochs", "batch_size", "optimizer", "learning_rate", "schedule", "augmentation")
MORE = ("weight_decay", "initialization", "seed", "device", "precision")
ONLY_WITH: dict[str, tuple[str, str]] = {}
"""Fields that mean something only while another one has a certain value."""
DEVICES = ("auto", "cpu", "cuda")
LABELS = {"initialization": "Start weights"}
OBJECT_NAMES = {"batch_size": "train-batch", "learning_rate": "train-rate"}


def looks() -> dict[str, FieldLook]:
    """Labels, object names and choices of the fields."""
    from workbench.core.training.choices import choices, meaning

    return {
        field: FieldLook(
            label=LABELS.get(field, ""),
            object_name=OBJECT_NAMES.get(field, f"train-{field.replace('_', '-')}"),
            choices=choices(field),
            meanings={name: meaning(field, name) for name in choices(field)},
            suggestions=DEVICES if field == "device" else (),
        )
        for field in (*MAIN, *MORE)
    }


class PlanForm(QWidget):
    """Shows the workspace's network and data, and edits the rest of a plan."""

    changed = Signal()
    """The plan, or what is known about it, has changed."""

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self.subjects = SubjectForm(workspace, self)
        self.main = RecordForm(TrainingPlan, MAIN, looks=looks(), parent=self)
        self.more = RecordForm(TrainingPlan, MORE, looks=looks(), parent=self)
        self._more_button = self._make_more_button()
        self._arrange()
        self.set_values(TrainingPlan(epochs=FIRST_EPOCHS))
        self.recheck()
        self.subjects.changed.connect(self.recheck)
        self.main.changed.connect(self.recheck)
        self.more.changed.connect(self.recheck)

    def plan(self) -> TrainingPlan:
        """The plan as it stands in the form, possible or not."""
        network = self._workspace.document.network.name
        return TrainingPlan(network=network, data=self.subjects.spec, **self.main.values(), **self.more.values())

    def set_values(self, plan: TrainingPlan) -> None:
        """Show the values of a plan; network and data stay those of the workspace."""
        values = {field: getattr(plan, field) for field in (*MAIN, *MORE)}
        self.main.set_values(values)
        self.more.set_values(values)

    def obstacle(self) -> str:
        """Why this plan cannot be trained, in a sentence; empty if nothing is known to be in the way."""
        problems = (*self.subjects.problems(), *self.plan().field_problems())
        return _sentence(problems[0]) if problems else ""

    def recheck(self) -> None:
        """Show what is wrong with the plan, and only the fields that mean something."""
        plan = self.plan()
        hidden = {field for field, (other, value) in ONLY_WITH.items() if getattr(plan, other) != value}
        problems = plan.field_problems()
        for form in (self.main, self.more):
            form.hide_fields(hidden & set(form.fields))
            form.show_problems(problems)
        if any(problem.where in MORE for problem in problems):
            self._more_button.setChecked(True)
        self.changed.emit()

    def _make_more_button(self) -> QToolButton:
        button = QToolButton(self)
        button.setObjectName("train-more")
        button.setText("More")
        button.setAccessibleName("More settings")
        button.setCheckable(True)
        button.setAutoRaise(True)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        icons.set_icon(button, "chevron-right")
        button.toggled.connect(self._show_more)
        return button

    def _show_more(self, shown: bool) -> None:
        self.more.setVisible(shown)
        icons.set_icon(self._more_button, "chevron-down" if shown else "chevron-right")

    def _arrange(self) -> None:
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(theme.L, theme.L, theme.L, theme.M)
        column.setSpacing(theme.M)
        for widget in (self.subjects, _line(self), self.main):
            column.addWidget(widget)
        column.addWidget(self._more_button, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self.more)
        column.addStretch(1)
        self.more.hide()
        scroll = QScrollArea(self)
        scroll.setWidget(body)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(scroll)


def _sentence(problem: Problem) -> str:
    """A problem beside the button: nodes are named, fields are seen anyway."""
    known = {"data", "network", *TrainingPlan.__struct_fields__, ""}
    return f"{problem.title}." if problem.where in known else f"{problem.where}: {problem.title}."


def _line(parent: QWidget) -> QFrame:
    line = QFrame(parent)
    line.setFrameShape(QFrame.Shape.HLine)
    line.setForegroundRole(line.palette().ColorRole.Mid)
    return line
