"""The dialog of a sweep: what is searched and how, Start and Stop, and the trials as they come."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QComboBox, QDialog, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from workbench.core.graph.network import Network
from workbench.core.runs.sweeps.sweep import Search, create_sweep, is_sweep, list_sweeps, open_sweep
from workbench.core.training.plan import TrainingPlan
from workbench.gui import icons, theme
from workbench.gui.runs.free_folder import free_folder
from workbench.gui.runs.queue_keeper import QueueKeeper
from workbench.gui.runs.sweep_form import SearchForm
from workbench.gui.runs.sweep_table import SweepTable, score_text
from workbench.gui.runs.sweep_training import SweepTraining
from workbench.gui.runs.sweep_watch import SweepLook, SweepWatch
from workbench.gui.widgets.labels import ToneLabel
from workbench.gui.widgets.primary import PrimaryButton
from workbench.gui.workspace import Workspace

if TYPE_CHECKING:
    from workbench.core.training.control import Control

Subject = Callable[[], tuple[TrainingPlan, Network]]
"""The plan and the network of the moment."""
NEW = "A new sweep"
SIZE = 760, 640


class SweepDialog(QDialog):
    """Searches around the plan of the Train room. Closed at work it goes on; shown again it is where it was."""

    plan_chosen = Signal(object)
    """The best plan, which the user wants in the form."""

    def __init__(self, workspace: Workspace, subject: Subject, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("sweep-dialog")
        self.setWindowTitle("Sweep")
        self._workspace, self._subject = workspace, subject
        self._keeper, self._training = QueueKeeper.of(workspace), SweepTraining(workspace, self)
        self._watch = SweepWatch(workspace.jobs, self.isVisible, self)
        self.known, self.form = QComboBox(self), SearchForm(subject()[0], self)
        self.start, self.stop = PrimaryButton(parent=self, icon="play"), QPushButton("Stop", self)
        self.queue = QPushButton("Add to queue", self)
        self.use = QPushButton("Use the best values", self)
        self.table, self._wrong, self._best = SweepTable(self), ToneLabel("error", self), ToneLabel("muted", self)
        self._arrange()
        self._connect()
        self.list_known()
        self.check()

    @property
    def is_working(self) -> bool:
        """Whether a sweep has the thread of this dialog."""
        return self._training.is_going

    @property
    def folder(self) -> Path | None:
        """The sweep that is shown; None for one that is to be made."""
        held = self.known.currentData()
        return Path(held) if held else None

    # -- what the user does ------------------------------------------------------------------------------------------

    def show_sweep(self, folder: Path) -> None:
        """Show a sweep, wherever it lies."""
        self.list_known(folder)

    def begin(self) -> None:
        """Make the sweep, or go on with the one that is chosen."""
        if self._workspace.active_run is not None:
            return
        (_, network), is_new = self._subject(), self.folder is None
        folder = self.folder or free_folder(self._workspace.runs_folder, f"sweep-{network.name}")
        self._training.begin(folder, self._new(folder) if is_new else _known(folder))
        self.list_known(folder)
        self._watch.read()
        self.check()

    def let_wait(self) -> None:
        """Let the sweep, or the one that is chosen, wait in the queue for its turn."""
        if self.folder is not None:
            self._keeper.add_sweep(self.folder)
        else:
            plan, network = self._subject()
            search = self._wanted(plan)
            self._keeper.add_new_sweep(plan, network, search, f"sweep-{network.name}")

    def halt(self) -> None:
        """Stop with a checkpoint; the sweep can go on later."""
        if self.is_working:
            self._training.halt()
        else:
            self._keeper.stop_sweep()
        self.check()

    def stop_and_wait(self) -> None:
        """Stop, and return when the thread is over."""
        self._training.stop_and_wait()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._watch.read()

    def _use_best(self) -> None:
        from workbench.core.training.plan_files import plan_from_json

        look = self._watch.look
        if look is not None and look.told.best_plan is not None:
            place = Path(look.told.best_plan)
            self.plan_chosen.emit(plan_from_json(place.read_bytes(), source=str(place)))

    # -- the sweep ---------------------------------------------------------------------------------------------------

    def _wanted(self, plan: TrainingPlan) -> Search:
        search = self.form.search(plan)[0]
        return search.with_trials(plan, search.trials)

    def _new(self, folder: Path) -> Callable[[Control], Iterator[Any]]:
        plan, network = self._subject()
        search = self._wanted(plan)

        def events(control: Control) -> Iterator[Any]:
            from workbench.core.runs.sweeps.worker import run_sweep

            yield from run_sweep(create_sweep(plan, network, search, out=folder), control)

        return events

    def _ended(self) -> None:
        self.list_known()
        self._watch.read()
        self.check()

    # -- drawing -----------------------------------------------------------------------------------------------------

    def list_known(self, chosen: Path | None = None) -> None:
        """Offer the sweeps among the runs, and the one that is shown or chosen wherever it lies."""
        before, wanted = self.folder, chosen or self.folder
        places = [sweep.path for sweep in list_sweeps(self._workspace.runs_folder)]
        if wanted is not None and wanted not in places and (wanted == self._at_work() or is_sweep(wanted)):
            places.insert(0, wanted)
        self.known.blockSignals(True)
        self.known.clear()
        self.known.addItem(NEW, None)
        for place in places:
            self.known.addItem(place.name, str(place))
            self.known.setItemData(self.known.count() - 1, str(place), Qt.ItemDataRole.ToolTipRole)
        self.known.setCurrentIndex(max(0, self.known.findData(str(wanted))))
        self.known.blockSignals(False)
        if self.folder != before:
            self._watch.show(self.folder)

    def _list_too(self) -> None:
        """Offer what has come into the queue since the dialog was shown."""
        if self.isVisible():
            self.list_known()

    def _at_work(self) -> Path | None:
        """The sweep that this dialog trains."""
        return self._workspace.active_run if self.is_working else None

    def _show(self) -> None:
        look = self._watch.look
        self.table.show_report(look.told if look else None)
        self._best.setText(_summary(look) if look else "")
        self.check()

    def _hear(self, message: str) -> None:
        """Repeat, beside the fields of a sweep to be made, what the window says behind this dialog."""
        if self.folder is None:
            self._best.setText(message)

    def check(self) -> None:
        """Enable what can be done, and say what is wrong."""
        active, look = self._workspace.active_run, self._watch.look
        problems = self.form.search(self._subject()[0])[1] if self.folder is None else ()
        other = f"{active.name} is being trained." if active is not None and active != self.folder else ""
        self._wrong.setText(other or self._watch.trouble or "\n".join(map(str, problems)))
        self._wrong.setVisible(bool(self._wrong.text()))
        self.form.setVisible(self.folder is None)
        is_ours = active is not None and active == self.folder and (self.is_working or self._keeper.has_sweep)
        is_over = look is not None and look.told.is_complete
        is_at_work = is_ours or (look is not None and look.is_at_work)
        possible = not (problems or is_over or is_at_work or self._watch.trouble)
        self.start.setText("Start the sweep" if self.folder is None else "Go on")
        self.start.setEnabled(possible and not other)
        self.queue.setEnabled(possible)
        self.stop.setEnabled(is_ours and not (self._training.is_stopping or self._keeper.is_stopping_sweep))
        self.use.setEnabled(look is not None and look.told.best is not None)

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
        column.addWidget(self.form)
        column.addWidget(self._wrong)
        column.addLayout(self._button_row())
        column.addWidget(self._best)
        column.addWidget(self.table, 1)
        self.resize(*SIZE)

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
        self.form.changed.connect(self.check)
        self.known.currentIndexChanged.connect(lambda _index: self._watch.show(self.folder))
        self.start.clicked.connect(lambda _checked=False: self.begin())
        self.queue.clicked.connect(lambda _checked=False: self.let_wait())
        self.stop.clicked.connect(lambda _checked=False: self.halt())
        self.use.clicked.connect(lambda _checked=False: self._use_best())
        self._watch.changed.connect(self._show)
        self._training.ended.connect(lambda _folder: self._ended())
        self._workspace.runs_changed.connect(self.check)
        self._workspace.message.connect(self._hear)
        self._keeper.changed.connect(self._list_too)


def _known(folder: Path) -> Callable[[Control], Iterator[Any]]:
    """Go on with a sweep."""

    def events(control: Control) -> Iterator[Any]:
        from workbench.core.runs.sweeps.worker import run_sweep

        yield from run_sweep(open_sweep(folder), control)

    return events


def _summary(look: SweepLook) -> str:
    """`3 of 20 trials, the best: 91.2 % · in training`."""
    told, best = look.told, look.told.best_row
    score = f", the best: {score_text(best.score, told.monitor)}" if best else ""
    return f"{told.progress}{score}{' · in training' if look.is_at_work else ''}"
