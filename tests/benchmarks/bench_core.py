"""How fast the core is: opening, analysing, comparing, saving and reading networks, without any window.

    python tests/benchmarks/bench_core.py [--rounds 5] [NETWORK ...]

Every task is done in turns with a fixed piece of Python work, in processor time, and told as a multiple of that work:
the numbers of different machines can be compared. The best round of each counts. `edited` is the analysis after one
argument at the end was changed, and its ratio to `cold`, when nothing is remembered, is what remembering saves.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable

from workbench.core.graph.difference import difference
from workbench.core.graph.edits import set_arguments
from workbench.core.graph.network import Network, Node, chain
from workbench.core.graph.storage import from_json, to_json
from workbench.core.modelling.describe import describe
from workbench.core.modelling.opening import open_network
from workbench.core.modelling.receptive_field import joined_sight
from workbench.core.modelling.shapes import analyse, node_facts

NAMES = ("resnet152", "densenet201", "2,000 nodes")
Task = Callable[[], object]


def long_chain(count: int = 2_000) -> Network:
    """A chain in which every fourth layer is a convolution of another width."""
    kinds = ("Conv2d", "BatchNorm2d", "ReLU", "Dropout2d")
    nodes = [Node("input", "Input", {"shape": [3, 16, 16]})]
    for number in range(count - 2):
        arguments = {"out_channels": 1 + number % 97, "padding": 1} if number % 4 == 0 else {}
        nodes.append(Node(f"stage{number // 40}.{number}", kinds[number % 4], arguments))
    return chain("2,000 nodes", [*nodes, Node("output", "Output")])


def opened(name: str) -> Network:
    """The network to measure."""
    return long_chain() if name == "2,000 nodes" else open_network(name)


def seconds(task: Task) -> float:
    """Processor time of one run."""
    start = time.thread_time()
    task()
    return time.thread_time() - start


def yardstick() -> None:
    """A fixed piece of Python work."""
    sum(number % 7 for number in range(1_000_000))


def cold(network: Network) -> None:
    """Analyse with nothing remembered."""
    node_facts.cache_clear()
    joined_sight.cache_clear()
    analyse(network)


class Edits:
    """Another argument at the end of a network each time."""

    def __init__(self, network: Network) -> None:
        self._network, self._rate = network, 0
        kinds = {"Linear": "out_features", "Conv2d": "out_channels"}
        self._name, self._argument = next((n.name, kinds[n.kind]) for n in reversed([*network]) if n.kind in kinds)

    def __call__(self) -> None:
        self._rate += 1
        analyse(set_arguments(self._network, self._name, {self._argument: 1000 + self._rate}))


def tasks_for(name: str, network: Network) -> dict[str, Task]:
    """What is measured, by name."""
    text = to_json(network)
    other = set_arguments(network, next(node.name for node in network if node.kind == "Conv2d"), {"bias": False})
    cases: dict[str, Task] = {
        "cold": lambda: cold(network),
        "edited": Edits(network),
        "describe": lambda: describe(network, batch=2),
        "save": lambda: to_json(network),
        "read": lambda: from_json(text),
        "compare": lambda: difference(network, other),
    }
    return cases if name == "2,000 nodes" else {"open": lambda: open_network(name), **cases}


def main() -> None:
    """Measure in turns and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("networks", nargs="*", default=NAMES)
    options = parser.parse_args()
    for name in options.networks:
        network = opened(name)
        tasks = tasks_for(name, network)
        analyse(network)
        best = dict.fromkeys(tasks, float("inf"))
        unit = float("inf")
        for _ in range(options.rounds):
            unit = min(unit, seconds(yardstick))
            for task, work in tasks.items():
                best[task] = min(best[task], seconds(work))
        cells = "  ".join(f"{task} {taken / unit:.2f}" for task, taken in best.items())
        print(f"{name} ({len(network):,} nodes): {cells}  cold/edited {best['cold'] / best['edited']:.1f}")


if __name__ == "__main__":
    main()
