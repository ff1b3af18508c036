"""The third page: which layers learn, how long, and with which variations of the photos."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QWidget

from workbench.core.training.choices import choices
from workbench.core.training.plan import Phase
from workbench.core.transfer.plan import TransferPlan
from workbench.core.transfer.strategy import STRATEGIES
from workbench.errors import Problem
from workbench.gui import theme
from workbench.gui.transfer.cards import Card
from workbench.gui.transfer.labels import Muted
from workbench.gui.transfer.page import Page
from workbench.gui.transfer.state import WizardState
from workbench.gui.widgets.field_look import FieldLook
from workbench.gui.widgets.form import RecordForm
from workbench.gui.workspace import Workspace

FIELDS = ("epochs", "augmentation", "batch_size", "name")


class HowPage(Page):
    """Cards for the strategies and a form for the rest; a line says what will happen."""

    title = "How"
    heading = "How shall it learn?"

    def __init__(self, workspace: Workspace, state: WizardState, parent: QWidget | None = None) -> None:
        super().__init__(workspace, state, parent)
        self._cards: dict[str, Card] = {}
        looks = {
            "epochs": FieldLook(object_name="transfer-epochs"),
            "augmentation": FieldLook(object_name="transfer-augmentation", choices=choices("augmentation")),
            "batch_size": FieldLook(object_name="transfer-batch"),
            "name": FieldLook(label="Name of the run", object_name="transfer-name"),
        }
        self._form = RecordForm(TransferPlan, FIELDS, looks=looks, parent=self)
        self._form.setMaximumWidth(460)
        self._form.changed.connect(lambda: state.change(**self._form.values()))
        self._what = Muted()
        self._what.setObjectName("transfer-phases")
        self.column.addLayout(self._card_row())
        self.column.addSpacing(theme.S)
        self.column.addWidget(self._form)
        self.column.addWidget(self._what)
        self.column.addStretch(1)
        state.changed.connect(self._follow)
        self._form.set_values({name: getattr(state.plan, name) for name in FIELDS})
        self._follow()

    def problem(self) -> Problem | None:
        return next(iter(self.state.problems("strategy", *FIELDS)), None)

    def _card_row(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(theme.M)
        for strategy in STRATEGIES.values():
            card = Card(f"transfer-strategy-{strategy.name}", strategy.title, strategy.sentence, self)
            card.clicked.connect(lambda _checked, name=strategy.name: self.state.change(strategy=name))
            self._cards[strategy.name] = card
            row.addWidget(card, 1)
        return row

    def _follow(self) -> None:
        for name, card in self._cards.items():
            card.setChecked(name == self.state.plan.strategy)
        self.first = self._cards.get(self.state.plan.strategy)
        self._form.show_problems(self.state.problems(*FIELDS))
        editor = self._form.editor("name")
        editor.setProperty("placeholderText", self.state.plan.run_name())
        self._what.setText("" if self.problem() else self._phases())

    def _phases(self) -> str:
        plan = self.state.plan
        phases = STRATEGIES[plan.strategy].phases(self.state.backbone, plan.epochs)
        return "; then ".join(_sentence(phase, self.state.backbone.head) for phase in phases) + "."


def _sentence(phase: Phase, head: str) -> str:
    epochs = f"{phase.epochs} epoch{'s' if phase.epochs > 1 else ''}"
    who = f"only {head}" if phase.frozen else "all layers"
    still = ", normalization keeping its statistics" if phase.norm != "train" else ""
    return f"{epochs} in which {who} learn{'s' if phase.frozen else ''} at a rate of {phase.learning_rate:g}{still}"
