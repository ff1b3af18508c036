"""The arguments of an operation as sliders and choices, made from their annotations."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QDoubleSpinBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QSlider,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from workbench.core.data.augment import OPERATIONS, Operation, Step, step
from workbench.core.layers.arguments import Argument, arguments
from workbench.gui import icons, theme
from workbench.gui.widgets.no_wheel import NO_WHEEL

STEPS = 200
"""Places of a slider."""


class NumberSlider(QWidget):
    """A slider and the number beside it; either changes the other."""

    changed = Signal()

    def __init__(self, argument: Argument, object_name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._low, high = float(argument.minimum or 0), float(argument.maximum or 1)
        self._is_whole = argument.form == "integer"
        self._step = 1.0 if self._is_whole else (high - self._low) / STEPS
        self.slider, self.number = QSlider(Qt.Orientation.Horizontal, self), QDoubleSpinBox(self)
        self.slider.setRange(0, round((high - self._low) / self._step))
        self.slider.setMinimumWidth(60)
        self.number.setDecimals(0 if self._is_whole else 3 if high <= 2 else 1)
        self.number.setRange(self._low, high)
        self.number.setSingleStep(1 if self._is_whole else self._step * 10)
        self.number.setButtonSymbols(QDoubleSpinBox.ButtonSymbols.NoButtons)
        self.number.setFixedWidth(52)
        self.number.setKeyboardTracking(False)
        words = argument.name.replace("_", " ").capitalize()
        for widget, name in ((self.slider, object_name), (self.number, f"{object_name}-number")):
            widget.setObjectName(name)
            widget.setAccessibleName(words)
            widget.setToolTip(argument.help)
            widget.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            widget.installEventFilter(NO_WHEEL)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.XS)
        row.addWidget(self.slider, 1)
        row.addWidget(self.number)
        self.slider.valueChanged.connect(self._slid)
        self.number.valueChanged.connect(self._typed)

    def value(self) -> float | int:
        """The number."""
        value = self.number.value()
        return round(value) if self._is_whole else value

    def show_value(self, value: float) -> None:
        """Show a number without telling."""
        with QSignalBlocker(self.number), QSignalBlocker(self.slider):
            self.number.setValue(value)
            self.slider.setValue(round((value - self._low) / self._step))

    def _slid(self, place: int) -> None:
        with QSignalBlocker(self.number):
            self.number.setValue(self._low + place * self._step)
        self.changed.emit()

    def _typed(self, value: float) -> None:
        with QSignalBlocker(self.slider):
            self.slider.setValue(round((value - self._low) / self._step))
        self.changed.emit()


class OperationForm(QWidget):
    """One operation: its name, a button that removes it, an editor for each argument."""

    changed = Signal()
    removed = Signal()

    def __init__(self, operation: Operation, place: int, room: str, parent: QWidget | None = None) -> None:
        """`room` begins the names of the widgets, `place` (from 0) goes on."""
        super().__init__(parent)
        self._kind, self._given = type(operation), operation
        self._readers: dict[str, Callable[[], Any]] = {}
        name = operation.name()
        title, remove = QLabel(name.replace("-", " ").capitalize(), self), QToolButton(self)
        title.setFont(theme.font("strong"))
        title.setToolTip(OPERATIONS.help(name))
        remove.setObjectName(f"{room}-remove-{place + 1}")
        remove.setAccessibleName(f"Leave out {name}")
        remove.setToolTip(f"Leave out {name}")
        remove.setAutoRaise(True)
        icons.set_icon(remove, "close")
        remove.clicked.connect(self.removed)
        head = QHBoxLayout()
        head.addWidget(title, 1)
        head.addWidget(remove)
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(theme.S)
        self._grid.setVerticalSpacing(2)
        self._grid.setColumnStretch(1, 1)
        self._grid.setColumnMinimumWidth(0, 76)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, theme.XS)
        column.setSpacing(2)
        column.addLayout(head)
        column.addLayout(self._grid)
        for argument in arguments(self._kind):
            self._add(argument, f"{room}-{place + 1}-{argument.name}")

    def step(self) -> Step:
        """The operation as a plan holds it."""
        values = {name: read() for name, read in self._readers.items()}
        return step(self._kind(**values))

    def _add(self, argument: Argument, object_name: str) -> None:
        words = argument.name.replace("_", " ").capitalize()
        label, row = QLabel(words, self), len(self._readers)
        label.setToolTip(argument.help)
        editor, self._readers[argument.name] = self._editor(argument, object_name)
        label.setBuddy(editor)
        self._grid.addWidget(label, row, 0)
        self._grid.addWidget(editor, row, 1)

    def _editor(self, argument: Argument, object_name: str) -> tuple[QWidget, Callable[[], Any]]:
        value = getattr(self._given, argument.name)
        if argument.choices:
            return self._choice(argument, object_name)
        slider = NumberSlider(argument, object_name, self)
        slider.show_value(value)
        slider.changed.connect(self.changed)
        shown = slider.value()
        # a preset may hold more digits than are shown: untouched, they stay
        return slider, lambda: value if slider.value() == shown else slider.value()

    def _choice(self, argument: Argument, object_name: str) -> tuple[QWidget, Callable[[], Any]]:
        box = QComboBox(self)
        box.addItems(argument.choices)
        box.setCurrentText(str(getattr(self._given, argument.name)))
        box.setObjectName(object_name)
        box.setAccessibleName(argument.name.capitalize())
        box.setToolTip(argument.help)
        box.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        box.installEventFilter(NO_WHEEL)
        box.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        box.setMinimumWidth(60)
        box.currentTextChanged.connect(lambda _text: self.changed.emit())
        return box, box.currentText
