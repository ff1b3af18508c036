"""All rules on one network: what they find joins what the analysis has found."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

from workbench.core.modelling.lint import branches, ending, groups, joins, linearity, names, norms, pictures, windows
from workbench.core.modelling.lint.rule import RULES, DataFacts, Subject
from workbench.core.modelling.shapes import Analysis
from workbench.errors import Problem

FILES = (joins, windows, linearity, norms, ending, branches, pictures, groups, names)
"""The modules whose import fills the registry."""


def findings(analysis: Analysis, data: DataFacts | None = None) -> tuple[Problem, ...]:
    """What all rules say, in their order; costs a fraction of the analysis."""
    subject = Subject(analysis, data or DataFacts())
    return tuple(problem for name in RULES for problem in RULES[name](subject))


def linted(analysis: Analysis, data: DataFacts | None = None) -> Analysis:
    """The analysis with the findings among the problems of the nodes they are about.

    A finding with the place and the title of a problem that the analysis has is that problem with remedies.
    """
    placed: dict[str, list[Problem]] = defaultdict(list)
    for problem in findings(analysis, data):
        placed[problem.where].append(problem)
    nodes = {
        name: replace(report, problems=_merged(report.problems, placed.pop(name))) if name in placed else report
        for name, report in analysis.nodes.items()
    }
    own = {problem for report in analysis.nodes.values() for problem in report.problems}
    loose = [problem for problem in analysis.problems if problem not in own]
    found = [problem for report in nodes.values() for problem in report.problems]
    return Analysis(analysis.network, nodes, (*found, *loose, *placed.pop("", ())))


def _merged(known: tuple[Problem, ...], found: list[Problem]) -> tuple[Problem, ...]:
    titles = {problem.title for problem in found}
    return (*(problem for problem in known if problem.title not in titles), *found)
