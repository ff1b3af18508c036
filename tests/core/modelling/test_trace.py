"""Opening torchvision's networks: same keys, same numbers; and what happens where tracing stops."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import pytest
import torch
import torchvision
from torch import Tensor, nn
from torch.nn import functional

from workbench.core.graph.storage import from_json, to_json
from workbench.core.modelling.auxiliary import keeps_heads, plain_name
from workbench.core.modelling.compile import build_module
from workbench.core.modelling.heads import with_classes
from workbench.core.modelling.opening import (
    open_network,
    torchvision_input,
    torchvision_module,
    torchvision_names,
    torchvision_network,
)
from workbench.core.modelling.shapes import analyse
from workbench.core.modelling.trace import trace_module
from workbench.errors import WorkbenchError

SMALLER = {"inception_v3": 128, "efficientnet_v2_s": 96, "swin_v2_t": 128}
"""Sides of pictures for comparing numbers, where 96 pixels would be too few or 224 are needed."""
FIXED = ("vit_b_32", "maxvit_t")
"""Networks that take pictures of one size only."""
FAMILIES = (
    *("alexnet", "convnext_tiny", "densenet121", "efficientnet_b0", "efficientnet_v2_s", "googlenet", "inception_v3"),
    *("maxvit_t", "mnasnet0_5", "mobilenet_v2", "mobilenet_v3_small", "regnet_x_400mf", "regnet_y_400mf", "resnet50"),
    *("resnext50_32x4d", "shufflenet_v2_x0_5", "squeezenet1_1", "swin_t", "swin_v2_t", "vgg11_bn", "vit_b_32"),
)
"""One network of each kind whose numbers are compared; what a family repeats is compared once."""


QUICK = {"googlenet": {"init_weights": False}, "inception_v3": {"init_weights": False}}
"""Without the truncated normal numbers that take these networks half a minute to draw."""


def without_auxiliary_heads(state: dict[str, Tensor]) -> dict[str, Tensor]:
    return {key: value for key, value in state.items() if not key.lower().startswith("aux")}


def make_every_weight_count(module: nn.Module) -> None:
    """Give weights that begin all alike (zero heads, tiny layer scales, neutral norms) values of their own."""
    with torch.no_grad():
        for parameter in module.parameters():
            if parameter.std(correction=0) < 1e-3:
                parameter.add_(torch.randn_like(parameter) / 10)


def published(name: str) -> dict[str, Any]:
    """What torchvision says of the weights that were measured with pictures of the network's size."""
    fitting: list[dict[str, Any]] = [
        weights.meta
        for weights in torchvision.models.get_model_weights(name)
        if weights.transforms.keywords["crop_size"] == torchvision_input(name)[1]
    ]
    return fitting[0]


@pytest.mark.parametrize("name", torchvision_names())
def test_every_classifier_of_torchvision_opens_with_its_own_keys_and_published_costs(name: str) -> None:
    network = torchvision_network(name)
    analysis = analyse(network)
    assert analysis.problems == ()
    original = torchvision_module(name)
    wanted = original.state_dict() if keeps_heads(name) else without_auxiliary_heads(original.state_dict())
    made = build_module(network, device="meta").state_dict()
    assert list(made) == list(wanted)
    assert {key: value.shape for key, value in made.items()} == {key: value.shape for key, value in wanted.items()}
    heads = sum(part.numel() for key, part in original.named_parameters() if key.lower().startswith("aux"))
    facts = published(plain_name(name))
    counted = sum(part.numel() for part in original.parameters()) - (0 if keeps_heads(name) else heads)
    assert analysis.parameters == counted
    assert heads or counted == facts["num_params"]
    assert keeps_heads(name) or analysis.macs / 1e9 == pytest.approx(facts["_ops"], abs=0.0006)
    assert from_json(to_json(network)) == network


@pytest.mark.parametrize("name", FAMILIES)
def test_a_traced_network_gives_the_outputs_of_the_original(name: str) -> None:
    torch.manual_seed(0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        original = torchvision.models.get_model(name, weights=None, **QUICK.get(name, {})).eval()
    make_every_weight_count(original)
    side = SMALLER.get(name, 224 if name in FIXED else 96)
    network = trace_module(original, input_shape=(3, side, side))
    module = build_module(from_json(to_json(network))).eval()
    assert list(module.state_dict()) == list(without_auxiliary_heads(original.state_dict()))
    module.load_state_dict(without_auxiliary_heads(original.state_dict()), strict=True)
    images = torch.randn(2, 3, side, side)
    with torch.no_grad():
        outputs = original(images)
        assert outputs.std() > 0
        assert torch.equal(module(images), outputs)


def test_published_weights_give_the_published_outputs(shared) -> None:  # type: ignore[no-untyped-def]
    import numpy

    reference = numpy.load(shared / "weights" / "reference_io.npz")
    module = build_module(open_network("squeezenet1_1")).eval()
    module.load_state_dict(torch.load(shared / "weights" / "squeezenet1_1_fp32.pth", weights_only=True), strict=True)
    with torch.no_grad():
        outputs = module(torch.from_numpy(reference["x"]))
    key = next(name for name in reference.files if "squeeze" in name)
    assert torch.allclose(outputs, torch.from_numpy(reference[key]), atol=1e-3)


@pytest.mark.parametrize(("classes", "trainable"), [(5, 2_565), (10, 5_130)])
def test_head_of_resnet18_for_other_classes(classes: int, trainable: int) -> None:
    report = analyse(with_classes(open_network("resnet18"), classes))
    assert report.nodes["fc"].parameters == trainable
    assert report.output_shape == (classes,)


class Branching(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return x if x.sum() > 0 else -x


class Unusual(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return torch.fft.rfft(x)


def test_where_tracing_stops_the_reason_is_told() -> None:
    with pytest.raises(WorkbenchError, match="cannot be traced"):
        trace_module(Branching(), input_shape=(3, 8, 8))


def test_an_operation_without_a_kind_is_named() -> None:
    with pytest.raises(WorkbenchError, match="rfft"):
        trace_module(Unusual(), input_shape=(3, 8, 8))


class Sizes(nn.Module):
    """What people write around layers: sizes computed on the way, functions instead of modules."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 3, padding=1)
        self.scale = nn.Parameter(torch.randn(1, 8, 1, 1))
        self.fc = nn.Linear(8 * 4 * 4, 5)

    def forward(self, x: Tensor) -> Tensor:
        batch, _channels, height, _width = x.shape
        if height != 12:
            raise ValueError("only for 12 pixels")
        x = functional.max_pool2d(functional.relu(self.conv(x)) * self.scale, 3)
        first, second = x.chunk(2, dim=1)
        x = torch.cat([second, first], 1).view(batch, 2, 4, x.size(2), -1).transpose(1, 2)
        x = functional.dropout(x.reshape(batch, 8, 4, 4), training=self.training)
        return self.fc(x.view(x.size(0), -1))


def test_sizes_computed_on_the_way_leave_no_trace() -> None:
    module = Sizes().eval()
    network = trace_module(module, input_shape=(3, 12, 12))
    kinds = [node.kind for node in network]
    assert kinds.count("Chunk") == 2
    assert kinds.count("Flatten") == 1
    assert {"Parameter", "Multiply", "Concatenate", "Transpose", "Dropout"} < set(kinds)
    assert network["maxpool2d"].arguments == {"kernel_size": 3, "stride": 3}
    made = build_module(network).eval()
    made.load_state_dict(module.state_dict(), strict=True)
    images = torch.randn(3, 3, 12, 12)
    with torch.no_grad():
        assert torch.equal(made(images), module(images))


def test_a_compiled_network_can_be_traced_again() -> None:
    module = build_module(torchvision_network("vit_b_32"), device="meta").eval()
    again = build_module(trace_module(module, input_shape=(3, 224, 224)), device="meta")
    assert list(again.state_dict()) == list(module.state_dict())


REFUSED = {
    "depends on the number of pictures": lambda x: x / x.shape[0],
    "mean over the whole batch": lambda x: x.mean(),
    "mixes the pictures": lambda x: x.reshape(-1, 3),
    "no layer kind for this slice": lambda x: x[:, [2, 1, 0]],
    "only a padding with zeros": lambda x: functional.pad(x, (1, 1), mode="reflect"),
    "Add has no argument alpha": lambda x: torch.add(x, x, alpha=2),
}


@pytest.mark.parametrize("reason", REFUSED)
def test_what_a_layer_cannot_say_is_refused_and_never_dropped(reason: str) -> None:
    class Odd(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            return REFUSED[reason](x)

    with pytest.raises(WorkbenchError, match="cannot be opened") as refusal:
        trace_module(Odd(), input_shape=(3, 8, 8))
    assert reason in refusal.value.reason


EXCERPTS = {
    "x[:, :2]": ("Slice", {"length": 2}),
    "x[:, -1]": ("Select", {"index": -1}),
    "x[..., 2:7]": ("Slice", {"dim": 3, "start": 2, "length": 5}),
    "x[:, :, 4:]": ("Chunk", {"index": 1, "dim": 2}),
    "x[:, None]": ("Reshape", {"shape": [1, 3, 8, 8]}),
    "torch.split(x, [1, 2], 1)[1]": ("Slice", {"start": 1, "length": 2}),
    "x.split(4, dim=-1)[0]": ("Chunk", {"dim": 3}),
    "x.unbind(1)[-1]": ("Select", {"index": 2}),
    "x.narrow(1, 1, 2)": ("Slice", {"start": 1, "length": 2}),
    "x.mean((2, 3), keepdim=True)[:, :, 0, 0]": ("Flatten", {}),
    "2 * x": ("Affine", {"factor": 2.0}),
    "x.div(4)": ("Affine", {"factor": 0.25}),
    "1 - x": ("Affine", {"factor": -1.0, "offset": 1.0}),
    "x - 0.5": ("Affine", {"offset": -0.5}),
    "-x": ("Affine", {"factor": -1.0}),
    "x * x.mean((2, 3), keepdim=True).expand_as(x)": ("Multiply", {}),
}


@pytest.mark.parametrize("text", EXCERPTS)
def test_excerpts_and_numbers_are_the_layers_they_are(text: str) -> None:
    class Written(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            return eval(text, {"torch": torch, "nn": nn, "x": x})

    network = trace_module(Written(), input_shape=(3, 8, 8))
    last = network[network["output"].inputs[0]]
    assert (last.kind, dict(last.arguments)) == EXCERPTS[text]
    images = torch.randn(2, 3, 8, 8)
    assert torch.equal(build_module(network)(images), Written()(images))


def test_what_unflatten_makes_is_a_reshaping() -> None:
    network = trace_module(nn.Sequential(nn.Unflatten(1, (3, 1))), input_shape=(3, 8, 8))
    assert network["0"].arguments == {"shape": [3, 1, 8, 8]}


class Awkward(nn.Module):
    """Layers that are called as the ends of a network, and as the layer that an operation before them becomes."""

    def __init__(self) -> None:
        super().__init__()
        self.input = nn.Conv2d(3, 3, 1)
        self.add = nn.Conv2d(3, 3, 1)
        self.output = nn.Conv2d(3, 2, 1)

    def forward(self, x: Tensor) -> Tensor:
        return self.output(self.add(x + self.input(x)))


def test_layers_with_weights_keep_their_names() -> None:
    module = Awkward().eval()
    network = trace_module(module, input_shape=(3, 8, 8))
    made = build_module(network).eval()
    made.load_state_dict(module.state_dict(), strict=True)
    images = torch.randn(2, 3, 8, 8)
    assert torch.equal(made(images), module(images))


@pytest.mark.parametrize("rewrite", [nn.utils.spectral_norm, nn.utils.parametrizations.weight_norm])
def test_weights_that_are_computed_at_each_call_are_refused(rewrite: Callable[[nn.Module], nn.Module]) -> None:
    with pytest.raises(WorkbenchError, match="computed anew") as refusal:
        trace_module(nn.Sequential(rewrite(nn.Conv2d(3, 4, 1))), input_shape=(3, 8, 8))
    assert "remove_parametrizations" in refusal.value.hint


def test_layers_called_twice_are_told_as_such() -> None:
    class Twice(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.conv = nn.Conv2d(3, 3, 1)

        def forward(self, x: Tensor) -> Tensor:
            return self.conv(self.conv(x))

    with pytest.raises(WorkbenchError, match="calls conv more than once") as refusal:
        trace_module(Twice(), input_shape=(3, 8, 8))
    assert "test_trace.py:" in refusal.value.reason
    assert refusal.value.hint


class Renamed(nn.Conv2d):
    """A subclass that only has a constructor of its own."""

    def __init__(self) -> None:
        super().__init__(3, 4, 1)


class Standardized(nn.Conv2d):
    """A subclass that computes something else."""

    def forward(self, x: Tensor) -> Tensor:
        return functional.conv2d(x, self.weight - self.weight.mean())


def test_a_subclass_is_its_base_only_if_it_computes_the_same() -> None:
    assert [node.kind for node in trace_module(nn.Sequential(Renamed()), input_shape=(3, 8, 8))][1] == "Conv2d"
    with pytest.raises(WorkbenchError):
        trace_module(nn.Sequential(Standardized(3, 4, 1)), input_shape=(3, 8, 8))


class Functional(nn.Module):
    """Activations and axes as functions and methods, as they are often written."""

    def forward(self, x: Tensor) -> Tensor:
        x = functional.leaky_relu(x, 0.2)
        x = functional.elu(x.tanh(), alpha=0.5) + functional.selu(x).sigmoid()
        x = functional.adaptive_avg_pool2d(x, 1).squeeze(-1).squeeze(dim=-1)
        return functional.log_softmax(x.unsqueeze(1).softmax(-1).squeeze(1), dim=1)


def test_functions_and_methods_are_the_layers_they_are() -> None:
    network = trace_module(Functional(), input_shape=(3, 8, 8))
    assert [node.kind for node in network].count("Flatten") == 2
    assert network["leakyrelu"].arguments == {"negative_slope": 0.2}
    assert network["elu"].arguments == {"alpha": 0.5}
    images = torch.randn(3, 3, 8, 8)
    assert torch.equal(build_module(network)(images), Functional()(images))
