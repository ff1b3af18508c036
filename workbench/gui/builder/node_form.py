"""The form of one node: its name and a field for every argument of its kind, made from the catalog."""

from __future__ import annotations

from itertools import count

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QApplication, QFormLayout, QLabel, QLineEdit, QVBoxLayout, QWidget

from workbench.core.graph.network import Network, Node
from workbench.core.graph.rules import name_problem
from workbench.core.layers.arguments import arguments
from workbench.core.layers.catalog import CATALOG
from workbench.gui import theme
from workbench.gui.builder.fields import Field, Manners, field_for
from workbench.gui.widgets.muted import MutedLabel

_sessions = count(1)


class NodeForm(QWidget):
    """Shows one node and says what the user wants changed; it changes nothing itself."""

    argument_changed = Signal(str, object, int)
    """Argument, value, and the session: a number that is another one whenever a field is entered anew."""
    name_changed = Signal(str)

    def __init__(self, node: Node, network: Network) -> None:
        super().__init__()
        self.node, self._network = node, network
        self._session = next(_sessions)
        self.fields: dict[str, Field] = {}
        self.name = QLineEdit(node.name)
        self.name.setObjectName("build-name")
        self.name.setAccessibleName("Name of the node")
        self.name.setToolTip("The name of the layer, which is also the beginning of the names of its weights.")
        self.name_hint = QLabel()
        self.name_hint.setWordWrap(True)
        self.name_hint.hide()
        self.name.installEventFilter(Manners(self))
        self._arrange()
        self.name.textEdited.connect(self._judge_name)
        self.name.editingFinished.connect(self._finish_name)
        QApplication.instance().focusChanged.connect(self._focus_moved)  # type: ignore[union-attr]
        self.show_node(node, network)

    def show_node(self, node: Node, network: Network) -> None:
        """Show another value of the same node."""
        self.node, self._network = node, network
        if not self.name.hasFocus():
            self.name.setText(node.name)
        for name, field in self.fields.items():
            field.show_value(node.arguments.get(name, field.argument.default))

    def start(self) -> None:
        """Put the keyboard into the first argument, or into the name."""
        first = next(iter(self.fields.values()), None)
        target: QWidget = first if first is not None else self.name
        target.setFocus(Qt.FocusReason.OtherFocusReason)

    def _arrange(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.XS)
        form = QFormLayout()
        form.setContentsMargins(0, 0, 0, 0)
        form.setHorizontalSpacing(theme.M)
        form.setVerticalSpacing(theme.XS)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        form.addRow("Name", self.name)
        form.addRow(self.name_hint)
        for argument in arguments(CATALOG[self.node.kind]) if self.node.kind in CATALOG else ():
            field = field_for(argument)
            if field is not None:
                self._add(form, field)
        column.addLayout(form)

    def _add(self, form: QFormLayout, field: Field) -> None:
        name = field.argument.name
        self.fields[name] = field
        label = QLabel(name.replace("_", " ").capitalize())
        label.setBuddy(field.focusProxy() or field)
        label.setToolTip(field.argument.help)
        form.addRow(label, field)
        if field.argument.help:
            line = MutedLabel(field.argument.help)
            line.setFont(theme.font("small"))
            line.setContentsMargins(0, 0, 0, theme.S)
            form.addRow(line)
        field.changed.connect(lambda value: self.argument_changed.emit(name, value, self._session))

    def _focus_moved(self, old: QWidget | None, new: QWidget | None) -> None:
        """A field that is entered begins a session of its own."""
        if new is not None and new is not old and self.isAncestorOf(new):
            self._session = next(_sessions)

    def _judge_name(self, text: str) -> None:
        others = self._network.with_nodes(node for node in self._network if node.name != self.node.name)
        problem = name_problem(others, text)
        self.name_hint.setVisible(problem is not None)
        if problem is not None:
            colour = theme.current().error.name()
            self.name_hint.setText(f"<span style='color:{colour}'>{problem.title}: {problem.reason}</span>")

    def _finish_name(self) -> None:
        text = self.name.text().strip()
        if text == self.node.name:
            return
        if self.name_hint.isVisible() or not text:
            self.name.setText(self.node.name)
            self.name_hint.hide()
            return
        self.name_changed.emit(text)
