"""One form for several selected nodes of one kind: what is changed in it changes in all of them, as one step."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from workbench.core.graph import edits
from workbench.core.graph.network import Node
from workbench.core.layers.arguments import arguments
from workbench.core.layers.catalog import CATALOG
from workbench.gui.builder.editing.editor import Editor
from workbench.gui.builder.inspector.argument_form import ArgumentForm
from workbench.gui.builder.mirror.scene import NetworkScene

DIFFERS = " ≠"


class BulkForm(ArgumentForm):
    """The arguments of nodes of one kind; where they differ, the label says so and the first one's is shown."""

    def __init__(self, nodes: list[Node]) -> None:
        super().__init__(arguments(CATALOG[nodes[0].kind]), name="", about_name="", stack=None)
        self.rows.setRowVisible(self.name, False)
        self.show_nodes(nodes)

    def show_nodes(self, nodes: list[Node]) -> None:
        """Show other values of the same nodes."""
        self.nodes = nodes
        self.show_values(nodes[0].arguments)
        for name, field in self.fields.items():
            label = self.rows.labelForField(field)
            assert isinstance(label, QLabel)
            text = label.text().removesuffix(DIFFERS)
            values = [node.arguments.get(name, field.argument.default) for node in nodes]
            same = all(value == values[0] for value in values)
            label.setText(text if same else text + DIFFERS)
            label.setToolTip(field.argument.help if same else "The selected nodes differ in this; a change sets all")
            field.setAccessibleDescription("" if same else "The selected nodes differ in this; a change sets all")


class BulkBox(QWidget):
    """Holds such a form while it makes sense; follows the selection."""

    def __init__(self, scene: NetworkScene, editor: Editor) -> None:
        super().__init__()
        self._scene, self._editor = scene, editor
        self.form: BulkForm | None = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        scene.picked.connect(self.follow)
        self.hide()

    def follow(self) -> None:
        """Show what is selected as it is now."""
        nodes = self._nodes()
        shown = [(node.name, node.kind) for node in self.form.nodes] if self.form else []
        if [(node.name, node.kind) for node in nodes] != shown:
            self._renew(nodes)
        elif self.form is not None:
            self.form.show_nodes(nodes)

    def _nodes(self) -> list[Node]:
        """The selected nodes if they are several of one known kind, and nothing else is selected."""
        chosen, network = self._scene.chosen, self._scene.network
        nodes = [network[name] for name in chosen if name in network]
        alike = len(nodes) == len(chosen) > 1 and len({node.kind for node in nodes}) == 1
        return nodes if alike and nodes[0].kind in CATALOG else []

    def _renew(self, nodes: list[Node]) -> None:
        if self.form is not None:
            self._column.removeWidget(self.form)
            self.form.hide()
            self.form.deleteLater()
            self.form = None
        if nodes:
            self.form = BulkForm(nodes)
            self.form.argument_changed.connect(self._set)
            self._column.addWidget(self.form)
        self.setVisible(self.form is not None)

    def _set(self, argument: str, value: object, session: int) -> None:
        names = [node.name for node in self.form.nodes] if self.form else []
        self._editor.attempt(
            lambda network: edits.set_arguments_of_all(network, names, {argument: value}),
            f"Set {argument} of {len(names)} nodes",
            merge_key=f"set {' '.join(names)} {argument} {session}",
        )
