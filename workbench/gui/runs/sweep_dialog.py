"""The dialog of a sweep: what is searched and how, Start and Stop, and the trials as they come."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace
from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QComboBox, QDialog, QFormLayout, QHBoxLayout, QPushButton, QSpinBox, QVBoxLayout, QWidget

from workbench.core.graph.network import Network
from workbench.core.runs.sweeps.checking import search_problems
from workbench.core.runs.sweeps.methods import METHODS
from workbench.core.runs.sweeps.pruning import PRUNERS
from workbench.core.runs.sweeps.spelling import space_of
from workbench.core.runs.sweeps.sweep import FILE, Search, create_sweep, list_sweeps, open_sweep
from workbench.core.training.plan import TrainingPlan
from workbench.errors import Problem
from workbench.gui import icons, theme
from workbench.gui.errors import show_error
from workbench.gui.runs.queue_keeper import QueueKeeper
from workbench.gui.runs.sweep_choice import ChoiceEditor
from workbench.gui.runs.sweep_space import SpaceEditor
from workbench.gui.runs.sweep_table import SweepTable, score_text
from workbench.gui.training.thread import TrainingThread
from workbench.gui.widgets.labels import ToneLabel
from workbench.gui.widgets.primary import PrimaryButton
from workbench.gui.workspace import Workspace

if TYPE_CHECKING:
    from workbench.core.runs.sweeps.report import SweepReport
    from workbench.core.training.control import Control

Subject = Callable[[], tuple[TrainingPlan, Network]]
"""The plan and the network of the moment."""
NEW = "A new sweep"
NUMBERS = {
    "trials": (1, 10_000, "Points that are trained"),
    "seeds": (1, 100, "Trainings of each point; their mean counts"),
    "search-seed": (0, 2**31 - 1, "Seed of what the method draws: another one tries other points"),
}
"""The least, the most, and what it means."""
SIZE = 760, 640
LOOK_MS = 1000
"""So often the trials are read while they are trained."""


class SweepDialog(QDialog):
    """Searches around the plan of the Train room. Closed at work it goes on; shown again it is where it was."""

    plan_chosen = Signal(object)
    """The best plan, which the user wants in the form."""

    def __init__(self, workspace: Workspace, subject: Subject, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("sweep-dialog")
        self.setWindowTitle("Sweep")
        self._workspace, self._subject = workspace, subject
        self._thread: TrainingThread | None = None
        self._told: SweepReport | None = None
        self._at_work: Path | None = None
        self._look = QTimer(self)
        self._look.setSingleShot(True)
        self._look.setInterval(LOOK_MS)
        self.known, self.space = QComboBox(self), SpaceEditor(subject()[0], self)
        self.method = ChoiceEditor("method", METHODS, usual="random", parent=self)
        self.pruner = ChoiceEditor("pruner", PRUNERS, usual="none", parent=self)
        self.trials, self.seeds = _number("trials", 20, self), _number("seeds", 1, self)
        self.lot = _number("search-seed", 0, self)
        self.start, self.stop = PrimaryButton(parent=self, icon="play"), QPushButton("Stop", self)
        self.queue = QPushButton("Add to queue", self)
        self.use = QPushButton("Use the best values", self)
        self.table, self._wrong, self._best = SweepTable(self), ToneLabel("error", self), ToneLabel("muted", self)
        self._new = QWidget(self)
        self._arrange()
        self._connect()
        self.list_known()
        self.check()

    @property
    def is_working(self) -> bool:
        """Whether a sweep has the thread."""
        return self._thread is not None

    @property
    def folder(self) -> Path | None:
        """The sweep that is shown; None for one that is to be made."""
        held = self.known.currentData()
        return Path(held) if held else None

    # -- what the user does ------------------------------------------------------------------------------------------

    def search(self) -> tuple[Search, tuple[Problem, ...]]:
        """What the fields ask for, and what is wrong with it."""
        plan, _ = self._subject()
        space, unread = space_of(self.space.pairs())
        seeds = tuple(range(plan.seed, plan.seed + self.seeds.value()))
        search = Search(
            space=space,
            method=self.method.value(),
            pruner=self.pruner.value(),
            seeds=seeds,
            trials=self.trials.value(),
            seed=self.lot.value(),
        )
        return search, unread or search_problems(plan, search)

    def begin(self) -> None:
        """Make the sweep, or go on with the one that is chosen."""
        if self.is_working or self._workspace.active_run is not None:
            return
        folder = self.folder or self._free_folder()
        self._workspace.active_run = self._at_work = folder
        self._thread = TrainingThread(self._source(folder), self)
        self._thread.inbox.arrived.connect(lambda _events: self._look.isActive() or self._look.start())
        self._thread.ended.connect(lambda: self._ended(folder))
        self._thread.start()
        self._workspace.runs_changed.emit()
        self.check()

    def let_wait(self) -> None:
        """Let the sweep, or the one that is chosen, wait in the queue for its turn."""
        keeper = QueueKeeper.of(self._workspace)
        if self.folder is not None:
            keeper.add_sweep(self.folder)
        else:
            (plan, network), search = self._subject(), self._within_size(self.search()[0])
            keeper.add_new_sweep(plan, network, search, f"sweep-{network.name}")

    def halt(self) -> None:
        """Stop with a checkpoint; the sweep can go on later."""
        if self._thread is not None:
            self._thread.control.stop()
            self.stop.setEnabled(False)

    def stop_and_wait(self) -> None:
        """Stop, and return when the thread is over."""
        if self._thread is not None:
            self._thread.stop_and_wait()

    def _use_best(self) -> None:
        from workbench.core.training.plan_files import plan_from_json

        if self._told is not None and self._told.best_plan is not None:
            place = Path(self._told.best_plan)
            self.plan_chosen.emit(plan_from_json(place.read_bytes(), source=str(place)))

    # -- the sweep ---------------------------------------------------------------------------------------------------

    def _source(self, folder: Path) -> Callable[[Control], Iterator[Any]]:
        (plan, network), search, is_new = self._subject(), self.search()[0], self.folder is None
        wanted = self._within_size(search) if is_new else search

        def events(control: Control) -> Iterator[Any]:
            from workbench.core.runs.sweeps.worker import run_sweep

            sweep = create_sweep(plan, network, wanted, out=folder) if is_new else open_sweep(folder)
            yield from run_sweep(sweep, control)

        return events

    def _within_size(self, search: Search) -> Search:
        """With no more trials than there are points."""
        size = search.method.size(self._subject()[0], search.space)
        return replace(search, trials=min(search.trials, size or search.trials))

    def _free_folder(self) -> Path:
        from workbench.gui.training.room import free_folder

        return free_folder(self._workspace.runs_folder, f"sweep-{self._subject()[1].name}")

    def _ended(self, folder: Path) -> None:
        thread, self._thread = self._thread, None
        self._workspace.active_run = None
        self.list_known(folder)
        self._workspace.runs_changed.emit()
        self._read(folder)
        self.check()
        if thread is not None:
            if thread.error is not None:
                show_error(self, thread.error)
            thread.deleteLater()

    def _read(self, folder: Path | None) -> None:
        from workbench.core.runs.sweeps.report import report

        known = self._told
        if folder is not None and (folder / FILE).is_file():
            self._workspace.jobs.submit(
                lambda: report(open_sweep(folder), known), owner=self, lane="files", key="sweep", done=self._show
            )

    def _show(self, told: SweepReport | None) -> None:
        self._told = told
        self.table.show_report(told)
        best = told.best_row if told else None
        done = f"{told.done} of {told.search.trials} trials" if told else ""
        score = f", the best: {score_text(best.score, told.monitor)}" if told and best else ""
        self._best.setText(done + score)
        self.check()

    # -- drawing -----------------------------------------------------------------------------------------------------

    def list_known(self, chosen: Path | None = None) -> None:
        """Offer the sweeps among the runs."""
        wanted = str(chosen) if chosen else self.known.currentData()
        self.known.blockSignals(True)
        self.known.clear()
        self.known.addItem(NEW, None)
        for sweep in list_sweeps(self._workspace.runs_folder):
            self.known.addItem(sweep.name, str(sweep.path))
        self.known.setCurrentIndex(max(0, self.known.findData(wanted)))
        self.known.blockSignals(False)

    def check(self) -> None:
        """Enable what can be done, and say what is wrong."""
        other = self._workspace.active_run
        problems = self.search()[1] if self.folder is None and not self.is_working else ()
        is_over = self.folder is not None and self._told is not None and self._told.is_complete
        busy = f"{other.name} is being trained." if other is not None and not self.is_working else ""
        self._wrong.setText(busy or "\n".join(map(str, problems)))
        self._wrong.setVisible(bool(self._wrong.text()))
        self._new.setVisible(self.folder is None)
        self._new.setEnabled(not self.is_working)
        self.known.setEnabled(not self.is_working)
        self.start.setText("Start the sweep" if self.folder is None else "Go on")
        self.start.setEnabled(not (self.is_working or problems or busy or is_over))
        self.queue.setEnabled(not (self.is_working or problems or is_over))
        self.stop.setEnabled(self.is_working)
        self.use.setEnabled(self._told is not None and self._told.best is not None)

    def _choose(self) -> None:
        self._show(None)
        if self.folder is not None:
            self._read(self.folder)

    def _arrange(self) -> None:
        names = {self.known: "known", self.start: "start", self.stop: "stop", self.use: "use", self.queue: "queue"}
        for widget, name in names.items():
            widget.setObjectName(f"sweep-{name}")
        for label, name in ((self._wrong, "problems"), (self._best, "told")):
            label.setObjectName(f"sweep-{name}")
            label.setWordWrap(True)
        self.known.setAccessibleName("Sweep that is shown")
        self.known.setToolTip("A new sweep, or one that was begun before")
        for button, tip in (
            (self.start, "Train the trials"),
            (self.stop, "Stop with a checkpoint; it can go on later"),
            (self.queue, "Let the sweep wait until what is in the queue before it is trained"),
        ):
            button.setToolTip(tip)
        self.use.setToolTip("Put the best plan into the form of the Train room")
        icons.set_icon(self.stop, "stop")
        icons.set_icon(self.queue, "plus")
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.L, theme.L, theme.L, theme.L)
        column.setSpacing(theme.M)
        column.addWidget(self.known)
        column.addWidget(self._new)
        column.addWidget(self._wrong)
        column.addLayout(self._button_row())
        column.addWidget(self._best)
        column.addWidget(self.table, 1)
        self._arrange_new()
        self.resize(*SIZE)

    def _arrange_new(self) -> None:
        form = QFormLayout(self._new)
        form.setContentsMargins(0, 0, 0, 0)
        form.setHorizontalSpacing(theme.L)
        form.addRow("Search", self.space)
        form.addRow("Method", self.method)
        form.addRow("Giving up", self.pruner)
        numbers = QHBoxLayout()
        numbers.setSpacing(theme.S)
        for editor, title in ((self.trials, ""), (self.seeds, "with seeds each:"), (self.lot, "drawn with seed")):
            if title:
                numbers.addWidget(ToneLabel("muted", self, text=title))
            numbers.addWidget(editor)
        numbers.addStretch(1)
        form.addRow("Trials", numbers)

    def _button_row(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(theme.S)
        row.addWidget(self.start)
        row.addWidget(self.stop)
        row.addWidget(self.queue)
        row.addStretch(1)
        row.addWidget(self.use)
        return row

    def _connect(self) -> None:
        self._look.timeout.connect(lambda: self._read(self._at_work))
        self.space.changed.connect(self.check)
        for choice in (self.method, self.pruner):
            choice.changed.connect(self.check)
        for number in (self.trials, self.seeds, self.lot):
            number.valueChanged.connect(lambda _value: self.check())
        self.known.currentIndexChanged.connect(lambda _index: self._choose())
        self.start.clicked.connect(lambda _checked=False: self.begin())
        self.queue.clicked.connect(lambda _checked=False: self.let_wait())
        self.stop.clicked.connect(lambda _checked=False: self.halt())
        self.use.clicked.connect(lambda _checked=False: self._use_best())
        self._workspace.runs_changed.connect(self.check)


def _number(name: str, value: int, parent: QWidget) -> QSpinBox:
    least, most, tip = NUMBERS[name]
    box = QSpinBox(parent)
    box.setObjectName(f"sweep-{name}")
    box.setAccessibleName(name.replace("-", " ").capitalize())
    box.setToolTip(tip)
    box.setRange(least, most)
    box.setValue(value)
    return box
