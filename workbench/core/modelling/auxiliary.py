"""Auxiliary heads: classifiers at half the depth of a network, whose losses help to train it.

`googlenet` is opened without them, `googlenet+aux` with them. Kept, they are branches that end: their weights have
torchvision's keys and load with `strict=True`, the one output of the network stays the main one.
"""

from __future__ import annotations

from dataclasses import dataclass

WITH_HEADS = "+aux"
"""What is put behind the name of a network to open it with its auxiliary heads."""


@dataclass(frozen=True)
class Heads:
    """The auxiliary heads of one of torchvision's networks."""

    names: tuple[str, ...]
    parameters: int


AUXILIARY = {
    "googlenet": Heads(("aux1", "aux2"), 6_379_984),
    "inception_v3": Heads(("AuxLogits",), 3_326_696),
}
"""torchvision's classifiers that have auxiliary heads."""
HALVES = ((0.5, 0.5, 0.5), (0.5, 0.5, 0.5))
"""Mean and deviation that pictures are normalized with for the published weights of the networks in `AUXILIARY`.

torchvision normalizes with ImageNet's figures and takes that back inside the network (`transform_input`), which comes
to this; a network without that detour has no layers for it.
"""


def plain_name(name: str) -> str:
    """The name without the wish for auxiliary heads."""
    return name.removesuffix(WITH_HEADS)


def keeps_heads(name: str) -> bool:
    """Whether a name asks for a network with its auxiliary heads."""
    return name.endswith(WITH_HEADS)


def opening_notes(reference: str) -> tuple[str, ...]:
    """What was done to a network when it was opened by this name, a sentence each."""
    heads = AUXILIARY.get(plain_name(reference))
    if heads is None:
        return ()
    halves = "torchvision's weights want pictures normalized with mean 0.5 and deviation 0.5"
    return (_kept(heads) if keeps_heads(reference) else _dropped(plain_name(reference), heads), halves)


def _kept(heads: Heads) -> str:
    return (
        f"kept the auxiliary heads {' and '.join(heads.names)} ({heads.parameters:,} parameters): "
        "branches that end, beside the one output that is trained and evaluated"
    )


def _dropped(name: str, heads: Heads) -> str:
    return (
        f"dropped the auxiliary heads {' and '.join(heads.names)} ({heads.parameters:,} parameters); "
        f"{name}{WITH_HEADS} keeps them"
    )
