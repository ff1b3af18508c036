"""A toy catalog and a small network: the graph knows nothing about real layers."""

from __future__ import annotations

import pytest

from workbench.core.graph.network import Network, Node

LIMITS: dict[str, tuple[int, int | None]] = {"Input": (0, 0), "Output": (1, 1), "Layer": (1, 1), "Join": (2, None)}


class ToyCatalog:
    def input_limits(self, kind: str) -> tuple[int, int | None]:
        return LIMITS.get(kind, (0, None))


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
