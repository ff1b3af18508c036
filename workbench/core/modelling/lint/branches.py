"""Layers that lead nowhere."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from workbench.core.graph import edits
from workbench.core.graph.network import INPUT
from workbench.core.modelling.lint.rule import RULES, Subject
from workbench.errors import Problem, Remedy


@RULES.register("dead branch")
def dead_branch(subject: Subject) -> Iterator[Problem]:
    """Layers whose output never reaches the network's output are computed for nothing and get no gradient.

    Only said of a network that runs: where a connection is missing, what it would feed is not dead but unfinished.
    A branch that ends in scores like the network's own is an auxiliary head, kept for its weights: that is a hint.
    """
    if subject.analysis.errors:
        return
    dead = [report for report in subject.ordered if report.name not in subject.live and report.kind != INPUT]
    for names in _together(subject, [report.name for report in dead]):
        parameters = sum(subject.analysis.nodes[name].parameters for name in names)
        layers = names[0] if len(names) == 1 else f"{len(names)} layers"
        remedy = Remedy(f"Remove {layers}", partial(edits.remove_nodes, names=tuple(names)))
        if _is_head(subject, names[-1]):
            title, reason = f"An auxiliary head of {layers}", "the output does not depend on it: training leaves its "
            yield Problem(names[-1], title, f"{reason}{parameters:,} parameters as they are", "info", remedy)
            continue
        yield Problem(
            names[-1],
            "It leads nowhere" if len(names) == 1 else f"This branch of {len(names)} layers leads nowhere",
            "the output does not depend on it"
            + (f": its {parameters:,} parameters are never trained" if parameters else ", it is computed for nothing"),
            "warning",
            remedy,
        )


def _is_head(subject: Subject, name: str) -> bool:
    """Whether a layer gives scores like those of the network."""
    return subject.network[name].kind == "Linear" and subject.shape(name) == subject.analysis.output_shape


def _together(subject: Subject, names: list[str]) -> list[list[str]]:
    """The dead nodes that are connected with one another, each group in execution order."""
    left, groups = dict.fromkeys(names), []
    while left:
        stack, group = [next(iter(left))], set()
        while stack:
            name = stack.pop()
            if name in left:
                del left[name]
                group.add(name)
                stack.extend((*subject.network[name].inputs, *subject.network.consumers[name]))
        groups.append(group)
    places = {name: place for place, name in enumerate(names)}
    return [sorted(group, key=places.__getitem__) for group in groups]
