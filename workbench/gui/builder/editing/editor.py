"""What can be done to the network from the Build room: every call is one labelled undo step, or a refusal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import QPointF

from workbench.core.graph import edits, groups
from workbench.core.graph.canvas_edits import fix, remove_remarks, take_along
from workbench.core.graph.housing import boxes, laid_out
from workbench.core.graph.layout import Wanted, always
from workbench.core.graph.network import Network, Position
from workbench.core.graph.outline import outline
from workbench.gui.builder.editing.grouping import Grouping
from workbench.gui.builder.editing.handful import Handful
from workbench.gui.builder.items import style
from workbench.gui.builder.items.labels import counted, remarks_text


class Editor(Grouping):
    """Everything that can be done, with what `Grouping`, `Adding` and `Attempts` can."""

    # changing

    def move(self, places: Mapping[str, Position], *, merge_key: str | None = None) -> None:
        """Put nodes at other places."""
        self.place(places, f"Move {counted(list(places))}", merge_key=merge_key)

    def place(self, places: Mapping[str, Position], label: str, *, merge_key: str | None = None) -> None:
        """Put nodes where somebody wants them; a layout leaves them there."""
        moved = {name: place for name, place in places.items() if self._scene.places.get(name) != place}
        self.attempt(lambda network: fix(edits.move(network, places), [*moved]), label, merge_key=merge_key)

    def carry(self, hand: Handful, way: QPointF, *, merge_key: str | None = None) -> None:
        """Move nodes, notes and frames together, as one step."""
        self.attempt(lambda network: hand.moved(network, way), hand.label, merge_key=merge_key)
        self._scene.select_remarks(hand.remarks)

    def nudge(self, right: float, down: float) -> None:
        """Move what is selected a little, notes and frames too; a run of nudges is one step."""
        names, remarks = self.in_order(), self._scene.chosen_remarks
        if names or remarks:
            hand = Handful(self._scene, names, remarks)
            self.carry(hand, QPointF(right, down), merge_key="nudge " + " ".join([*names, *remarks]))

    def set_argument(self, name: str, argument: str, value: Any, *, session: int = 0) -> bool:
        """Change one argument of a node; what is typed in one `session` of a field is one step."""
        return self.attempt(
            lambda network: edits.set_arguments(network, name, {argument: value}),
            f"Set {argument} of {name}",
            merge_key=f"set {name} {argument} {session}",
        )

    def rename(self, name: str, new_name: str) -> bool:
        """Give a node another name."""
        done = self.attempt(lambda network: edits.rename(network, name, new_name), f"Rename {name} to {new_name}")
        if done:
            self._scene.select([new_name])
        return done

    def lay_out(self) -> None:
        """Put all nodes where the layout wants them, without those that somebody has put where they are."""
        self.take_layout(self.network, layout_of(self.network), "Lay out the network")

    def take_layout(self, network: Network, places: Mapping[str, Position], label: str) -> None:
        """Put nodes at the places of a layout of this network; notes and frames go along with them."""
        tree = outline(network)
        before = boxes(self._scene.tree, self._scene.places)

        def edit(present: Network) -> Network:
            moved = edits.move(present.with_(canvas=network.canvas), places)
            return take_along(moved, before, boxes(tree, places))

        self.attempt(edit, label)

    # taking away

    def delete(self) -> None:
        """Remove what is selected; what a removed node fed takes its input instead."""
        inside = {name for key in self.chosen_groups() for name in self._scene.tree.nodes(key)}
        chosen = [prefix for key in self.chosen_groups() for prefix in self.prefixes(key)]
        names = [name for name in self.in_order() if name not in inside]
        edges = self._connections()
        remarks = self._scene.chosen_remarks
        if names or chosen or edges or remarks:
            named = [*chosen, *names]
            label = _delete_label(named, edges) if named or edges else f"Delete {remarks_text(self.remarks(remarks))}"
            self.attempt(lambda network: remove_remarks(_without(network, names, chosen, edges), remarks), label)

    def _connections(self) -> list[tuple[str, str]]:
        """The connections between nodes that the selected ones on the canvas stand for."""
        return [pair for edge in self._scene.selected_edges for pair in self.pairs(edge)]


def layout_of(network: Network, wanted: Wanted = always) -> dict[str, Position]:
    """Where the layout wants the nodes, with those where they are that somebody has put there.

    Raises `LayoutCancelled` soon after `wanted` has begun to say no.
    """
    return laid_out(outline(network), style.SIZES, network.canvas.fixed, wanted=wanted)


def _without(
    network: Network, names: Sequence[str], chosen: Sequence[str], edges: Sequence[tuple[str, str]]
) -> Network:
    for source, target in edges:
        network = edits.disconnect(network, source, target)
    for prefix in chosen:
        network = groups.remove_group(network, prefix) if prefix in network.groups else network
    return edits.remove_nodes(network, names)


def _delete_label(names: Sequence[str], edges: Sequence[tuple[str, str]]) -> str:
    if not names and len(edges) == 1:
        return f"Disconnect {edges[0][0]} from {edges[0][1]}"
    if names:
        return f"Delete {counted(list(names))}"
    return f"Delete {len(edges)} connections"
