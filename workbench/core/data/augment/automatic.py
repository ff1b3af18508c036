"""RandAugment and TrivialAugment: a few operations picked at random for each picture from one list.

The lists, their strengths and their order are those of torchvision's `transforms.v2`; moved pixels are sampled
bilinearly.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from msgspec import Meta

from workbench.core.data.augment.changing import changed_some
from workbench.core.data.augment.lots import Lots
from workbench.core.data.augment.matrices import about, affine, nothing, shifts
from workbench.core.data.augment.operation import Beyond, Change, Fill, operation
from workbench.core.data.augment.resampling import resampled
from workbench.core.data.augment.tones import Blend, blended, equalized, posterized, sharpened, solarized, spread
from workbench.core.layers.lazy import LazyModule

if TYPE_CHECKING:
    import torch
else:
    torch = LazyModule("torch")

BINS = 31
"""Strengths are counted from 0 to 30."""

NAMES = (
    "identity shear-x shear-y translate-x translate-y rotate brightness color contrast sharpness posterize solarize "
    "autocontrast equalize"
).split()
MOVES = ("shear-x", "shear-y", "translate-x", "translate-y", "rotate")
BLENDS = {"brightness": Blend.BRIGHTNESS, "color": Blend.SATURATION, "contrast": Blend.CONTRAST}
UNSIGNED = ("posterize", "solarize")


@dataclass(frozen=True)
class Reach:
    """The strongest of each operation: shears as slopes, turns in degrees, moves in pixels (across, down)."""

    shear: float
    translate: tuple[float, float]
    rotate: float
    tone: float
    bits: int

    def table(self) -> torch.Tensor:
        """The strongest strength by the number of the operation in `NAMES`."""
        moves = [0.0, self.shear, self.shear, *self.translate, self.rotate]
        return torch.tensor([*moves, *[self.tone] * 4, float(self.bits), 255.0, 0.0, 0.0])


def picked(pixels: torch.Tensor, lots: Lots, *, reach: Reach, levels: torch.Tensor, fill: Fill) -> torch.Tensor:
    """Each picture changed by one operation picked from the list, with a strength of 0 to 30 (`levels`)."""
    chosen = lots.integers(len(NAMES))
    strength = reach.table()[chosen] * levels / (BINS - 1)
    signed = torch.where(lots.happens(0.5), -strength, strength)
    moved = _numbers(chosen, MOVES)
    pixels = changed_some(pixels, moved, lambda some: _moved(some, chosen[moved], signed[moved], fill))
    toned = _numbers(chosen, tuple(BLENDS))
    blends = torch.tensor([BLENDS.get(name, 0) for name in NAMES])[chosen]
    pixels = changed_some(pixels, toned, lambda some: blended(some, blends[toned], 1 + signed[toned]))
    changes: dict[str, Callable[[torch.Tensor, torch.Tensor], torch.Tensor]] = {
        "sharpness": lambda some, which: sharpened(some, 1 + signed[which]),
        "posterize": lambda some, which: posterized(some, 8 - strength[which].round()),
        "solarize": lambda some, which: solarized(some, 255 - strength[which]),
        "autocontrast": lambda some, _which: spread(some),
        "equalize": lambda some, _which: equalized(some),
    }
    for name, change in changes.items():
        pixels = _changed(pixels, _numbers(chosen, (name,)), change)
    return pixels


def _changed(
    pixels: torch.Tensor, which: torch.Tensor, change: Callable[[torch.Tensor, torch.Tensor], torch.Tensor]
) -> torch.Tensor:
    return changed_some(pixels, which, lambda some: change(some, which))


def _numbers(chosen: torch.Tensor, names: tuple[str, ...]) -> torch.Tensor:
    """The numbers of the pictures that one of these operations was picked for."""
    return torch.isin(chosen, torch.tensor([NAMES.index(name) for name in names])).nonzero()[:, 0]


def _moved(pixels: torch.Tensor, chosen: torch.Tensor, strength: torch.Tensor, fill: Fill) -> torch.Tensor:
    """Pictures sheared about their top left corner, shifted by whole pixels, or turned about their centre."""
    shear_x, shear_y, right, down, turn = (strength * (chosen == NAMES.index(name)) for name in MOVES)
    height, width = pixels.shape[1:3]
    one = torch.ones_like(turn)
    angles = (torch.rad2deg(torch.atan(shear)) for shear in (shear_x, shear_y))
    sheared = affine(0 * one, scale=one, **dict(zip(("shear_x", "shear_y"), angles, strict=True)))
    turned = about((width / 2, height / 2), affine(-turn, scale=one, shear_x=0 * one, shear_y=0 * one))
    still = (turn == 0)[:, None, None]
    matrix = torch.where(still, nothing(len(pixels)), turned) @ sheared @ shifts(-right.trunc(), -down.trunc())
    return resampled(pixels, matrix, (height, width), fill).to(torch.float32)


@operation("rand-augment")
class RandAugment(Change, frozen=True):
    """Applies a few operations picked from fourteen, all with one strength. For photos (arXiv 1909.13719).

    torchvision's `RandAugment`. It shears, moves, turns and changes colours, but never mirrors.
    """

    operations: Annotated[int, Meta(ge=1, le=14, description="Operations one after the other.")] = 2
    magnitude: Annotated[int, Meta(ge=0, le=BINS - 1, description="Strength of all of them, 0 to 30.")] = 9
    fill: Beyond = "black"

    def change(self, pixels: torch.Tensor, lots: Lots) -> torch.Tensor:
        """One pick for each picture after the other."""
        height, width = pixels.shape[1:3]
        reach = Reach(0.3, (150 / 331 * width, 150 / 331 * height), 30, 0.9, 4)
        levels = torch.full((lots.count,), self.magnitude)
        for _ in range(self.operations):
            pixels = picked(pixels, lots, reach=reach, levels=levels, fill=self.fill)
        return pixels


@operation("trivial-augment")
class TrivialAugment(Change, frozen=True):
    """Applies one operation picked from fourteen, with any strength up to a strong one. For photos (arXiv 2103.10158).

    torchvision's `TrivialAugmentWide`. It shears, moves, turns and changes colours, but never mirrors. It moves by up
    to 32 pixels whatever the size is, so some pictures of that size are moved out of sight.
    """

    fill: Beyond = "black"

    def change(self, pixels: torch.Tensor, lots: Lots) -> torch.Tensor:
        """One pick for each picture."""
        reach = Reach(0.99, (32, 32), 135, 0.99, 6)
        return picked(pixels, lots, reach=reach, levels=lots.integers(BINS), fill=self.fill)
