"""A toy catalog and small networks, and every edit there is as a gesture: the graph knows nothing about real layers."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from workbench.core.graph import copying, edits, groups
from workbench.core.graph.network import BlockUse, Network, Node, chain
from workbench.core.layers.catalog import CATALOG

LIMITS: dict[str, tuple[int, int | None]] = {"Input": (0, 0), "Output": (1, 1), "Layer": (1, 1), "Join": (2, None)}


class ToyCatalog:
    def input_limits(self, kind: str) -> tuple[int, int | None]:
        return LIMITS[kind] if kind in LIMITS else CATALOG.input_limits(kind)


@pytest.fixture
def toys() -> ToyCatalog:
    return ToyCatalog()


@pytest.fixture
def diamond() -> Network:
    """input -> a -> b -> join -> output, with a shortcut from a to join."""
    return Network.of(
        "diamond",
        [
            Node("input", "Input"),
            Node("a", "Layer", {}, ("input",)),
            Node("b", "Layer", {"size": 3}, ("a",)),
            Node("join", "Join", {}, ("b", "a")),
            Node("output", "Output", {}, ("join",)),
        ],
    )


TOYS = ToyCatalog()
NAMES = ("a", "conv", "l.0", "l.1", "l", "train", "")
KINDS = ("Layer", "Join", "Conv2d", "Output", "Add", "Input", "ReLU", "Linear", "Flatten", "MaxPool2d", "Upsample")
CHANGES: tuple[dict[str, object], ...] = (
    *({}, {"x": 1}, {"out_channels": 8}, {"out_channels": "many"}, {"kernel_size": [1, 3]}, {"kernel_size": 99}),
    *({"stride": 2}, {"groups": 3}, {"padding": "same"}, {"shape": [1, 8, 8]}, {"deep": {"p": [1]}}),
)


def _name(network: Network, number: int) -> str:
    return list(network.nodes)[number % len(network)] if len(network) else "ghost"


def _node(network: Network, number: int, kind: int) -> Node:
    return Node(edits.free_name(network, NAMES[number % 7]), KINDS[kind % len(KINDS)])


def _some(network: Network, *numbers: int) -> list[Node]:
    return [network[name] for name in dict.fromkeys(_name(network, number) for number in numbers) if name in network]


def _group(network: Network, number: int) -> str:
    found = sorted(network.groups)
    return found[number % len(found)] if found else "ghost"


Gesture = Callable[[Network, int, int], Network]
GESTURES: dict[str, Gesture] = {
    "add_node": lambda n, i, j: edits.add_node(n, _node(n, i, j)),
    "add_node anyhow": lambda n, i, j: edits.add_node(n, Node(NAMES[i % 7], "Layer")),
    "connect": lambda n, i, j: edits.connect(n, _name(n, i), _name(n, j), catalog=TOYS),
    "disconnect": lambda n, i, j: edits.disconnect(n, _name(n, i), _name(n, j)),
    "remove_nodes": lambda n, i, j: edits.remove_nodes(n, {_name(n, i), _name(n, j)}),
    "insert_between": lambda n, i, j: edits.insert_between(n, _node(n, i, j), _name(n, i), _name(n, j)),
    "insert_after": lambda n, i, j: edits.insert_after(n, _node(n, i, j), _name(n, i), catalog=TOYS),
    "rename": lambda n, i, j: edits.rename(n, _name(n, i), NAMES[j % 7]),
    "move": lambda n, i, j: edits.move(n, {_name(n, i): (float(i), float(j))}),
    "set_arguments": lambda n, i, j: edits.set_arguments(n, _name(n, i), CHANGES[j % len(CHANGES)]),
    "set_arguments_of_all": lambda n, i, j: edits.set_arguments_of_all(
        n, [_name(n, i), _name(n, j)], CHANGES[(i + j) % len(CHANGES)]
    ),
    "paste": lambda n, i, j: edits.paste(n, _some(n, i, j), offset=(1.0, 1.0)),
    "make_group": lambda n, i, j: groups.make_group(n, {_name(n, i), _name(n, j)}, NAMES[(i + j) % 7]),
    "ungroup": lambda n, i, j: groups.ungroup(n, _group(n, i)),
    "rename_group": lambda n, i, j: groups.rename_group(n, _group(n, i), NAMES[j % 7]),
    "remove_group": lambda n, i, j: groups.remove_group(n, _group(n, i)),
    "copy_group": lambda n, i, j: groups.copy_group(n, _group(n, i), groups.free_group(n, NAMES[j % 7])),
    "paste_network": lambda n, i, j: copying.paste_network(
        n, copying.selection(n, {_name(n, i), _name(n, j)} & n.nodes.keys())
    ),
    "retitle": lambda n, i, j: edits.retitle(n, f"title {j % 3}"),
}
"""An edit of every kind, from two numbers."""


@pytest.fixture(scope="session")
def gestures() -> Mapping[str, Gesture]:
    return GESTURES


@pytest.fixture(scope="session")
def start() -> Network:
    """Where random edits begin: real and toy kinds, and a block."""
    nodes = [
        Node("input", "Input", {"shape": [3, 8, 8]}),
        Node("conv", "Conv2d", {"out_channels": 4}),
        Node("l.0", "ReLU"),
        Node("l.1", "Layer"),
        Node("a", "MaxPool2d"),
        Node("output", "Output"),
    ]
    return Network("start", chain("start", nodes).nodes, {"l": BlockUse("Toy", {"depth": 2})})
