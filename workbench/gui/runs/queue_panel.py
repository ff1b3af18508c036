"""The queue above the table of runs: what is trained, what waits, and what became of the rest."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHBoxLayout,
    QHeaderView,
    QPushButton,
    QToolButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from workbench.gui import icons, theme
from workbench.gui.runs.queue_file import Standing
from workbench.gui.runs.queue_keeper import QueueKeeper
from workbench.gui.widgets.buttons import tool_button
from workbench.gui.widgets.collapsible import Collapsible
from workbench.gui.widgets.labels import ToneLabel
from workbench.gui.workspace import Workspace

if TYPE_CHECKING:
    from workbench.core.runs.queue import Entry
    from workbench.core.runs.sweeps.sweep import Progress

LOOK_MS = 2000
"""So often a visible queue is read: the command line changes it too."""
NUMBER = Qt.ItemDataRole.UserRole
ROW_HEIGHT = 24
LEAST_ROWS, MOST_ROWS = 3, 6
"""So many are shown without scrolling; the buttons beside them need the height of four."""
EMPTY = "Nothing waits. “Add to queue” in the Train room lets trainings wait for one another."


class QueuePanel(QWidget):
    """A headline with Start, and below it the entries with what can be done with them."""

    run_chosen = Signal(object)
    """The path of a run that the user wants to see."""
    sweep_chosen = Signal(object)
    """The path of a sweep that the user wants to see."""

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("runs-queue")
        self.keeper = QueueKeeper.of(workspace)
        self.start, self.tree = QPushButton("Start the queue", self), QTreeWidget(self)
        self._empty = ToneLabel("muted", self, text=EMPTY)
        body = QWidget(self)
        self.fold = Collapsible("Queue", body, object_name="runs-queue-fold", parent=self)
        self._buttons = {
            "up": self._button("up", "Earlier", "chevron-up", lambda: self._move(-1)),
            "down": self._button("down", "Later", "chevron-down", lambda: self._move(1)),
            "remove": self._button("remove", "Take out of the queue", "close", self._remove),
            "stop": self._button("stop", "Stop the sweep with a checkpoint", "stop", self.keeper.stop_sweep),
            "clear": self._button("clear", "Take out what is over", "trash", self.keeper.clear),
        }
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_MS)
        self._arrange(body)
        self._connect(workspace)
        self.show_queue()
        self.keeper.look()

    def show_queue(self) -> None:
        """Draw what was read last."""
        standing = self.keeper.standing
        entries = standing.queue.entries if standing else ()
        self._fill(standing)
        self.tree.setVisible(bool(entries))
        self._empty.setVisible(not entries)
        self.fold.summarize(_summary(standing) if standing and entries else "empty")
        self._update()

    def chosen(self) -> Entry | None:
        """The entry under the cursor."""
        item, standing = self.tree.currentItem(), self.keeper.standing
        number = item.data(0, NUMBER) if item else None
        entries = standing.queue.entries if standing else ()
        return next((entry for entry in entries if entry.number == number), None)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.keeper.look()
        self._timer.start()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._timer.stop()

    # -- what the user does ------------------------------------------------------------------------------------------

    def _start_or_hold(self) -> None:
        if self.keeper.is_going:
            self.keeper.hold()
        else:
            self.keeper.start()

    def _move(self, by: int) -> None:
        entry, standing = self.chosen(), self.keeper.standing
        if entry is not None and standing is not None and entry.state == "waiting":
            waiting = [each.number for each in standing.queue.of_state("waiting")]
            self.keeper.move(entry.number, waiting.index(entry.number) + by)

    def _remove(self) -> None:
        entry = self.chosen()
        if entry is not None:
            self.keeper.remove(entry.number)

    # -- drawing -----------------------------------------------------------------------------------------------------

    def _fill(self, standing: Standing | None) -> None:
        entries = standing.queue.entries if standing else ()
        rows = [(entry.number, entry.path.name, entry.state, _note(standing, entry)) for entry in entries]
        if rows == self._rows():
            return
        chosen = self.chosen()
        self.tree.clear()
        for number, *texts in rows:
            item = QTreeWidgetItem([str(text) for text in texts])
            item.setData(0, NUMBER, number)
            item.setSizeHint(2, QSize(0, ROW_HEIGHT))  # of the last column, whose width is what is left
            item.setToolTip(2, str(texts[2]))
            self.tree.addTopLevelItem(item)
            if chosen is not None and chosen.number == number:
                self.tree.setCurrentItem(item)

        self.tree.setFixedHeight(
            max(LEAST_ROWS, min(MOST_ROWS, len(rows))) * ROW_HEIGHT + self.tree.header().sizeHint().height()
        )

    def _rows(self) -> list[tuple[object, ...]]:
        items = [self.tree.topLevelItem(row) for row in range(self.tree.topLevelItemCount())]
        return [(item.data(0, NUMBER), *(item.text(column) for column in range(3))) for item in items if item]

    def _update(self) -> None:
        """Enable what can be done, and say why Start cannot."""
        standing, entry, going = self.keeper.standing, self.chosen(), self.keeper.is_going
        queue = standing.queue if standing else None
        waiting = [each.number for each in queue.of_state("waiting")] if queue else []
        elsewhere = standing is not None and standing.elsewhere
        left = bool(waiting or (queue and queue.of_state("running")))
        self.start.setText("Hold the queue" if going else "Start the queue")
        icons.set_icon(self.start, "pause" if going else "play")
        self.start.setEnabled(going or (left and not elsewhere))
        self.start.setToolTip(_tip(going=going, elsewhere=elsewhere, left=left))
        place = waiting.index(entry.number) if entry is not None and entry.number in waiting else None
        self._buttons["up"].setEnabled(place is not None and place > 0)
        self._buttons["down"].setEnabled(place is not None and place < len(waiting) - 1)
        self._buttons["remove"].setEnabled(entry is not None)
        self._buttons["stop"].setVisible(self.keeper.has_sweep)
        over = (*queue.of_state("complete"), *queue.of_state("failed")) if queue else ()
        self._buttons["clear"].setEnabled(bool(over))

    # -- building ----------------------------------------------------------------------------------------------------

    def _button(self, name: str, title: str, icon: str, call: Callable[[], None]) -> QToolButton:
        button = tool_button(f"runs-queue-{name}", icon, title, self)
        button.clicked.connect(lambda _checked=False: call())
        return button

    def _arrange(self, body: QWidget) -> None:
        self.start.setObjectName("runs-queue-start")
        self.fold.add_to_headline(self.start)
        row = QHBoxLayout(body)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.S)
        row.addWidget(self.tree, 1)
        row.addWidget(self._empty, 1)
        tools = QVBoxLayout()
        tools.setSpacing(0)
        for button in self._buttons.values():
            tools.addWidget(button)
        tools.addStretch(1)
        row.addLayout(tools)
        self._prepare_tree()
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.L, theme.S, theme.L, theme.XS)
        column.addWidget(self.fold)

    def _prepare_tree(self) -> None:
        tree = self.tree
        tree.setObjectName("runs-queue-entries")
        tree.setAccessibleName("Runs and sweeps in the queue")
        tree.setHeaderLabels(["Run or sweep", "State", ""])
        tree.setRootIsDecorated(False)
        tree.setUniformRowHeights(True)
        tree.setFrameShape(QFrame.Shape.NoFrame)
        tree.setAlternatingRowColors(True)
        tree.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        tree.header().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        tree.header().setStretchLastSection(True)
        self._empty.setWordWrap(True)

    def _connect(self, workspace: Workspace) -> None:
        self.keeper.changed.connect(self.show_queue)
        self.start.clicked.connect(lambda _checked=False: self._start_or_hold())
        self.tree.currentItemChanged.connect(lambda _new, _old: self._update())
        self.tree.itemActivated.connect(lambda _item, _column: self._choose())
        self._timer.timeout.connect(self.keeper.look)
        self.sweep_chosen.connect(workspace.sweep_requested)

    def _choose(self) -> None:
        entry = self.chosen()
        if entry is not None:
            (self.sweep_chosen if entry.is_sweep else self.run_chosen).emit(entry.path)


def _note(standing: Standing | None, entry: Entry) -> str:
    """Why an entry failed, or how far a sweep has come."""
    progress = standing.progress.get(entry.number) if standing else None
    if entry.reason or progress is None:
        return entry.reason
    return _trial(progress) if entry.state == "running" else str(progress)


def _trial(progress: Progress) -> str:
    """`trial 3 of 20`: the one in work."""
    return f"trial {min(progress.over + 1, progress.trials)} of {progress.trials}"


def _summary(standing: Standing) -> str:
    """`1 in training (trial 3 of 20), 3 waiting, 2 complete, 1 failed`."""
    queue = standing.queue
    at_work = [standing.progress[each.number] for each in queue.of_state("running") if each.number in standing.progress]
    trials = "".join(f" ({_trial(progress)})" for progress in at_work)
    words = (("running", "in training"), ("waiting", "waiting"), ("complete", "complete"), ("failed", "failed"))
    counted = ((len(queue.of_state(state)), word) for state, word in words)  # type: ignore[arg-type]
    told = (f"{number} {word}{trials if word == 'in training' else ''}" for number, word in counted if number)
    return ", ".join(told)


def _tip(*, going: bool, elsewhere: bool, left: bool) -> str:
    if going:
        return "Begin nothing more; the run in training goes on"
    if elsewhere:
        return "Another program works the queue off"
    return "Train what waits, one after another" if left else "Nothing waits"
