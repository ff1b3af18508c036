"""Names of added nodes: as a person who carries on the names that are there would choose them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from workbench.core.graph.edits import free_name
from workbench.core.graph.network import Network, Node
from workbench.core.graph.numbering import Numbered, place, taken_apart
from workbench.core.graph.rules import name_problem
from workbench.core.layers.catalog import CATALOG

USUAL = {
    "Conv": "conv",
    "BatchNorm": "bn",
    "Linear": "fc",
    "MaxPool": "pool",
    "AvgPool": "pool",
    "AdaptiveAvgPool": "avgpool",
    "AdaptiveMaxPool": "maxpool",
}
"""What kinds are called in courses and in torchvision, by how their names begin; others by their own name."""


def name_behind(network: Network, kind: str, front: str = "", *, group: str = "", word: str = "") -> str:
    """A free name for a new node of a kind in a group: `relu3` behind `bn3`, or the next number where that is taken.

    Behind `pool2`, where `relu1` to `relu3` are, an activation is `relu4`; behind `relu1_2` a convolution is `conv1_3`.
    A word says what it is called but for the number, where that is not left to the names of its kind.
    """
    around = f"{group}." if group else ""
    beside = [node for node in network if node.name.rpartition(".")[0] == group]
    word = word or _word(kind, beside) or _word(kind, network) or usual_word(kind)
    alike = [part for part in (taken_apart(node.name) for node in beside) if part.word == word]
    before = taken_apart(front if front in network else "")
    names = (around + name for name in _wanted(kind, word, alike, before))
    free = (name for name in names if name_problem(network, name) is None)
    return next(free, "") or free_name(network, around + word)


def usual_word(kind: str) -> str:
    """What a node of a kind is called, without its number, where nothing in the network tells."""
    return next((word for start, word in USUAL.items() if kind.startswith(start)), kind.lower())


def _word(kind: str, nodes: Iterable[Node]) -> str:
    """What most nodes of a kind are called; nothing if there is none, or if they are only numbered."""
    words = Counter(taken_apart(node.name).word for node in nodes if node.kind == kind)
    return next((word for word, _ in words.most_common() if word), "")


def _wanted(kind: str, word: str, alike: list[Numbered], before: Numbered) -> Iterator[str]:
    """The names that a node could have, the best first; none where the names that are alike go on with `_1`."""
    counted = [part for part in alike if part.counts]
    if _follows(kind) and before.number and (counted or not alike):
        yield word + before.number
    inner = [part for part in counted if before.series and part.series == before.series]
    if inner:
        yield f"{word}{before.series}{_next(inner, before.series)}"
    if counted:
        yield f"{word}{_next(counted, '')}"
    elif not alike:
        yield f"{word}1" if _leads(word) else word
    elif not any(part.gap for part in alike):
        yield f"{word}2"


def _next(parts: list[Numbered], series: str) -> int:
    return max(place(part.number, series) for part in parts) + 1


def _leads(word: str) -> bool:
    """Whether what has this name is counted from the first on: other layers have the number of what they follow."""
    return word in ("conv", "fc")


def _follows(kind: str) -> bool:
    """Whether a node of a kind has the number of what it follows: `bn2` and `relu2` belong to `conv2`."""
    category = CATALOG[kind].category if kind in CATALOG else ""
    return (category in ("Activation", "Normalization") and "Softmax" not in kind) or usual_word(kind) == "pool"
