"""The choice of a recipe above the form: picking one fills the form, and the box says which one the form holds."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QGridLayout, QLabel, QSizePolicy, QWidget

from workbench.core.training.plan import TrainingPlan
from workbench.core.training.recipes import RECIPES, matches
from workbench.gui import theme
from workbench.gui.widgets.labels import ToneLabel
from workbench.gui.widgets.no_wheel import NO_WHEEL

OWN = "own settings"


class RecipeBox(QWidget):
    """Offers the recipes, with the sentence of the one that is chosen."""

    chosen = Signal(str)
    """The name of the recipe that the user picked."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.box, self._sentence = QComboBox(self), ToneLabel("muted", self)
        self.box.setObjectName("train-recipe")
        self.box.setAccessibleName("Recipe")
        self.box.setToolTip("A named way to train: it fills in the settings below, which can then be changed.")
        self.box.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.box.installEventFilter(NO_WHEEL)
        self.box.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.box.setMinimumWidth(80)
        for number, name in enumerate(RECIPES):
            self.box.addItem(name)
            self.box.setItemData(number, RECIPES.help(name), Qt.ItemDataRole.ToolTipRole)
        self.box.addItem(OWN)
        self.box.textActivated.connect(self._pick)
        self._arrange()

    def show_plan(self, plan: TrainingPlan) -> None:
        """Say which recipe a plan follows, if any."""
        name = next((name for name in RECIPES if matches(plan, name)), OWN)
        self.box.setCurrentText(name)
        self._sentence.setText("" if name == OWN else RECIPES.help(name))
        self._sentence.setVisible(name != OWN)

    def _pick(self, name: str) -> None:
        if name != OWN:
            self.chosen.emit(name)

    def _arrange(self) -> None:
        label = QLabel("Recipe", self)
        label.setBuddy(self.box)
        self._sentence.setObjectName("train-recipe-sentence")
        self._sentence.setFont(theme.font("small"))
        self._sentence.setWordWrap(True)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(theme.XS)
        grid.setVerticalSpacing(theme.XS)
        grid.setColumnMinimumWidth(0, 104)
        grid.setColumnStretch(1, 1)
        grid.addWidget(label, 0, 0)
        grid.addWidget(self.box, 0, 1)
        grid.addWidget(self._sentence, 1, 0, 1, 2)
