"""Names that no module can have: a file may hold them, and nothing of it runs until they are others."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from workbench.core.graph.naming import misnamed, possible_name, rename_misnamed
from workbench.core.graph.rules import own_name_problem
from workbench.core.modelling.lint.rule import RULES, Subject, offering
from workbench.errors import Problem, Remedy

SHOWN = 40
"""Characters of an impossible name that the remedy repeats."""


@RULES.register("impossible name")
def impossible_name(subject: Subject) -> Iterator[Problem]:
    """Names that an attribute of a module cannot have: words of Python, attributes of every module, odd characters."""
    network = subject.network
    for node in network:
        problem = own_name_problem(network, node.name)
        if problem is None:
            continue
        wrong = misnamed(network, node.name)
        fresh = possible_name(network, wrong)
        label = f"Rename {wrong[:SHOWN] or 'it'} to {fresh}"
        yield offering(problem, [Remedy(label, partial(rename_misnamed, name=wrong, new_name=fresh))])
