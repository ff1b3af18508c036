"""The form of one node: its name and a field for every argument of its kind, made from the catalog."""

from __future__ import annotations

from workbench.core.graph.network import Network, Node
from workbench.core.graph.rules import name_problem
from workbench.core.graph.stacks import Stack
from workbench.core.layers.arguments import arguments
from workbench.core.layers.catalog import CATALOG
from workbench.errors import Problem
from workbench.gui.builder.inspector.argument_form import ArgumentForm


class NodeForm(ArgumentForm):
    """Shows one node and says what the user wants changed."""

    def __init__(self, node: Node, network: Network, stack: Stack | None = None) -> None:
        known = arguments(CATALOG[node.kind]) if node.kind in CATALOG else ()
        super().__init__(known, name=node.name, about_name="Name of the node", stack=stack)
        self.show_node(node, network, stack)

    def show_node(self, node: Node, network: Network, stack: Stack | None = None) -> None:
        """Show another value of the same node."""
        self.node, self._network = node, network
        self.show_name(node.name)
        self.show_values(node.arguments)
        self.show_stack(stack)

    def name_problem(self, text: str) -> Problem | None:
        others = self._network.with_nodes(node for node in self._network if node.name != self.node.name)
        return name_problem(others, text)
