"""The second view of the room: what a training will see of the current picture, while the sliders are moved."""

from __future__ import annotations

import time
from itertools import count
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from workbench.core.training.plan import TrainingPlan
from workbench.errors import Problem, WorkbenchError
from workbench.gui import theme
from workbench.gui.bridge import Inbox
from workbench.gui.data.holding import Holding
from workbench.gui.data.preparing import Prepared, prepare, training_variants, unvaried
from workbench.gui.data.recipe_panel import Recipe, RecipePanel
from workbench.gui.data.variants_view import SPAN, VariantsView
from workbench.gui.errors import show_error
from workbench.gui.training.remembered import recalled
from workbench.gui.widgets.busy import BusyRow
from workbench.gui.widgets.empty_state import EmptyState
from workbench.gui.widgets.labels import ToneLabel
from workbench.gui.widgets.problem import ProblemLabel
from workbench.gui.workspace import Workspace

if TYPE_CHECKING:
    from workbench.core.data.variants import Variant

LANE = "variants"
PATIENCE = 0.15
"""Seconds after which variants that nobody wants any more are given up; until then they are shown: a slider moves."""
TOGETHER_MS = 10
"""Variants that come within such a time are shown at once."""
STAGES = ("Before normalization", "After normalization")


class AugmentationPage(QWidget):
    """Opens the set as a training would, once, and shows the variants of one picture as they come."""

    message = Signal(str)

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._workspace, self._jobs = workspace, workspace.jobs
        self._holding: Holding | None = None
        self._number = -1
        self._requests = count()
        self._shown = -1
        """The request whose variants are shown."""
        self._fresh: list[Variant] = []
        self._subject: object = None
        self._prepared: Prepared | None = None
        self._plan: TrainingPlan = recalled()
        self._variants: list[Variant] = []
        self.recipe, self.view = RecipePanel(self), VariantsView(self)
        self.stage, self.note, self.values = QComboBox(self), ToneLabel("muted", self), QLabel(self)
        self.busy, self.trouble = BusyRow("data-augmentation", self), ProblemLabel(self)
        self.message_page = EmptyState("image", "", sentence="")
        self.message_page.button.setObjectName("data-augmentation-again")
        self._pages = QStackedWidget(self)
        self._inbox = Inbox(self, interval_ms=TOGETHER_MS)
        self._inbox.arrived.connect(self._take)
        self._arrange()
        self._connect()
        self._follow_plan()

    def show_picture(self, holding: Holding | None, number: int) -> None:
        """Show another picture; nothing is done while nobody looks."""
        self._holding, self._number = holding, number
        if self.isVisible():
            self.refresh()

    def refresh(self) -> None:
        """Show the variants of the picture, opening the set first where that was not done."""
        holding = self._holding
        if holding is None or self._number < 0:
            self._say("No picture is chosen", "Choose one in the view Pictures.")
        elif self._is_current():
            self._ask()
        else:
            self._prepare(holding)

    def showEvent(self, event: object) -> None:
        """Begin when the view is opened."""
        super().showEvent(event)  # type: ignore[arg-type]
        self._plan = recalled()
        self.refresh()

    # -- opening the set -------------------------------------------------------------------------------------------

    def _is_current(self) -> bool:
        made = self._prepared
        if made is None or made.data.split != self._plan.split():
            return False
        return made.holding is self._holding and made.network is self._network()

    def _network(self) -> object:
        return self._workspace.document.network

    def _prepare(self, holding: Holding) -> None:
        network, split = self._workspace.document.network, self._plan.split()
        self.busy.start("Opening the set as a training does")
        report = self.busy.reporter(self._jobs)
        self._jobs.submit(
            lambda: prepare(holding, network, split, report),
            owner=self,
            lane=LANE,
            key="prepare",
            done=self._show_prepared,
            failed=self._could_not,
        )

    def _show_prepared(self, prepared: Prepared) -> None:
        self.busy.hide()
        self._prepared = prepared
        self.refresh()

    def _cancel(self) -> None:
        self._jobs.cancel(self, "prepare")
        self.busy.hide()
        self._say("The set is not open", "It is decoded once to show what a training sees.", "Open it")

    def _could_not(self, error: Exception) -> None:
        self.busy.hide()
        if not isinstance(error, WorkbenchError):
            show_error(self.window(), error)
            return
        self._say(error.title, str(WorkbenchError(error.reason, error.hint)), "Try again")

    # -- the variants ----------------------------------------------------------------------------------------------

    def _ask(self) -> None:
        prepared, number, recipe = self._prepared, self._number, self.recipe.recipe
        assert prepared is not None
        place = prepared.place(number)
        if place is None:
            self._jobs.cancel(self, "variants")
            self._say("This picture is in neither part", "It was excluded, or it cannot be read.")
            return
        part, where = place
        held = part is prepared.data.validation
        request = next(self._requests)
        if self._subject != (prepared, number):
            self._subject, self._shown, self._fresh, self._variants = (prepared, number), request, [], []
        inbox, jobs, sampling = self._inbox, self._jobs, self._plan.sampling

        def make() -> tuple[Problem, ...]:
            late = time.monotonic() + PATIENCE
            inbox.put((request, unvaried(prepared, part, where)))
            for variant in () if held else training_variants(prepared, where, recipe, sampling=sampling):
                inbox.put((request, variant))
                if time.monotonic() > late and not jobs.wanted():
                    break
            return _idle(recipe, prepared)

        self._jobs.submit(make, owner=self, lane=LANE, key="variants", done=self._finish, failed=self._could_not)
        mean, std = prepared.preprocessing.mean, prepared.preprocessing.std
        words = f"mean {_numbers(mean)}, std {_numbers(std)}"
        held_words = "Held out: a training never varies it and validates on it as it is. "
        mixed = "" if self._plan.mixing == "none" or held else f" {self._plan.mixing.capitalize()} comes after this."
        self.note.setText((held_words if held else "") + f"Normalized with {words}.{mixed}")
        self._pages.setCurrentWidget(self._body)

    def _take(self, items: list[tuple[int, Variant]]) -> None:
        """Replace what is shown, one by one; the variants of an older request come too late."""
        for request, variant in items:
            if request > self._shown:
                self._shown, self._fresh = request, []
            if request == self._shown:
                self._fresh.append(variant)
        self._show([*self._fresh, *self._variants[len(self._fresh) :]])

    def _finish(self, idle: tuple[Problem, ...]) -> None:
        self._inbox.drain()
        self._show(self._fresh)
        self.trouble.show_problem(idle[0] if idle else None)

    def _show(self, variants: list[Variant]) -> None:
        self._variants = list(variants)
        self.view.show_variants(self._variants)

    def _use(self) -> None:
        recipe = self.recipe.recipe
        self._workspace.augmentation_requested.emit((recipe.preset, recipe.steps))

    def _say(self, headline: str, sentence: str, button: str = "") -> None:
        self.message_page.say(headline, sentence, button=button)
        self._pages.setCurrentWidget(self.message_page)

    def _follow_plan(self) -> None:
        """Begin with the settings of the last training."""
        plan = self._plan
        batch = plan.batch_size * plan.accumulation
        self.recipe.show_recipe(Recipe(plan.augmentation, plan.augmentation_steps, plan.seed, batch))

    # -- building --------------------------------------------------------------------------------------------------

    def _arrange(self) -> None:
        self.stage.addItems(STAGES)
        self.stage.setObjectName("data-stage")
        self.stage.setAccessibleName("Before or after normalization")
        self.stage.setToolTip(f"After normalization, −{SPAN:g} is shown black and +{SPAN:g} white.")
        self.values.setObjectName("data-variant-values")
        self.values.setFont(theme.font("small"))
        self.values.setMinimumSize(20, self.values.fontMetrics().height() + 2)
        self.note.setWordWrap(True)
        self.note.setFont(theme.font("small"))
        head = QHBoxLayout()
        head.addWidget(self.stage)
        head.addWidget(self.note, 1)
        self._body = QWidget()
        column = QVBoxLayout(self._body)
        column.setContentsMargins(theme.S, theme.S, theme.S, theme.S)
        column.setSpacing(theme.XS)
        column.addLayout(head)
        column.addWidget(self.view, 1)
        column.addWidget(self.values)
        column.addWidget(self.trouble)
        self._pages.addWidget(self.message_page)
        self._pages.addWidget(self._body)
        split = QSplitter()
        split.setObjectName("data-augmentation-split")
        split.addWidget(self._pages)
        split.addWidget(self.recipe)
        split.setStretchFactor(0, 1)
        split.setSizes([700, 270])
        split.setChildrenCollapsible(False)
        self.recipe.setMinimumWidth(230)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(self.busy)
        outer.addWidget(split, 1)

    def _connect(self) -> None:
        self.recipe.changed.connect(self.refresh)
        self.recipe.use.clicked.connect(self._use)
        self.stage.currentIndexChanged.connect(lambda place: self.view.show_stage(place == 1))
        self.view.value_changed.connect(self.values.setText)
        self.busy.cancelled.connect(self._cancel)
        self.message_page.pressed.connect(self.refresh)


def _idle(recipe: Recipe, prepared: Prepared) -> tuple[Problem, ...]:
    from workbench.core.data.augment import idle_steps, pipeline_of

    return idle_steps(pipeline_of(recipe.preset, recipe.steps), prepared.preprocessing.framing.channels)


def _numbers(values: tuple[float, ...]) -> str:
    return " ".join(f"{value:.3f}" for value in values)
