"""Going to a node, or connecting to one, by a few letters of its name, its kind or its shape."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial

from PySide6.QtCore import QObject, QPoint

from workbench.core.graph.network import Network, Node
from workbench.core.layers.catalog import CATALOG
from workbench.core.layers.kind import describe_shape
from workbench.gui import theme
from workbench.gui.builder.canvas.view import CanvasView
from workbench.gui.builder.items.labels import category, counted, summary
from workbench.gui.builder.search.chooser import WIDTH, Choice, Chooser
from workbench.gui.workspace import Workspace


class Finder(QObject):
    """Opens the chooser with the nodes of the network."""

    def __init__(self, view: CanvasView, chooser: Chooser, workspace: Workspace) -> None:
        super().__init__(view)
        self._view, self._chooser, self._workspace = view, chooser, workspace
        self._editor, self._scene = view.editor, view.network_scene

    def find(self) -> None:
        """Find a node; the one that is current in the list is selected and brought into view."""
        choices = [self._choice(node) for node in self._editor.network]
        note = f"{counted([choice.title for choice in choices])}; search names, kinds, arguments and shapes"
        self._chooser.ask("Find a node", choices, self._corner(), note=note)

    def connect_to(self) -> None:
        """Feed the selected node into another one, chosen by its name."""
        source = next(iter(self._scene.selected[-1:]), None)
        if source is None:
            self._editor.refused.emit("Select the node that should feed another one first.")
            return
        item = self._scene.item(source)
        at = self._view.mapFromScene(item.box().topRight() if item else self._view.middle()) + QPoint(theme.L, 0)
        choices = [*self._targets(source, self._editor.network)]
        note = "Nodes that cannot be fed come last, with the reason"
        self._chooser.ask(f"Connect {source} to", choices, at, note=note)

    def _targets(self, source: str, nodes: Iterable[Node]) -> Iterator[Choice]:
        """All nodes but the source; what the rules would refuse is told in one walk, not by one for each node."""
        network = self._editor.network
        feeding = _upstream(network, source)
        for node in nodes:
            if node.name == source:
                continue
            loop = f"That would close a loop: it already feeds {source}" if node.name in feeding else ""
            takes_none = CATALOG.input_limits(node.kind)[1] == 0
            problem = loop or (f"{node.kind} takes no input" if takes_none else "")
            run = partial(self._editor.connect_nodes, source, node.name)
            about, colour = problem or node.kind, category(node.kind)
            yield Choice(node.name, about, "", run, not problem, category=colour, kind=node.kind, words=node.kind)

    def _choice(self, node: Node) -> Choice:
        analysis = self._workspace.current_analysis
        report = analysis.nodes.get(node.name) if analysis else None
        shape = describe_shape(report.output_shape) if report and report.output_shape else ""
        about = f"{node.kind} {summary(node)}".strip()
        words = (
            " ".join(["problem", *(problem.title for problem in report.problems)]) if report and report.problems else ""
        )
        words = f"{words} {shape.replace(' × ', 'x')} {shape}"
        show = partial(self._show, node.name)
        return Choice(
            node.name, about, shape, show, category=category(node.kind), kind=node.kind, words=words, look=show
        )

    def _show(self, name: str) -> None:
        self._scene.uncover(name)
        self._scene.select([name])
        self._view.reveal(name)

    def _corner(self) -> QPoint:
        """The upper right corner of the canvas, out of the way of what is found."""
        return QPoint(self._view.width() - WIDTH - theme.M, theme.M)


def _upstream(network: Network, name: str) -> set[str]:
    """The nodes that feed a node, directly or through others."""
    found: set[str] = set()
    waiting = [name]
    while waiting:
        fresh = [source for source in network[waiting.pop()].inputs if source in network and source not in found]
        found.update(fresh)
        waiting += fresh
    return found
