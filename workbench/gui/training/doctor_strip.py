"""What the doctor says of a run, in a strip below its curves: each finding with its evidence and its remedies."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QPushButton, QVBoxLayout, QWidget

from workbench.core.training.events import RunEvent
from workbench.errors import Problem, Remedy, WorkbenchError
from workbench.gui import theme
from workbench.gui.widgets.problem import ProblemLabel

SHOWN = 2
"""So many findings are shown at once; the others wait behind a button, so that the curves keep their room."""


class DoctorStrip(QFrame):
    """Hidden while there is nothing to say."""

    remedy_chosen = Signal(object)
    """The `Remedy` that the user wants in the next run; its finding is mended and goes."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("train-doctor")
        self.setAccessibleName("Advice on this training")
        self.findings: tuple[Problem, ...] = ()
        self._mended: set[tuple[str, str]] = set()
        self._labels: list[ProblemLabel] = []
        self._more = QPushButton(self)
        self._more.setObjectName("train-doctor-more")
        self._more.setCheckable(True)
        self._more.setFlat(True)
        self._more.toggled.connect(lambda _on: self._draw())
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(theme.S)
        self._column.addWidget(self._more, 0, Qt.AlignmentFlag.AlignLeft)
        self.hide()

    def clear(self) -> None:
        """Another run: nothing is known of it, and nothing in it is mended."""
        self._mended.clear()
        self._more.setChecked(False)
        self.show_findings(())

    def show_findings(self, findings: Sequence[Problem]) -> None:
        """Show these findings, without those for which a remedy was chosen."""
        self.findings = tuple(each for each in findings if _key(each) not in self._mended)
        self._draw()

    def _draw(self) -> None:
        count = len(self.findings) if self._more.isChecked() else min(SHOWN, len(self.findings))
        while len(self._labels) < count:
            self._add_label()
        for number, label in enumerate(self._labels):
            label.show_problem(self.findings[number] if number < count else None)
        hidden = len(self.findings) - SHOWN
        self._more.setText("Show less" if self._more.isChecked() else f"{hidden} more")
        self._more.setToolTip("Everything that the doctor says of this run")
        self._more.setVisible(hidden > 0)
        self.setVisible(bool(self.findings))

    def _add_label(self) -> None:
        label = ProblemLabel(self)
        label.setObjectName(f"train-doctor-{len(self._labels) + 1}")
        label.remedy_chosen.connect(lambda remedy, label=label: self._choose(label, remedy))
        self._labels.append(label)
        self._column.insertWidget(len(self._labels) - 1, label)

    def _choose(self, label: ProblemLabel, remedy: Remedy) -> None:
        if label.problem is not None:
            self._mended.add(_key(label.problem))
            self.show_findings(self.findings)
        self.remedy_chosen.emit(remedy)


def examined(folder: Path, events: Sequence[RunEvent]) -> tuple[Problem, ...]:
    """What the doctor says of the run in a folder after these events; nothing while the folder is not complete."""
    from workbench.core.runs.folder import open_run
    from workbench.core.training.doctor.examination import examine
    from workbench.core.training.doctor.rule import Case

    try:
        run = open_run(folder)
        return examine(Case(run.plan, run.network, events, run.classes))
    except WorkbenchError:
        return ()


def _key(problem: Problem) -> tuple[str, str]:
    """What stays the same of a finding while its figures change."""
    return problem.where, problem.remedy.label if problem.remedy else problem.title
