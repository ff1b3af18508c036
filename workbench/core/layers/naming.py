"""Names of added nodes: as a person who carries on the names that are there would choose them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from workbench.core.graph.edits import free_name
from workbench.core.graph.network import Network, Node
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
    beside = [_spelled(node) for node in network if node.name.rpartition(".")[0] == group]
    word = word or _word(kind, beside) or _word(kind, [_spelled(node) for node in network]) or usual_word(kind)
    number = _spelled(network[front]).number if front in network else ""
    names = [around + name for name in _wanted(kind, word, [name for name in beside if name.word == word], number)]
    free = (name for name in names if name_problem(network, name) is None)
    return next(free, "") or free_name(network, around + word)


def usual_word(kind: str) -> str:
    """What a node of a kind is called, without its number, where nothing in the network tells."""
    return next((word for start, word in USUAL.items() if kind.startswith(start)), kind.lower())


@dataclass(frozen=True)
class Spelled:
    """The last part of a name taken apart: `conv1_2` is `conv`, nothing, `1_2`; `relu_1` is `relu`, `_`, `1`."""

    kind: str
    word: str
    gap: str
    number: str


def _spelled(node: Node) -> Spelled:
    word, gap, number = re.fullmatch(r"(.*?)(_?)(\d+(?:_\d+)*)?", node.name.rpartition(".")[2]).groups("")  # type: ignore[union-attr]
    return Spelled(node.kind, word, gap, number)


def _word(kind: str, named: list[Spelled]) -> str:
    """What most nodes of a kind are called; nothing if there is none, or if they are only numbered."""
    words = Counter(name.word for name in named if name.kind == kind and name.word)
    return words.most_common(1)[0][0] if words else ""


def _wanted(kind: str, word: str, alike: list[Spelled], before: str) -> Iterator[str]:
    """The names that a node could have, the best first; none where the names that are alike go on with `_1`."""
    numbers = [name.number for name in alike if name.number and not name.gap]
    if _follows(kind) and before and (numbers or not alike):
        yield word + before
    series, _, _ = before.rpartition("_")
    inner = [number.rpartition("_")[2] for number in numbers if series and number.rpartition("_")[0] == series]
    if inner:
        yield f"{word}{series}_{_after(inner)}"
    if numbers:
        yield f"{word}{_after([number.partition('_')[0] for number in numbers])}"
    elif not alike:
        yield f"{word}1" if _leads(word) else word
    elif not any(name.gap for name in alike):
        yield f"{word}2"


def _after(numbers: list[str]) -> int:
    return max(int(number[:9]) for number in numbers) + 1


def _leads(word: str) -> bool:
    """Whether what has this name is counted from the first on: other layers have the number of what they follow."""
    return word in ("conv", "fc")


def _follows(kind: str) -> bool:
    """Whether a node of a kind has the number of what it follows: `bn2` and `relu2` belong to `conv2`."""
    category = CATALOG[kind].category if kind in CATALOG else ""
    return (category in ("Activation", "Normalization") and "Softmax" not in kind) or usual_word(kind) == "pool"
