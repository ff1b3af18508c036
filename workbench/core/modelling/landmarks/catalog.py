"""All landmarks in the order of their years, and which one a ready network belongs to; needs no torch."""

from __future__ import annotations

from typing import NamedTuple

from workbench.core.modelling.auxiliary import AUXILIARY, WITH_HEADS, plain_name
from workbench.core.modelling.landmarks import deep, early, lean, searched
from workbench.core.modelling.landmarks.landmark import Landmark, Variant
from workbench.core.modelling.zoo import READY

LANDMARKS: dict[str, Landmark] = {
    mark.name: mark
    for mark in sorted(
        (*early.LANDMARKS, *deep.LANDMARKS, *lean.LANDMARKS, *searched.LANDMARKS), key=lambda mark: mark.year
    )
}
FAMILIES: dict[str, str] = {variant: mark.name for mark in LANDMARKS.values() for variant in mark.variants}
"""The landmark of each ready network."""


class Known(NamedTuple):
    """What is known of a ready network without making it."""

    name: str
    landmark: Landmark
    idea: str
    """Of a tutorial network its own, else that of the architecture and what sets this one apart."""
    look: str

    @property
    def is_tutorial(self) -> bool:
        """Whether it is one of the course, made for small pictures."""
        return self.name in READY


def known(name: str) -> Known | None:
    """What is known of a ready network; None for a name that is none."""
    family = FAMILIES.get(plain_name(name))
    if family is None:
        return None
    mark = LANDMARKS[family]
    variant = mark.variants[plain_name(name)]
    return Known(name, mark, _idea(name, mark, variant), variant.look or mark.look)


def idea_of(name: str) -> str:
    """What a ready network is known for, in a sentence or two with its source; nothing for any other name."""
    about = known(name)
    if about is None:
        return ""
    mark = about.landmark
    return f"{about.idea} See {about.look}. {mark.title}: {mark.authors} {mark.year}, {mark.reference}."


def ready_names() -> list[str]:
    """Every ready network, oldest idea first, without asking torchvision for its own."""
    return [heads for name in FAMILIES for heads in ((name, name + WITH_HEADS) if name in AUXILIARY else (name,))]


def _idea(name: str, mark: Landmark, variant: Variant) -> str:
    if name in READY:
        return READY[name].idea
    return " ".join(filter(None, (mark.idea, variant.note)))
