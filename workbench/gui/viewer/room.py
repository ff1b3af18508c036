"""The Inspect room: pick a run and a picture, see what every node makes of it."""

from __future__ import annotations

from pathlib import Path
from typing import cast

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QDragEnterEvent, QDropEvent, QHideEvent, QImage
from PySide6.QtWidgets import QPushButton, QStackedWidget, QVBoxLayout, QWidget

from workbench.gui.errors import show_error
from workbench.gui.viewer.desk import Desk
from workbench.gui.viewer.inquiry import Inquiry
from workbench.gui.viewer.keys import desk_actions
from workbench.gui.viewer.run_choice import UNTRAINED
from workbench.gui.viewer.run_entries import RunEntry, run_entries
from workbench.gui.widgets.busy import BusyRow
from workbench.gui.widgets.empty_state import EmptyState
from workbench.gui.widgets.pixels import raw_pixels
from workbench.gui.workspace import Workspace


class InspectRoom(QWidget):
    """The desk, or what to do while there is no run; it opens what is chosen, here or in another room."""

    name, title, icon = "inspect", "Inspect", "inspect"

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.workspace, self.jobs = workspace, workspace.jobs
        self._wanted_run: Path | None = None
        self._stale = True
        self.setAcceptDrops(True)
        self.desk = desk = Desk(self.jobs)
        self.runs, self.strip, self.picture, self.nodes = desk.runs, desk.strip, desk.picture, desk.nodes
        self.maps, self.kernels, self.evaluation = desk.maps, desk.kernels, desk.evaluation
        self.opening = BusyRow("inspect-opening", self)
        self.inquiry = Inquiry(self.jobs, desk, self.opening)
        self._make_pages()
        self._connect()
        self._actions = desk_actions(desk, self, look_at_current_network=self.look_at_current_network)

    # -- what the shell asks for -----------------------------------------------------------------------------------

    def enter(self) -> None:
        """The room became visible: look for runs, and at the current network if it changed meanwhile."""
        self._refresh_runs()
        if self._stale and self.runs.choice == UNTRAINED:
            self._open_choice()

    def commands(self) -> list[QAction]:
        """What the menus and the command palette offer."""
        return self._actions

    # -- runs ------------------------------------------------------------------------------------------------------

    def inspect_run(self, path: object) -> None:
        """Look into a run."""
        self._wanted_run = Path(str(path))
        self._refresh_runs()

    def inspect_node(self, wanted: tuple[Path | None, str]) -> None:
        """Look at one node of a run, or of the network that is being built."""
        path, self.inquiry.wanted_node = wanted
        if path is not None:
            self.inspect_run(path)
            return
        if not self.runs.count():
            self.runs.show_runs([], network=self.workspace.document.network.name, wanted=None)
        self.look_at_current_network()

    def look_at_current_network(self) -> None:
        """Look into the network that is being built, with random weights."""
        blocked = self.runs.blockSignals(True)
        self.runs.choose(UNTRAINED)
        self.runs.blockSignals(blocked)
        self._open_choice()

    def _refresh_runs(self) -> None:
        workspace = self.workspace
        self.jobs.submit(
            lambda: run_entries(workspace.runs_folder),
            owner=self,
            lane="files",
            key="runs",
            done=self._show_runs,
            failed=self._cannot_list,
        )

    def _cannot_list(self, error: Exception) -> None:
        """Without a folder of runs there is still the network that is being built."""
        self._show_runs([])
        show_error(self.window(), error)

    def _show_runs(self, entries: list[RunEntry]) -> None:
        before, wanted = self.runs.choice, self._wanted_run
        self._wanted_run = None
        self.runs.show_runs(entries, network=self.workspace.document.network.name, wanted=wanted)
        if self.runs.choice is None:
            self._pages.setCurrentWidget(self.empty)
        elif self.runs.choice != before or self.inquiry.subject is None or wanted is not None:
            self._open_choice()

    def _open_choice(self, delay_ms: int = 0) -> None:
        choice = self.runs.choice
        if choice is None:
            return
        self._stale = False
        self._pages.setCurrentWidget(self.desk)
        subject = choice if isinstance(choice, Path) else self.workspace.document.network
        self.inquiry.open(subject, self.workspace.data, delay_ms=delay_ms)

    def _cancel_opening(self) -> None:
        self._stale = True
        self.inquiry.cancel()

    # -- pictures that the user brings -----------------------------------------------------------------------------

    def look_at(self, given: object) -> None:
        """Look at a picture: a path or a `QImage`."""
        self.strip.choose_none()
        if isinstance(given, QImage):
            self.inquiry.ask_picture(raw_pixels(given))
        elif isinstance(given, Path):
            self.inquiry.ask_picture(given)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """A picture may be dropped anywhere in the room."""
        self.strip.dragEnterEvent(event)

    def dropEvent(self, event: QDropEvent) -> None:
        """Look at what was dropped."""
        self.strip.dropEvent(event)

    # -- following the workspace -----------------------------------------------------------------------------------

    def _network_changed(self) -> None:
        self.runs.name_untrained(self.workspace.document.network.name)
        self._stale = True
        if self.isVisible() and self.runs.choice == UNTRAINED:
            self._open_choice(delay_ms=300)

    def _runs_changed(self) -> None:
        if self.isVisible():
            self._refresh_runs()

    def hideEvent(self, event: QHideEvent) -> None:
        """Let go of what nobody sees the progress of."""
        self.desk.busy.hide()
        super().hideEvent(event)

    # -- construction ----------------------------------------------------------------------------------------------

    def _make_pages(self) -> None:
        sentence = "Train a network, then see here what each of its layers makes of a picture."
        self.empty = EmptyState("inspect", "No runs yet", sentence=sentence, button="Go to Train")
        self.empty.button.setObjectName("inspect-go-train")
        untrained = QPushButton("Look at the current network, untrained", flat=True)
        untrained.setObjectName("inspect-untrained")
        untrained.clicked.connect(self.look_at_current_network)
        inside = cast(QVBoxLayout, self.empty.layout())
        inside.insertWidget(inside.count() - 1, untrained, 0, Qt.AlignmentFlag.AlignHCenter)
        self._pages = QStackedWidget(self)
        self._pages.addWidget(self.empty)
        self._pages.addWidget(self.desk)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self.opening)
        outer.addWidget(self._pages, 1)

    def _connect(self) -> None:
        self.workspace.inspect_requested.connect(self.inspect_run)
        self.workspace.node_inspect_requested.connect(self.inspect_node)
        self.workspace.runs_changed.connect(self._runs_changed)
        self.workspace.network_changed.connect(self._network_changed)
        self.workspace.data_changed.connect(self._network_changed)
        self.runs.currentIndexChanged.connect(lambda _row: self._open_choice())
        self.opening.cancelled.connect(self._cancel_opening)
        self.strip.picture_given.connect(self.look_at)
        self.empty.pressed.connect(lambda: self.workspace.room_requested.emit("train"))
