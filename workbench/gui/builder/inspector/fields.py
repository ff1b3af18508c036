"""Editors for the arguments of a layer, one for each form that an argument can have."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QEvent, QObject, QRegularExpression, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QRegularExpressionValidator
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QSizePolicy,
    QSpinBox,
    QToolButton,
    QWidget,
)

from workbench.core.layers.arguments import Argument
from workbench.gui import theme
from workbench.gui.icons import set_icon

NUMBER_CHOICE = "number"
"""The entry of a pair that may also be a word which stands for typing numbers."""


class Manners(QObject):
    """What fields do differently: the wheel turns only what has the focus, and undo is the document's."""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Wheel and isinstance(watched, QWidget) and not watched.hasFocus():
            event.ignore()
            return True
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            undoes = event.matches(QKeySequence.StandardKey.Undo) or event.matches(QKeySequence.StandardKey.Redo)
            if undoes:
                event.ignore()
            return bool(undoes)
        return False


class Field(QWidget):
    """Edits one argument; `changed` carries the value that the user has just given."""

    changed = Signal(object)

    def __init__(self, argument: Argument) -> None:
        super().__init__()
        self.argument = argument
        self.row = QHBoxLayout(self)
        self.row.setContentsMargins(0, 0, 0, 0)
        self.row.setSpacing(theme.XS)
        self._manners = Manners(self)
        self.setObjectName(f"build-{argument.name.replace('_', '-')}")
        self.setToolTip(argument.help)

    def show_value(self, value: Any) -> None:
        """Show a value without telling anyone; one that the field cannot show leaves it as it is."""
        raise TypeError(f"{type(self).__name__} shows nothing")

    def place(self, editor: QWidget, label: str = "") -> None:
        """Put an editor into the row."""
        name = self.argument.name.replace("_", " ")
        editor.setAccessibleName(f"{name} {label}".strip())
        editor.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        editor.setToolTip(self.argument.help)
        editor.installEventFilter(self._manners)
        for line in editor.findChildren(QLineEdit):
            line.installEventFilter(self._manners)
        self.row.addWidget(editor)
        if self.focusProxy() is None:
            self.setFocusProxy(editor)

    def spin_box(self, label: str = "") -> QSpinBox:
        """A spin box with the argument's limits, in the row."""
        box = QSpinBox()
        least, most = self.argument.minimum, self.argument.maximum
        box.setRange(int(least if least is not None else -(2**31)), int(most if most is not None else 2**31 - 1))
        box.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        box.setMinimumWidth(44)
        self.place(box, label)
        return box


class IntegerField(Field):
    """A whole number."""

    def __init__(self, argument: Argument) -> None:
        super().__init__(argument)
        self.box = self.spin_box()
        self.box.valueChanged.connect(self.changed.emit)

    def show_value(self, value: Any) -> None:
        if isinstance(value, int) and value != self.box.value():
            with QSignalBlocker(self.box):
                self.box.setValue(value)


class NumberBox(QDoubleSpinBox):
    """A spin box for numbers of any size, written as short as possible: `1e-05`."""

    def textFromValue(self, value: float) -> str:
        return f"{value:g}"


class NumberField(Field):
    """A number with a fraction."""

    def __init__(self, argument: Argument) -> None:
        super().__init__(argument)
        self.box = NumberBox()
        self.box.setDecimals(12)
        least, most = argument.minimum, argument.maximum
        self.box.setRange(least if least is not None else -1e12, most if most is not None else 1e12)
        self.box.setStepType(QAbstractSpinBox.StepType.AdaptiveDecimalStepType)
        self.box.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.place(self.box)
        self.box.valueChanged.connect(self.changed.emit)

    def show_value(self, value: Any) -> None:
        if isinstance(value, (int, float)) and float(value) != self.box.value():
            with QSignalBlocker(self.box):
                self.box.setValue(float(value))


class FlagField(Field):
    """Yes or no."""

    def __init__(self, argument: Argument) -> None:
        super().__init__(argument)
        self.box = QCheckBox()
        self.place(self.box)
        self.row.addStretch(1)
        self.box.toggled.connect(self.changed.emit)

    def show_value(self, value: Any) -> None:
        with QSignalBlocker(self.box):
            self.box.setChecked(bool(value))


class ChoiceField(Field):
    """One of a few words."""

    def __init__(self, argument: Argument) -> None:
        super().__init__(argument)
        self.box = QComboBox()
        self.box.addItems(argument.choices)
        self.box.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.place(self.box)
        self.box.currentTextChanged.connect(self.changed.emit)

    def show_value(self, value: Any) -> None:
        with QSignalBlocker(self.box):
            self.box.setCurrentText(str(value))


class PairField(Field):
    """One number for both directions, or two; where words are possible too, a box chooses between them and numbers."""

    def __init__(self, argument: Argument) -> None:
        super().__init__(argument)
        self.words = QComboBox()
        if argument.choices:
            self.words.addItems([NUMBER_CHOICE, *argument.choices])
            self.words.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            self.words.setMinimumContentsLength(3)
            self.place(self.words, "as")
        self.height_box = self.spin_box("vertical")
        self.times = QLabel("×")
        self.row.addWidget(self.times)
        self.width_box = self.spin_box("horizontal")
        self.apart = QToolButton()
        self.apart.setCheckable(True)
        self.apart.setAutoRaise(True)
        self.apart.setAccessibleName(f"{argument.name.replace('_', ' ')} different in height and width")
        self.apart.setToolTip("Different in height and width")
        set_icon(self.apart, "axes")
        self.row.addWidget(self.apart)
        self.words.currentTextChanged.connect(self._tell)
        self.height_box.valueChanged.connect(self._tell)
        self.width_box.valueChanged.connect(self._tell)
        self.apart.toggled.connect(self._toggled)
        self.setFocusProxy(self.words if argument.choices else self.height_box)
        self._show_parts()

    def show_value(self, value: Any) -> None:
        blocked = [QSignalBlocker(part) for part in (self.words, self.height_box, self.width_box, self.apart)]
        if isinstance(value, str):
            self.words.setCurrentText(value)
        elif isinstance(value, int) or _are_integers(value, 2):
            height, width = (value, value) if isinstance(value, int) else value
            if self._value() != value:
                self.words.setCurrentText(NUMBER_CHOICE)
                self.height_box.setValue(height)
                self.width_box.setValue(width)
                self.apart.setChecked(not isinstance(value, int))
        del blocked
        self._show_parts()

    def _value(self) -> int | list[int] | str:
        if self.words.currentText() not in ("", NUMBER_CHOICE):
            return self.words.currentText()
        if self.apart.isChecked():
            return [self.height_box.value(), self.width_box.value()]
        return self.height_box.value()

    def _tell(self) -> None:
        self._show_parts()
        self.changed.emit(self._value())

    def _toggled(self) -> None:
        with QSignalBlocker(self.width_box):
            self.width_box.setValue(self.height_box.value())
        self._tell()

    def _show_parts(self) -> None:
        typed = self.words.currentText() in ("", NUMBER_CHOICE)
        self.height_box.setVisible(typed)
        self.apart.setVisible(typed)
        self.times.setVisible(typed and self.apart.isChecked())
        self.width_box.setVisible(typed and self.apart.isChecked())


class ShapeField(Field):
    """Channels, height and width."""

    def __init__(self, argument: Argument) -> None:
        super().__init__(argument)
        self.boxes = [self.spin_box(label) for label in ("channels", "height", "width")]
        for box in self.boxes:
            box.setButtonSymbols(QSpinBox.ButtonSymbols.NoButtons)
            box.setMinimumWidth(44)
            box.valueChanged.connect(self._tell)
        self.row.insertWidget(2, QLabel("×"))
        self.row.insertWidget(1, QLabel("×"))

    def show_value(self, value: Any) -> None:
        if not _are_integers(value, len(self.boxes)):
            return
        for box, number in zip(self.boxes, value, strict=True):
            with QSignalBlocker(box):
                box.setValue(number)

    def _tell(self) -> None:
        self.changed.emit([box.value() for box in self.boxes])


class NumbersField(Field):
    """A list of whole numbers, written with commas."""

    def __init__(self, argument: Argument) -> None:
        super().__init__(argument)
        self.line = QLineEdit()
        self.line.setValidator(QRegularExpressionValidator(QRegularExpression(r"[-\d,; ]*"), self.line))
        self._shown: list[int] = []
        self.place(self.line)
        self.line.installEventFilter(self._manners)
        self.line.editingFinished.connect(self._finish)

    def show_value(self, value: Any) -> None:
        if isinstance(value, (list, tuple)) and _are_integers(value, len(value)):
            self._shown = list(value)
            self.line.setText(", ".join(map(str, value)))

    def _finish(self) -> None:
        """Tell the numbers, or show the old ones again if they are none."""
        try:
            numbers = [int(part) for part in self.line.text().replace(";", ",").replace(",", " ").split()]
        except ValueError:
            numbers = []
        if numbers and numbers != self._shown:
            self._shown = numbers
            self.changed.emit(numbers)
        elif not numbers:
            self.show_value(self._shown)


FIELDS: dict[str, type[Field]] = {
    "integer": IntegerField,
    "number": NumberField,
    "flag": FlagField,
    "choice": ChoiceField,
    "pair": PairField,
    "shape": ShapeField,
    "numbers": NumbersField,
}


def field_for(argument: Argument) -> Field | None:
    """The editor of an argument, or None if it has a form that no layer uses."""
    maker = FIELDS.get(argument.form)
    return maker(argument) if maker else None


def _are_integers(value: Any, count: int) -> bool:
    return isinstance(value, (list, tuple)) and len(value) == count and all(isinstance(part, int) for part in value)
