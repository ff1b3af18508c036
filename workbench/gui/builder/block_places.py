"""Where the nodes of a new block go on the canvas, and what makes way for them."""

from __future__ import annotations

from workbench.core.graph import edits
from workbench.core.graph.layout import layered_layout
from workbench.core.graph.network import Network, Position
from workbench.core.graph.parts import members
from workbench.gui.builder import style
from workbench.gui.builder.scene import SIZE


def housed_block(network: Network, prefix: str, corner: Position) -> Network:
    """The network with the nodes of a group laid out below each other from this corner; what is in the way moves down.

    A node is in the way if it is not above the corner and in the columns that the group takes.
    """
    places = _places(network, prefix, corner)
    left = min(x for x, _ in places.values()) - style.WIDTH
    right = max(x for x, _ in places.values()) + style.WIDTH
    height = max(y for _, y in places.values()) + style.ROW - corner[1]
    below = {
        node.name: (node.position[0], node.position[1] + height)
        for node in network
        if node.name not in places and node.position and node.position[1] >= corner[1] - style.HEIGHT / 2
        if left < node.position[0] < right
    }
    return edits.move(network, {**places, **below})


def _places(network: Network, prefix: str, corner: Position) -> dict[str, Position]:
    """The places of the nodes of a group: the first one in the corner, the others as the layout has them."""
    inner = members(network, prefix)
    names = {node.name for node in inner}
    alone = Network.of(prefix, (node.with_(inputs=tuple(s for s in node.inputs if s in names)) for node in inner))
    layout = layered_layout(alone, size=SIZE, gap=style.GAP)
    x, y = layout[inner[0].name]
    top = min(place[1] for place in layout.values())
    return {name: (place[0] - x + corner[0], place[1] - min(y, top) + corner[1]) for name, place in layout.items()}
