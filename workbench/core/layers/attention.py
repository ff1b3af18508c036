"""Attention and what vision transformers need around it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, ClassVar

import msgspec
from msgspec import Meta

from workbench.core.layers.convolution import Natural, NaturalPair, Positive, PositivePair
from workbench.core.layers.kind import (
    ModuleKind,
    ParameterKind,
    Shape,
    ShapeError,
    channels,
    describe_shape,
    image_shape,
    layer,
    pair,
    plain,
    sequence,
)
from workbench.core.layers.lazy import LazyModule

if TYPE_CHECKING:
    import torch
    from torchvision.models import maxvit, swin_transformer

    from workbench.core.layers import modules
else:
    torch = LazyModule("torch")
    modules = LazyModule("workbench.core.layers.modules")
    maxvit, swin_transformer = (
        LazyModule("torchvision.models.maxvit"),
        LazyModule("torchvision.models.swin_transformer"),
    )

CATEGORY = "Attention"
Heads = Annotated[Positive, Meta(description="Heads that attend independently; they divide the features.")]
Bias = Annotated[bool, Meta(description="Add a learnable constant to each output of the linear maps inside.")]
Dropped = Annotated[float, Meta(ge=0, le=1, description="Share of attention weights set to zero while training.")]


def _check_heads(features: int, num_heads: int) -> None:
    if features % num_heads:
        raise ShapeError(f"{num_heads} heads do not divide {features} features")


@layer(CATEGORY, torch_class="torch.nn.MultiheadAttention")
class MultiheadAttention(ModuleKind, frozen=True):
    """Every token looks at all tokens of its sequence and takes from each as much as fits (self-attention)."""

    call: ClassVar[str] = "{module}({0}, {0}, {0}, need_weights=False)[0]"
    num_heads: Heads = 8
    dropout: Dropped = 0.0
    bias: Bias = True

    @classmethod
    def arguments_of(cls, module: Any) -> dict[str, Any]:
        """The arguments of an attention over `(batch, tokens, features)`."""
        if (
            not module.batch_first
            or module.bias_k is not None
            or module.add_zero_attn
            or not module._qkv_same_embed_dim
        ):
            raise ShapeError("only self-attention with batch_first=True and without extra keys can be opened")
        return {
            "num_heads": module.num_heads,
            "dropout": module.dropout,
            "bias": module.in_proj_bias is not None,
        }

    def build(self, *shapes: Shape) -> torch.nn.Module:
        """An attention with the features of its input."""
        _tokens, features = sequence(shapes[0])
        _check_heads(features, self.num_heads)
        return modules.MultiheadAttention(
            features, self.num_heads, dropout=self.dropout, bias=self.bias, batch_first=True
        )

    def constructor_arguments(self, *shapes: Shape) -> dict[str, Any]:
        """The features, the arguments, and that the batch comes first."""
        return {"embed_dim": shapes[0][-1], **msgspec.structs.asdict(self), "batch_first": True}

    def macs(self, *shapes: Shape) -> int:
        """Four linear maps, and every token with every token twice (PyTorch's fused operator hides them)."""
        tokens, features = sequence(shapes[0])
        return 4 * tokens * features**2 + 2 * tokens**2 * features

    def window(self) -> None:
        """None: every token sees all."""


class _WindowAttention(ModuleKind, frozen=True):
    """What both versions of Swin's attention share."""

    num_heads: Heads = 4
    window_size: Annotated[Positive | PositivePair, Meta(description="Height and width of a window in pixels.")] = 7
    shift_size: Annotated[
        Natural | NaturalPair, Meta(description="Moves the windows; half a window in every second block.")
    ] = 0
    qkv_bias: Annotated[bool, Meta(description="Add a learnable constant to queries, keys and values.")] = True
    proj_bias: Annotated[bool, Meta(description="Add a learnable constant to the outputs.")] = True
    attention_dropout: Dropped = 0.0
    dropout: Annotated[float, Meta(ge=0, le=1, description="Share of outputs set to zero while training.")] = 0.0

    @classmethod
    def arguments_of(cls, module: Any) -> dict[str, Any]:
        """The arguments of an existing attention."""
        direct = ("num_heads", "window_size", "shift_size", "attention_dropout", "dropout")
        biases = {"qkv_bias": module.qkv.bias is not None, "proj_bias": module.proj.bias is not None}
        return {**{name: plain(getattr(module, name)) for name in direct}, **biases}

    def build(self, *shapes: Shape) -> torch.nn.Module:
        """An attention with the channels of its input, the last axis."""
        if len(shapes[0]) != 3:
            raise ShapeError(f"it needs height × width × channels, but its input is {describe_shape(shapes[0])}")
        _check_heads(shapes[0][-1], self.num_heads)
        module: torch.nn.Module = self._module()(
            shapes[0][-1],
            list(pair(self.window_size)),
            list(pair(self.shift_size)),
            self.num_heads,
            qkv_bias=self.qkv_bias,
            proj_bias=self.proj_bias,
            attention_dropout=self.attention_dropout,
            dropout=self.dropout,
        )
        return module

    def constructor_arguments(self, *shapes: Shape) -> dict[str, Any]:
        """The channels, and the arguments with both sizes as lists."""
        sizes = {name: list(pair(getattr(self, name))) for name in ("window_size", "shift_size")}
        return {"dim": shapes[0][-1], **msgspec.structs.asdict(self), **sizes}

    def _module(self) -> Any:
        raise TypeError(f"{self.name()} does not define its module")

    def window(self) -> None:
        """None: windows lie differently in every block."""


@layer(CATEGORY, torch_class="torchvision.models.swin_transformer.ShiftedWindowAttention")
class ShiftedWindowAttention(_WindowAttention, frozen=True):
    """Attention inside windows of a height × width × channels picture, moved in every second block (Swin)."""

    def _module(self) -> Any:
        return swin_transformer.ShiftedWindowAttention


@layer(CATEGORY, torch_class="torchvision.models.swin_transformer.ShiftedWindowAttentionV2")
class ShiftedWindowAttentionV2(_WindowAttention, frozen=True):
    """Attention inside windows that compares by cosine and computes its position bias by a small network (Swin V2)."""

    def _module(self) -> Any:
        return swin_transformer.ShiftedWindowAttentionV2


@layer(CATEGORY, torch_class="torchvision.models.maxvit.RelativePositionalMultiHeadAttention")
class RelativePositionAttention(ModuleKind, frozen=True):
    """Attention inside each window, with a learnable bias for every distance between two pixels (MaxViT)."""

    head_dim: Annotated[Positive, Meta(description="Features of one head; they divide the features.")] = 32

    def build(self, *shapes: Shape) -> torch.nn.Module:
        """An attention for `(windows, pixels, features)`."""
        if len(shapes[0]) != 3:
            raise ShapeError(f"it needs windows × pixels × features, but its input is {describe_shape(shapes[0])}")
        _windows, pixels, features = shapes[0]
        if features % self.head_dim:
            raise ShapeError(f"heads of {self.head_dim} features do not divide {features} features")
        if int(pixels**0.5) ** 2 != pixels:
            raise ShapeError(f"windows of {pixels} pixels are not square")
        module: torch.nn.Module = maxvit.RelativePositionalMultiHeadAttention(features, self.head_dim, pixels)
        return module

    def constructor_arguments(self, *shapes: Shape) -> dict[str, Any]:
        """The features, those of one head and the pixels of a window."""
        return {"feat_dim": shapes[0][2], "head_dim": self.head_dim, "max_seq_len": shapes[0][1]}

    def window(self) -> None:
        """None: every pixel of a window sees all."""


@layer(CATEGORY, torch_class="torchvision.models.maxvit.WindowPartition")
class WindowPartition(ModuleKind, frozen=True):
    """Cuts a picture into windows: windows × pixels × channels."""

    sign: ClassVar[str] = "windows"

    call: ClassVar[str] = "{module}({0}, {size})"
    size: Annotated[Positive, Meta(description="Height and width of a window in pixels.")] = 8

    @classmethod
    def arguments_of(cls, module: Any) -> dict[str, Any]:
        """Nothing where the size is given with the call."""
        return {"size": module.size} if hasattr(module, "size") else {}

    def build(self, *shapes: Shape) -> torch.nn.Module:
        """A partition; the size must divide the picture."""
        _channels, height, width = image_shape(shapes[0])
        if height % self.size or width % self.size:
            raise ShapeError(f"windows of {self.size} × {self.size} do not divide {height} × {width}")
        return modules.WindowPartition(self.size)

    def window(self) -> None:
        """None: there is no picture after it."""


@layer(CATEGORY, torch_class="torchvision.models.maxvit.WindowDepartition")
class WindowDepartition(ModuleKind, frozen=True):
    """Puts windows back together to a picture."""

    sign: ClassVar[str] = "windows"

    call: ClassVar[str] = "{module}({0}, {size}, {rows}, {columns})"
    size: Annotated[Positive, Meta(description="Height and width of a window in pixels.")] = 8
    rows: Annotated[Positive, Meta(description="Windows above one another.")] = 4
    columns: Annotated[Positive, Meta(description="Windows side by side.")] = 4

    @classmethod
    def arguments_of(cls, module: Any) -> dict[str, Any]:
        """Nothing where they are given with the call."""
        return {name: getattr(module, name) for name in cls.__struct_fields__ if hasattr(module, name)}

    def build(self, *shapes: Shape) -> torch.nn.Module:
        """The inverse of a partition."""
        wanted = (self.rows * self.columns, self.size**2)
        if len(shapes[0]) != 3 or shapes[0][:2] != wanted:
            raise ShapeError(
                f"it needs {wanted[0]} windows × {wanted[1]} pixels × channels, "
                f"but its input is {describe_shape(shapes[0])}"
            )
        return modules.WindowDepartition(self.size, self.rows, self.columns)

    def window(self) -> None:
        """None: it follows attention."""


@layer(CATEGORY, functions=("torchvision.models.swin_transformer._patch_merging_pad",))
class PatchMerging(ModuleKind, frozen=True):
    """Halves a height × width × channels picture: the four pixels of a 2 × 2 window become four times the channels."""

    call: ClassVar[str] = "{function}({0})"

    @classmethod
    def arguments_of(cls, module: Any) -> dict[str, Any]:
        """None."""
        return {}

    def build(self, *shapes: Shape) -> torch.nn.Module:
        """A patch merging."""
        if len(shapes[0]) != 3:
            raise ShapeError(f"it needs height × width × channels, but its input is {describe_shape(shapes[0])}")
        return modules.PatchMerging()

    def window(self) -> None:
        """None: it follows attention."""


@layer(CATEGORY)
class ClassToken(ParameterKind, frozen=True):
    """Puts one learnable token in front of a sequence; what it has gathered at the end is classified."""

    sign: ClassVar[str] = "token"

    def start(self, *shapes: Shape) -> torch.Tensor:
        """Zeros, `(1, 1, features)`."""
        return torch.zeros(1, 1, sequence(shapes[0])[1])

    def forward(self, parameter: torch.Tensor, *inputs: torch.Tensor) -> torch.Tensor:
        """The longer sequence."""
        return torch.cat([parameter.expand(inputs[0].shape[0], -1, -1), inputs[0]], dim=1)

    def window(self) -> None:
        """None: a token is no pixel."""


@layer(CATEGORY)
class PositionEmbedding(ParameterKind, frozen=True):
    """Adds a learnable vector to each token, so that its place is known."""

    sign: ClassVar[str] = "token"

    std: Annotated[float, Meta(ge=0, le=10, description="Deviation of the random vectors before training.")] = 0.02

    def start(self, *shapes: Shape) -> torch.Tensor:
        """Normal random numbers, `(1, tokens, features)`."""
        return torch.empty(1, *sequence(shapes[0])).normal_(std=self.std)

    def forward(self, parameter: torch.Tensor, *inputs: torch.Tensor) -> torch.Tensor:
        """The sequence with its positions."""
        return inputs[0] + parameter


@layer(CATEGORY)
class LayerScale(ParameterKind, frozen=True):
    """Multiplies each channel by a learnable number that begins small, so that a new block starts as a shortcut."""

    sign: ClassVar[str] = "multiply"

    initial: Annotated[float, Meta(ge=0, le=10, description="The number before training.")] = 1e-6

    def start(self, *shapes: Shape) -> torch.Tensor:
        """The same number for all channels, `(channels, 1, 1)`."""
        return torch.full((channels(shapes[0]), 1, 1), self.initial)

    def forward(self, parameter: torch.Tensor, *inputs: torch.Tensor) -> torch.Tensor:
        """The scaled picture."""
        return parameter * inputs[0]
