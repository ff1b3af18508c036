"""How pictures are varied: a preset, its operations with their sliders, and the seed."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QGridLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from workbench.core.data.augment import AUGMENTATIONS, Step
from workbench.gui import theme
from workbench.gui.data.operation_list import OperationList, preset_of
from workbench.gui.widgets.muted import MutedLabel
from workbench.gui.widgets.no_wheel import NO_WHEEL

OWN = "own"


@dataclass(frozen=True)
class Recipe:
    """What decides how a picture is varied; `steps` are empty where a preset says it all."""

    preset: str
    steps: tuple[Step, ...]
    seed: int
    batch_size: int


class RecipePanel(QWidget):
    """Edits a `Recipe`; every change is told at once."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.preset, self.sentence = QComboBox(self), MutedLabel(parent=self)
        self.seed, self.batch = QSpinBox(self), QSpinBox(self)
        self.operations, self.use = OperationList("data", self), QPushButton("Train with this", self)
        self._prepare()
        self._arrange()
        self.preset.currentTextChanged.connect(self._follow_preset)
        for box in (self.seed, self.batch):
            box.valueChanged.connect(lambda _value: self.changed.emit())
        self.operations.changed.connect(self._edited)
        self._show_preset(self.preset.currentText())

    @property
    def recipe(self) -> Recipe:
        """What is set."""
        name, steps = self.preset.currentText(), self.steps()
        return Recipe("none" if name == OWN else name, steps if name == OWN else (), self.seed.value(), self._batch())

    def steps(self) -> tuple[Step, ...]:
        """The operations as they stand."""
        return self.operations.steps()

    def show_recipe(self, recipe: Recipe) -> None:
        """Show what is set elsewhere, without telling."""
        with QSignalBlocker(self), QSignalBlocker(self.preset):
            self.seed.setValue(recipe.seed)
            self.batch.setValue(recipe.batch_size)
            if recipe.steps:
                self.operations.show_steps(recipe.steps)
            else:
                self.operations.show_operations(AUGMENTATIONS[recipe.preset]())
            self._show_preset(OWN if recipe.steps else recipe.preset)

    def _batch(self) -> int:
        return self.batch.value()

    def _follow_preset(self, name: str) -> None:
        if name in AUGMENTATIONS:
            self.operations.show_operations(AUGMENTATIONS[name]())
        self._show_preset(name)
        self.changed.emit()

    def _edited(self) -> None:
        """The operations are some preset's, or the user's own."""
        self._show_preset(preset_of(self.steps(), rather=self.preset.currentText()) or OWN)
        self.changed.emit()

    def _show_preset(self, name: str) -> None:
        with QSignalBlocker(self.preset):
            self.preset.setCurrentText(name)
        own = "Operations of your own, one after the other. What they assume about the labels is for you to say."
        self.sentence.setText(own if name == OWN else AUGMENTATIONS.help(name))

    def _prepare(self) -> None:
        self.preset.addItems([*AUGMENTATIONS, OWN])
        for row, name in enumerate(AUGMENTATIONS):
            self.preset.setItemData(row, AUGMENTATIONS.help(name), Qt.ItemDataRole.ToolTipRole)
        self.preset.installEventFilter(NO_WHEEL)
        self.seed.setRange(0, 2**31 - 1)
        self.batch.setRange(1, 65_536)
        self.batch.setValue(128)
        for box, name, words in (
            (self.preset, "preset", "How pictures are varied"),
            (self.seed, "seed", "Equal seeds vary pictures alike"),
            (self.batch, "batch", "Pictures in a batch, as in the training: they share its random numbers"),
            (self.use, "use-augmentation", "Take this augmentation to the Train room"),
        ):
            box.setObjectName(f"data-{name}")
            box.setAccessibleName(words)
            box.setToolTip(words)

    def _arrange(self) -> None:
        grid = QGridLayout()
        grid.setHorizontalSpacing(theme.S)
        grid.setVerticalSpacing(theme.XS)
        grid.setColumnMinimumWidth(0, 76)
        grid.setColumnStretch(1, 1)
        for row, (words, box) in enumerate((("Preset", self.preset), ("Seed", self.seed), ("Batch", self.batch))):
            label = QLabel(words)
            label.setBuddy(box)
            grid.addWidget(label, row, 0)
            grid.addWidget(box, row, 1)
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(theme.M, theme.S, theme.M, theme.M)
        column.setSpacing(theme.S)
        column.addLayout(grid)
        column.addWidget(self.sentence)
        column.addWidget(self.operations)
        column.addWidget(self.use)
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
