"""Every block of the catalog: its form, its nodes, and its outputs against torchvision's own modules."""

from __future__ import annotations

import subprocess
import sys
from functools import partial
from typing import Any

import msgspec
import pytest
import torch
from torch import nn
from torchvision.models import convnext, densenet, efficientnet, mobilenetv2, mobilenetv3, resnet
from torchvision.models.googlenet import Inception
from torchvision.models.segmentation import deeplabv3
from torchvision.ops import SqueezeExcitation

from workbench.core.graph.network import BlockUse, Network, Node
from workbench.core.graph.parts import inputs_as_made, placed, uses
from workbench.core.graph.rules import own_name_problem
from workbench.core.layers.blocks.block import Block
from workbench.core.layers.blocks.catalog import BLOCKS, block_arguments
from workbench.core.modelling.compile import build_module
from workbench.core.modelling.shapes import analyse
from workbench.errors import WorkbenchError

SHAPE = (32, 16, 16)
ALL = [*BLOCKS]


def name(block: type[Block]) -> str:
    return block.name()


def network_of(use: BlockUse, shape: tuple[int, ...] = SHAPE) -> Network:
    """input -> the block as the group `b` -> output."""
    part = BLOCKS.make(use)
    inner = list(placed(part, "b", ("input",)))
    ends = Node("input", "Input", {"shape": list(shape)}), Node("output", "Output", {}, (f"b.{part.output}",))
    network = Network.of("n", [ends[0], *inner, ends[1]])
    return Network("n", network.nodes, {"b": use, **uses(part, "b")})


def run_alike(use: BlockUse, original: nn.Module, shape: tuple[int, ...] = SHAPE) -> None:
    """The block has the original's parameters under the same names, and with its weights its outputs."""
    network = network_of(BLOCKS.fitted(use, [shape]), shape)
    assert analyse(network).problems == ()
    module = build_module(network)
    torch.manual_seed(0)
    for tensor in original.state_dict().values():
        if tensor.is_floating_point():
            tensor.copy_(torch.rand_like(tensor) + 0.1)
    state = {f"b.{key}": value for key, value in original.state_dict().items()}
    module.load_state_dict(state, strict=True)
    x = torch.randn(2, *shape)
    torch.testing.assert_close(module.eval()(x), original.eval()(x.clone()), rtol=1e-5, atol=1e-5)


def down(width_in: int, width: int, stride: int) -> nn.Module:
    return nn.Sequential(nn.Conv2d(width_in, width, 1, stride, bias=False), nn.BatchNorm2d(width))


def mb(width: int, ratio: float, stride: int, kernel: int = 3) -> nn.Module:
    config = efficientnet.MBConvConfig(ratio, kernel, stride, 32, width, 1)
    return efficientnet.MBConv(config, 0.0, nn.BatchNorm2d)


def fused(width: int, ratio: float, stride: int) -> nn.Module:
    config = efficientnet.FusedMBConvConfig(ratio, 3, stride, 32, width, 1)
    return efficientnet.FusedMBConv(config, 0.0, partial(nn.BatchNorm2d, eps=1e-3))


def v3(width: int, inside: int, squeeze: bool, activation: str, stride: int) -> nn.Module:
    config = mobilenetv3.InvertedResidualConfig(32, 3, inside, width, squeeze, activation, stride, 1, 1.0)
    return mobilenetv3.InvertedResidual(config, partial(nn.BatchNorm2d, eps=1e-3, momentum=0.01))


def dense(layers: int) -> nn.Module:
    return densenet._DenseBlock(layers, 32, bn_size=4, growth_rate=12, drop_rate=0.0)


ORIGINALS: list[tuple[str, dict[str, Any], Any]] = [
    ("BasicBlock", {"out_channels": 32}, lambda: resnet.BasicBlock(32, 32)),
    ("BasicBlock", {"out_channels": 48, "stride": 2}, lambda: resnet.BasicBlock(32, 48, 2, down(32, 48, 2))),
    (
        "BasicBlock",
        {"out_channels": 32, "shortcut": "projection"},
        lambda: resnet.BasicBlock(32, 32, 1, down(32, 32, 1)),
    ),
    ("Bottleneck", {"out_channels": 32, "width": 8}, lambda: resnet.Bottleneck(32, 8)),
    (
        "Bottleneck",
        {"out_channels": 64, "width": 16, "stride": 2},
        lambda: resnet.Bottleneck(32, 16, 2, down(32, 64, 2)),
    ),
    (
        "Bottleneck",
        {"out_channels": 64, "width": 32, "groups": 4, "dilation": 2},
        lambda: resnet.Bottleneck(32, 16, 1, down(32, 64, 1), groups=4, base_width=32, dilation=2),
    ),
    ("InvertedResidual", {}, lambda: mobilenetv2.InvertedResidual(32, 32, 1, 6)),
    (
        "InvertedResidual",
        {"out_channels": 16, "expand_ratio": 1.0},
        lambda: mobilenetv2.InvertedResidual(32, 16, 1, 1),
    ),
    ("InvertedResidual", {"out_channels": 24, "stride": 2}, lambda: mobilenetv2.InvertedResidual(32, 24, 2, 6)),
    ("MBConv", {}, lambda: mb(32, 6, 1)),
    ("MBConv", {"out_channels": 24, "stride": 2, "kernel_size": 5}, lambda: mb(24, 6, 2, 5)),
    ("MBConv", {"out_channels": 16, "expand_ratio": 1.0}, lambda: mb(16, 1, 1)),
    ("FusedMBConv", {}, lambda: fused(32, 4, 1)),
    ("FusedMBConv", {"expand_ratio": 1.0}, lambda: fused(32, 1, 1)),
    ("FusedMBConv", {"out_channels": 48, "stride": 2}, lambda: fused(48, 4, 2)),
    ("MobileNetV3Block", {"expanded_channels": 88}, lambda: v3(32, 88, squeeze=True, activation="HS", stride=1)),
    (
        "MobileNetV3Block",
        {"expanded_channels": 32, "out_channels": 24, "squeeze": "none", "activation": "ReLU", "stride": 2},
        lambda: v3(24, 32, squeeze=False, activation="RE", stride=2),
    ),
    ("SqueezeExcitation", {"squeeze_channels": 8}, lambda: SqueezeExcitation(32, 8)),
    ("ConvNeXtBlock", {"layer_scale": 0.5}, lambda: convnext.CNBlock(32, 0.5, 0.0)),
    ("DenseLayer", {"growth_rate": 12}, lambda: densenet._DenseLayer(32, 12, 4, 0.0)),
    ("DenseBlock", {"layers": 3, "growth_rate": 12}, lambda: dense(3)),
    ("Transition", {}, lambda: densenet._Transition(32, 16)),
    (
        "Inception",
        {"branch1": 8, "reduce3": 6, "branch3": 10, "reduce5": 4, "branch5": 7, "pooled": 5},
        lambda: Inception(32, 8, 6, 10, 4, 7, 5),
    ),
    ("ASPP", {"out_channels": 12, "rates": [2, 3]}, lambda: deeplabv3.ASPP(32, [2, 3], 12)),
]


@pytest.mark.parametrize(
    ("block", "arguments", "original"), ORIGINALS, ids=[f"{block} {arguments}" for block, arguments, _ in ORIGINALS]
)
def test_a_block_is_torchvisions(block: str, arguments: dict[str, Any], original: Any) -> None:
    run_alike(BlockUse(block, arguments), original())


def test_a_picture_that_is_not_square_is_pooled_back_to_its_size() -> None:
    run_alike(BlockUse("ASPP", {"out_channels": 6, "rates": [2]}), deeplabv3.ASPP(32, [2], 6), (32, 12, 20))


class PreActivation(nn.Module):
    """The block of the paper, written down from its figure 4e and its published Torch code."""

    def __init__(self, width_in: int, width: int, stride: int) -> None:
        super().__init__()
        self.bn1, self.bn2 = nn.BatchNorm2d(width_in), nn.BatchNorm2d(width)
        self.conv1 = nn.Conv2d(width_in, width, 3, stride, 1, bias=False)
        self.conv2 = nn.Conv2d(width, width, 3, 1, 1, bias=False)
        if stride != 1 or width_in != width:
            self.downsample = nn.Conv2d(width_in, width, 1, stride, bias=False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        first = self.bn1(x).relu()
        shortcut = self.downsample(first) if hasattr(self, "downsample") else x
        return shortcut + self.conv2(self.bn2(self.conv1(first)).relu())


@pytest.mark.parametrize(("width", "stride"), [(32, 1), (48, 2)])
def test_pre_activation_is_the_papers(width: int, stride: int) -> None:
    use = BlockUse("PreActivationBlock", {"out_channels": width, "stride": stride})
    run_alike(use, PreActivation(32, width, stride))


class Named(nn.Sequential):
    """Modules under the names they are given."""

    def __init__(self, **modules: nn.Module) -> None:
        super().__init__()
        for key, module in modules.items():
            self.add_module(key, module)


def test_both_orders_of_convolution_norm_and_activation() -> None:
    conv = nn.Conv2d(32, 12, 5, 2, 4, dilation=2, bias=False)
    arguments = {"out_channels": 12, "kernel_size": 5, "stride": 2, "dilation": 2, "activation": "SiLU"}
    after = Named(conv=conv, bn=nn.BatchNorm2d(12), silu=nn.SiLU())
    before = Named(bn=nn.BatchNorm2d(32), silu=nn.SiLU(), conv=conv)
    run_alike(BlockUse("ConvNormAct", arguments), after)
    run_alike(BlockUse("ConvNormAct", {**arguments, "order": "norm-act-conv"}), before)


def test_a_depthwise_separable_convolution_is_two_convolutions() -> None:
    depth = Named(conv=nn.Conv2d(32, 32, 3, 2, 1, groups=32, bias=False), bn=nn.BatchNorm2d(32), relu=nn.ReLU())
    point = Named(conv=nn.Conv2d(32, 24, 1, bias=False), bn=nn.BatchNorm2d(24), relu=nn.ReLU())
    separable = BlockUse("DepthwiseSeparable", {"out_channels": 24, "stride": 2})
    run_alike(separable, Named(depthwise=depth, pointwise=point))
    plain = Named(conv=nn.Conv2d(32, 64, 3, 1, 1, groups=32))
    bare = {"multiplier": 2, "norm": "none", "activation": "none", "bias": True}
    run_alike(BlockUse("DepthwiseConv", bare), plain)


@pytest.mark.parametrize("block", ALL, ids=name)
def test_every_block_can_be_shown_in_a_palette_and_a_form(block: type[Block]) -> None:
    assert block.category
    assert block.help().endswith(".")
    for argument in block_arguments(block):
        assert argument.help.endswith("."), argument.name
        assert argument.form != "record"


@pytest.mark.parametrize("block", ALL, ids=name)
@pytest.mark.parametrize("shape", [(32, 16, 16), (7, 9, 13)], ids=str)
def test_every_block_fits_the_input_it_is_given(block: type[Block], shape: tuple[int, ...]) -> None:
    use = BLOCKS.fitted(BlockUse(block.name()), [shape])
    network = network_of(use, shape)
    assert analyse(network).problems == ()
    assert all(own_name_problem(network, node.name) is None for node in network)
    assert build_module(network).eval()(torch.zeros(2, *shape)).shape[1:] == analyse(network).output_shape


@pytest.mark.parametrize("block", ALL, ids=name)
def test_every_block_and_those_within_it_are_recognized_as_made(block: type[Block]) -> None:
    network = network_of(BlockUse(block.name()))
    for prefix, use in network.blocks.items():
        assert inputs_as_made(network, prefix, use, blocks=BLOCKS), prefix


@pytest.mark.parametrize("block", ALL, ids=name)
def test_a_use_holds_only_what_differs_from_the_defaults(block: type[Block]) -> None:
    assert block().use() == BlockUse(block.name())
    assert BLOCKS.parse(block().use()) == block()


CHOICES = [(block, argument) for block in ALL for argument in block_arguments(block) if argument.choices]


@pytest.mark.parametrize(
    ("block", "argument"), CHOICES, ids=lambda value: value.__name__ if isinstance(value, type) else value.name
)
def test_every_choice_gives_a_block_that_runs(block: type[Block], argument: Any) -> None:
    for choice in argument.choices:
        use = BLOCKS.fitted(BlockUse(block.name(), {argument.name: choice}), [SHAPE])
        assert analyse(network_of(use)).problems == (), choice


LIMITED = [
    (block, argument) for block in ALL for argument in block_arguments(block) if argument.form in ("integer", "number")
]


@pytest.mark.parametrize(
    ("block", "argument"), LIMITED, ids=lambda value: value.__name__ if isinstance(value, type) else value.name
)
def test_values_beyond_a_limit_are_refused(block: type[Block], argument: Any) -> None:
    assert argument.maximum is not None
    with pytest.raises(WorkbenchError, match=argument.name):
        BLOCKS.make(BlockUse(block.name(), {argument.name: type(argument.default)(argument.maximum + 1)}))


@pytest.mark.parametrize(
    "use",
    [
        BlockUse("Nothing"),
        BlockUse("BasicBlock", {"colour": "red"}),
        BlockUse("BasicBlock", {"out_channels": "many"}),
        BlockUse("ASPP", {"rates": []}),
        BlockUse("BasicBlock", {"shortcut": "sideways"}),
    ],
)
def test_what_no_block_takes_is_refused_in_a_sentence(use: BlockUse) -> None:
    with pytest.raises(WorkbenchError) as refused:
        BLOCKS.make(use)
    assert "msgspec" not in str(refused.value)


def test_arguments_survive_a_file() -> None:
    for block in ALL:
        use = block().use()
        assert msgspec.json.decode(msgspec.json.encode(dict(use.arguments))) == use.arguments


def test_blocks_are_known_without_torch() -> None:
    code = "import sys, workbench.core.layers.blocks.catalog as c; [b().part() for b in c.BLOCKS]; "
    code += "assert not {'torch', 'numpy'} & set(sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
