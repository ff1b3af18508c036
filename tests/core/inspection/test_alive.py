"""A living network: the same tensors as a real forward pass, made again only where an edit changes them."""

from __future__ import annotations

import pathlib
from dataclasses import replace

import numpy as np
import pytest
import torch
from PIL import Image

from workbench.core.data.preprocessing import Framing, Preprocessing, to_tensor
from workbench.core.graph.edits import set_arguments
from workbench.core.graph.network import Network, Node, chain
from workbench.core.inspection.alive import Lens, closeup, glimpses, matching, seen_through, signatures
from workbench.core.inspection.capture import capture
from workbench.core.inspection.glimpses import SIDE, Glimpse, as_maps, chosen_channels, glimpse_of
from workbench.core.inspection.own_weights import kernels_of, layer_of
from workbench.core.inspection.running import Outcome, Pass, ordered, outcomes
from workbench.core.inspection.sample import BUILT_IN, FileSample, Framed, PixelSample, SetSample, framed
from workbench.core.modelling.compile import build_module
from workbench.core.modelling.opening import open_network
from workbench.core.modelling.shapes import analyse
from workbench.errors import WorkbenchError


def plain_picture(network: Network) -> Framed:
    channels, height, width = analyse(network).input_shape or (3, 32, 32)
    pixels = np.random.default_rng(0).integers(0, 256, (height, width, channels), np.uint8)
    return Framed("noise", pixels)


def found_in(network: Network, lens: Lens) -> dict[str, Glimpse]:
    seen = glimpses(analyse(network), lens, plain_picture(network))
    return {glimpse.name: glimpse for _, glimpse in seen}


@pytest.mark.parametrize("name", ["cifar10cnn", "lenet5", "resnet18", "googlenet"])
def test_with_all_weights_given_every_node_gives_what_the_real_module_gives(name: str) -> None:
    network = open_network(name)
    analysis, picture = analyse(network), plain_picture(network)
    module = build_module(network).eval()
    lens = Lens(BUILT_IN, weights_name="its own", weights=module.state_dict())
    tensor = to_tensor(picture.pixels[None], lens.preprocessing_for(analysis.input_shape or ()))
    expected = capture(module, tensor)
    work = Pass(analysis, tensor, list(network.nodes), lens.weights)
    seen = {outcome.name: outcome for outcome in outcomes(work)}
    assert {outcome.origin for outcome in seen.values()} == {"", "given"}
    for node, value in expected.items():
        torch.testing.assert_close(seen[node].value, value, msg=node)


def test_an_edit_changes_only_what_depends_on_it() -> None:
    before = open_network("cifar10cnn")
    after = set_arguments(before, "conv2", {"out_channels": 48})
    first, second = found_in(before, Lens(BUILT_IN)), found_in(after, Lens(BUILT_IN))
    changed = before.downstream("conv2")
    for name in before.nodes:
        same = np.array_equal(first[name].image, second[name].image) and first[name].mean == second[name].mean
        assert same == (name not in changed), name


def test_known_glimpses_are_not_made_again() -> None:
    before = open_network("cifar10cnn")
    after = set_arguments(before, "fc1", {"out_features": 77})
    lens, picture = Lens(BUILT_IN), plain_picture(before)
    known = dict(glimpses(analyse(before), lens, picture))
    fresh = [glimpse.name for _, glimpse in glimpses(analyse(after), lens, picture, known=known)]
    assert set(fresh) == after.downstream("fc1")
    assert not list(glimpses(analyse(before), lens, picture, known=known))


def test_signatures_tell_pictures_weights_and_looks_apart() -> None:
    network, lens = open_network("lenet5"), Lens(BUILT_IN)
    others = [
        replace(lens, sample=SetSample("shapes", 1)),
        replace(lens, weights_name="run 1"),
        replace(lens, look="first"),
    ]
    own = signatures(network, lens)
    for other in others:
        assert not set(own.values()) & set(signatures(network, other).values())


def test_what_is_broken_takes_nothing_else_away() -> None:
    network = set_arguments(open_network("cifar10cnn"), "conv3", {"kernel_size": 40})
    seen = found_in(network, Lens(BUILT_IN))
    behind = network.downstream("conv3")
    assert {name for name, glimpse in seen.items() if glimpse.image is None} == behind
    assert all(seen[name].trouble for name in behind)
    assert "cannot take" in seen["conv3"].trouble and "conv3" in seen["bn3"].trouble


def test_a_layer_too_large_to_run_is_refused_and_said() -> None:
    nodes = [Node("input", "Input", {"shape": [3, 64, 64]}), Node("flat", "Flatten")]
    network = chain("big", [*nodes, Node("fc", "Linear", {"out_features": 500_000}), Node("output", "Output")])
    seen = found_in(network, Lens(BUILT_IN))
    assert seen["flat"].image is not None and "too large" in seen["fc"].trouble


def test_partial_weights_are_taken_where_name_and_shape_fit() -> None:
    trained = build_module(open_network("cifar10cnn")).state_dict()
    network = set_arguments(open_network("cifar10cnn"), "conv2", {"out_channels": 48})
    seen = found_in(network, Lens(BUILT_IN, weights_name="run", weights=trained))
    assert seen["conv1"].origin == "given" and seen["conv2"].origin == "random" and seen["conv3"].origin == "random"
    given, layers = matching(seen)
    assert layers == len([node for node in network if node.kind in ("Conv2d", "BatchNorm2d", "Linear")])
    assert given == layers - 3, "conv2, its norm, and conv3, which takes its channels"


def test_random_weights_leave_the_random_numbers_of_a_training_alone() -> None:
    torch.manual_seed(7)
    expected = torch.rand(3)
    torch.manual_seed(7)
    found_in(open_network("lenet5"), Lens(BUILT_IN))
    assert torch.equal(torch.rand(3), expected)


def test_visible_nodes_come_first_and_every_node_after_its_inputs() -> None:
    network = open_network("googlenet")
    wanted = [node.name for node in network]
    target = "inception4a.branch1.conv"
    order = ordered(network, wanted, first=[target])
    assert order.index(target) == len(network.upstream(target)) - 1
    places = {name: place for place, name in enumerate(order)}
    assert all(places[source] < places[name] for name in order for source in network[name].inputs)
    assert sorted(order) == sorted(wanted)


def test_it_ends_when_nobody_waits_or_time_is_over() -> None:
    network = open_network("cifar10cnn")
    analysis, picture, answers = analyse(network), plain_picture(network), iter([True, True, False])
    seen = list(glimpses(analysis, Lens(BUILT_IN), picture, going_on=lambda: next(answers)))
    assert len(seen) == 2
    assert not list(glimpses(analysis, Lens(BUILT_IN), picture, seconds=0.0))


@pytest.mark.parametrize("shape", [(5,), (100,), (50_000,), (64, 7, 7), (3, 500, 300), (50, 192), (1, 1, 1), (9, 1, 1)])
@pytest.mark.parametrize("look", ["strongest", "first"])
def test_glimpses_of_every_shape_are_small(shape: tuple[int, ...], look: str) -> None:
    glimpse = glimpse_of(Outcome("n", torch.randn(1, *shape)), look)  # type: ignore[arg-type]
    assert glimpse.image is not None and glimpse.image.dtype == np.uint8 and glimpse.image.shape[2] == 3
    assert max(glimpse.image.shape[:2]) <= SIDE + 3
    assert glimpse.shape == shape


def test_values_that_are_not_finite_are_drawn_and_not_counted() -> None:
    value = torch.tensor([[[[1.0, float("nan")], [float("inf"), 3.0]]]])
    glimpse = glimpse_of(Outcome("n", value))
    assert (glimpse.least, glimpse.mean, glimpse.most) == (1.0, 2.0, 3.0)
    assert [255, 0, 255] in (glimpse.image if glimpse.image is not None else np.zeros(0)).reshape(-1, 3).tolist()


def test_the_strongest_channel_has_the_largest_mean_magnitude() -> None:
    maps = torch.stack([torch.full((2, 2), 1.0), torch.full((2, 2), -5.0), torch.full((2, 2), 2.0)])
    assert chosen_channels(maps, "strongest") == (1,) and chosen_channels(maps, "first") == (0, 1, 2)


def test_tokens_are_rows_and_channels_that_come_last_are_turned() -> None:
    tokens, last = as_maps(torch.zeros(50, 8)), as_maps(torch.zeros(7, 7, 96))
    assert tokens is not None and tokens.shape == (1, 50, 8)
    assert last is not None and last.shape == (96, 7, 7)


def test_a_closeup_has_the_true_values() -> None:
    network = open_network("cifar10cnn")
    module, picture = build_module(network).eval(), plain_picture(network)
    lens = Lens(BUILT_IN, weights_name="own", weights=module.state_dict())
    analysis = analyse(network)
    found = closeup(analysis, lens, picture, node="conv2")
    assert found is not None and len(found.channels) == 9
    tensor = to_tensor(picture.pixels[None], lens.preprocessing_for(analysis.input_shape or ()))
    expected = capture(module, tensor, ["conv2"])["conv2"][0]
    np.testing.assert_allclose(found.values, expected[list(found.channels)].numpy(), rtol=1e-4, atol=1e-5)
    strengths = expected.abs().mean(dim=(1, 2))
    assert found.channels[0] == int(strengths.argmax())
    scores = closeup(analysis, lens, picture, node="fc2")
    assert scores is not None and scores.values.ndim == 1


def test_kernels_are_those_that_run() -> None:
    network = open_network("cifar10cnn")
    node, shape = network["conv1"], (3, 32, 32)
    layer = layer_of(node, (shape,), {})
    kernels = kernels_of(node, (shape,), {})
    assert kernels is not None and torch.equal(kernels, layer.call.weight)  # type: ignore[attr-defined]
    assert kernels_of(network["relu1"], (shape,), {}) is None


def test_samples_come_from_sets_files_and_the_clipboard(tmp_path: pathlib.Path) -> None:
    framing = Framing(3, 20, 30)
    Image.new("L", (50, 40), 200).save(tmp_path / "grey.png")
    for sample in (BUILT_IN, FileSample(tmp_path / "grey.png"), PixelSample(bytes(4 * 6 * 5), (6, 5))):
        assert framed(sample, framing).pixels.shape == (20, 30, 3)
    one, other = (framed(SetSample("shapes", number), framing) for number in (0, 1))
    assert one.title != other.title and not np.array_equal(one.pixels, other.pixels)
    last = framed(SetSample("shapes", -1), framing).title
    assert last.rpartition(" · ")[2] == "2,000 of 2,000", "counted around the end"
    assert framed(SetSample("digits", 3), Framing(1, 8, 8)).pixels.shape == (8, 8, 1)
    (tmp_path / "broken.png").write_bytes(b"no picture")
    with pytest.raises(WorkbenchError):
        framed(FileSample(tmp_path / "broken.png"), framing)
    with pytest.raises(WorkbenchError):
        seen_through(Lens(BUILT_IN), (10,))


def test_the_preprocessing_of_a_run_is_kept_where_its_channels_fit() -> None:
    own = Preprocessing(Framing(3, 32, 32), (0.1, 0.2, 0.3), (0.5, 0.6, 0.7))
    lens = Lens(BUILT_IN, preprocessing=own)
    assert lens.preprocessing_for((3, 32, 32)) is own
    larger = lens.preprocessing_for((3, 64, 48))
    assert (larger.mean, larger.framing.height, larger.framing.width) == (own.mean, 64, 48)
    assert lens.preprocessing_for((1, 28, 28)).mean == (0.5,)
