"""Making pictures larger, and exchanging size for channels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from msgspec import Meta

from workbench.core.layers.convolution import Natural, NaturalPair, Positive
from workbench.core.layers.kind import (
    ModuleKind,
    Resampling,
    Shape,
    ShapeError,
    Spread,
    Window,
    channels,
    image_shape,
    layer,
    pair,
    plain,
)
from workbench.core.layers.lazy import LazyModule

if TYPE_CHECKING:
    import torch
else:
    torch = LazyModule("torch")

CATEGORY = "Resizing"
SMOOTH = ("bilinear", "bicubic")


@layer(CATEGORY, torch_class="torch.nn.Upsample", functions=("torch.nn.functional.interpolate",))
class Upsample(ModuleKind, frozen=True):
    """Makes the picture larger by repeating or blending its pixels."""

    scale_factor: Annotated[float, Meta(gt=0, le=1024, description="Output size by input size.")] = 2.0
    size: Annotated[
        Natural | NaturalPair, Meta(description="Height and width of the output; 0: by the scale factor.")
    ] = 0
    mode: Annotated[
        Literal["nearest", "nearest-exact", "bilinear", "bicubic"], Meta(description="How new pixels are computed.")
    ] = "nearest"
    align_corners: Annotated[bool, Meta(description="Corner pixels keep their places (bilinear and bicubic).")] = False

    @classmethod
    def arguments_of(cls, module: Any) -> dict[str, Any]:
        """The arguments of an existing module."""
        return cls.arguments_of_call(module.size, module.scale_factor, module.mode, module.align_corners)

    @classmethod
    def arguments_of_call(cls, *constants: Any, **named: Any) -> dict[str, Any]:
        """The arguments of `interpolate`; raises `ShapeError` for two different factors."""
        names = ("size", "scale_factor", "mode", "align_corners")
        given = {key: plain(value) for key, value in {**dict(zip(names, constants, strict=False)), **named}.items()}
        if isinstance(given.get("scale_factor"), list):
            raise ShapeError("Upsample has one factor for height and width")
        return {key: value for key, value in given.items() if value is not None and key in names}

    def build(self, *shapes: Shape) -> torch.nn.Module:
        """An `Upsample`."""
        image_shape(shapes[0])
        size = pair(self.size) if self.size else None
        return torch.nn.Upsample(
            size=size,
            scale_factor=None if size else self.scale_factor,
            mode=self.mode,
            align_corners=self.align_corners if self.mode in SMOOTH else None,
        )

    def window(self) -> Resampling:
        """The pixels around the place of a new one."""
        align = self.align_corners and self.mode in SMOOTH
        return Resampling(self.mode, align, None if self.size else self.scale_factor)


@layer(CATEGORY, torch_class="torch.nn.PixelShuffle", functions=("torch.nn.functional.pixel_shuffle",))
class PixelShuffle(ModuleKind, frozen=True):
    """Turns channels into pixels: fewer channels, a larger picture."""

    sign: ClassVar[str] = "pixels"

    upscale_factor: Annotated[Positive, Meta(description="How many times higher and wider.")] = 2

    def build(self, *shapes: Shape) -> torch.nn.Module:
        """A `PixelShuffle`."""
        if channels(shapes[0]) % self.upscale_factor**2:
            raise ShapeError(f"{channels(shapes[0])} channels are no multiple of {self.upscale_factor**2}")
        return torch.nn.PixelShuffle(self.upscale_factor)

    def window(self) -> Spread:
        """The pixels that one becomes."""
        return Spread(pair(self.upscale_factor), pair(self.upscale_factor))


@layer(CATEGORY, torch_class="torch.nn.PixelUnshuffle", functions=("torch.nn.functional.pixel_unshuffle",))
class PixelUnshuffle(ModuleKind, frozen=True):
    """Turns pixels into channels: a smaller picture, more channels, nothing lost."""

    sign: ClassVar[str] = "pixels"

    downscale_factor: Annotated[Positive, Meta(description="How many times lower and narrower.")] = 2

    def build(self, *shapes: Shape) -> torch.nn.Module:
        """A `PixelUnshuffle`."""
        _channels, height, width = image_shape(shapes[0])
        if height % self.downscale_factor or width % self.downscale_factor:
            raise ShapeError(f"{self.downscale_factor} does not divide {height} × {width}")
        return torch.nn.PixelUnshuffle(self.downscale_factor)

    def window(self) -> Window:
        """The pixels that become one."""
        return Window(pair(self.downscale_factor), pair(self.downscale_factor))


Edge = Annotated[int, Meta(ge=0, le=4096)]


class _Padding(ModuleKind, frozen=True):
    """What all paddings share."""

    left: Annotated[Edge, Meta(description="Pixels added on the left.")] = 1
    right: Annotated[Edge, Meta(description="Pixels added on the right.")] = 1
    top: Annotated[Edge, Meta(description="Pixels added above.")] = 1
    bottom: Annotated[Edge, Meta(description="Pixels added below.")] = 1

    @classmethod
    def arguments_of(cls, module: Any) -> dict[str, Any]:
        """The four edges, in PyTorch's order."""
        return dict(zip(("left", "right", "top", "bottom"), module.padding, strict=True))

    def edges(self, *shapes: Shape) -> tuple[int, int, int, int]:
        """The four edges, in PyTorch's order; raises `ShapeError` without a picture."""
        image_shape(shapes[0])
        return self.left, self.right, self.top, self.bottom

    def window(self) -> Window:
        """One pixel, in a picture that begins earlier."""
        return Window(padding=(self.top, self.left))


@layer(CATEGORY, torch_class="torch.nn.ZeroPad2d", functions=("torch.nn.functional.pad",))
class ZeroPad2d(_Padding, frozen=True):
    """Adds zeros around the picture."""

    sign: ClassVar[str] = "padding"

    @classmethod
    def arguments_of_call(cls, *constants: Any, **named: Any) -> dict[str, Any]:
        """The edges of a padding with zeros; raises `ShapeError` for another one."""
        given = {**dict(zip(("pad", "mode", "value"), constants, strict=False)), **named}
        if given.get("mode", "constant") != "constant" or given.get("value") or len(given["pad"]) > 4:
            raise ShapeError("only a padding with zeros around the picture can be opened from a call")
        return dict(zip(("left", "right", "top", "bottom"), [*given["pad"], 0, 0][:4], strict=True))

    def build(self, *shapes: Shape) -> torch.nn.Module:
        """A `ZeroPad2d`."""
        return torch.nn.ZeroPad2d(self.edges(*shapes))


@layer(CATEGORY, torch_class="torch.nn.ReflectionPad2d")
class ReflectionPad2d(_Padding, frozen=True):
    """Continues the picture by its mirror image."""

    sign: ClassVar[str] = "padding"

    def build(self, *shapes: Shape) -> torch.nn.Module:
        """A `ReflectionPad2d`."""
        return torch.nn.ReflectionPad2d(self.edges(*shapes))


@layer(CATEGORY, torch_class="torch.nn.ReplicationPad2d")
class ReplicationPad2d(_Padding, frozen=True):
    """Continues the picture by its border pixels."""

    sign: ClassVar[str] = "padding"

    def build(self, *shapes: Shape) -> torch.nn.Module:
        """A `ReplicationPad2d`."""
        return torch.nn.ReplicationPad2d(self.edges(*shapes))


@layer(CATEGORY, torch_class="torch.nn.CircularPad2d")
class CircularPad2d(_Padding, frozen=True):
    """Continues the picture by its other side, as on a globe."""

    sign: ClassVar[str] = "padding"

    def build(self, *shapes: Shape) -> torch.nn.Module:
        """A `CircularPad2d`."""
        return torch.nn.CircularPad2d(self.edges(*shapes))


@layer(CATEGORY, torch_class="torch.nn.ConstantPad2d")
class ConstantPad2d(_Padding, frozen=True):
    """Adds pixels of one value around the picture."""

    sign: ClassVar[str] = "padding"

    value: Annotated[float, Meta(ge=-1000, le=1000, description="The value of the new pixels.")] = 0.0

    @classmethod
    def arguments_of(cls, module: Any) -> dict[str, Any]:
        """The four edges and the value."""
        return {**super().arguments_of(module), "value": module.value}

    def build(self, *shapes: Shape) -> torch.nn.Module:
        """A `ConstantPad2d`."""
        return torch.nn.ConstantPad2d(self.edges(*shapes), self.value)
