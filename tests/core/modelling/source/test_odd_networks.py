"""Networks that nobody would draw, but may: names, nesting, branches, unused layers, shared inputs."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from workbench.core.graph.network import Network, Node
from workbench.core.modelling.compile import build_module
from workbench.core.modelling.shapes import analyse
from workbench.core.modelling.source.text import source_of

INPUT, CONV = Node("input", "Input", {"shape": [4, 8, 8]}), {"out_channels": 4, "padding": 1}


def conv(name: str, source: str, **arguments: Any) -> Node:
    return Node(name, "Conv2d", {**CONV, **arguments}, (source,))


def output(source: str) -> Node:
    return Node("output", "Output", {}, (source,))


ODD = {
    "empty": [INPUT, output("input")],
    "only functions": [INPUT, Node("a", "Add", {}, ("input", "input")), Node("m", "Mean", {}, ("a",)), output("m")],
    "hyphens": [INPUT, conv("my-conv", "input"), Node("re-lu", "ReLU", {}, ("my-conv",)), output("re-lu")],
    "hyphens in a group": [INPUT, conv("g.a-1", "input"), conv("g.b-2", "g.a-1"), output("g.b-2")],
    "digits at the top": [INPUT, conv("0", "input"), conv("1", "0"), output("1")],
    "a gap in the numbers": [INPUT, conv("f.0", "input"), conv("f.2", "f.0"), output("f.2")],
    "numbers in disorder": [INPUT, conv("f.1", "input"), conv("f.0", "f.1"), output("f.0")],
    "registered in another order": [INPUT, conv("f.0", "f.1"), conv("f.1", "input"), output("f.0")],
    "names of a sequence": [INPUT, conv("f.append", "input"), conv("f.keys", "f.append"), output("f.keys")],
    "names of ours": [
        INPUT,
        conv("x", "input"),
        conv("out", "x"),
        conv("torch", "out"),
        conv("nn", "torch"),
        output("nn"),
    ],
    "names of builtins": [INPUT, conv("len", "input"), conv("super", "len"), conv("print", "super"), output("print")],
    "data that comes back": [
        *(INPUT, conv("g.a", "input"), conv("h", "g.a"), conv("g.b", "h")),
        *(Node("sum", "Add", {}, ("g.a", "g.b")), output("sum")),
    ],
    "data that comes back in numbers": [INPUT, conv("g.0", "input"), conv("h", "g.0"), conv("g.1", "h"), output("g.1")],
    "two groups that wait for each other": [
        *(INPUT, conv("g.a", "input"), conv("h.a", "input"), conv("h.b", "g.a"), conv("g.b", "h.a")),
        *(Node("sum", "Add", {}, ("h.b", "g.b")), output("sum")),
    ],
    "a group of two results": [
        *(INPUT, conv("g.a", "input"), conv("g.b", "input"), conv("l", "g.a"), conv("r", "g.b")),
        *(Node("join", "Concatenate", {}, ("l", "r")), output("join")),
    ],
    "a group of two inputs": [
        *(INPUT, conv("l", "input"), conv("r", "input"), conv("g.a", "l"), conv("g.b", "r")),
        *(Node("g.sum", "Add", {}, ("g.a", "g.b")), output("g.sum")),
    ],
    "a layer nobody needs": [INPUT, conv("a", "input"), conv("dead", "a"), output("a")],
    "a group nobody needs": [INPUT, conv("a", "input"), conv("g.dead", "a"), conv("g.too", "g.dead"), output("a")],
    "a layer nobody needs in a group": [INPUT, conv("g.a", "input"), conv("g.dead", "g.a"), output("g.a")],
    "input and output in groups": [
        *(
            Node("net.input", "Input", {"shape": [4, 8, 8]}),
            conv("net.a", "net.input"),
            Node("net.output", "Output", {}, ("net.a",)),
        ),
    ],
    "many inputs": [
        INPUT,
        *(conv(f"c{n}", "input") for n in range(5)),
        Node("sum", "Add", {}, tuple(f"c{n}" for n in range(5))),
        output("sum"),
    ],
    "overwriting what others need": [
        *(INPUT, conv("a", "input"), Node("relu", "ReLU", {"inplace": True}, ("a",))),
        *(Node("sum", "Add", {}, ("a", "relu")), output("sum")),
    ],
    "overwriting the input": [INPUT, Node("relu", "ReLU", {"inplace": True}, ("input",)), output("relu")],
    "names that look like calls": [
        *(INPUT, Node("relu_1", "ReLU", {}, ("input",)), Node("relu", "ReLU", {}, ("relu_1",))),
        *(conv("conv", "relu"), conv("conv_1", "conv"), Node("bn", "BatchNorm2d", {}, ("conv_1",))),
        *(Node("bn_1", "BatchNorm2d", {}, ("bn",)), output("bn_1")),
    ],
    "parameters with numbers for names": [
        *(INPUT, Node("p.0", "LayerScale", {}, ("input",)), Node("p.1", "LayerScale", {}, ("p.0",)), output("p.1")),
    ],
    "deep nesting": [INPUT, conv("a.b.c.d.e.f", "input"), conv("a.b.c.d.g", "a.b.c.d.e.f"), output("a.b.c.d.g")],
    "parameters in a group whose data comes back": [
        *(
            INPUT,
            Node("g.0", "LayerScale", {}, ("input",)),
            conv("h", "g.0"),
            Node("g.scale", "LayerScale", {}, ("h",)),
        ),
        *(conv("k", "g.scale"), conv("g.h.append", "k"), output("g.h.append")),
    ],
    "a group of numbers and words whose data comes back": [
        *(INPUT, conv("g.0", "input"), conv("h", "g.0"), conv("g.word", "h"), output("g.word")),
    ],
    "an expression before the first module of a group": [
        *(INPUT, Node("a.join", "Concatenate", {}, ("input", "input")), conv("c", "input")),
        *(Node("a.part", "Chunk", {}, ("a.join",)), Node("a.b.scale", "LayerScale", {}, ("c",))),
        *(Node("a.sum", "Add", {}, ("a.part", "a.b.scale")), output("a.sum")),
    ],
    "numbers that are sometimes missing": [
        *(INPUT, conv("f.0.0", "input"), conv("f.0.1", "f.0.0"), conv("f.1.0", "f.0.1"), conv("r", "f.1.0")),
        *(
            Node("f.0.add", "Add", {}, ("f.0.1", "input")),
            Node("f.1.add", "Add", {}, ("r", "f.0.add")),
            output("f.1.add"),
        ),
    ],
    "parts taken in another order": [
        *(INPUT, Node("r", "Chunk", {"index": 1}, ("input",)), Node("l", "Chunk", {}, ("input",))),
        *(Node("join", "Concatenate", {}, ("r", "l")), output("join")),
    ],
    "a product of sums": [
        *(INPUT, conv("a", "input"), conv("b", "input"), Node("sum", "Add", {}, ("a", "b"))),
        *(Node("product", "Multiply", {}, ("sum", "a")), Node("more", "Add", {}, ("product", "sum")), output("more")),
    ],
}


@pytest.mark.parametrize("title", [*ODD])
def test_odd_networks_are_written_with_their_keys_and_numbers(title: str, script: Any) -> None:
    network = Network.of(title, ODD[title])
    assert not analyse(network).errors
    expected, made = build_module(network).eval(), script(source_of(network)).build()
    assert [*made.state_dict()] == [*expected.state_dict()]
    made.load_state_dict(expected.state_dict())
    picture = torch.randn(2, 4, 8, 8)
    with torch.no_grad():
        assert torch.equal(made(picture.clone()), expected(picture.clone()))
    made.train()(picture.clone().requires_grad_()).sum().backward()


@pytest.mark.parametrize("name", ["", "123", "class", "é", "torch", "nn", "Tensor", "Conv2d", "a b/c"])
def test_any_name_of_a_network_makes_a_class(name: str, script: Any) -> None:
    network = Network.of(name, [INPUT, conv("g.conv", "input"), conv("g.conv2", "g.conv"), output("g.conv2")])
    made = script(source_of(network)).build()
    assert made(torch.randn(1, 4, 8, 8)).shape == (1, 4, 8, 8)
