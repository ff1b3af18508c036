"""When memory is fullest in the backward pass: activations go as it moves back, gradients of weights come.

The pass is walked on paper, node by node from the last to the first: what the nodes up to there have kept is still
there, the weights behind have their gradients, and gradients of outputs wait until their nodes have been passed.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from itertools import accumulate

from workbench.core.graph.network import INPUT, Network
from workbench.core.modelling.shapes import Analysis, analyse

WEIGHT_BYTES = 4
PASSING_ON = frozenset(("Add", "Output", "Identity", "Flatten", "Reshape", "Permute", "Transpose"))
"""Kinds whose input's gradient is their output's, the same memory."""


def backward_peak(
    network: Network,
    kept: Mapping[str, int],
    *,
    values: Mapping[str, int],
    again: Mapping[str, int],
    groups: Collection[str] = (),
) -> tuple[int, int]:
    """The most bytes alive at once in the backward pass, and the most of them that are gradients of outputs.

    `kept` are the bytes that each node, or recomputed group, keeps from the forward pass, `values` the bytes of each
    node's output, and `again` what each node keeps when the recomputed `groups` run a second time.
    """
    analysis, order = analyse(network), network.execution_order
    places = {name: place for place, name in enumerate(order)}
    waiting = _waiting(network, places, values)
    weights = [analysis.nodes[name].parameters * WEIGHT_BYTES for name in order]
    ready = [*accumulate(reversed(weights))][::-1]
    held = [*accumulate(_by_place(network, kept, places))]
    second = _second_run(order, groups, again)
    alive = (sum(bytes_) for bytes_ in zip(held, second, ready, waiting, strict=True))
    return max(alive, default=0), max(waiting, default=0)


def output_bytes(analysis: Analysis, *, batch: int, value_bytes: int) -> dict[str, int]:
    """Bytes of each node's output for a batch; pictures that come in have no gradient."""
    sizes: dict[str, int] = {}
    for name, report in analysis.nodes.items():
        size = batch * value_bytes
        for side in report.output_shape or (0,):
            size *= side
        sizes[name] = 0 if report.kind == INPUT else size
    return sizes


def _waiting(network: Network, places: Mapping[str, int], values: Mapping[str, int]) -> list[int]:
    """For each place the bytes of gradients of outputs: each from the output's last consumer down to its node."""
    begins: dict[str, int] = {}
    ends: dict[str, int] = {}
    owner: dict[str, str] = {}
    for name in reversed(list(places)):
        takers = [taker for taker in network.consumers[name] if taker in places]
        shared = len(takers) == 1 and network[takers[0]].kind in PASSING_ON
        owner[name] = owner[takers[0]] if shared else name
        ends.setdefault(owner[name], max((places[taker] for taker in takers), default=places[name]))
        begins[owner[name]] = places[name]
    changes = [0] * (len(places) + 1)
    for name, begin in begins.items():
        changes[begin] += values[name]
        changes[ends[name] + 1] -= values[name]
    return [*accumulate(changes[:-1])]


def _by_place(network: Network, kept: Mapping[str, int], places: Mapping[str, int]) -> list[int]:
    """The kept bytes at each place; those of a group at its first node."""
    found = [0] * len(places)
    for name, size in kept.items():
        inside = (place for node, place in places.items() if node.startswith(f"{name}."))
        found[places[name] if name in places else next(inside, 0)] += size
    return found


def _second_run(order: tuple[str, ...], groups: Collection[str], again: Mapping[str, int]) -> list[int]:
    """For each place what the recomputed group that it is in has kept up to there."""
    sums = dict.fromkeys(groups, 0)
    found = []
    for name in order:
        group = next((group for group in groups if name.startswith(f"{group}.")), None)
        if group is not None:
            sums[group] += again.get(name, 0)
        found.append(sums[group] if group is not None else 0)
    return found
