"""The operations of an augmentation, one after the other: each with its arguments, left out or added with a click."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QMenu, QPushButton, QVBoxLayout, QWidget

from workbench.core.data.augment import AUGMENTATIONS, OPERATIONS, Operation, Step, parse, step
from workbench.gui import theme
from workbench.gui.data.sliders import OperationForm


class OperationList(QWidget):
    """Edits the steps of an augmentation; `changed` is told for what the user does alone."""

    changed = Signal()

    def __init__(self, room: str, parent: QWidget | None = None) -> None:
        """`room` begins the names of the widgets."""
        super().__init__(parent)
        self._room = room
        self._forms: list[OperationForm] = []
        self.add = QPushButton("Add an operation", self)
        self.add.setObjectName(f"{room}-add-operation")
        self.add.setAccessibleName("Vary pictures by one more operation, after the others")
        self.add.setToolTip(self.add.accessibleName())
        self.add.setMenu(self._menu())
        self._place = QVBoxLayout()
        self._place.setSpacing(theme.S)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.S)
        column.addLayout(self._place)
        column.addWidget(self.add)

    def steps(self) -> tuple[Step, ...]:
        """The operations as they stand."""
        return tuple(form.step() for form in self._forms)

    def show_steps(self, steps: Sequence[Step]) -> None:
        """Show other operations, those of steps that are possible; forms that say the same stay."""
        if self.steps() != tuple(steps) or not steps:
            self.show_operations([made for given in steps if isinstance(made := parse(given), Operation)])

    def show_operations(self, operations: Sequence[Operation]) -> None:
        """Show other operations."""
        for form in self._forms:
            self._place.removeWidget(form)
            form.hide()
            form.setParent(None)  # nobody must find it while it waits for its end
            form.deleteLater()
        self._forms = [OperationForm(operation, place, self._room, self) for place, operation in enumerate(operations)]
        for form in self._forms:
            form.changed.connect(self.changed)
            form.removed.connect(lambda form=form: self._remove(form))
            self._place.addWidget(form)

    def _remove(self, form: OperationForm) -> None:
        self._rebuild(tuple(other.step() for other in self._forms if other is not form))

    def _append(self, name: str) -> None:
        self._rebuild((*self.steps(), step(OPERATIONS[name]())))

    def _rebuild(self, steps: tuple[Step, ...]) -> None:
        self.show_operations([made for given in steps if isinstance(made := parse(given), Operation)])
        self.changed.emit()

    def _menu(self) -> QMenu:
        menu = QMenu(self)
        for name in OPERATIONS:
            action = menu.addAction(name.replace("-", " ").capitalize())
            action.setToolTip(OPERATIONS.help(name))
            action.triggered.connect(lambda _checked=False, name=name: self._append(name))
        menu.setToolTipsVisible(True)
        return menu


def preset_of(steps: tuple[Step, ...], *, rather: str) -> str | None:
    """The preset that varies pictures by exactly these steps, the one named `rather` first; None if there is none."""
    names = sorted(AUGMENTATIONS, key=lambda name: name != rather)
    return next((name for name in names if tuple(map(step, AUGMENTATIONS[name]())) == steps), None)
