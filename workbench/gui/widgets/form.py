"""A form made from a record: one editor for each field, by its type, its limits and its help."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
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

from workbench.core.graph.network import Network
from workbench.core.layers.arguments import Argument, arguments
from workbench.errors import Problem
from workbench.gui import theme
from workbench.gui.widgets.names_edit import NamesEdit
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
    offer: Callable[[], Network] | None = None
    """The network whose nodes and groups a list of names is chosen from."""
    parts: PartsLook | None = None
    """How the records of a list appear."""


@dataclass(frozen=True)
class PartsLook:
    """How a list of records appears: what one is called, what a fresh one holds, and how one is told in a few words."""

    word: str
    fresh: Callable[[tuple[Any, ...]], Any]
    """The record to add to those there are."""
    tell: Callable[[Any], str]
    looks: Mapping[str, FieldLook] = field(default_factory=dict)


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

    def show_number(self, value: float | str) -> None:
        """Show a number, or what was typed instead of one; a text that says the same stays as it is typed."""
        if isinstance(value, str):
            self.setText(value)
        elif self.number() != value:
            self.set_number(value)

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

    label: QLabel | None
    editor: QWidget
    problem: ProblemLabel
    read: Callable[[], Any]
    show: Callable[[Any], None]
    companions: list[QWidget] = field(default_factory=list)
    """What stands beside the editor and goes with it."""
    show_inside: Callable[[tuple[Problem, ...]], None] | None = None
    """How the problems of the records of a list are shown."""

    def set_visible(self, visible: bool) -> None:
        for widget in (self.label, self.editor, *self.companions):
            if widget is not None:
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
        self._rows[field].companions.append(widget)

    def add_below(self, field: str, widget: QWidget) -> None:
        """Put a widget below an editor and its problem."""
        self._grid.addWidget(widget, ROWS * self.fields.index(field) + 2, 1, 1, 2)

    def show_problems(self, problems: Iterable[Problem]) -> None:
        """Show each problem below its field, and none where there is none; `phases.1.epochs` is inside a list."""
        found = tuple(problems)
        by_field = {problem.where: problem for problem in reversed(found)}
        for name, row in self._rows.items():
            if row.show_inside is not None:
                row.show_inside(inside(found, name))
            row.problem.show_problem(by_field.get(name))
            row.problem.setVisible(name in by_field and name not in self._hidden)

    def hide_fields(self, hidden: Collection[str]) -> None:
        """Hide the fields that mean nothing with the present values; their values stay."""
        self._hidden = set(hidden)
        for name, row in self._rows.items():
            row.set_visible(name not in self._hidden)

    def _add(self, argument: Argument, look: FieldLook) -> None:
        text = look.label or argument.name.replace("_", " ").capitalize()
        name = look.object_name or argument.name.replace("_", "-")
        editor, read, show = _editor(argument, replace(look, object_name=name), self.changed.emit)
        problem = ProblemLabel(self)
        editor.setObjectName(name)
        editor.setAccessibleName(text)
        editor.setMinimumWidth(80)
        row = ROWS * len(self._rows)
        whole = argument.form == "records"
        label = None if whole else self._label(text, argument, editor)
        if label is not None:
            self._grid.addWidget(label, row, 0)
        self._grid.addWidget(editor, row, 0 if whole else 1, 1, 3 if whole else 2)
        self._grid.addWidget(problem, row + 1, 0, 1, 3)
        self._rows[argument.name] = _Row(
            label, editor, problem, read, show, show_inside=getattr(editor, "show_problems", None)
        )
        show(argument.default)

    def _label(self, text: str, argument: Argument, editor: QWidget) -> QLabel:
        label = QLabel(text, self)
        label.setBuddy(editor)
        label.setToolTip(argument.help)
        editor.setToolTip(argument.help)
        editor.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        return label


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
    }
    if argument.form == "records":
        return _records(argument, look, changed)
    if argument.form == "names":
        return _names(look, changed)
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
    return box, box.value, lambda value: box.setValue(box.minimum() if value is None else int(value))


def _number(argument: Argument, changed: Callable[[], None]) -> _Editor:
    """A number; where the default is None an empty text means None."""
    edit = NumberEdit()
    edit.textChanged.connect(lambda _text: changed())
    if argument.is_required or argument.default is not None:
        return edit, edit.number, lambda value: edit.clear() if value is None else edit.show_number(value)
    edit.setPlaceholderText("none")
    return (
        edit,
        lambda: edit.number() if edit.text().strip() else None,
        lambda value: edit.clear() if value is None else edit.show_number(value),
    )


def _flag(argument: Argument, changed: Callable[[], None]) -> _Editor:
    box = QCheckBox()
    box.toggled.connect(lambda _checked: changed())
    return box, box.isChecked, lambda value: box.setChecked(bool(value))


def _text(argument: Argument, changed: Callable[[], None]) -> _Editor:
    """A text; where the default is None an empty text means None."""
    edit = QLineEdit()
    edit.textChanged.connect(lambda _text: changed())
    optional = argument.default is None and not argument.is_required
    return edit, lambda: (edit.text() or None) if optional else edit.text(), lambda value: edit.setText(value or "")


def _numbers(argument: Argument, changed: Callable[[], None]) -> _Editor:
    return _list(changed, "30, 60", _whole)


def _names(look: FieldLook, changed: Callable[[], None]) -> _Editor:
    edit = NamesEdit(look.offer)
    edit.textChanged.connect(lambda _text: changed())
    return edit, edit.names, lambda names: edit.show_names(tuple(names))


def _records(argument: Argument, look: FieldLook, changed: Callable[[], None]) -> _Editor:
    """A list of records, each with a form of its own."""
    if argument.item is None or look.parts is None:
        raise TypeError(f"{argument.name} cannot be edited in a form without the look of its parts")
    from workbench.gui.widgets.record_list import RecordList  # it is made of forms

    parts = RecordList(argument.item, look.parts, look.object_name)
    parts.changed.connect(changed)
    return parts, parts.records, lambda records: parts.show_records(tuple(records or ()))


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


def inside(problems: Iterable[Problem], place: str) -> tuple[Problem, ...]:
    """The problems at or below a place, told from there."""
    found = []
    for problem in problems:
        head, _, rest = problem.where.partition(".")
        if head == place:
            found.append(Problem(rest, problem.title, problem.reason, problem.level, problem.remedy))
    return tuple(found)


class _NoWheel(QObject):
    """Scrolling past an editor must not change it; only the one that has the focus turns with the wheel."""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Wheel and isinstance(watched, QWidget) and not watched.hasFocus():
            event.ignore()
            return True
        return False


NO_WHEEL = _NoWheel()
"""The one filter of all editors, here and in other forms."""
