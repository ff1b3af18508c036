"""Edits of what is written on the canvas: functions from a network to a network that computes the same."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from workbench.core.graph.canvas import SMALLEST, Box, Remark, carried, free_key
from workbench.core.graph.network import Network, Position
from workbench.core.graph.orientation import Direction
from workbench.errors import WorkbenchError


def add_remarks(network: Network, remarks: Iterable[Remark]) -> Network:
    """Add notes and frames under free keys, behind those that are there."""
    known = dict(network.canvas.remarks)
    for remark in remarks:
        known[free_key(remark.form, known)] = remark
    return _with_remarks(network, known)


def change_remark(network: Network, key: str, **changes: Any) -> Network:
    """Change a note or frame; sizes are at least the smallest. Raises `WorkbenchError` where there is none."""
    known = network.canvas.remarks
    if key not in known:
        raise WorkbenchError("That note does not exist", f"{network.name} has no note or frame {key}")
    remark = known[key].with_(**changes)
    width, height = remark.size
    remark = remark.with_(size=(max(width, SMALLEST[0]), max(height, SMALLEST[1])))
    return _with_remarks(network, {**known, key: remark})


def remove_remarks(network: Network, keys: Collection[str]) -> Network:
    """Take notes and frames away; what a frame held stays."""
    return _with_remarks(network, {key: remark for key, remark in network.canvas.remarks.items() if key not in keys})


def move_remarks(network: Network, keys: Collection[str], way: Position) -> Network:
    """Put notes and frames elsewhere."""
    moved = {
        key: remark.with_(position=(remark.position[0] + way[0], remark.position[1] + way[1]))
        for key, remark in network.canvas.remarks.items()
        if key in keys
    }
    return _with_remarks(network, {**network.canvas.remarks, **moved})


def take_along(
    network: Network, before: Mapping[str, Mapping[str, Box]], after: Mapping[str, Mapping[str, Box]]
) -> Network:
    """Have all notes and frames go along with what lies beside them in their groups, as when all is laid out."""
    moved = {}
    for key, remark in network.canvas.remarks.items():
        left, top, width, height = carried(
            remark, before.get(remark.group, before[""]), after.get(remark.group, after[""])
        )
        moved[key] = remark.with_(position=(left, top), size=(width, height))
    return _with_remarks(network, moved)


def fix(network: Network, names: Collection[str]) -> Network:
    """Remember that somebody has put these nodes where they are: a layout leaves them there."""
    known = network.canvas.fixed.union(names).intersection(network.nodes)
    return network if known == network.canvas.fixed else network.with_(canvas=network.canvas.with_(fixed=known))


def unfix(network: Network) -> Network:
    """Leave every node to the layout."""
    return network.with_(canvas=network.canvas.with_(fixed=frozenset())) if network.canvas.fixed else network


def run(network: Network, direction: Direction) -> Network:
    """Have the network run another way; its places are still those of the way before."""
    return network.with_(canvas=network.canvas.with_(direction=direction))


def _with_remarks(network: Network, remarks: Mapping[str, Remark]) -> Network:
    return network.with_(canvas=network.canvas.with_(remarks=remarks))
