"""Every layer kind can be written and run again, with its defaults and with every argument changed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import torch

from workbench.core.graph.network import Network, Node
from workbench.core.layers.arguments import Argument, arguments
from workbench.core.layers.catalog import CATALOG
from workbench.core.layers.kind import LayerKind, ParameterKind
from workbench.core.modelling.compile import build_module
from workbench.core.modelling.shapes import analyse
from workbench.core.modelling.source.text import source_of

KINDS = [kind for kind in CATALOG if kind.name() not in ("Input", "Output")]
INPUTS = {
    "BatchNorm1d": (64,),
    "ClassToken": (49, 64),
    "MultiheadAttention": (49, 64),
    "PositionEmbedding": (49, 64),
    "RelativePositionAttention": (4, 49, 64),
    "Parameter": (32, 8, 8),
    "Reshape": (4, 4, 4),
    "ShiftedWindowAttention": (14, 14, 32),
    "ShiftedWindowAttentionV2": (14, 14, 32),
    "WindowDepartition": (16, 64, 8),
}


def network_with(kind: type[LayerKind], changes: dict[str, Any]) -> Network:
    """A network around one layer; a picture is cut to the shape that the layer takes."""
    shape = INPUTS.get(kind.name(), (8, 16, 16))
    picture = shape if len(shape) == 3 else (1, 1, shape[0]) if len(shape) == 1 else (1, *shape)
    before = [Node("input", "Input", {"shape": list(picture)})]
    if len(shape) < 3:
        before.append(Node("cut", "Flatten") if len(shape) == 1 else Node("cut", "Reshape", {"shape": list(shape)}))
    inputs = (before[-1].name,) * kind.fewest_inputs
    tested, last = [Node("tested", kind.name(), changes, inputs)], "tested"
    if kind.fewest_inputs == 0:
        tested, last = [*tested, Node("sum", "Multiply", {}, ("tested", before[-1].name))], "sum"
    made = Network.of("Probe", [*before, *tested, Node("output", "Output", {}, (last,))])
    return made.with_nodes(node.with_(inputs=("input",)) if node.name == "cut" else node for node in made)


def variants(kind: type[LayerKind]) -> Iterator[dict[str, Any]]:
    """The defaults, then each argument with other values."""
    yield {}
    for argument in arguments(kind):
        for value in others(argument):
            yield {argument.name: value}


def others(argument: Argument) -> list[Any]:
    if argument.form == "flag":
        return [not argument.default]
    if argument.form == "choice" or argument.choices:
        return [choice for choice in argument.choices if choice != argument.default]
    if argument.form in ("integer", "pair"):
        least = int(argument.minimum or 0)
        return [value for value in (least, 1, 2, 3, 4) if value != argument.default]
    return [0.25, 0.5] if argument.form == "number" else []


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name())
def test_every_kind_is_written_and_computes_the_same(kind: type[LayerKind], script: Any) -> None:
    ran = 0
    for changes in variants(kind):
        network = network_with(kind, changes)
        if analyse(network).errors:
            assert changes, f"the defaults of {kind.name()} do not run"
            continue
        text = source_of(network)
        assert "workbench" not in text
        compare(network, script(text).build())
        ran += 1
    assert ran


def compare(network: Network, made: torch.nn.Module) -> None:
    expected = build_module(network).eval()
    assert [*made.state_dict()] == [*expected.state_dict()]
    made.load_state_dict(expected.state_dict())
    shape = analyse(network).input_shape
    assert shape is not None
    picture = torch.randn(2, *shape)
    with torch.no_grad():
        same(made(picture), expected(picture))
        torch.manual_seed(0)
        trained = made.train()(picture)
        torch.manual_seed(0)
        same(trained, expected.train()(picture))


def same(made: torch.Tensor, expected: torch.Tensor) -> None:
    """Bit by bit; a window of one pixel makes Swin V2 divide zero by zero."""
    torch.testing.assert_close(made, expected, rtol=0, atol=0, equal_nan=True)


@pytest.mark.parametrize(
    "kind", [kind for kind in KINDS if issubclass(kind, ParameterKind)], ids=lambda kind: kind.name()
)
def test_free_parameters_begin_as_in_the_network(kind: type[LayerKind], script: Any) -> None:
    network = network_with(kind, {})
    torch.manual_seed(0)
    expected = build_module(network).state_dict()
    torch.manual_seed(0)
    made = script(source_of(network)).build().state_dict()
    assert all(torch.equal(made[key], value) for key, value in expected.items())
