"""Whether a training step of a ready network fits this machine: its bytes against the memory that is free."""

from __future__ import annotations

import sys
from dataclasses import dataclass

from workbench.core.layers.kind import describe_shape
from workbench.core.modelling.preview_child import STEP_BATCH, Portrait
from workbench.machine import free_memory, memory_size

SHARE = 0.8
"""Of the free memory, so much may be planned with: the program and the system need the rest."""
FITS = f"Trains on this machine, {STEP_BATCH} pictures at once"


@dataclass(frozen=True)
class FreeMemory:
    """Bytes that a training could have, and where they are."""

    size: float
    place: str

    def holds(self, needed: int) -> bool:
        """Whether so many bytes fit, with what the rest of the program needs."""
        return needed <= SHARE * self.size


def free_for_training() -> FreeMemory:
    """The free memory of the graphics processor where there is one that is known of by now, else of the machine."""
    torch = sys.modules.get("torch")  # the gallery does not wait for it to be loaded
    if torch is not None and hasattr(torch, "cuda") and torch.cuda.is_available():
        return FreeMemory(float(torch.cuda.mem_get_info()[0]), "on the graphics processor")
    return FreeMemory(free_memory(), "in memory")


def fits(portrait: Portrait | None, free: FreeMemory) -> bool:
    """Whether a step of a network is known to fit."""
    return portrait is not None and portrait.step_bytes is not None and free.holds(portrait.step_bytes)


def told_fit(portrait: Portrait | None, free: FreeMemory) -> str:
    """What a step takes and whether that fits, in a sentence; nothing where it is not known."""
    if portrait is None or portrait.figures is None or portrait.step_bytes is None:
        return ""
    pictures = f"{STEP_BATCH} pictures of {describe_shape(portrait.figures.input)}"
    needed, left = memory_size(portrait.step_bytes), memory_size(free.size)
    verdict = "fits" if free.holds(portrait.step_bytes) else "does not fit"
    return f"A training step with {pictures} takes about {needed} and {verdict}: {left} are free {free.place}."
