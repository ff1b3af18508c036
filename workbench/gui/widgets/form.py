"""A form made from a record: one editor for each field, by its type, its limits and its help."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import msgspec
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QSizePolicy, QWidget

from workbench.core.layers.arguments import Argument, arguments
from workbench.errors import Problem
from workbench.gui import theme
from workbench.gui.widgets.field_editors import editor_of
from workbench.gui.widgets.field_look import Editor, FieldLook
from workbench.gui.widgets.problem import ProblemLabel

ROWS = 3
"""Rows of the grid for a field: its editor, its problem, and what may be put below them."""


@dataclass(frozen=True)
class _Row:
    """The widgets of one field."""

    label: QLabel | None
    editor: Editor
    problem: ProblemLabel
    companions: list[QWidget] = field(default_factory=list)
    """What stands beside the editor and goes with it."""

    def set_visible(self, visible: bool) -> None:
        for widget in (self.label, self.editor.widget, *self.companions):
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
        return {name: row.editor.read() for name, row in self._rows.items()}

    def set_values(self, values: Mapping[str, Any]) -> None:
        """Show values; fields of others are ignored."""
        for name, value in values.items():
            if name in self._rows:
                self._rows[name].editor.show(value)

    def editor(self, field: str) -> QWidget:
        """The widget of a field."""
        return self._rows[field].editor.widget

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
            row.editor.show_inside(inside(found, name))
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
        editor, problem = editor_of(argument, replace(look, object_name=name), self.changed.emit), ProblemLabel(self)
        widget = editor.widget
        widget.setObjectName(name)
        widget.setAccessibleName(text)
        widget.setMinimumWidth(80)
        row = ROWS * len(self._rows)
        whole = argument.form == "records"
        label = None if whole else self._label(text, argument, widget)
        if label is not None:
            self._grid.addWidget(label, row, 0)
        self._grid.addWidget(widget, row, 0 if whole else 1, 1, 3 if whole else 2)
        self._grid.addWidget(problem, row + 1, 0, 1, 3)
        self._rows[argument.name] = _Row(label, editor, problem)
        editor.show(argument.default)

    def _label(self, text: str, argument: Argument, editor: QWidget) -> QLabel:
        label = QLabel(text, self)
        label.setBuddy(editor)
        label.setToolTip(argument.help)
        editor.setToolTip(argument.help)
        editor.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        return label


def inside(problems: Iterable[Problem], place: str) -> tuple[Problem, ...]:
    """The problems at or below a place, told from there."""
    found = []
    for problem in problems:
        head, _, rest = problem.where.partition(".")
        if head == place:
            found.append(Problem(rest, problem.title, problem.reason, problem.level, problem.remedy))
    return tuple(found)
