"""Receptive fields behind enlargements, against the gradients of real numbers: what has one is seen."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from workbench.core.graph.network import Network, Node, chain
from workbench.core.modelling.compile import build_module
from workbench.core.modelling.describe import describe
from workbench.core.modelling.receptive_field import AxisField, ReceptiveField
from workbench.core.modelling.shapes import analyse

Layer = tuple[str, dict[str, Any]]
SIDE = 40


def network_of(layers: list[Layer], side: int = SIDE) -> Network:
    nodes = [Node(f"n{number}", kind, arguments) for number, (kind, arguments) in enumerate(layers)]
    source = Node("input", "Input", {"shape": [1, side, 3]})
    return chain("n", [source, *nodes, Node("output", "Output")])


def vertical(size: int) -> dict[str, Any]:
    """A kernel size that leaves the horizontal axis alone."""
    return {"kernel_size": [size, 1], "out_channels": 1}


def really_seen(network: Network) -> list[tuple[int, int] | None]:
    """For each row of the output the first and the last row of the input that its gradient reaches."""
    module = build_module(network).double().eval()
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.uniform_(0.5, 1.5)
    shape = network.of_kind("Input")[0].arguments["shape"]
    images = torch.rand(1, *shape, dtype=torch.float64, requires_grad=True)
    spans: list[tuple[int, int] | None] = []
    for row in module(images)[0].sum(dim=(0, 2)):
        (gradient,) = torch.autograd.grad(row, images, retain_graph=True)
        rows = (gradient[0].abs().sum(dim=(0, 2)) > 1e-9).nonzero().flatten().tolist()
        spans.append((rows[0], rows[-1]) if rows else None)
    return spans


def assert_seen(network: Network, *, border: int = 0) -> ReceptiveField:
    """Every unit sees exactly what is told, but for those that may see cut-off pixels, which see no more."""
    report = analyse(network).nodes["output"]
    assert report.receptive_field is not None, report
    side = network["input"].arguments["shape"][1]
    for unit, seen in enumerate(really_seen(network)):
        told = report.receptive_field.vertical.span(unit)
        if told is not None and border <= told[0] and told[1] < side - border:
            assert seen == told, (unit, seen, told)
        elif seen is not None:
            assert told is not None
            assert max(told[0], 0) <= seen[0] <= seen[1] <= min(told[1], side - 1)
    return report.receptive_field


def conv(size: int, **arguments: Any) -> Layer:
    return "Conv2d", {**vertical(size), "padding": [arguments.pop("pad", 0), 0], **arguments}


def transposed(size: int, stride: int, *, pad: int = 0, more: int = 0, dilation: int = 1) -> Layer:
    sides = {"stride": [stride, 1], "padding": [pad, 0], "output_padding": [more, 0], "dilation": [dilation, 1]}
    return "ConvTranspose2d", {**vertical(size), **sides}


def upsample(**arguments: Any) -> Layer:
    return "Upsample", arguments


@pytest.mark.parametrize(
    ("layers", "size", "stride"),
    [
        ([transposed(2, 2)], 1, Fraction(1, 2)),
        ([transposed(3, 2)], 2, Fraction(1, 2)),
        ([transposed(4, 2, pad=1)], 2, Fraction(1, 2)),
        ([transposed(3, 2, pad=1, more=1), conv(3)], 3, Fraction(1, 2)),
        ([transposed(3, 1, dilation=2)], 5, 1),
        ([transposed(3, 2, dilation=2)], 3, Fraction(1, 2)),
        ([transposed(2, 3), conv(2)], 1, Fraction(1, 3)),
        ([upsample(scale_factor=3.0), conv(3)], 2, Fraction(1, 3)),
        ([upsample(scale_factor=2.0), conv(2, stride=[2, 1])], 1, 1),
        ([upsample(mode="nearest-exact"), conv(3)], 2, Fraction(1, 2)),
        ([upsample(mode="bilinear")], 2, Fraction(1, 2)),
        ([upsample(mode="bilinear", scale_factor=1.5), conv(3)], 4, Fraction(2, 3)),
        ([upsample(mode="bicubic")], 4, Fraction(1, 2)),
        ([upsample(size=[53, 3])], 1, Fraction(40, 53)),
        ([upsample(size=[79, 3], mode="bilinear", align_corners=True)], 2, Fraction(39, 78)),
        ([upsample(scale_factor=0.5, mode="bilinear")], 2, 2),
        ([conv(3, stride=[2, 1], pad=1), conv(3, pad=1), transposed(2, 2), conv(3, pad=1)], 9, 1),
    ],
)
def test_the_field_is_where_the_gradient_is(layers: list[Layer], size: int, stride: Fraction) -> None:
    field = assert_seen(network_of(layers))
    assert field.size[0] == size
    assert field.vertical.stride == stride


def test_the_pixels_of_a_shuffle_see_the_same() -> None:
    layers: list[Layer] = [("Conv2d", {"out_channels": 4, "padding": 1}), ("PixelShuffle", {}), conv(3, pad=1)]
    field = assert_seen(network_of(layers))
    assert (field.size, field.stride) == ((4, 3), (0.5, 0.5))


def test_a_u_net_joins_its_two_paths() -> None:
    nodes = [
        Node("input", "Input", {"shape": [1, SIDE, 3]}),
        Node("first", *conv(3, pad=1), ("input",)),  # type: ignore[misc]
        Node("down", "MaxPool2d", {"kernel_size": [2, 1], "stride": [2, 1]}, ("first",)),
        Node("deep", *conv(3, pad=1), ("down",)),  # type: ignore[misc]
        Node("up", *transposed(2, 2), ("deep",)),  # type: ignore[misc]
        Node("join", "Concatenate", {}, ("first", "up")),
        Node("last", *conv(3, pad=1), ("join",)),  # type: ignore[misc]
        Node("output", "Output", {}, ("last",)),
    ]
    average = [node.with_(kind="AvgPool2d") if node.name == "down" else node for node in nodes]
    network = Network.of("u", average)  # a maximum passes its gradient to one pixel only
    field = assert_seen(network)
    assert field == analyse(Network.of("u", nodes)).nodes["output"].receptive_field
    assert field.stride == (1, 1)
    assert field.size == (10, 1)


layers = st.one_of(
    st.builds(
        lambda size, stride, dilation, pad: conv(size, stride=[stride, 1], dilation=[dilation, 1], pad=pad),
        *(st.integers(1, 4), st.integers(1, 3), st.integers(1, 3), st.integers(0, 2)),
    ),
    st.builds(
        lambda size, stride, pad, dilation: transposed(size, stride, pad=pad, dilation=dilation),
        *(st.integers(1, 5), st.integers(1, 3), st.integers(0, 1), st.integers(1, 3)),
    ),
    st.builds(
        lambda factor, mode: upsample(scale_factor=factor, mode=mode),
        *(st.sampled_from([0.5, 2.0, 3.0, 1.5]), st.sampled_from(["nearest", "nearest-exact", "bilinear", "bicubic"])),
    ),
    st.just(("AvgPool2d", {"kernel_size": [2, 1], "stride": [2, 1]})),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(layers, min_size=1, max_size=4))
def test_any_chain_of_layers_sees_what_its_gradient_says(chosen: list[Layer]) -> None:
    network = network_of(chosen, side=64)
    report = analyse(network).nodes["output"]
    assume(not analyse(network).errors and report.output_shape and 1 <= report.output_shape[1] <= 200)
    assert_seen(network, border=12)


def test_without_enlargements_there_is_no_pattern() -> None:
    field = analyse(network_of([conv(3, stride=[2, 1], pad=1), conv(3)])).nodes["output"].receptive_field
    assert field == ReceptiveField(AxisField(((-1, 5),), 2), AxisField())
    assert (field.size, field.stride, field.padding) == ((7, 1), (2, 1), (1, 0))
    assert all(isinstance(value, int) for value in (*field.stride, *field.padding))


def test_a_field_behind_an_enlargement_is_centred_on_its_place() -> None:
    field = analyse(network_of([upsample()])).nodes["output"].receptive_field
    assert field is not None
    assert field.padding == (0.25, 0.25)
    assert [field.centre(row, 0)[0] for row in range(3)] == [-0.25, 0.25, 0.75]


def test_what_follows_no_pattern_has_no_field_and_says_so() -> None:
    for layer in (upsample(scale_factor=1.6180339887), upsample(size=[8191, 3]), transposed(600, 600)):
        report = analyse(network_of([layer])).nodes["output"]
        assert report.output_shape is not None
        assert report.receptive_field is None
        assert "no simple fraction" in report.field_reason


def test_the_description_tells_fractions() -> None:
    record = describe(network_of([upsample(scale_factor=4.0), conv(3)]), batch=1)
    assert record.nodes[-1].receptive_field is not None
    assert record.nodes[-1].receptive_field.stride == (0.25, 0.25)
    assert record.totals.receptive_field == (2, 1)
