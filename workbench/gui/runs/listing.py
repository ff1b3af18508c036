"""Which runs there are: those below the folder of runs, and those of other folders that were opened beside them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from workbench.errors import WorkbenchError
from workbench.gui.runs.opened import recalled_runs, remember_runs
from workbench.gui.runs.rows import RunRow, read_rows
from workbench.gui.workspace import Workspace


class Listing(QObject):
    """Reads the rows of the table on a lane; what has not changed on the disk is not read again."""

    read = Signal(list)
    """The rows, newest first."""
    unchanged = Signal()
    """A look found nothing else than the rows there were."""
    opened = Signal(object)
    """The path of a run of another folder that is among the rows from then on."""
    failed = Signal(Exception)
    """Why nothing could be read."""

    def __init__(self, workspace: Workspace, parent: QObject) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._rows: list[RunRow] = []
        self._others = recalled_runs()
        self._opening: Path | None = None

    def refresh(self) -> None:
        """Read the runs."""
        self._read(self._take)

    def look(self) -> None:
        """Read the runs again; they are told only if one has changed."""
        self._read(self._compare)

    def is_from_elsewhere(self, path: Path) -> bool:
        """Whether a run was opened beside those of the folder of runs."""
        return path in self._others

    def open(self, path: Path) -> None:
        """List the run in a folder too; raises `WorkbenchError` if there is none."""
        from workbench.core.runs.folder import open_run

        open_run(path)
        self._opening = path
        self._list_too([*dict.fromkeys((*self._others, path))])

    def close(self, path: Path) -> None:
        """List a run of another folder no longer; its files stay."""
        self._list_too([other for other in self._others if other != path])

    def _list_too(self, others: Sequence[Path]) -> None:
        self._others = list(others)
        remember_runs(others)
        self.refresh()

    def _read(self, take: Callable[[list[RunRow]], None]) -> None:
        workspace, known = self._workspace, {row.path: row for row in self._rows}
        others = tuple(self._others)
        workspace.jobs.submit(
            lambda: read_rows(workspace.runs_folder, known, others),  # asked for there: it may be impossible to make
            owner=self,
            lane="files",
            key="rows",
            done=take,
            failed=self._fail,
        )

    def _compare(self, rows: list[RunRow]) -> None:
        if rows != self._rows or self._opening is not None:
            self._take(rows)
        else:
            self.unchanged.emit()

    def _take(self, rows: list[RunRow]) -> None:
        self._rows = rows
        self.read.emit(rows)
        opening, self._opening = self._opening, None
        if opening is not None:
            self.opened.emit(opening)

    def _fail(self, error: Exception) -> None:
        if isinstance(error, WorkbenchError):
            self._rows = []
        self.failed.emit(error)
