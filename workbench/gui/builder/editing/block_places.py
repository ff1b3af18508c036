"""Where the nodes of a new block go on the canvas, and what makes way for them."""

from __future__ import annotations

from workbench.core.graph.housing import put_down
from workbench.core.graph.network import Network, Position
from workbench.gui.builder.items import style


def housed_block(network: Network, prefix: str, corner: Position) -> Network:
    """The network with a group laid out with its closed card at this corner; what is in the way moves down."""
    return put_down(network, prefix, corner, style.SIZES)
