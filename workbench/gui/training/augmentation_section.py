"""The operations that vary the training pictures, in the form: those of the chosen preset until they are changed."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from workbench.core.data.augment import AUGMENTATIONS, Step, step
from workbench.core.training.plan import TrainingPlan
from workbench.gui import theme
from workbench.gui.data.operation_list import OperationList, preset_of
from workbench.gui.widgets.collapsible import Collapsible
from workbench.gui.widgets.muted import MutedLabel

FROM_PRESET = "Those of the augmentation {}. What you change, add or leave out makes them your own."
OWN = "Operations of your own, used instead of a named augmentation."


class AugmentationSection(Collapsible):
    """Shows the operations of a plan; `chosen` are the preset and the steps of one's own that an edit comes to."""

    chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        body = QWidget(parent)
        super().__init__("Augmentation", body, object_name="train-section-augmentation", parent=parent)
        self.operations, self._sentence = OperationList("train", body), MutedLabel(parent=body)
        self._sentence.setFont(theme.font("small"))
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, theme.S)
        column.setSpacing(theme.S)
        column.addWidget(self._sentence)
        column.addWidget(self.operations)
        self._preset = "none"
        self.operations.changed.connect(self._edited)

    def show_plan(self, plan: TrainingPlan) -> None:
        """Show the operations of a plan, if they are possible."""
        steps = plan.augmentation_steps
        if not steps and plan.augmentation not in AUGMENTATIONS:
            return
        self._preset = plan.augmentation
        shown = steps or tuple(step(made) for made in AUGMENTATIONS[self._preset]())
        self.operations.show_steps(shown)
        self._sentence.setText(OWN if steps else FROM_PRESET.format(self._preset))
        self.summarize(", ".join(each.operation for each in shown))

    def _edited(self) -> None:
        steps = self.operations.steps()
        preset = preset_of(steps, rather=self._preset)
        own: tuple[str, tuple[Step, ...]] = (self._preset, steps) if preset is None else (preset, ())
        self.chosen.emit(own)
