"""What one can start from: nothing, a file, code, a file of lately, or a ready network; found, filtered and sorted."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from workbench.core.modelling.auxiliary import plain_name
from workbench.core.modelling.landmarks.catalog import idea_of, known, ready_names
from workbench.core.modelling.preview_child import Portrait
from workbench.gui.builder.gallery.gallery_fit import FITS, FreeMemory, fits, free_for_training
from workbench.gui.builder.items.labels import large

Sort = Literal["empty", "file", "code", "recent", "ready"]


@dataclass(frozen=True)
class Offer:
    """One card of the gallery. `key` is a ready network's name or a path; the portrait comes later."""

    sort: Sort
    key: str
    title: str
    about: str
    year: int | None = None
    family: str = ""
    is_tutorial: bool = False
    portrait: Portrait | None = None

    @property
    def figures(self) -> str:
        """`25.6 M · 4.09 GMACs · 80.9 %`, as far as that is known."""
        found = self.portrait.figures if self.portrait else None
        if found is None:
            return "…" if self.sort == "ready" else ""
        parts = [large(found.parameters)]
        if found.gmacs is not None:
            parts.append(f"{found.gmacs:.3g} GMACs" if found.gmacs >= 0.1 else f"{found.gmacs * 1000:.3g} MMACs")
        if found.accuracy is not None:
            parts.append(f"{found.accuracy:.1f} %")
        return " · ".join(parts)

    @property
    def story(self) -> str:
        """All that is known of it, for who has chosen it."""
        if self.sort != "ready":
            return self.about
        found = self.portrait.figures if self.portrait else None
        weights = f" {found.accuracy:.1f} % on ImageNet with {found.weights}." if found and found.accuracy else ""
        trouble = f" It could not be drawn: {self.portrait.error}" if self.portrait and self.portrait.error else ""
        return f"{idea_of(self.key)}{weights}{trouble}"

    def spoken(self) -> str:
        """What a screen reader says."""
        return ", ".join(filter(None, (self.title, str(self.year or ""), self.figures.replace("…", ""), self.about)))

    def matches(self, words: Iterable[str]) -> bool:
        """Whether all words are somewhere in it."""
        whole = f"{self.title} {self.key} {self.year or ''} {self.family} {self.about} {self.story}".casefold()
        return all(word in whole for word in words)


FIRST = (
    Offer("empty", "", "Empty network", "An input and an output, and everything in between is yours."),
    Offer("file", "", "From a file…", "A network file, or ONNX from another program."),
    Offer("code", "", "From code…", "A module of PyTorch in a file of Python; it is asked about before it runs."),
)


def offers(recent: Sequence[str] = ()) -> list[Offer]:
    """Everything to start from."""
    files = [Offer("recent", path, _stem(path), str(Path(path).parent)) for path in recent]
    return [*FIRST, *files, *map(_ready, ready_names())]


def _stem(path: str) -> str:
    return Path(path).name.removesuffix(".json").removesuffix(".network")


def _ready(name: str) -> Offer:
    about = known(name)
    assert about is not None
    mark = about.landmark
    family, note = "" if about.is_tutorial else mark.title, mark.variants[plain_name(name)].note
    told = about.idea if about.is_tutorial or not note else f"{note} {mark.idea}"
    return Offer("ready", name, name, told, year=mark.year, family=family, is_tutorial=about.is_tutorial)


def with_portrait(offer: Offer, portrait: Portrait) -> Offer:
    """The offer with what was drawn and counted; a drawing that comes before the numbers keeps those there are."""
    before = offer.portrait
    if portrait.figures is None and before is not None and before.figures is not None:
        return offer
    return replace(offer, portrait=portrait)


def _parameters(offer: Offer) -> float:
    found = offer.portrait.figures if offer.portrait else None
    return found.parameters if found else float("inf")


def _accuracy(offer: Offer) -> float:
    found = offer.portrait.figures if offer.portrait else None
    return -(found.accuracy or 0.0) if found else 0.0


ORDERS: dict[str, Callable[[Offer], float]] = {
    "Year": lambda offer: offer.year or 0,
    "Parameters": _parameters,
    "Accuracy": _accuracy,
}
"""How ready networks can be sorted; what is equal stays in the order of the catalog."""
FILTERS: dict[str, Callable[[Offer, FreeMemory], bool]] = {
    "All": lambda _offer, _free: True,
    "Tutorial, small pictures": lambda offer, _free: offer.is_tutorial,
    "Landmarks": lambda offer, _free: not offer.is_tutorial,
    FITS: lambda offer, free: fits(offer.portrait, free),
}


def arranged(everything: Iterable[Offer], text: str, *, order: str, chosen: str) -> list[Offer]:
    """The offers that match: first those that are no ready networks, then these, filtered and sorted."""
    words, free = text.casefold().split(), free_for_training()
    found = [offer for offer in everything if offer.matches(words)]
    first = [offer for offer in found if offer.sort != "ready"]
    ready = [offer for offer in found if offer.sort == "ready" and FILTERS[chosen](offer, free)]
    return [*(() if words and ready else first), *sorted(ready, key=ORDERS[order])]
