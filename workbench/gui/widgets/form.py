"""A form made from a record: one editor for each field, by its type, its limits and its help."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec
from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent, QWheelEvent
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QCheckBox,
    QComboBox,
    QGridLayout,
    QLabel,
    QLineEdit,
    QSizePolicy,
    QSpinBox,
    QWidget,
)

from workbench.core.layers.arguments import Argument, arguments
from workbench.errors import Problem
from workbench.gui import theme
from workbench.gui.widgets.problem import ProblemLabel

ROWS = 3
"""Rows of the grid for a field: its editor, its problem, and what may be put below them."""


@dataclass(frozen=True)
class FieldLook:
    """How a field appears where the record does not say: its label, its object name and what it offers."""

    label: str = ""
    object_name: str = ""
    choices: Sequence[str] = ()
    """The only values of a text field."""
    suggestions: Sequence[str] = ()
    """Values of a text field that can be picked, beside typing another one."""
    meanings: Mapping[str, str] = field(default_factory=dict)
    """A sentence on some of the choices."""


class NumberEdit(QLineEdit):
    """A number of any size, `1e-4` too; the arrow keys and the wheel go along 1, 2, 5, 10."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextMargins(2, 0, 0, 0)  # in line with the spin boxes above and below

    def number(self) -> float | str:
        """The number, or the text if it is none."""
        text = self.text().strip().replace(",", ".")
        try:
            return float(text)
        except ValueError:
            return text

    def set_number(self, value: float) -> None:
        """Show a number in as few digits as it needs."""
        self.setText(f"{value:.10g}")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Up: 1, Qt.Key.Key_Down: -1}.get(Qt.Key(event.key()))
        if step is None:
            super().keyPressEvent(event)
        else:
            self._step(step)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus():
            self._step(1 if event.angleDelta().y() > 0 else -1)

    def _step(self, direction: int) -> None:
        value = self.number()
        if isinstance(value, float) and 0 < value < 1e12:
            self.set_number(next_round_number(value, direction))


def next_round_number(value: float, direction: int) -> float:
    """The next larger (1) or smaller (-1) of 1, 2, 5 times a power of ten."""
    ladder = [float(f"{digit}e{power}") for power in range(-14, 14) for digit in (1, 2, 5)]
    if direction > 0:
        return next((rung for rung in ladder if rung > value * (1 + 1e-9)), value)
    return next((rung for rung in reversed(ladder) if rung < value * (1 - 1e-9)), value)


@dataclass(frozen=True)
class _Row:
    """The widgets of one field, and how its value is read and shown."""

    label: QLabel
    editor: QWidget
    problem: ProblemLabel
    read: Callable[[], Any]
    show: Callable[[Any], None]

    def set_visible(self, visible: bool) -> None:
        for widget in (self.label, self.editor):
            widget.setVisible(visible)
        self.problem.setVisible(visible and bool(self.problem.text()))


class RecordForm(QWidget):
    """Edits some fields of a record. It holds values only; what is wrong with them is told to it and shown in place."""

    changed = Signal()

    def __init__(
        self,
        record: type[msgspec.Struct],
        fields: Sequence[str],
        *,
        looks: Mapping[str, FieldLook] | None = None,
        options: Iterable[Argument] = (),
        parent: QWidget | None = None,
    ) -> None:
        """`options` are fields of other records that are edited along; they too are named in `fields`."""
        super().__init__(parent)
        self._rows: dict[str, _Row] = {}
        self._hidden: set[str] = set()
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(theme.XS)
        self._grid.setVerticalSpacing(theme.XS)
        self._grid.setColumnMinimumWidth(0, 104)
        self._grid.setColumnStretch(1, 1)
        known = {argument.name: argument for argument in (*arguments(record), *options)}
        for name in fields:
            self._add(known[name], (looks or {}).get(name, FieldLook()))

    @property
    def fields(self) -> tuple[str, ...]:
        """The names of the fields it edits."""
        return tuple(self._rows)

    def values(self) -> dict[str, Any]:
        """What is typed; a number that is none is its text, so that the record's own check names it."""
        return {name: row.read() for name, row in self._rows.items()}

    def set_values(self, values: Mapping[str, Any]) -> None:
        """Show values; fields of others are ignored."""
        for name, value in values.items():
            if name in self._rows:
                self._rows[name].show(value)

    def editor(self, field: str) -> QWidget:
        """The widget of a field."""
        return self._rows[field].editor

    def add_beside(self, field: str, widget: QWidget) -> None:
        """Put a widget to the right of an editor."""
        row = ROWS * self.fields.index(field)
        self._grid.addWidget(self.editor(field), row, 1)
        self._grid.addWidget(widget, row, 2)

    def add_below(self, field: str, widget: QWidget) -> None:
        """Put a widget below an editor and its problem."""
        self._grid.addWidget(widget, ROWS * self.fields.index(field) + 2, 1, 1, 2)

    def show_problems(self, problems: Iterable[Problem]) -> None:
        """Show each problem below its field, and none where there is none."""
        by_field = {problem.where: problem for problem in reversed(tuple(problems))}
        for name, row in self._rows.items():
            row.problem.show_problem(by_field.get(name))
            row.problem.setVisible(name in by_field and name not in self._hidden)

    def hide_fields(self, hidden: Collection[str]) -> None:
        """Hide the fields that mean nothing with the present values; their values stay."""
        self._hidden = set(hidden)
        for name, row in self._rows.items():
            row.set_visible(name not in self._hidden)

    def _add(self, argument: Argument, look: FieldLook) -> None:
        editor, read, show = _editor(argument, look, self.changed.emit)
        text = look.label or argument.name.replace("_", " ").capitalize()
        label, problem = QLabel(text, self), ProblemLabel(self)
        label.setBuddy(editor)
        editor.setObjectName(look.object_name or argument.name.replace("_", "-"))
        editor.setAccessibleName(text)
        editor.setToolTip(argument.help)
        label.setToolTip(argument.help)
        editor.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        editor.setMinimumWidth(80)
        row = ROWS * len(self._rows)
        self._grid.addWidget(label, row, 0)
        self._grid.addWidget(editor, row, 1, 1, 2)
        self._grid.addWidget(problem, row + 1, 0, 1, 3)
        self._rows[argument.name] = _Row(label, editor, problem, read, show)
        show(argument.default)


_Editor = tuple[QWidget, Callable[[], Any], Callable[[Any], None]]


def _editor(argument: Argument, look: FieldLook, changed: Callable[[], None]) -> _Editor:
    """The editor of a field, and the functions that read and show its value."""
    choices = tuple(look.choices) or argument.choices
    if choices or look.suggestions:
        return _choice(choices, look, changed)
    makers = {
        "integer": _integer,
        "number": _number,
        "flag": _flag,
        "text": _text,
        "numbers": _numbers,
        "names": _names,
    }
    if argument.form not in makers:
        raise TypeError(f"{argument.name} cannot be edited in a form: it is a {argument.form}")
    return makers[argument.form](argument, changed)


def _choice(choices: Sequence[str], look: FieldLook, changed: Callable[[], None]) -> _Editor:
    box = QComboBox()
    for number, name in enumerate([*choices, *look.suggestions]):
        box.addItem(name)
        box.setItemData(number, look.meanings.get(name), Qt.ItemDataRole.ToolTipRole)
    box.setEditable(not choices)
    box.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    box.installEventFilter(NO_WHEEL)
    box.currentTextChanged.connect(lambda _text: changed())
    return box, box.currentText, lambda value: box.setCurrentText(str(value))


def _integer(argument: Argument, changed: Callable[[], None]) -> _Editor:
    box = QSpinBox()
    highest = 2**31 - 1
    box.setRange(
        int(argument.minimum or 0), int(min(highest, highest if argument.maximum is None else argument.maximum))
    )
    box.setStepType(QAbstractSpinBox.StepType.AdaptiveDecimalStepType if box.maximum() > 10_000_000 else box.stepType())
    box.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    box.installEventFilter(NO_WHEEL)
    box.valueChanged.connect(lambda _value: changed())
    return box, box.value, lambda value: box.setValue(int(value))


def _number(argument: Argument, changed: Callable[[], None]) -> _Editor:
    """A number; where the default is None an empty text means None."""
    edit = NumberEdit()
    edit.textChanged.connect(lambda _text: changed())
    if argument.default is not None:
        return edit, edit.number, edit.set_number
    edit.setPlaceholderText("none")
    return (
        edit,
        lambda: edit.number() if edit.text().strip() else None,
        lambda value: edit.clear() if value is None else edit.set_number(value),
    )


def _flag(argument: Argument, changed: Callable[[], None]) -> _Editor:
    box = QCheckBox()
    box.toggled.connect(lambda _checked: changed())
    return box, box.isChecked, lambda value: box.setChecked(bool(value))


def _text(argument: Argument, changed: Callable[[], None]) -> _Editor:
    """A text; where the default is None an empty text means None."""
    edit = QLineEdit()
    edit.textChanged.connect(lambda _text: changed())
    optional = argument.default is None
    return edit, lambda: (edit.text() or None) if optional else edit.text(), lambda value: edit.setText(value or "")


def _numbers(argument: Argument, changed: Callable[[], None]) -> _Editor:
    return _list(changed, "30, 60", _whole)


def _names(argument: Argument, changed: Callable[[], None]) -> _Editor:
    return _list(changed, "none", str)


def _list(changed: Callable[[], None], example: str, made: Callable[[str], Any]) -> _Editor:
    """Values with commas between them."""
    edit = QLineEdit()
    edit.setTextMargins(2, 0, 0, 0)
    edit.setPlaceholderText(example)
    edit.textChanged.connect(lambda _text: changed())
    return (
        edit,
        lambda: tuple(made(part.strip()) for part in edit.text().split(",") if part.strip()),
        lambda values: edit.setText(", ".join(map(str, values))),
    )


def _whole(text: str) -> int | str:
    """The number, or the text if it is none."""
    return int(text) if text.isdecimal() else text


class _NoWheel(QObject):
    """Scrolling past an editor must not change it; only the one that has the focus turns with the wheel."""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Wheel and isinstance(watched, QWidget) and not watched.hasFocus():
            event.ignore()
            return True
        return False


NO_WHEEL = _NoWheel()
"""The one filter of all editors, here and in other forms."""
