"""Changing the colours of a batch, every picture by a factor of its own, as torchvision's functions do for one picture.

Pictures are float32 `(count, height, width, channels)` between 0 and 255 and are not rounded in between.
"""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING

from workbench.core.layers.lazy import LazyModule

if TYPE_CHECKING:
    import torch
else:
    torch = LazyModule("torch")

LUMA = (0.2989, 0.587, 0.114)
"""The share of red, green and blue in the gray of a colour (ITU-R BT.601, as torchvision writes it)."""


class Blend(IntEnum):
    """What a picture is blended with: black, its mean gray, or its own grays."""

    BRIGHTNESS = 0
    CONTRAST = 1
    SATURATION = 2


def grays(pixels: torch.Tensor) -> torch.Tensor:
    """One gray for each pixel, `(count, height, width, 1)`; a picture that is not of three channels is its own gray."""
    if pixels.shape[3] != 3:
        return pixels
    red, green, blue = (pixels.narrow(3, channel, 1) for channel in range(3))
    return (red * LUMA[0]).add_(green, alpha=LUMA[1]).add_(blue, alpha=LUMA[2])


def blended(pixels: torch.Tensor, blends: torch.Tensor, factors: torch.Tensor) -> torch.Tensor:
    """Each picture times its factor plus what it is blended with times the rest, changed in place.

    `blends` and `factors` hold one number for each picture on the CPU. A factor of 1 leaves a picture exactly as it is,
    and so does a blend with its own grays where it has no colours.
    """
    rest = 1 - factors
    if pixels.shape[3] != 3:
        rest = rest * (blends != Blend.SATURATION)
    gray = grays(pixels)
    added = gray * _each(rest * (blends == Blend.SATURATION), pixels)
    added += gray.mean(dim=(1, 2, 3), keepdim=True) * _each(rest * (blends == Blend.CONTRAST), pixels)
    return pixels.mul_(_each(1 - rest, pixels)).add_(added).clamp_(0, 255)


def hue_turned(pixels: torch.Tensor, turns: torch.Tensor) -> torch.Tensor:
    """Each picture with its hues turned by a share of the colour circle, -0.5 to 0.5 (on the CPU)."""
    red, green, blue = pixels.unbind(dim=3)
    low, high = torch.aminmax(pixels, dim=3)
    span = high - low
    safe = span.clamp(min=1e-12)
    hue = torch.where(high == red, (green - blue) / safe, 4 + (red - green) / safe)
    hue = torch.where((high == green) & (high != red), 2 + (blue - red) / safe, hue)
    hue = (hue + 6 * turns.to(pixels.device)[:, None, None]).remainder_(6)
    parts = [(hue + offset).remainder_(6) for offset in (5, 3, 1)]
    shares = torch.stack([torch.minimum(part, 4 - part).clamp_(0, 1) for part in parts], dim=3)
    return high.unsqueeze(3) - span.unsqueeze(3) * shares


def sharpened(pixels: torch.Tensor, factors: torch.Tensor) -> torch.Tensor:
    """Each picture between its smoothed self (0), itself (1) and a sharper one (2); the outermost pixels stay."""
    count, height, width, channels = pixels.shape
    if min(height, width) < 3:
        return pixels
    planes = pixels.permute(0, 3, 1, 2).reshape(count * channels, 1, height, width)
    kernel = torch.ones(1, 1, 3, 3, device=pixels.device)
    kernel[0, 0, 1, 1] = 5
    smooth = torch.nn.functional.conv2d(planes, kernel / 13).view(count, channels, height - 2, width - 2)
    inner = pixels[:, 1:-1, 1:-1]
    inner.add_((smooth.permute(0, 2, 3, 1) - inner) * _each(1 - factors, pixels))
    return pixels.clamp_(0, 255)


def posterized(pixels: torch.Tensor, bits: torch.Tensor) -> torch.Tensor:
    """Each picture with that many of the eight bits of its values kept."""
    steps = _each(2.0 ** (8 - bits), pixels)
    return torch.floor(pixels.round() / steps) * steps


def solarized(pixels: torch.Tensor, thresholds: torch.Tensor) -> torch.Tensor:
    """Each picture with the values from a threshold on inverted."""
    return torch.where(pixels >= _each(thresholds, pixels), 255 - pixels, pixels)


def spread(pixels: torch.Tensor) -> torch.Tensor:
    """Every channel of every picture stretched to values from 0 to 255 (torchvision's `autocontrast`)."""
    low, high = pixels.amin(dim=(1, 2), keepdim=True), pixels.amax(dim=(1, 2), keepdim=True)
    flat = high == low
    scale = torch.where(flat, 1.0, 255 / (high - low).clamp(min=1e-12))
    return (pixels - torch.where(flat, 0.0, low)).mul_(scale).clamp_(0, 255)


def equalized(pixels: torch.Tensor) -> torch.Tensor:
    """Every channel of every picture with all values about equally often, in whole values, as Pillow does it."""
    count, height, width, channels = pixels.shape
    values = pixels.round().to(torch.int64).permute(0, 3, 1, 2).reshape(count * channels, height * width)
    often = torch.zeros(len(values), 256, dtype=torch.int64, device=pixels.device)
    often.scatter_add_(1, values, torch.ones_like(values))
    below = often.cumsum(dim=1) - often
    brightest = often.gather(1, values.amax(dim=1, keepdim=True))
    step = torch.div(height * width - brightest, 255, rounding_mode="floor")
    table = torch.div(below + step // 2, step.clamp(min=1), rounding_mode="floor").clamp_(0, 255)
    table = torch.where(step > 0, table, torch.arange(256, device=pixels.device))
    result = table.gather(1, values).to(torch.float32)
    return result.view(count, channels, height, width).permute(0, 2, 3, 1)


def _each(values: torch.Tensor, pixels: torch.Tensor) -> torch.Tensor:
    """One number for each picture, in the shape and on the device to meet its pixels."""
    return values.to(torch.float32).view(-1, 1, 1, 1).to(pixels.device)
