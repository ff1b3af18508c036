"""Blocks of convolutional networks that learned from transformers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from msgspec import Meta

from workbench.core.graph.network import Node
from workbench.core.layers.blocks.block import Block, block
from workbench.core.layers.blocks.draft import Draft
from workbench.core.layers.blocks.fields import DropPath, InChannels, KernelSize, same


@block("Residual blocks")
class ConvNeXtBlock(Block, frozen=True):
    """A large depthwise kernel, then two linear layers for each pixel, scaled and added (ConvNeXt, 2201.03545)."""

    kernel_size: KernelSize = 7
    expand_ratio: Annotated[int, Meta(ge=1, le=64, description="Features inside by channels of the input.")] = 4
    layer_scale: Annotated[float, Meta(ge=0, le=10, description="Weight of the branch before training.")] = 1e-6
    drop_path: DropPath = 0.0
    in_channels: InChannels = 96

    def draw(self, to: Draft) -> str:
        """The names of torchvision's `CNBlock`."""
        kernel, width = self.kernel_size, self.in_channels
        to.add("block.0", "Conv2d", out_channels=width, kernel_size=kernel, padding=same(kernel), groups=width)
        to.add("block.1", "Permute", dims=[0, 2, 3, 1])
        to.add("block.2", "LayerNorm", eps=1e-6)
        to.add("block.3", "Linear", out_features=width * self.expand_ratio)
        to.add("block.4", "GELU")
        to.add("block.5", "Linear", out_features=width)
        to.add("block.6", "Permute", dims=[0, 3, 1, 2])
        to.add("layer_scale", "LayerScale", initial=self.layer_scale)
        branch = to.add("stochastic_depth", "StochasticDepth", p=self.drop_path)
        return to.add("add", "Add", branch, to.input)

    @classmethod
    def read(cls, nodes: Mapping[str, Node], in_channels: int) -> dict[str, Any]:
        """The arguments behind a block of ConvNeXt."""
        width = nodes["block.0"].arguments.get("out_channels", 32)
        return {
            "kernel_size": nodes["block.0"].arguments.get("kernel_size", 3),
            "expand_ratio": max(1, nodes["block.3"].arguments.get("out_features", 10) // width),
            "layer_scale": nodes["layer_scale"].arguments.get("initial", 1e-6),
            "drop_path": nodes["stochastic_depth"].arguments.get("p", 0.1),
        }
