"""The Runs room: every run below the folder of runs, what it reached, and what can be done with it."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QAction, QHideEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from workbench.errors import WorkbenchError
from workbench.gui import theme
from workbench.gui.errors import show_error
from workbench.gui.runs.listing import Listing
from workbench.gui.runs.model import RunsModel
from workbench.gui.runs.queue_panel import QueuePanel
from workbench.gui.runs.rows import RunRow
from workbench.gui.runs.run_actions import RunActions
from workbench.gui.runs.selection_view import SelectionView
from workbench.gui.runs.table import RunsTable
from workbench.gui.widgets.empty_state import EmptyState
from workbench.gui.widgets.sentences import explained
from workbench.gui.workspace import Workspace

LOOK_MS = 2000
"""So often a visible room looks for runs that others write: another program, another machine on the same disk."""


class RunsRoom(QWidget):
    """A table of runs above the selected one."""

    name = "runs"
    title = "Runs"
    icon = "runs"

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("runs-room")
        self._workspace = workspace
        self.listing, self.model = Listing(workspace, self), RunsModel(self)
        self.table, self.view = RunsTable(self.model, self), SelectionView(workspace.jobs, self)
        self._pages = QStackedWidget(self)
        self._empty = EmptyState(
            "runs", "No runs yet", sentence="What you train is kept here.", button="Go to Train", parent=self
        )
        self.run_actions = RunActions(workspace, self.listing, self)
        self.queue = QueuePanel(workspace, self)
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_MS)
        self._arrange()
        self._connect()
        self.listing.refresh()

    # -- what the shell asks -----------------------------------------------------------------------------------------

    def enter(self) -> None:
        """Read the folder again: runs may have come from elsewhere."""
        self.listing.refresh()

    def commands(self) -> list[QAction]:
        """What can be done with the selected run."""
        return self.run_actions.commands()

    # -- the selection -----------------------------------------------------------------------------------------------

    def selected(self) -> RunRow | None:
        """The current run."""
        return self.table.selected()

    def select(self, path: Path) -> None:
        """Select a run if it is in the table."""
        self.table.select(path)

    def _show_rows(self, rows: list[RunRow]) -> None:
        self.table.show_rows(rows, self._workspace.active_run)
        self._pages.setCurrentIndex(1 if rows else 0)
        self._show_selected()

    def _show_selected(self) -> None:
        row, chosen = self.selected(), self.table.chosen()
        self.run_actions.show_row(row if len(chosen) < 2 else None)
        self.view.show_rows(row, chosen)

    # -- following ---------------------------------------------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._timer.start()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._timer.stop()

    def _refresh_if_seen(self) -> None:
        """Follow a run in training only while somebody looks; `enter` catches up."""
        if self.isVisible():
            self.listing.refresh()

    def _follow(self) -> None:
        """The rows are as they were; a run that somebody trains may be silent just now."""
        if self.view.is_followed:
            self._show_selected()

    def _cannot_read(self, error: Exception) -> None:
        """Say in place why there are no runs to show; anything unexpected is our bug."""
        if isinstance(error, WorkbenchError):
            self._show_rows([])
            self._empty.say(error.title, explained(error))
        else:
            show_error(self.window(), error)

    # -- building ----------------------------------------------------------------------------------------------------

    def _arrange(self) -> None:
        lower = QWidget()
        column = QVBoxLayout(lower)
        column.setContentsMargins(theme.L, theme.S, theme.L, theme.M)
        column.setSpacing(theme.S)
        column.addLayout(self.run_actions.button_row())
        column.addWidget(self.view, 1)
        split = QSplitter(Qt.Orientation.Vertical)
        split.addWidget(_inset(self.table))
        split.addWidget(lower)
        split.setSizes([240, 460])
        split.setStretchFactor(1, 1)
        split.setChildrenCollapsible(False)
        self._pages.addWidget(self._empty)
        self._pages.addWidget(split)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(self.queue)
        outer.addWidget(self._pages, 1)

    def _connect(self) -> None:
        self.listing.read.connect(self._show_rows)
        self.listing.unchanged.connect(self._follow)
        self.listing.opened.connect(self.select)
        self.listing.failed.connect(self._cannot_read)
        self._timer.timeout.connect(self.listing.look)
        self._workspace.runs_changed.connect(self._refresh_if_seen)
        self._empty.pressed.connect(lambda: self._workspace.room_requested.emit("train"))
        self.queue.run_chosen.connect(self.select)
        self.table.selection_changed.connect(self._show_selected)
        self.table.doubleClicked.connect(lambda _index: self.run_actions.inspect.trigger())


def _inset(table: QWidget) -> QWidget:
    """The table in line with what stands above and below it."""
    place = QWidget()
    row = QHBoxLayout(place)
    row.setContentsMargins(theme.L, 0, theme.L, 0)
    row.addWidget(table)
    place.setMinimumHeight(90)
    return place
