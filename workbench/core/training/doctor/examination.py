"""All rules on one training."""

from __future__ import annotations

from workbench.core.training.doctor import layers, outcomes, setting
from workbench.core.training.doctor.rule import RULES, Case
from workbench.errors import Problem

FILES = (layers, outcomes, setting)
"""The modules whose import fills the registry."""
CAUSES = {"rate too high": ("class collapse", "underfitting", "plateau"), "class collapse": ("underfitting",)}
"""What explains what: of an explained finding nothing is said beside its cause."""


def examine(case: Case) -> tuple[Problem, ...]:
    """What is to be said of a training, begun or over, in the order of the rules; costs milliseconds."""
    found = {name: tuple(RULES[name](case)) for name in RULES}
    explained = {effect for cause, effects in CAUSES.items() if found[cause] for effect in effects}
    return tuple(problem for name, problems in found.items() if name not in explained for problem in problems)
