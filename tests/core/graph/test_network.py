from __future__ import annotations

import pytest

from workbench.core.graph.network import Network, Node, chain


def test_a_network_cannot_be_changed(diamond: Network) -> None:
    with pytest.raises(TypeError):
        diamond.nodes["a"] = Node("a", "Layer")  # type: ignore[index]


def test_equal_contents_make_equal_networks(diamond: Network) -> None:
    assert Network.of("diamond", [node.with_() for node in diamond]) == diamond
    assert Network.of("diamond", [*diamond, Node("c", "Layer")]) != diamond


def test_consumers_name_a_node_twice_that_takes_an_output_twice() -> None:
    network = Network.of("twice", [Node("a", "Input"), Node("j", "Join", {}, ("a", "a"))])
    assert network.consumers == {"a": ("j", "j"), "j": ()}


def test_execution_order_puts_every_node_behind_its_inputs(diamond: Network) -> None:
    backwards = diamond.with_nodes(reversed(list(diamond)))
    order = backwards.execution_order
    assert sorted(order) == sorted(diamond.nodes)
    assert all(order.index(source) < order.index(node.name) for node in diamond for source in node.inputs)


def test_execution_order_leaves_out_loops_and_what_is_behind_them() -> None:
    nodes = [
        Node("in", "Input"),
        Node("a", "Join", {}, ("in", "b")),
        Node("b", "Layer", {}, ("a",)),
        Node("c", "Layer", {}, ("b",)),
    ]
    assert Network.of("loop", nodes).execution_order == ("in",)


def test_up_and_downstream(diamond: Network) -> None:
    assert diamond.upstream("b") == {"b", "a", "input"}
    assert diamond.downstream("b") == {"b", "join", "output"}


def test_an_input_that_does_not_exist_is_survived() -> None:
    network = Network.of("broken", [Node("a", "Layer", {}, ("ghost",))])
    assert network.execution_order == ("a",)
    assert network.upstream("a") == {"a"}


def test_a_chain_follows_the_order_and_keeps_named_inputs() -> None:
    made = chain("c", [Node("i", "Input"), Node("a", "Layer"), Node("b", "Layer"), Node("j", "Join", {}, ("a", "b"))])
    assert [node.inputs for node in made] == [(), ("i",), ("a",), ("a", "b")]
