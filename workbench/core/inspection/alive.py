"""A network that is alive: glimpses of all nodes for one picture, made again only where an edit changes them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace

import msgspec

from workbench.core.data.preprocessing import Framing, Preprocessing, to_tensor
from workbench.core.graph.network import INPUT, Network
from workbench.core.inspection.glimpses import (
    Closeup,
    Glimpse,
    Look,
    closeup_of,
    glimpse_of,
    glimpse_of_picture,
)
from workbench.core.inspection.own_weights import Weights
from workbench.core.inspection.running import Outcome, Pass, outcomes
from workbench.core.inspection.sample import Framed, Sample, framed
from workbench.core.modelling.shapes import Analysis
from workbench.errors import WorkbenchError

Signature = str
"""Equal signatures mean equal glimpses."""


@dataclass(frozen=True, eq=False)
class Lens:
    """What a network is looked at through: the picture, the weights, and which channels are shown.

    `weights_name` says which weights these are: equal names mean equal weights. Without a `preprocessing` of a run the
    pixels are brought to about -2 to 2.
    """

    sample: Sample
    look: Look = "strongest"
    weights_name: str = "random"
    weights: Weights = field(default_factory=dict)
    preprocessing: Preprocessing | None = None

    def preprocessing_for(self, shape: tuple[int, ...]) -> Preprocessing:
        """What is done to the picture for an input `(channels, height, width)`."""
        channels, height, width = shape
        known = self.preprocessing
        if known is not None and known.framing.channels == channels:
            return replace_framing(known, height, width)
        return Preprocessing(Framing(channels, height, width), (0.5,) * channels, (0.25,) * channels)


def replace_framing(known: Preprocessing, height: int, width: int) -> Preprocessing:
    """The preprocessing for pictures of another size."""
    if (known.framing.height, known.framing.width) == (height, width):
        return known
    return msgspec.structs.replace(known, framing=Framing(known.framing.channels, height, width))


def signatures(network: Network, lens: Lens) -> dict[str, Signature]:
    """For each node what its glimpse depends on: itself, its weights, and all that feeds it, down to the picture."""
    begin = _digest(repr((lens.sample, lens.look, lens.weights_name)))
    found: dict[str, Signature] = {}
    for name in network.execution_order:
        node = network[name]
        parts = (begin, name, node.kind, msgspec.json.encode(dict(node.arguments)).decode())
        sources = (found.get(source, "?") for source in node.inputs)
        found[name] = _digest("\n".join((*parts, *sources)))
    return found


def seen_through(lens: Lens, shape: tuple[int, ...] | None) -> Framed:
    """The picture as a network with such an input sees it; raises `WorkbenchError` for what is no picture."""
    if shape is None or len(shape) != 3 or shape[0] > 4:
        reason = "its input is no picture of one to four channels"
        raise WorkbenchError("No picture can be shown to this network", reason)
    return framed(lens.sample, lens.preprocessing_for(shape).framing)


def glimpses(
    analysis: Analysis,
    lens: Lens,
    picture: Framed,
    *,
    known: Collection[Signature] = (),
    first: Collection[str] = (),
    going_on: Callable[[], bool] = lambda: True,
    seconds: float = 30.0,
) -> Iterator[tuple[Signature, Glimpse]]:
    """The glimpses that are not known yet, those that lead to the `first` nodes before the others."""
    wanted = signatures(analysis.network, lens)
    missing = [name for name, signature in wanted.items() if signature not in known]
    work = replace(_pass(analysis, lens, picture, missing), first=first, going_on=going_on, seconds=seconds)
    for outcome in outcomes(work):
        if wanted[outcome.name] not in known:
            yield wanted[outcome.name], _glimpse(outcome, analysis, lens, picture)


def closeup(analysis: Analysis, lens: Lens, picture: Framed, *, node: str) -> Closeup | None:
    """The maps of one node in full; None where it gives none. Runs what feeds it."""
    found: Outcome | None = None
    for outcome in outcomes(_pass(analysis, lens, picture, [node])):
        found = outcome if outcome.name == node else None
    return closeup_of(found) if found is not None else None


def matching(found: Mapping[str, Glimpse]) -> tuple[int, int]:
    """How many layers have the weights that were given, and how many layers have weights at all."""
    origins = [glimpse.origin for glimpse in found.values() if glimpse.origin]
    return origins.count("given"), len(origins)


def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=12).hexdigest()


def _pass(analysis: Analysis, lens: Lens, picture: Framed, wanted: Collection[str]) -> Pass:
    tensor = to_tensor(picture.pixels[None], lens.preprocessing_for(analysis.input_shape or ()))
    return Pass(analysis, tensor, wanted, lens.weights)


def _glimpse(outcome: Outcome, analysis: Analysis, lens: Lens, picture: Framed) -> Glimpse:
    if analysis.network[outcome.name].kind == INPUT:
        return glimpse_of_picture(outcome, picture.pixels)
    return glimpse_of(outcome, lens.look)
