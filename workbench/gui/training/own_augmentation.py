"""Says that a plan varies pictures by operations of its own, and leaves them out on a click."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSizePolicy, QToolButton, QWidget

from workbench.core.training.plan import TrainingPlan
from workbench.gui import icons, theme


class OwnAugmentation(QToolButton):
    """Hidden while a named augmentation says it all."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("train-own-augmentation")
        self.setAutoRaise(True)
        self.setFont(theme.font("small"))
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        icons.set_icon(self, "close")
        self.hide()

    def show_plan(self, plan: TrainingPlan) -> None:
        """Name the operations of a plan, if it has any of its own."""
        names = ", ".join(step.operation for step in plan.augmentation_steps)
        self.setText(f"Own: {names}")
        self.setAccessibleName(f"Own operations: {names}; leave them out")
        self.setToolTip(f"Used instead of the named augmentation: {names}.\nClick to leave them out.")
        self.setVisible(bool(names))
