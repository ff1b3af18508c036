"""Checking a set: every rule over one pass, and deciding about what they find."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from workbench.core.data.arranging import arrangement
from workbench.core.data.decisions import Decisions, decided, read_decisions
from workbench.core.data.duplicates import groups
from workbench.core.data.health import balance, files, looks
from workbench.core.data.health.finding import RULES, Finding, Subject, Way
from workbench.core.data.health.scan import scan
from workbench.core.data.health.suspects import Suspects
from workbench.core.data.registry import Progress
from workbench.core.data.sources import decisions_place, open_index
from workbench.core.data.split import USUAL, Split
from workbench.errors import WorkbenchError

FILES = (files, looks, balance)
"""The modules whose import fills the rules, in the order of a report."""
LEVELS = ("error", "warning", "info")

SuspectsOf = Callable[[Subject], Suspects]


@dataclass(frozen=True, eq=False)
class Report:
    """A checked set: what rules found, the worst first, and the decisions that count."""

    place: str
    subject: Subject
    decisions: Decisions
    findings: tuple[Finding, ...]

    def finding(self, name: str) -> Finding:
        """What a rule found; raises `WorkbenchError` where it found nothing."""
        found = next((each for each in self.findings if each.rule == name), None)
        if found is None:
            known = ", ".join(each.rule for each in self.findings) or "nothing"
            raise WorkbenchError(f"The check found no {name}", hint=f"It found {known}.")
        return found

    def taken(self, finding: Finding, way: Way) -> Decisions:
        """The decisions with a way out taken."""
        return _all(self.decisions, self.subject, finding, way)


def check(
    spec: str, *, split: Split = USUAL, suspects_of: SuspectsOf | None = None, progress: Progress | None = None
) -> Report:
    """Look at every picture of a set as a training would see it; pictures that were left out are not found again.

    `suspects_of` finds doubtful labels with a trained network. Raises as `open_index`; `progress` may raise to cancel.
    """
    place = decisions_place(spec)
    decisions = read_decisions(place)
    index = open_index(spec, decisions=Decisions(), column=split.group_column, progress=progress)
    found = scan(index, progress)
    pairs = found.pairs(index.labels)
    made = arrangement(index, decisions, split, groups_of=lambda _: groups(len(index), pairs))
    subject = Subject(index, found, made, pairs, split)
    if suspects_of is not None:
        subject = replace(subject, suspects=suspects_of(subject))
    findings = [replace(each, rule=name) for name in RULES for each in RULES[name](subject)]
    findings.sort(key=lambda each: LEVELS.index(each.level))
    return Report(place, subject, decisions, tuple(findings))


def _all(decisions: Decisions, subject: Subject, finding: Finding, way: Way) -> Decisions:
    for decision in finding.decisions(subject, way):
        decisions = decided(decisions, decision)
    return decisions
