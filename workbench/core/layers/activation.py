"""Activations: what makes a stack of layers more than one linear map."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from msgspec import Meta

from workbench.core.layers.kind import ModuleKind, Shape, ShapeError, layer
from workbench.core.layers.lazy import LazyModule

if TYPE_CHECKING:
    import torch
else:
    torch = LazyModule("torch")

CATEGORY = "Activation"
Inplace = Annotated[bool, Meta(description="Overwrite the input to save memory; nothing else may need it then.")]


@layer(CATEGORY, torch_class="torch.nn.ReLU", functions=("torch.relu", "torch.nn.functional.relu", "Tensor.relu"))
class ReLU(ModuleKind, frozen=True):
    """Sets negative values to zero."""

    inplace: Inplace = False

    def build(self, *shapes: Shape) -> torch.nn.Module:
        """A `ReLU`."""
        return torch.nn.ReLU(self.inplace)


@layer(CATEGORY, torch_class="torch.nn.ReLU6", functions=("torch.nn.functional.relu6",))
class ReLU6(ModuleKind, frozen=True):
    """Sets negative values to zero and everything above 6 to 6."""

    sign: ClassVar[str] = "ramp"

    inplace: Inplace = False

    def build(self, *shapes: Shape) -> torch.nn.Module:
        """A `ReLU6`."""
        return torch.nn.ReLU6(self.inplace)


@layer(CATEGORY, torch_class="torch.nn.LeakyReLU", functions=("torch.nn.functional.leaky_relu",))
class LeakyReLU(ModuleKind, frozen=True):
    """Multiplies negative values by a small slope instead of dropping them."""

    sign: ClassVar[str] = "leaky"

    negative_slope: Annotated[float, Meta(ge=0, le=1, description="Slope below zero.")] = 0.01
    inplace: Inplace = False

    def build(self, *shapes: Shape) -> torch.nn.Module:
        """A `LeakyReLU`."""
        return torch.nn.LeakyReLU(self.negative_slope, self.inplace)


@layer(CATEGORY, torch_class="torch.nn.PReLU")
class PReLU(ModuleKind, frozen=True):
    """A leaky ReLU that learns its slope."""

    sign: ClassVar[str] = "leaky"

    num_parameters: Annotated[int, Meta(ge=1, le=65536, description="1, or one slope for each channel.")] = 1

    def build(self, *shapes: Shape) -> torch.nn.Module:
        """A `PReLU`."""
        return torch.nn.PReLU(self.num_parameters)


@layer(CATEGORY, torch_class="torch.nn.ELU", functions=("torch.nn.functional.elu",))
class ELU(ModuleKind, frozen=True):
    """Bends negative values smoothly towards -alpha."""

    sign: ClassVar[str] = "leaky"

    alpha: Annotated[float, Meta(gt=0, le=10, description="Depth of the negative side.")] = 1.0
    inplace: Inplace = False

    def build(self, *shapes: Shape) -> torch.nn.Module:
        """An `ELU`."""
        return torch.nn.ELU(self.alpha, self.inplace)


@layer(CATEGORY, torch_class="torch.nn.GELU", functions=("torch.nn.functional.gelu",))
class GELU(ModuleKind, frozen=True):
    """A smooth ReLU: the value times the chance that a normal variable is below it."""

    sign: ClassVar[str] = "dip"

    approximate: Annotated[Literal["none", "tanh"], Meta(description="Exact, or by a faster formula.")] = "none"

    def build(self, *shapes: Shape) -> torch.nn.Module:
        """A `GELU`."""
        return torch.nn.GELU(self.approximate)


@layer(CATEGORY, torch_class="torch.nn.SiLU", functions=("torch.nn.functional.silu",))
class SiLU(ModuleKind, frozen=True):
    """A smooth ReLU: the value times its sigmoid (also called swish)."""

    sign: ClassVar[str] = "dip"

    inplace: Inplace = False

    def build(self, *shapes: Shape) -> torch.nn.Module:
        """A `SiLU`."""
        return torch.nn.SiLU(self.inplace)


@layer(CATEGORY, torch_class="torch.nn.Tanh", functions=("torch.tanh", "Tensor.tanh", "torch.nn.functional.tanh"))
class Tanh(ModuleKind, frozen=True):
    """Squeezes values between -1 and 1."""

    sign: ClassVar[str] = "sigmoid"

    def build(self, *shapes: Shape) -> torch.nn.Module:
        """A `Tanh`."""
        return torch.nn.Tanh()


@layer(
    CATEGORY,
    torch_class="torch.nn.Sigmoid",
    functions=("torch.sigmoid", "Tensor.sigmoid", "torch.nn.functional.sigmoid"),
)
class Sigmoid(ModuleKind, frozen=True):
    """Squeezes values between 0 and 1."""

    sign: ClassVar[str] = "sigmoid"

    def build(self, *shapes: Shape) -> torch.nn.Module:
        """A `Sigmoid`."""
        return torch.nn.Sigmoid()


@layer(CATEGORY, torch_class="torch.nn.Hardswish", functions=("torch.nn.functional.hardswish",))
class Hardswish(ModuleKind, frozen=True):
    """SiLU made of straight pieces and one parabola: cheap on telephones (MobileNetV3)."""

    sign: ClassVar[str] = "dip"

    inplace: Inplace = False

    def build(self, *shapes: Shape) -> torch.nn.Module:
        """A `Hardswish`."""
        return torch.nn.Hardswish(self.inplace)


@layer(CATEGORY, torch_class="torch.nn.Hardsigmoid", functions=("torch.nn.functional.hardsigmoid",))
class Hardsigmoid(ModuleKind, frozen=True):
    """A sigmoid made of straight lines."""

    sign: ClassVar[str] = "ramp"

    inplace: Inplace = False

    def build(self, *shapes: Shape) -> torch.nn.Module:
        """A `Hardsigmoid`."""
        return torch.nn.Hardsigmoid(self.inplace)


@layer(CATEGORY, torch_class="torch.nn.Mish", functions=("torch.nn.functional.mish",))
class Mish(ModuleKind, frozen=True):
    """A smooth ReLU: the value times the tanh of its softplus."""

    sign: ClassVar[str] = "dip"

    inplace: Inplace = False

    def build(self, *shapes: Shape) -> torch.nn.Module:
        """A `Mish`."""
        return torch.nn.Mish(self.inplace)


@layer(CATEGORY, torch_class="torch.nn.SELU", functions=("torch.nn.functional.selu",))
class SELU(ModuleKind, frozen=True):
    """An ELU scaled so that deep plain networks keep mean 0 and deviation 1."""

    sign: ClassVar[str] = "leaky"

    inplace: Inplace = False

    def build(self, *shapes: Shape) -> torch.nn.Module:
        """A `SELU`."""
        return torch.nn.SELU(self.inplace)


@layer(CATEGORY, torch_class="torch.nn.Softsign", functions=("torch.nn.functional.softsign",))
class Softsign(ModuleKind, frozen=True):
    """Squeezes values between -1 and 1, more gently than tanh."""

    sign: ClassVar[str] = "sigmoid"

    def build(self, *shapes: Shape) -> torch.nn.Module:
        """A `Softsign`."""
        return torch.nn.Softsign()


@layer(CATEGORY, torch_class="torch.nn.LogSigmoid", functions=("torch.nn.functional.logsigmoid",))
class LogSigmoid(ModuleKind, frozen=True):
    """The logarithm of the sigmoid."""

    def build(self, *shapes: Shape) -> torch.nn.Module:
        """A `LogSigmoid`."""
        return torch.nn.LogSigmoid()


@layer(CATEGORY, torch_class="torch.nn.Hardtanh", functions=("torch.nn.functional.hardtanh",))
class Hardtanh(ModuleKind, frozen=True):
    """Cuts values off at two limits."""

    sign: ClassVar[str] = "ramp"

    min_val: Annotated[float, Meta(ge=-1000, le=1000, description="The lower limit.")] = -1.0
    max_val: Annotated[float, Meta(ge=-1000, le=1000, description="The upper limit.")] = 1.0
    inplace: Inplace = False

    def build(self, *shapes: Shape) -> torch.nn.Module:
        """A `Hardtanh`."""
        if self.min_val >= self.max_val:
            raise ShapeError("its lower limit is not below its upper limit")
        return torch.nn.Hardtanh(self.min_val, self.max_val, self.inplace)


@layer(CATEGORY, torch_class="torch.nn.Softplus", functions=("torch.nn.functional.softplus",))
class Softplus(ModuleKind, frozen=True):
    """A ReLU with a rounded corner; its output is never quite zero."""

    beta: Annotated[float, Meta(gt=0, le=100, description="How sharp the corner is.")] = 1.0
    threshold: Annotated[float, Meta(gt=0, le=1000, description="Above it the value is passed on as it is.")] = 20.0

    def build(self, *shapes: Shape) -> torch.nn.Module:
        """A `Softplus`."""
        return torch.nn.Softplus(self.beta, self.threshold)


@layer(CATEGORY, torch_class="torch.nn.CELU", functions=("torch.celu", "torch.nn.functional.celu"))
class CELU(ModuleKind, frozen=True):
    """A smooth ReLU that bends towards -alpha without a kink."""

    sign: ClassVar[str] = "leaky"

    alpha: Annotated[float, Meta(gt=0, le=10, description="Depth of the negative side.")] = 1.0
    inplace: Inplace = False

    def build(self, *shapes: Shape) -> torch.nn.Module:
        """A `CELU`."""
        return torch.nn.CELU(self.alpha, self.inplace)


@layer(CATEGORY, torch_class="torch.nn.RReLU", functions=("torch.rrelu", "torch.nn.functional.rrelu"))
class RReLU(ModuleKind, frozen=True):
    """A leaky ReLU whose slope is drawn for each value while training; afterwards it is the mean of its limits."""

    sign: ClassVar[str] = "leaky"

    lower: Annotated[float, Meta(ge=0, le=1, description="The least slope below zero.")] = 1 / 8
    upper: Annotated[float, Meta(ge=0, le=1, description="The largest slope below zero.")] = 1 / 3
    inplace: Inplace = False

    @classmethod
    def arguments_of_call(cls, *constants: Any, **named: Any) -> dict[str, Any]:
        """The limits; whether it is training is told by the network's mode."""
        named.pop("training", None)
        return super().arguments_of_call(*constants[:2], **named)

    def build(self, *shapes: Shape) -> torch.nn.Module:
        """An `RReLU`."""
        if self.lower > self.upper:
            raise ShapeError("its least slope is above its largest")
        return torch.nn.RReLU(self.lower, self.upper, self.inplace)


@layer(CATEGORY, torch_class="torch.nn.Threshold", functions=("torch.threshold", "torch.nn.functional.threshold"))
class Threshold(ModuleKind, frozen=True):
    """Replaces all values up to a threshold by one number: with 0 and 0 it is a ReLU."""

    sign: ClassVar[str] = "threshold"

    threshold: Annotated[float, Meta(ge=-1000, le=1000, description="Values above it pass.")] = 0.0
    value: Annotated[float, Meta(ge=-1000, le=1000, description="What takes the place of the others.")] = 0.0
    inplace: Inplace = False

    def build(self, *shapes: Shape) -> torch.nn.Module:
        """A `Threshold`."""
        return torch.nn.Threshold(self.threshold, self.value, self.inplace)


Width = Annotated[float, Meta(ge=0, le=1000, description="Values no further from zero than this become zero.")]


@layer(CATEGORY, torch_class="torch.nn.Hardshrink", functions=("torch.hardshrink", "torch.nn.functional.hardshrink"))
class Hardshrink(ModuleKind, frozen=True):
    """Sets small values to zero and passes large ones as they are."""

    sign: ClassVar[str] = "shrink"

    lambd: Width = 0.5

    def build(self, *shapes: Shape) -> torch.nn.Module:
        """A `Hardshrink`."""
        return torch.nn.Hardshrink(self.lambd)


@layer(CATEGORY, torch_class="torch.nn.Softshrink", functions=("torch.nn.functional.softshrink",))
class Softshrink(ModuleKind, frozen=True):
    """Sets small values to zero and moves large ones towards zero by as much."""

    sign: ClassVar[str] = "shrink"

    lambd: Width = 0.5

    def build(self, *shapes: Shape) -> torch.nn.Module:
        """A `Softshrink`."""
        return torch.nn.Softshrink(self.lambd)


@layer(CATEGORY, torch_class="torch.nn.Tanhshrink", functions=("torch.nn.functional.tanhshrink",))
class Tanhshrink(ModuleKind, frozen=True):
    """What tanh takes away: the value minus its tanh, almost nothing near zero."""

    sign: ClassVar[str] = "shrink"

    def build(self, *shapes: Shape) -> torch.nn.Module:
        """A `Tanhshrink`."""
        return torch.nn.Tanhshrink()
