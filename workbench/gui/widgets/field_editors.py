"""An editor for each form that a field can have."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractSpinBox, QCheckBox, QComboBox, QLineEdit, QSpinBox

from workbench.core.layers.arguments import Argument
from workbench.gui.widgets.field_look import Editor, FieldLook
from workbench.gui.widgets.names_edit import NamesEdit
from workbench.gui.widgets.no_wheel import NO_WHEEL
from workbench.gui.widgets.number_edit import NumberEdit

Changed = Callable[[], None]
Maker = Callable[[Argument, FieldLook, Changed], Editor]
HIGHEST = 2**31 - 1
"""What a spin box can hold."""
STEPPED = 10_000_000
"""Boxes that go beyond this step by a tenth of what they show."""


def editor_of(argument: Argument, look: FieldLook, changed: Changed) -> Editor:
    """The editor of a field; raises `TypeError` for one that no form can have."""
    choices = tuple(look.choices) or argument.choices
    if choices or look.suggestions:
        return _choice(choices, look, changed)
    if argument.form not in EDITORS:
        raise TypeError(f"{argument.name} cannot be edited in a form: it is a {argument.form}")
    return EDITORS[argument.form](argument, look, changed)


def _choice(choices: Sequence[str], look: FieldLook, changed: Changed) -> Editor:
    box = QComboBox()
    for number, name in enumerate([*choices, *look.suggestions]):
        box.addItem(name)
        box.setItemData(number, look.meanings.get(name), Qt.ItemDataRole.ToolTipRole)
    box.setEditable(not choices)
    box.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    box.installEventFilter(NO_WHEEL)
    box.currentTextChanged.connect(lambda _text: changed())
    return Editor(box, box.currentText, lambda value: box.setCurrentText(str(value)))


def _integer(argument: Argument, _look: FieldLook, changed: Changed) -> Editor:
    box = QSpinBox()
    highest = HIGHEST if argument.maximum is None else min(HIGHEST, argument.maximum)
    box.setRange(int(argument.minimum or 0), int(highest))
    if box.maximum() > STEPPED:
        box.setStepType(QAbstractSpinBox.StepType.AdaptiveDecimalStepType)
    box.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    box.installEventFilter(NO_WHEEL)
    box.valueChanged.connect(lambda _value: changed())
    return Editor(box, box.value, lambda value: box.setValue(box.minimum() if value is None else int(value)))


def _number(argument: Argument, _look: FieldLook, changed: Changed) -> Editor:
    """A number; where the default is None an empty text means None."""
    edit = NumberEdit()
    edit.textChanged.connect(lambda _text: changed())

    def show(value: float | str | None) -> None:
        if value is None:
            edit.clear()
        else:
            edit.show_number(value)

    if argument.is_required or argument.default is not None:
        return Editor(edit, edit.number, show)
    edit.setPlaceholderText("none")
    return Editor(edit, lambda: edit.number() if edit.text().strip() else None, show)


def _flag(_argument: Argument, _look: FieldLook, changed: Changed) -> Editor:
    box = QCheckBox()
    box.toggled.connect(lambda _checked: changed())
    return Editor(box, box.isChecked, lambda value: box.setChecked(bool(value)))


def _text(argument: Argument, _look: FieldLook, changed: Changed) -> Editor:
    """A text; where the default is None an empty text means None."""
    edit = QLineEdit()
    edit.textChanged.connect(lambda _text: changed())
    optional = argument.default is None and not argument.is_required
    read = (lambda: edit.text() or None) if optional else edit.text
    return Editor(edit, read, lambda value: edit.setText(value or ""))


def _numbers(_argument: Argument, _look: FieldLook, changed: Changed) -> Editor:
    """Whole numbers with commas between them."""
    edit = QLineEdit()
    edit.setTextMargins(2, 0, 0, 0)
    edit.setPlaceholderText("30, 60")
    edit.textChanged.connect(lambda _text: changed())

    def read() -> tuple[int | str, ...]:
        return tuple(_whole(part.strip()) for part in edit.text().split(",") if part.strip())

    return Editor(edit, read, lambda values: edit.setText(", ".join(map(str, values))))


def _whole(text: str) -> int | str:
    """The number, or the text if it is none."""
    return int(text) if text.isdecimal() else text


def _names(_argument: Argument, look: FieldLook, changed: Changed) -> Editor:
    edit = NamesEdit(look.offer)
    edit.textChanged.connect(lambda _text: changed())
    return Editor(edit, edit.names, lambda names: edit.show_names(tuple(names)))


def _records(argument: Argument, look: FieldLook, changed: Changed) -> Editor:
    """A list of records, each with a form of its own."""
    if argument.item is None or look.parts is None:
        raise TypeError(f"{argument.name} cannot be edited in a form without the look of its parts")
    return look.parts.editor(argument.item, look.object_name, changed=changed)


EDITORS: Mapping[str, Maker] = {
    "integer": _integer,
    "number": _number,
    "flag": _flag,
    "text": _text,
    "numbers": _numbers,
    "names": _names,
    "records": _records,
}
