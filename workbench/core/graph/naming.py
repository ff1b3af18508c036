"""Names that a file can hold and a module cannot: what has to be renamed, what it could be called, and the edit."""

from __future__ import annotations

import re
import unicodedata

from workbench.core.graph.edits import free_name, renamed
from workbench.core.graph.groups import blocks_below
from workbench.core.graph.network import Network, prefixes
from workbench.core.graph.parts import is_inside, still_made
from workbench.core.graph.rules import is_spelled, own_name_problem

LONGEST_PART = 60
"""Characters that are kept of one part of a name that is too long."""


def misnamed(network: Network, name: str) -> str:
    """The node or group that has to be renamed before this node has a possible name; nothing if it has one.

    A part that no attribute can be called concerns all nodes of that group; of a node and a group of one name the
    node gives way.
    """
    if own_name_problem(network, name) is None:
        return ""
    wrong = next((prefix for prefix in _from_outside(name) if not is_spelled(prefix)), "")
    return wrong or next((prefix for prefix in _from_outside(name) if prefix in network), name)


def possible_name(network: Network, name: str) -> str:
    """A free name as like an impossible one as can be: `class_` for `class`, `conv_1` for `conv 1`."""
    head, _, tail = name.rpartition(".")
    wanted = f"{head}.{_possible_part(tail)}" if head else _possible_part(tail)
    return free_name(network, wanted if is_spelled(wanted) else f"{wanted}_")


def rename_misnamed(network: Network, name: str, new_name: str) -> Network:
    """Give what `misnamed` found another name: a node, or a group with everything in it."""
    whole = not is_spelled(name)
    fresh = {
        node.name: new_name + node.name[len(name) :]
        for node in network
        if node.name == name or (whole and is_inside(node.name, name))
    }
    after = network.with_nodes(renamed(network, fresh))
    canvas = network.canvas.renamed(fresh, {name: new_name} if whole else {})
    blocks = blocks_below(network, name, new_name) if whole else {}
    return after.with_(canvas=canvas, blocks={**still_made(network, after), **blocks})


def _from_outside(name: str) -> list[str]:
    """The groups around a name, the outermost first, then the name."""
    return [*reversed([*prefixes(name)]), name]


def _possible_part(part: str) -> str:
    """A part of a name with letters, digits and underscores only, that is not empty."""
    plain = unicodedata.normalize("NFKD", part).encode("ascii", "ignore").decode()
    made = re.sub(r"[^0-9A-Za-z_-]+", "_", plain).strip("-")[:LONGEST_PART]
    made = made if not made.startswith("__") else made.strip("_")
    return f"node_{made}" if made[:1].isdigit() and not made.isdigit() else made or "node"
