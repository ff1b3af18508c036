"""What is shown below the table: the selected run, followed while somebody trains it, or several compared."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QStackedWidget, QWidget

from workbench.gui.background import Background
from workbench.gui.runs.comparison import Compared, ComparisonPanel, read_comparison
from workbench.gui.runs.detail import DetailPanel, advice, read_detail
from workbench.gui.runs.rows import RunRow
from workbench.gui.runs.watch import Watch


class SelectionView(QStackedWidget):
    """Reads on a lane what it shows; an answer on runs that are no longer selected is dropped."""

    def __init__(self, jobs: Background, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self.detail, self.comparison = DetailPanel(self), ComparisonPanel(self)
        self.addWidget(self.detail)
        self.addWidget(self.comparison)
        self.watched: Watch | None = None
        """The run that was shown last, as far as it has been read."""
        self._row: RunRow | None = None
        self._compared: tuple[RunRow, ...] = ()
        """The rows that were compared last, as they were then."""
        self._wanted: tuple[Path, ...] = ()

    @property
    def is_followed(self) -> bool:
        """Whether somebody trains the run that was shown last: its log may have grown though its row has not."""
        return self.watched is not None and self.watched.presence.is_taken

    def show_rows(self, row: RunRow | None, chosen: Sequence[RunRow]) -> None:
        """Show the current run, or the chosen ones if they are several."""
        self._row, self._wanted = row, tuple(each.path for each in chosen)
        if len(chosen) > 1:
            self.setCurrentWidget(self.comparison)
            self._compare(tuple(chosen))
            return
        self.setCurrentWidget(self.detail)
        if row is None:
            self.detail.show_nothing()
        elif not row.readable:
            self.detail.show_problem(f"{row.name} cannot be read", row.problem)
        elif self.watched is not None and self.watched.path == row.path:
            self._follow(self.watched)
        else:
            path = row.path
            self._submit("detail", lambda: read_detail(path), self._show_detail)

    # -- several runs ------------------------------------------------------------------------------------------------

    def _compare(self, rows: tuple[RunRow, ...]) -> None:
        """Compare runs, again when one of them has come further."""
        if self._compared == rows:
            return
        self._compared, paths = rows, [row.path for row in rows]

        def failed(error: Exception) -> None:
            self._compared = ()
            self.comparison.show_problem(f"They cannot be compared: {error}")

        self._jobs.submit(
            lambda: read_comparison(paths),
            owner=self,
            lane="files",
            key="compare",
            done=self._show_comparison,
            failed=failed,
        )

    def _show_comparison(self, compared: Compared) -> None:
        if compared.paths == self._wanted:
            self.comparison.show_comparison(compared)

    # -- one run -----------------------------------------------------------------------------------------------------

    def _show_detail(self, watch: Watch) -> None:
        if self._row is not None and self._row.path == watch.path:
            self.watched = watch
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
        """Read something of the selected run; where that cannot be, its place says why."""

        def failed(error: Exception) -> None:
            self.watched = None
            name = self._row.name if self._row else "The run"
            self.detail.show_problem(f"{name} cannot be read", str(error))

        self._jobs.submit(work, owner=self, lane="files", key=key, done=done, failed=failed)
