"""Network files of strangers: whatever stands in them, they are refused or analysed, and refused or built."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.core.graph.network import Network, Node, chain
from workbench.core.graph.rules import own_name_problem
from workbench.core.graph.storage import from_json, to_json
from workbench.core.layers.catalog import CATALOG
from workbench.core.modelling.compile import build_module
from workbench.core.modelling.describe import describe
from workbench.core.modelling.opening import open_network
from workbench.core.modelling.shapes import analyse
from workbench.errors import WorkbenchError

MODELS = [json.loads(to_json(open_network(name))) for name in ("cifar10cnn", "mini_resnet", "lenet5")]
HOSTILE = [
    *(None, True, False, 0, 1, -1, 2, 3, 7, 10**9, 2**31, 2**63, 10**40, -(10**40), 0.5, -0.0, 1e308, 1e-308),
    *("", "x", "a..b", ".", "class", "__class__", "a.weight", "\u0000", "ß", "input", "output", "conv1", "same"),
    *([], [1], [1, 2], [3, 10**6], [[1, 2], [3]], [0, 0, 0], [65536, 65536], [1, 16384, 16384], {}, {"p": "x"}),
    {"out_channels": 65536, "kernel_size": 65536, "padding": 65536},
    {"out_features": 1_000_000},
    {"shape": [16384, 16384, 16384]},
    *({"kernel_size": 1, "stride": 65536}, {"start_dim": 3, "end_dim": 1}, {"output_size": 65536}, {"groups": 7}),
    *CATALOG.by_category()["Convolution"][0].__struct_fields__,
    *(kind.name() for kind in CATALOG),
]
hostile = st.sampled_from(HOSTILE) | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()


def places(value: Any) -> list[tuple[Any, Any]]:
    """(container, key) of everything in a JSON value."""
    if isinstance(value, dict):
        own: list[tuple[Any, Any]] = [(value, key) for key in value]
    elif isinstance(value, list):
        own = [(value, number) for number in range(len(value))]
    else:
        return []
    return own + [place for _, key in own for place in places(value[key])]


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """A network file with a few of its values replaced, removed, doubled or exchanged."""
    file = copy.deepcopy(draw(st.sampled_from(MODELS)))
    for _ in range(draw(st.integers(1, 5))):
        found = places(file)
        if not found:
            break
        holder, key = found[draw(st.integers(0, len(found) - 1))]
        match draw(st.sampled_from(["replace", "replace", "remove", "double", "exchange"])):
            case "replace":
                holder[key] = copy.deepcopy(draw(hostile))  # the next change may be inside it
            case "remove":
                del holder[key]
            case "double" if isinstance(holder, list):
                holder.insert(key, holder[key])
            case _:
                other, place = found[draw(st.integers(0, len(found) - 1))]
                holder[key] = copy.deepcopy(other[place]) if place in _keys(other) else None
    return json.dumps(file).encode()


def _keys(holder: Any) -> Any:
    return holder if isinstance(holder, dict) else range(len(holder))


def survive(network: Network) -> None:
    """Everything the window does with a network that was just opened."""
    analysis = analyse(network)
    assert set(analysis.nodes) == set(network.nodes)
    assert from_json(to_json(network)) == network
    assert msgspec.json.encode(describe(network, batch=4))
    try:
        module = build_module(network, device="meta").eval()
    except WorkbenchError:
        assert analysis.errors
        return
    assert not analysis.errors
    with torch.no_grad():
        output = module(torch.empty(2, *(analysis.input_shape or ()), device="meta"))
    assert tuple(output.shape[1:]) == analysis.output_shape


@settings(max_examples=150, deadline=None)
@given(mutated())
def test_a_changed_file_is_refused_or_analysed_and_refused_or_built(text: bytes) -> None:
    try:
        network = from_json(text)
    except WorkbenchError:
        return
    survive(network)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(MODELS), st.integers(0, 10_000), st.binary(max_size=4), st.integers(0, 8))
def test_bytes_out_of_place_are_refused_or_harmless(model: Any, place: int, fresh: bytes, gone: int) -> None:
    text = json.dumps(model).encode()
    place %= len(text)
    try:
        network = from_json(text[:place] + fresh + text[place + gone :])
    except WorkbenchError:
        return
    survive(network)


kinds = st.sampled_from([kind.name() for kind in CATALOG])
arguments = st.dictionaries(
    st.sampled_from(sorted({field for kind in CATALOG for field in kind.__struct_fields__})),
    st.sampled_from(
        [0, 1, 2, 3, 5, 8, 64, 4096, 65536, 0.0, 0.5, 1.0, True, False, "same", "valid", [1, 2], [3, 1], -1]
    ),
    max_size=4,
)


@st.composite
def graphs(draw: st.DrawFn) -> Network:
    """Any kinds with arguments that may be possible, connected at random."""
    nodes = [
        Node("input", "Input", {"shape": draw(st.sampled_from([[1, 1, 1], [3, 8, 8], [2, 17, 5], [4096, 99, 1]]))})
    ]
    for number in range(draw(st.integers(1, 8))):
        sources = draw(st.lists(st.sampled_from(nodes), min_size=1, max_size=3, unique_by=lambda node: node.name))
        kind = draw(kinds)
        known = {key: value for key, value in draw(arguments).items() if key in CATALOG[kind].__struct_fields__}
        nodes.append(Node(f"n{number}", kind, known, tuple(node.name for node in sources)))
    return Network.of("any", [*nodes, Node("output", "Output", {}, (nodes[-1].name,))])


@settings(max_examples=200, deadline=None)
@given(graphs())
def test_what_can_be_drawn_is_refused_or_built(network: Network) -> None:
    survive(network)


def line(*nodes: Node) -> Network:
    return chain("n", [Node("input", "Input", {"shape": [3, 8, 8]}), *nodes, Node("output", "Output")])


@pytest.mark.parametrize(
    "network",
    [
        line(Node("flatten", "Flatten"), *(Node(f"fc{n}", "Linear", {"out_features": 1_000_000}) for n in range(3))),
        line(Node("c", "Conv2d", {"out_channels": 65536, "kernel_size": 60000, "padding": 30000})),
        line(*(Node(f"c{n}", "Conv2d", {"kernel_size": 1, "stride": 65536}) for n in range(200))),
        line(*(Node(f"r{n}", "ReLU") for n in range(1000))),
        line(Node(".".join("a" * 400), "ReLU")),
    ],
)
def test_sizes_beyond_all_reason(network: Network) -> None:
    survive(network)


def test_no_attribute_of_a_module_can_be_the_name_of_a_node() -> None:
    module = build_module(line())
    for name in {*dir(module), *vars(module), *dir(torch.nn.Module()), *vars(torch.nn.Module())}:
        assert own_name_problem(Network("n"), name), name


LONG = '{"format":"cnn-workbench/network","version":1,"name":"n","nodes":[%s]}'


@pytest.mark.parametrize(
    "text",
    [
        LONG % ('{"name":"a","kind":"Z","arguments":{"q":' + "[" * 900 + "]" * 900 + "}}"),
        LONG % ('{"name":"a","kind":"Z","arguments":{"q":' + "9" * 40 + "}}"),
        LONG % ('{"name":"' + "a." * 20_000 + 'a","kind":"Z"}'),
        LONG % ",".join(f'{{"name":"a{n % 30_000}","kind":"ReLU"}}' for n in range(30_001)),
        LONG.replace('"version":1', '"version":0') % "",
        "[" * 100_000,
        '{"format":"cnn-workbench/network","version":1,"name":"\\ud800","nodes":[]}',
    ],
)
def test_files_beyond_all_reason_are_refused(text: str) -> None:
    with pytest.raises(WorkbenchError):
        from_json(text.encode())


def test_a_place_beyond_the_canvas_is_forgotten() -> None:
    text = LONG % '{"name":"a","kind":"ReLU","position":[1e300,0]},{"name":"b","kind":"ReLU","position":[5,-6.5]}'
    network = from_json(text.encode())
    assert (network["a"].position, network["b"].position) == (None, (5.0, -6.5))


@pytest.mark.parametrize("reference", ["x" * 5000, "a\0b", "a\0b.json", "", ".", "/", "/root/x.network.json", "~"])
def test_what_is_no_network_is_said(reference: str) -> None:
    with pytest.raises(WorkbenchError):
        open_network(reference)


@pytest.mark.parametrize("build", [lambda: [1], lambda: {"p": object()}, lambda: {1: 2}, lambda: {"p": {1, 2}}])
def test_arguments_that_are_none_of_ours_are_a_problem(build: Callable[[], Any]) -> None:
    made = build()
    network = line(Node("d", "Dropout", made if isinstance(made, dict) else {"p": made}))
    assert analyse(network).errors
