"""Branches that do not fit where they meet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from workbench.core.graph.network import Network
from workbench.core.layers.kind import Shape, describe_shape
from workbench.core.modelling.lint.mending import Step, insert_steps
from workbench.core.modelling.lint.rule import RULES, Subject, offering
from workbench.errors import Problem, Remedy

JOINS = ("Add", "Multiply", "Concatenate")
CLOSE = 1.5
"""Padding is offered for pictures whose sides differ by at most this factor: beyond it they would be mostly padding."""
Branch = tuple[str, Shape]


@RULES.register("join mismatch")
def join_mismatch(subject: Subject) -> Iterator[Problem]:
    """Pictures or vectors of different shapes cannot be joined: project, pool or pad one of them.

    He et al. 2015 (arXiv 1512.03385) project the shortcut by a 1x1 convolution with the stride of the body. A picture
    and a vector, or tokens, get no remedy: how they are to meet only the author knows.
    """
    for report in subject.ordered:
        if report.kind in JOINS and report.problems and subject.input_shapes(report.name):
            yield offering(report.problems[0], _remedies(subject, report.name))


def _remedies(subject: Subject, join: str) -> list[Remedy]:
    kind, shapes = subject.network[join].kind, subject.input_shapes(join)
    branches: list[Branch] = list(dict(zip(subject.network[join].inputs, shapes, strict=True)).items())
    ranks = set(map(len, shapes))
    if ranks == {1} and kind != "Concatenate":
        return _project_vectors(branches, join)
    if ranks != {3} or (kind == "Concatenate" and subject.network[join].arguments.get("dim", 1) != 1):
        return []
    target = _target(subject, kind, branches)
    wrong = [(name, shape) for name, shape in branches if not _fits(kind, shape, target)]
    return _picture_remedies(kind, branches, wrong, target, join)


def _picture_remedies(kind: str, branches: list[Branch], wrong: list[Branch], target: Shape, join: str) -> list[Remedy]:
    offers: list[Remedy | None] = []
    if all(kind == "Concatenate" or shape[0] == target[0] for _, shape in wrong):
        offers = [_pool(wrong, target, join), _pad(branches, join)]
        close = offers[1] is not None
        offers = offers[::-1] if close else offers
    if kind != "Concatenate":
        offers.insert(0, _project(kind, wrong, target, join))
    return [offer for offer in offers if offer is not None]


def _target(subject: Subject, kind: str, branches: list[Branch]) -> Shape:
    """The shape the others are brought to: the smallest picture, of several the one computed last (the body)."""
    places = {name: place for place, name in enumerate(subject.network.execution_order)}
    gated = [(name, shape) for name, shape in branches if shape[1:] != (1, 1)] if kind == "Multiply" else []
    return min(gated or branches, key=lambda branch: (branch[1][1] * branch[1][2], -places[branch[0]]))[1]


def _fits(kind: str, shape: Shape, target: Shape) -> bool:
    if kind == "Multiply":
        return all(size in (1, wanted) for size, wanted in zip(shape, target, strict=True))
    return shape[1:] == target[1:] if kind == "Concatenate" else shape == target


def _project_vectors(branches: list[Branch], join: str) -> list[Remedy]:
    target = branches[0][1]
    plans = {name: [("project", "Linear", {"out_features": target[0]})] for name, shape in branches if shape != target}
    return [_remedy("Project", plans, target, join)]


def _project(kind: str, wrong: list[Branch], target: Shape, join: str) -> Remedy | None:
    """1x1 convolutions with the stride that makes the sizes equal."""
    plans: dict[str, list[Step]] = {}
    for name, shape in wrong:
        sides = shape[1:] if kind == "Multiply" and shape[1:] == (1, 1) else target[1:]
        strides = [_stride(side, wanted) for side, wanted in zip(shape[1:], sides, strict=True)]
        if None in strides:
            return None
        stride = strides[0] if strides[0] == strides[1] else strides
        plans[name] = [("project", "Conv2d", {"out_channels": target[0], "kernel_size": 1, "stride": stride})]
    return _remedy("Project", plans, target, join)


def _stride(side: int, wanted: int) -> int | None:
    """The step with which single pixels of `side` become `wanted`, None if there is none."""
    candidates = range(max(1, side // wanted), -(-side // wanted) + 1)
    return next((step for step in candidates if (side - 1) // step + 1 == wanted), None)


def _pool(wrong: list[Branch], target: Shape, join: str) -> Remedy | None:
    """Max pooling where the sides are multiples, else means over windows of unequal size."""
    plans: dict[str, list[Step]] = {}
    for name, shape in wrong:
        if any(side < wanted for side, wanted in zip(shape[1:], target[1:], strict=True)):
            return None
        plans[name] = [_pooling(shape[1:], target[1:])]
    return _remedy("Pool", plans, target, join)


def _pooling(sides: Sequence[int], wanted: Sequence[int]) -> Step:
    factors = [side // want for side, want in zip(sides, wanted, strict=True)]
    if all(side == want * factor for side, want, factor in zip(sides, wanted, factors, strict=True)):
        size = factors[0] if factors[0] == factors[1] else factors
        return "pool", "MaxPool2d", {"kernel_size": size, "stride": size}
    return "pool", "AdaptiveAvgPool2d", {"output_size": list(wanted)}


def _pad(branches: list[Branch], join: str) -> Remedy | None:
    """Zeros around the smaller pictures, up to the largest."""
    height, width = (max(shape[axis] for _, shape in branches) for axis in (1, 2))
    plans: dict[str, list[Step]] = {}
    for name, shape in branches:
        down, right = height - shape[1], width - shape[2]
        if height > CLOSE * shape[1] or width > CLOSE * shape[2]:
            return None
        if down or right:
            edges = {"left": right // 2, "right": right - right // 2, "top": down // 2, "bottom": down - down // 2}
            plans[name] = [("pad", "ZeroPad2d", edges)]
    return _remedy("Pad", plans, (branches[0][1][0], height, width), join)


def _remedy(verb: str, plans: dict[str, list[Step]], target: Shape, join: str) -> Remedy:
    what = next(iter(plans)) if len(plans) == 1 else f"{len(plans)} inputs"
    size = describe_shape(target if verb == "Project" else target[1:])
    return Remedy(f"{verb} {what} to {size}", partial(_insert_all, plans=plans, join=join))


def _insert_all(network: Network, plans: dict[str, list[Step]], join: str) -> Network:
    for source, steps in plans.items():
        network = insert_steps(network, steps, source, join)
    return network
