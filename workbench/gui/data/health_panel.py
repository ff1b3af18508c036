"""What is odd about the pictures of a set: checked on a lane, each finding with its pictures and its ways out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QPushButton, QScrollArea, QVBoxLayout, QWidget

from workbench.core.data.decisions import Decisions, decided
from workbench.core.data.images import Indices
from workbench.core.data.registry import Progress
from workbench.errors import Problem, Remedy, WorkbenchError
from workbench.gui import theme
from workbench.gui.background import Background
from workbench.gui.data.holding import Holding
from workbench.gui.data.opening import Seen
from workbench.gui.data.witness_button import WitnessButton
from workbench.gui.errors import show_error
from workbench.gui.widgets.busy import BusyRow
from workbench.gui.widgets.muted import MutedLabel
from workbench.gui.widgets.problem import ProblemLabel

if TYPE_CHECKING:
    from workbench.core.data.health.checking import Report
    from workbench.core.data.health.finding import Finding
    from workbench.core.data.health.suspects import Suspects

LANE = "health"
NOT_CHECKED = "Looks at every picture once: unreadable, blank, dark, blurred, doubled, in both parts, odd files."
ALL_WELL = "Nothing odd was found."


@dataclass(frozen=True, eq=False)
class Found:
    """What a check found out: the pictures of each finding by its title, what a run says, what is nearly the same.

    `doubts` is the title of the finding about labels that the run doubts.
    """

    findings: Mapping[str, Indices]
    suspects: Suspects
    seen: Seen
    doubts: str = ""


class HealthPanel(QWidget):
    """A button, progress, and the findings."""

    found = Signal(object)
    """What a check found out, a `Found`."""
    shown = Signal(str)
    """The title of the finding whose pictures the user wants to see."""
    remedied = Signal(object)
    """An edit of `Decisions` that the user chose."""

    def __init__(self, jobs: Background, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._holding: Holding | None = None
        self._is_stale = False
        self._run: Path | None = None
        """The folder of the run that judged labels in the last check."""
        self.check_button, self.note = QPushButton("Check the pictures", self), MutedLabel(NOT_CHECKED, self)
        self.check_button.setObjectName("data-check")
        self.check_button.setToolTip("Look for what is odd about the pictures (Ctrl+H)")
        self.doubt_button = WitnessButton(jobs, self)
        self.busy = BusyRow("data-health", self)
        self._scroll = QScrollArea(self)
        self._scroll.setAccessibleName("What was found")
        self._arrange()
        self.check_button.clicked.connect(self.check)
        self.doubt_button.chosen.connect(self.check_with)
        self.busy.cancelled.connect(self._cancel)

    @property
    def problems(self) -> list[Problem]:
        """The findings that are listed."""
        labels = self.findChildren(ProblemLabel)
        return [label.problem for label in labels if label.problem is not None]

    def show_holding(self, holding: Holding | None) -> None:
        """Take another set, of which nothing is known yet."""
        self._jobs.cancel(self, "check")
        self.busy.hide()
        self._holding, self._is_stale = holding, False
        self.doubt_button.show_spec(holding.spec if holding else "")
        self._show_rows([])
        self.note.setText(NOT_CHECKED)
        self._enable(holding is not None)

    def follow(self, holding: Holding) -> None:
        """The same set after decisions; after a way out was taken it is checked again."""
        self._holding = holding
        if self._is_stale:
            self._is_stale = False
            self._begin(self._run)

    def check(self) -> None:
        """Look at all pictures of the set."""
        self._begin(None)

    def check_with(self, run: Path) -> None:
        """Look at all pictures of the set, and at its labels with a run."""
        self._begin(run)

    def _begin(self, run: Path | None) -> None:
        holding = self._holding
        if holding is None:
            return
        self._run = run
        self.busy.start("Checking" if run is None else "Judging labels")
        self._enable(False)
        work = partial(_checked, holding, run, self.busy.reporter(self._jobs))
        self._jobs.submit(work, owner=self, lane=LANE, key="check", done=self._show, failed=self._could_not)

    def _enable(self, is_idle: bool) -> None:
        for button in (self.check_button, self.doubt_button):
            button.setEnabled(is_idle)

    def _show(self, answer: tuple[Report, Seen]) -> None:
        report, seen = answer
        self._end()
        judge = report.subject.suspects.run
        self.note.setText(_told(report.findings) + (f" · labels judged by {judge}" if judge else ""))
        self._show_rows([self._row(report, finding) for finding in report.findings])
        pictures = {finding.title: _pictures(finding) for finding in report.findings if len(finding.pictures)}
        doubts = next((finding.title for finding in report.findings if finding.rule == "labels"), "")
        self.found.emit(Found(pictures, report.subject.suspects, seen, doubts))

    def _row(self, report: Report, finding: Finding) -> QWidget:
        row = QWidget()
        column = QVBoxLayout(row)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.XS)
        label = ProblemLabel(row)
        label.setObjectName(f"data-finding-{finding.rule}")
        label.remedy_chosen.connect(self._take)
        label.show_problem(_problem(report, finding))
        column.addWidget(label)
        if len(finding.pictures):
            show = QPushButton(f"Show {len(_pictures(finding)):,}", row)
            show.setObjectName(f"data-finding-{finding.rule}-show")
            show.setToolTip(f"Show only these pictures: {finding.title}")
            show.clicked.connect(partial(self.shown.emit, finding.title))
            column.addWidget(show, 0, Qt.AlignmentFlag.AlignLeft)
        return row

    def _take(self, remedy: Remedy) -> None:
        self._is_stale = True
        self.remedied.emit(remedy.edit)

    def _cancel(self) -> None:
        self._jobs.cancel(self, "check")
        self._end()

    def _could_not(self, error: Exception) -> None:
        self._end()
        if isinstance(error, WorkbenchError):
            self.note.setText(str(error))
        else:
            show_error(self.window(), error)

    def _end(self) -> None:
        self.busy.hide()
        self._enable(self._holding is not None)

    def _show_rows(self, rows: Sequence[QWidget]) -> None:
        """Show the findings on a sheet of their own, which has its size before it is seen: no row is drawn crowded."""
        before, body = self._scroll.takeWidget(), QWidget()
        inside = QVBoxLayout(body)
        inside.setContentsMargins(0, 0, theme.XS, 0)
        inside.setSpacing(theme.M)
        for row in rows:
            inside.addWidget(row)
        inside.addStretch(1)
        layout = self.layout()
        if layout is not None:
            layout.activate()  # the note and the row of progress above take their room first
        self._scroll.setWidget(body)
        if before is not None:
            before.deleteLater()

    def _arrange(self) -> None:
        scroll = self._scroll
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.S, theme.S, theme.S, theme.S)
        column.setSpacing(theme.S)
        column.addWidget(self.check_button, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self.doubt_button, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self.busy)
        column.addWidget(self.note)
        column.addWidget(scroll, 1)


def _checked(holding: Holding, run: Path | None, report: Progress) -> tuple[Report, Seen]:
    """On the lane: the check, which pictures cannot be read, and which are nearly the same."""
    from workbench.core.data.duplicates import groups
    from workbench.core.data.health.checking import check

    if run is None:
        checked = check(holding.spec, split=holding.split, progress=report)
    else:
        from workbench.core.runs.doubting import checked_with

        checked = checked_with(run, holding.spec, progress=report)
    subject = checked.subject
    return checked, Seen(~subject.scan.usable, groups(len(subject.index), subject.all_pairs))


LEVEL_NAMES: Mapping[str, str] = MappingProxyType({"error": "errors", "warning": "warnings", "info": "notes"})


def _told(findings: Sequence[Finding]) -> str:
    counts = {level: sum(finding.level == level for finding in findings) for level in LEVEL_NAMES}
    words = [
        f"{count} {name if count > 1 else name[:-1]}" for level, name in LEVEL_NAMES.items() if (count := counts[level])
    ]
    return ", ".join(words).capitalize() if words else ALL_WELL


def _pictures(finding: Finding) -> Indices:
    """The pictures of a finding, each behind the one that it resembles."""
    if not len(finding.beside):
        return finding.pictures
    order = np.argsort(finding.beside, kind="stable")
    both = np.stack([finding.beside[order], finding.pictures[order]], axis=1).ravel()
    _, first = np.unique(both, return_index=True)
    numbers: Indices = both[np.sort(first)]
    return numbers


def _problem(report: Report, finding: Finding) -> Problem:
    """A finding as every other problem is shown; its ways out are edits of the decisions."""
    ways = [Remedy(way.label, partial(_taken, report, finding, place)) for place, way in enumerate(finding.ways)]
    return Problem(
        finding.rule,
        finding.title,
        finding.reason,
        finding.level,
        remedy=ways[0] if ways else None,
        alternatives=tuple(ways[1:]),
    )


def _taken(report: Report, finding: Finding, place: int, decisions: Decisions) -> Decisions:
    for decision in finding.decisions(report.subject, finding.ways[place]):
        decisions = decided(decisions, decision)
    return decisions
