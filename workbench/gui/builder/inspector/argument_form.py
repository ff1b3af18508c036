"""What the forms of nodes and of groups share: a name, a field for every argument, and whether all copies change."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import count
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QApplication, QCheckBox, QFormLayout, QLabel, QLineEdit, QVBoxLayout, QWidget

from workbench.core.graph.stacks import Stack
from workbench.core.layers.arguments import Argument
from workbench.errors import Problem
from workbench.gui import theme
from workbench.gui.builder.inspector.fields import Field, Manners, field_for
from workbench.gui.widgets.muted import MutedLabel

_sessions = count(1)


class ArgumentForm(QWidget):
    """Shows values and says what the user wants changed; it changes nothing itself."""

    argument_changed = Signal(str, object, int)
    """Argument, value, and the session: a number that is another one whenever a field is entered anew."""
    name_changed = Signal(str)

    def __init__(self, arguments: Iterable[Argument], *, name: str, about_name: str, stack: Stack | None) -> None:
        super().__init__()
        self.session = next(_sessions)
        self.fields: dict[str, Field] = {}
        self.stack = stack
        self._shown_name = name
        self.name = QLineEdit(name)
        self.name.setObjectName("build-name")
        self.name.setAccessibleName(about_name)
        self.name.setToolTip("The name in the network, which is also the beginning of the names of its weights.")
        self.name.installEventFilter(Manners(self))
        self.name_hint = QLabel()
        self.name_hint.setWordWrap(True)
        self.name_hint.hide()
        self.all_copies = QCheckBox()
        self.all_copies.setObjectName("build-all-copies")
        self.all_copies.setToolTip("Without it, the change is made here alone: this copy leaves the stack.")
        self.rows = QFormLayout()
        self._arrange(arguments)
        self.show_stack(stack)
        self.all_copies.setChecked(True)
        self.name.textEdited.connect(self._judge_name)
        self.name.editingFinished.connect(self._finish_name)
        QApplication.instance().focusChanged.connect(self._focus_moved)  # type: ignore[union-attr]

    def show_name(self, name: str) -> None:
        """Show another name, unless one is being typed."""
        self._shown_name = name
        if not self.name.hasFocus():
            self.name.setText(name)

    def show_values(self, values: Mapping[str, Any]) -> None:
        """Show these arguments; one that is not given has its default."""
        for name, field in self.fields.items():
            field.show_value(values.get(name, field.argument.default))

    def show_stack(self, stack: Stack | None) -> None:
        """Offer to change all copies of a stack together, if this is one of them."""
        self.stack = stack
        text = f"Change all {len(stack)} copies" if stack else ""
        self.all_copies.setText(text)
        self.all_copies.setAccessibleName(text)
        self.all_copies.setVisible(stack is not None)

    @property
    def changed_stack(self) -> Stack | None:
        """The stack that the user wants changed as a whole, if so."""
        return self.stack if self.all_copies.isChecked() else None

    def start(self) -> None:
        """Put the keyboard into the first argument, or into the name."""
        first = next(iter(self.fields.values()), None)
        target: QWidget = first if first is not None else self.name
        target.setFocus(Qt.FocusReason.OtherFocusReason)

    def name_problem(self, text: str) -> Problem | None:
        """Why it cannot be called so, or None."""
        raise TypeError(f"{type(self).__name__} judges no names")

    def _arrange(self, arguments: Iterable[Argument]) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.XS)
        form = self.rows
        form.setContentsMargins(0, 0, 0, 0)
        form.setHorizontalSpacing(theme.M)
        form.setVerticalSpacing(theme.XS)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        form.addRow("Name", self.name)
        form.addRow(self.name_hint)
        form.addRow(self.all_copies)
        for argument in arguments:
            field = field_for(argument)
            if field is not None:
                self._add(field)
        column.addLayout(form)

    def _add(self, field: Field) -> None:
        name = field.argument.name
        self.fields[name] = field
        label = QLabel(name.replace("_", " ").capitalize())
        label.setBuddy(field.focusProxy() or field)
        label.setToolTip(field.argument.help)
        self.rows.addRow(label, field)
        if field.argument.help:
            line = MutedLabel(field.argument.help)
            line.setFont(theme.font("small"))
            line.setContentsMargins(0, 0, 0, theme.S)
            self.rows.addRow(line)
        field.changed.connect(lambda value: self.argument_changed.emit(name, value, self.session))

    def _focus_moved(self, old: QWidget | None, new: QWidget | None) -> None:
        """A field that is entered begins a session of its own."""
        if new is not None and new is not old and self.isAncestorOf(new):
            self.session = next(_sessions)

    def _judge_name(self, text: str) -> None:
        problem = self.name_problem(text) if text != self._shown_name else None
        self.name_hint.setVisible(problem is not None)
        if problem is not None:
            colour = theme.current().error.name()
            self.name_hint.setText(f"<span style='color:{colour}'>{problem.title}: {problem.reason}</span>")

    def _finish_name(self) -> None:
        text = self.name.text().strip()
        if text == self._shown_name:
            return
        if self.name_hint.isVisible() or not text:
            self.name.setText(self._shown_name)
            self.name_hint.hide()
            return
        self.name_changed.emit(text)
