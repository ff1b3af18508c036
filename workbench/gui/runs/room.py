"""The Runs room: every run below the folder of runs, what it reached, and what can be done with it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QFile, Qt, QTimer, QUrl
from PySide6.QtGui import QAction, QDesktopServices, QHideEvent, QKeySequence, QShowEvent
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QMessageBox,
    QPushButton,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from workbench.errors import WorkbenchError
from workbench.gui import icons, theme
from workbench.gui.errors import show_error
from workbench.gui.runs.comparison import Compared, ComparisonPanel, read_comparison
from workbench.gui.runs.detail import DetailPanel, advice, read_detail
from workbench.gui.runs.exporting import export_menu
from workbench.gui.runs.model import RunsModel
from workbench.gui.runs.opened import recalled_runs, remember_runs
from workbench.gui.runs.queue_panel import QueuePanel
from workbench.gui.runs.rows import CUT_SHORT, NOT_BEGUN, RunRow, read_rows
from workbench.gui.runs.table import RunsTable
from workbench.gui.runs.watch import Watch
from workbench.gui.widgets.action_button import action_button
from workbench.gui.widgets.empty_state import EmptyState
from workbench.gui.workspace import Workspace

LOOK_MS = 2000
"""So often a visible room looks for runs that others write: another program, another machine on the same disk."""
RESUMABLE = ("stopped", CUT_SHORT, NOT_BEGUN, "failed")


class RunsRoom(QWidget):
    """A table of runs above the selected one."""

    name = "runs"
    title = "Runs"
    icon = "runs"

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("runs-room")
        self._workspace = workspace
        self.model = RunsModel(self)
        self.table, self.detail, self._pages = RunsTable(self.model, self), DetailPanel(self), QStackedWidget(self)
        self.comparison, self._lower = ComparisonPanel(self), QStackedWidget(self)
        self._empty = EmptyState(
            "runs", "No runs yet", sentence="What you train is kept here.", button="Go to Train", parent=self
        )
        self._inspect = self._action("Inspect", "inspect", "Ctrl+I", self.inspect)
        self._resume = self._action("Resume", "play", "Ctrl+Shift+R", self.resume)
        self._other = self._action("Open a run…", "open", "Ctrl+Shift+L", self.ask_for_run)
        self._open = self._action("Open folder", "folder", "Ctrl+Shift+O", self.open_folder)
        self._forget = self._action("Close run", "close", "Ctrl+Shift+Del", self.forget)
        self._forget.setStatusTip("Take it off the list; its files stay")
        self._delete = self._action("Delete…", "trash", "Del", self.delete)
        self._export = QPushButton("Export…", self)
        self.queue = QueuePanel(workspace, self)
        self._watched: Watch | None = None
        self._others = recalled_runs()
        self._asked: list[RunRow] = []
        """The rows that were compared last, as they were then."""
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_MS)
        self._arrange()
        self._connect()
        self._update()
        self.refresh()

    # -- what the shell asks -----------------------------------------------------------------------------------------

    def enter(self) -> None:
        """Read the folder again: runs may have come from elsewhere."""
        self.refresh()

    def commands(self) -> list[QAction]:
        """What can be done with the selected run."""
        own = [self._other, self._forget, self._open, self._delete]
        return [self._inspect, self._resume, *self._export.menu().actions(), *own]

    # -- reading -----------------------------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Read the runs on a lane."""
        self._read(self._show_rows)

    def _look(self) -> None:
        """Read the runs again, and show them if one has changed; a run that somebody trains may be silent just now."""
        self._read(lambda rows: self._show_rows(rows) if rows != self.model.rows else self._follow_taken())

    def _follow_taken(self) -> None:
        if self._watched is not None and self._watched.presence.is_taken:
            self._show_selected()

    def _read(self, show: Callable[[list[RunRow]], None]) -> None:
        workspace, known = self._workspace, {row.path: row for row in self.model.rows}
        others = tuple(self._others)
        workspace.jobs.submit(
            lambda: read_rows(workspace.runs_folder, known, others),
            owner=self,
            lane="files",
            key="rows",
            done=show,
            failed=self._cannot_read,
        )

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._timer.start()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._timer.stop()

    def _refresh_if_seen(self) -> None:
        """Follow a run in training only while somebody looks; `enter` catches up."""
        if self.isVisible():
            self.refresh()

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

    def _cannot_read(self, error: Exception) -> None:
        """Say in place why there are no runs to show; anything unexpected is our bug."""
        if isinstance(error, WorkbenchError):
            self._show_rows([])
            self._empty.say(error.title, f"{error.reason}. {error.hint}")
        else:
            show_error(self.window(), error)

    def _show_selected(self) -> None:
        self._update()
        row, chosen = self.selected(), self.table.chosen()
        self._lower.setCurrentWidget(self.comparison if len(chosen) > 1 else self.detail)
        if len(chosen) > 1:
            self._compare(chosen)
        elif row is None:
            self.detail.show_nothing()
        elif not row.readable:
            self.detail.show_problem(f"{row.name} cannot be read", row.problem)
        elif self._watched is not None and self._watched.path == row.path:
            self._follow(self._watched)
        else:
            self._submit("detail", lambda: read_detail(row.path), self._show_detail)

    def _compare(self, rows: list[RunRow]) -> None:
        """Compare runs on a lane, again when one of them has come further."""
        if self._asked == rows:
            return
        self._asked, paths = rows, [row.path for row in rows]

        def show(compared: Compared) -> None:
            if [row.path for row in self.table.chosen()] == list(compared.paths):
                self.comparison.show_comparison(compared)

        def failed(error: Exception) -> None:
            self._asked = []
            self.comparison.show_problem(f"They cannot be compared: {error}")

        jobs = self._workspace.jobs
        jobs.submit(lambda: read_comparison(paths), owner=self, lane="files", key="compare", done=show, failed=failed)

    def _show_detail(self, watch: Watch) -> None:
        row = self.selected()
        if row is not None and row.path == watch.path:
            self._watched = watch
            self.detail.show_detail(watch)

    def _follow(self, watch: Watch) -> None:
        """Read what the shown run has told since, and show it."""

        def show(_nothing: None) -> None:
            epochs = watch.history.epochs_done
            watch.take()
            self._show_detail(watch)
            if watch.history.epochs_done != epochs:
                self._examine(watch)

        self._submit("detail", watch.look, show)

    def _examine(self, watch: Watch) -> None:
        """Ask the doctor again, with what is known."""
        events = tuple(watch.history.events)

        def show(told: tuple[str, ...]) -> None:
            watch.advice = told
            self._show_detail(watch)

        self._submit("advice", lambda: advice(watch.path, events), show)

    def _submit(self, key: str, work: Callable[[], Any], done: Callable[[Any], None]) -> None:
        """Read something of the selected run on a lane; where that cannot be, its place says why."""

        def failed(error: Exception) -> None:
            self._watched = None
            row = self.selected()
            self.detail.show_problem(f"{row.name if row else 'The run'} cannot be read", str(error))

        self._workspace.jobs.submit(work, owner=self, lane="files", key=key, done=done, failed=failed)

    # -- what the user does ------------------------------------------------------------------------------------------

    def inspect(self) -> None:
        """Look into the selected run."""
        row = self.selected()
        if row is not None:
            self._workspace.inspect_requested.emit(row.path)

    def resume(self) -> None:
        """Go on with the selected run, in the Train room."""
        row = self.selected()
        if row is not None:
            self._workspace.resume_requested.emit(row.path)

    def ask_for_run(self) -> None:
        """List a run of another folder, too: that of another user, or of another machine on the same disk."""
        chosen = QFileDialog.getExistingDirectory(self, "Folder of a run")
        if chosen:
            try:
                self.open_run(Path(chosen))
            except WorkbenchError as error:
                show_error(self.window(), error)

    def open_run(self, path: Path) -> None:
        """List the run in a folder and select it; raises `WorkbenchError` if there is none."""
        from workbench.core.runs.folder import open_run

        open_run(path)
        self._list_too([*dict.fromkeys((*self._others, path))])

        def show(rows: list[RunRow]) -> None:
            self._show_rows(rows)
            self.select(path)

        self._read(show)

    def forget(self) -> None:
        """List the selected run of another folder no longer; its files stay."""
        row = self.selected()
        if row is not None and row.path in self._others:
            self._list_too([path for path in self._others if path != row.path])
            self.refresh()

    def _list_too(self, others: list[Path]) -> None:
        self._others = others
        remember_runs(others)

    def open_folder(self) -> None:
        """Show the selected run's files in the desktop's file manager."""
        row = self.selected()
        if row is not None and not QDesktopServices.openUrl(QUrl.fromLocalFile(str(row.path))):
            show_error(self.window(), WorkbenchError("No file manager answered", f"The folder is {row.path}"))

    def delete(self) -> None:
        """Move the selected run to the trash, if the user agrees."""
        row = self.selected()
        if row is None or not self._delete.isEnabled() or not self._asked_to_delete(row):
            return
        if move_to_trash(row.path):
            self._workspace.message.emit(f"{row.name} is in the trash")
            self._workspace.runs_changed.emit()
        else:
            reason = "the desktop has no trash for this place, or the folder cannot be changed"
            error = WorkbenchError(f"Could not move {row.name} to the trash", reason, f"Delete {row.path} yourself.")
            show_error(self.window(), error)

    def _asked_to_delete(self, row: RunRow) -> bool:
        box = QMessageBox(self)
        box.setObjectName("runs-delete-question")
        box.setIcon(QMessageBox.Icon.Question)
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setText(f"Move {row.name} to the trash?")
        box.setInformativeText("Its plan, its curves and its weights go with it.")
        keep = box.addButton(QMessageBox.StandardButton.Cancel)
        delete = box.addButton("Move to trash", QMessageBox.ButtonRole.DestructiveRole)
        delete.setObjectName("runs-delete-confirm")
        box.setDefaultButton(keep)
        box.exec()
        return box.clickedButton() is delete

    # -- building ----------------------------------------------------------------------------------------------------

    def _update(self) -> None:
        """Enable what can be done with the selected run."""
        row = self.selected() if len(self.table.chosen()) < 2 else None
        active = self._workspace.active_run
        is_active = row is not None and row.path == active
        has_weights = row is not None and row.readable and row.has_weights
        resumable = row is not None and row.standing in RESUMABLE
        taken = f"It is in training by {row.presence.who}." if row is not None and row.presence.is_taken else ""
        self._inspect.setEnabled(has_weights)
        self._export.setEnabled(has_weights)
        for action in self._export.menu().actions():
            action.setEnabled(self._export.isEnabled())
        self._resume.setEnabled(resumable and active is None)
        self._resume.setStatusTip(taken or ("Another run is being trained." if resumable and active else ""))
        self._open.setEnabled(row is not None)
        self._forget.setVisible(row is not None and row.path in self._others)
        self._delete.setEnabled(row is not None and not is_active and not taken)
        self._delete.setStatusTip(taken)

    def _action(self, text: str, icon: str, shortcut: str, call: Callable[[], None]) -> QAction:
        action = QAction(text, self)
        action.setObjectName(f"runs-action-{icon}")
        icons.set_icon(action, icon)
        action.setShortcut(QKeySequence(shortcut))
        action.triggered.connect(lambda _checked=False: call())
        self.addAction(action)
        return action

    def _arrange(self) -> None:
        lower = QWidget()
        column = QVBoxLayout(lower)
        column.setContentsMargins(theme.L, theme.S, theme.L, theme.M)
        column.setSpacing(theme.S)
        column.addLayout(self._button_row())
        self._lower.addWidget(self.detail)
        self._lower.addWidget(self.comparison)
        column.addWidget(self._lower, 1)
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

    def _button_row(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(theme.S)
        for name, action in (("inspect", self._inspect), ("resume", self._resume)):
            row.addWidget(action_button(f"runs-{name}", action, self))
        self._export.setObjectName("runs-export")
        self._export.setAccessibleName("Export the selected run")
        self._export.setMenu(export_menu(self, self._workspace, self._selected_path))
        icons.set_icon(self._export, "export")
        row.addWidget(self._export)
        row.addStretch(1)
        own = {"open-run": self._other, "close-run": self._forget, "open-folder": self._open, "delete": self._delete}
        buttons = {name: action_button(f"runs-{name}", action, self) for name, action in own.items()}
        for button in buttons.values():
            row.addWidget(button)
        buttons["close-run"].hide()
        self._forget.visibleChanged.connect(lambda: buttons["close-run"].setVisible(self._forget.isVisible()))
        return row

    def _selected_path(self) -> Path | None:
        row = self.selected()
        return row.path if row else None

    def _connect(self) -> None:
        self._timer.timeout.connect(self._look)
        self._workspace.runs_changed.connect(self._refresh_if_seen)
        self._empty.pressed.connect(lambda: self._workspace.room_requested.emit("train"))
        self.queue.run_chosen.connect(self.select)
        self.table.selection_changed.connect(self._show_selected)
        self.table.doubleClicked.connect(lambda _index: self._inspect.trigger())


def _inset(table: QWidget) -> QWidget:
    """The table in line with what stands above and below it."""
    place = QWidget()
    row = QHBoxLayout(place)
    row.setContentsMargins(theme.L, 0, theme.L, 0)
    row.addWidget(table)
    place.setMinimumHeight(90)
    return place


def move_to_trash(path: Path) -> bool:
    """Whether the folder is in the trash now; PySide answers with a bare bool or with the new place beside it."""
    answer: object = QFile.moveToTrash(str(path))
    return bool(answer[0]) if isinstance(answer, tuple) else bool(answer)
