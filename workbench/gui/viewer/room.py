"""The Inspect room: pick a run and a picture, see what every node makes of it."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any, cast

import numpy as np
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QAction, QDragEnterEvent, QDropEvent, QHideEvent, QImage, QKeySequence
from PySide6.QtWidgets import (
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from workbench.core.graph.network import Network
from workbench.errors import WorkbenchError
from workbench.gui.errors import show_error
from workbench.gui.training.remembered import recalled
from workbench.gui.viewer import study
from workbench.gui.viewer.desk import Desk
from workbench.gui.viewer.run_choice import UNTRAINED
from workbench.gui.viewer.study import Picture, Progress, RunEntry, Source, Subject, Verdict
from workbench.gui.widgets.busy import BusyRow
from workbench.gui.widgets.empty_state import EmptyState
from workbench.gui.workspace import Workspace

REMEMBERED = 3
"""So many networks stay loaded."""
LANE = "model"
PATIENCE_MS = 250
"""Work that takes longer shows a moving bar."""


class InspectRoom(QWidget):
    """Wires the panels: run -> subject -> picture -> node -> maps. Everything slow happens on the lane "model"."""

    name, title, icon = "inspect", "Inspect", "inspect"

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.workspace, self.jobs = workspace, workspace.jobs
        self._subject: Subject | None = None
        self._picture: Picture | None = None
        self._source: Source = 0
        self._remembered: dict[Any, Subject] = {}
        self._wanted_run: Path | None = None
        self._wanted_node = ""
        self._stale = True
        self._pending: set[str] = set()
        self.setAcceptDrops(True)
        self._patience = QTimer(self, singleShot=True, interval=PATIENCE_MS)
        self.desk = desk = Desk(self.jobs)
        self.runs, self.strip, self.picture, self.nodes = desk.runs, desk.strip, desk.picture, desk.nodes
        self.maps, self.kernels, self.evaluation = desk.maps, desk.kernels, desk.evaluation
        self.opening = BusyRow("inspect-opening", self)
        self._make_pages()
        self._connect()
        self._make_actions()

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
        path, self._wanted_node = wanted
        if path is not None:
            self.inspect_run(path)
            return
        if not self.runs.count():
            self.runs.show_runs([], network=self.workspace.document.network.name, wanted=None)
        self.look_at_current_network()

    def _refresh_runs(self) -> None:
        workspace = self.workspace
        self.jobs.submit(
            lambda: study.run_entries(workspace.runs_folder),
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
        elif self.runs.choice != before or self._subject is None or wanted is not None:
            self._open_choice()

    def look_at_current_network(self) -> None:
        """Look into the network that is being built, with random weights."""
        blocked = self.runs.blockSignals(True)
        self.runs.choose(UNTRAINED)
        self.runs.blockSignals(blocked)
        self._open_choice()

    # -- the subject -----------------------------------------------------------------------------------------------

    def _open_choice(self, delay_ms: int = 0) -> None:
        choice = self.runs.choice
        if choice is None:
            return
        self._stale = False
        self._pages.setCurrentWidget(self.desk)
        for key in ("picture", "maps", "kernels"):
            self._drop(key)
        network, spec = self.workspace.document.network, self.workspace.data
        if self._subject is None:
            self.maps.say("Opening the network", "Its feature maps appear here.")
        work = partial(self._subject_of, choice, network, spec, self.opening.reporter(self.jobs))
        self._submit("subject", work, self._show_subject, delay_ms=delay_ms)

    def _cancel_opening(self) -> None:
        """Stop decoding pictures; what was shown before stays."""
        self._drop("subject")
        self._stale = True
        if self._subject is None:
            self.maps.say("Nothing was opened", "You stopped it. Choose a run above to open one.")

    def _subject_of(self, choice: object, network: Network, spec: str, report: Progress) -> Subject:
        """On the lane: the subject of a choice, loaded once while its weights stay the same."""
        if not isinstance(choice, Path):
            return study.untrained_subject(network, spec, split=recalled().split(), progress=report)
        weights = choice / "checkpoints" / "best"
        key = (choice, weights.stat().st_mtime_ns if weights.exists() else 0)
        if key not in self._remembered:
            while len(self._remembered) >= REMEMBERED:
                self._remembered.pop(next(iter(self._remembered)))
            self._remembered[key] = study.open_subject(choice, report)
        return self._remembered[key]

    def _show_subject(self, subject: Subject) -> None:
        self._subject, self._picture = subject, None
        self.desk.show_note(subject)
        node, self._wanted_node = self._wanted_node or self.nodes.node, ""
        self.strip.show_samples(subject.samples, subject.classes)
        self.evaluation.show_subject(subject)
        self.nodes.show_nodes(subject.analysis, choose=node)
        self._ask_kernels()
        self._show_source()

    def _show_source(self) -> None:
        """Show the new subject what the last one was shown, or its first sample."""
        samples = self._subject.samples if self._subject is not None else None
        if not isinstance(self._source, int):
            self._ask_picture(self._source)
        elif samples is not None:
            self._source = min(self._source, len(samples) - 1)
            self.strip.choose(self._source)
        else:
            self.picture.clear(self._subject.trouble if self._subject else "")
            self.maps.say("Choose a picture", "There are no samples: drop a picture here, paste or open one.")

    # -- the picture -----------------------------------------------------------------------------------------------

    def look_at(self, given: object) -> None:
        """Look at a picture that the user brought: a path or a `QImage`."""
        self.strip.choose_none()
        if isinstance(given, QImage):
            self._ask_picture(_raw(given))
        elif isinstance(given, Path):
            self._ask_picture(given)

    def _ask_picture(self, source: Source) -> None:
        subject = self._subject
        self._source = source
        if subject is not None:
            self._drop("maps")
            self._submit("picture", partial(study.taken, subject, source), self._show_picture)

    def _show_picture(self, answer: tuple[Picture, Verdict]) -> None:
        assert self._subject is not None
        self._picture, verdict = answer
        self.picture.show_picture(self._picture, verdict, self._subject.classes)
        self._ask_maps()

    # -- the node --------------------------------------------------------------------------------------------------

    def _node_chosen(self) -> None:
        self._ask_maps()
        self._ask_kernels()

    def _ask_maps(self) -> None:
        subject, picture, node = self._subject, self._picture, self.nodes.node
        if subject is None or picture is None or node is None:
            return
        self._submit("maps", lambda: study.maps_of(subject, picture, node), partial(self._show_maps, subject, node))

    def _show_maps(self, subject: Subject, node: str, values: Any) -> None:
        names = subject.classes if study.gives_scores(subject, node) else ()
        self.maps.show_values(values, title=node, names=names)

    def _ask_kernels(self) -> None:
        subject, node = self._subject, self.nodes.node
        if subject is None or node is None:
            return
        if subject.network[node].kind == "Conv2d":
            show = partial(self.kernels.show_kernels, title=node)
            self._submit("kernels", lambda: study.kernels_of(subject, node), show)
            return
        self._drop("kernels")
        first = next((name for name in subject.network.execution_order if subject.network[name].kind == "Conv2d"), "")
        kind = subject.network[node].kind
        self.kernels.say("No filters here", f"Only convolutions have filters; {node} is of kind {kind}.", offer=first)

    # -- background jobs -------------------------------------------------------------------------------------------

    def _submit(self, key: str, work: Any, show: Any, *, delay_ms: int = 0) -> None:
        self._pending.add(key)
        self._patience.start()
        self.jobs.submit(
            work,
            owner=self,
            lane=LANE,
            key=key,
            done=lambda answer: self._answered(key, show, answer),
            failed=lambda error: self._failed(key, error),
            delay_ms=delay_ms,
        )

    def _drop(self, key: str) -> None:
        self.jobs.cancel(self, key)
        self._settle(key)

    def _show_busy(self) -> None:
        if "subject" in self._pending:
            self.opening.start("Opening the network and its pictures")
        else:
            self.desk.busy.show()

    def _settle(self, key: str) -> None:
        self._pending.discard(key)
        if key == "subject":
            self.opening.hide()
        if not self._pending:
            self._patience.stop()
            self.desk.busy.hide()

    def _answered(self, key: str, show: Any, answer: Any) -> None:
        self._settle(key)
        show(answer)

    def _failed(self, key: str, error: Exception) -> None:
        """Say in place what cannot be had; anything else is our bug."""
        self._settle(key)
        if not isinstance(error, WorkbenchError):
            show_error(self.window(), error)
            self.maps.say("Nothing to show", "An error of ours came between; its window says which.")
            return
        sentence = study.sentence(error)
        if key == "kernels":
            self.kernels.say(error.title, sentence)
            return
        if key == "subject":
            self._forget_subject(error)
        if key != "maps":
            self._picture = None
            self.picture.clear()
        self.maps.say(error.title, sentence)

    def _forget_subject(self, error: WorkbenchError) -> None:
        self._subject = None
        self.nodes.clear()
        self.strip.show_samples(None, ())
        self.evaluation.show_subject(None)
        self.kernels.say(error.title)
        self.desk.show_note(None)

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

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """A picture may be dropped anywhere in the room."""
        self.strip.dragEnterEvent(event)

    def dropEvent(self, event: QDropEvent) -> None:
        """Look at what was dropped."""
        self.strip.dropEvent(event)

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
        self._patience.timeout.connect(self._show_busy)
        self.opening.cancelled.connect(self._cancel_opening)
        self.strip.sample_chosen.connect(self._ask_picture)
        self.strip.picture_given.connect(self.look_at)
        self.strip.upright.connect(self.nodes.step)
        self.nodes.sideways.connect(self.strip.step)
        self.nodes.node_chosen.connect(self._node_chosen)
        self.kernels.node_wanted.connect(self.nodes.choose)
        self.evaluation.sample_wanted.connect(self.strip.choose)
        self.empty.pressed.connect(lambda: self.workspace.room_requested.emit("train"))

    def _make_actions(self) -> None:
        keys = (
            ("Next sample", "Alt+Right", lambda: self.strip.step(1)),
            ("Previous sample", "Alt+Left", lambda: self.strip.step(-1)),
            ("Next node", "Alt+Down", lambda: self.nodes.step(1)),
            ("Previous node", "Alt+Up", lambda: self.nodes.step(-1)),
            ("Open a picture to look at", "Ctrl+Alt+O", self.strip.browse_picture),
            ("Paste a picture to look at", "Ctrl+V", self.strip.paste_picture),
            ("Copy the tiles as a picture", "Ctrl+C", lambda: self._sheet_view().copy_picture()),
            ("Save the tiles as a picture", "Ctrl+Alt+S", lambda: self._sheet_view().ask_and_save()),
            ("Look into the current network, untrained", "", self.look_at_current_network),
        )
        self._actions = []
        for text, key, act in keys:
            action = QAction(text, self)
            action.setShortcut(QKeySequence(key))
            action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            action.triggered.connect(lambda _checked=False, act=act: act())
            self.addAction(action)
            self._actions.append(action)

    def _sheet_view(self) -> Any:
        return self.kernels.sheet_view if self.desk.tabs.currentWidget() is self.kernels else self.maps.sheet_view


def _raw(image: QImage) -> Source:
    """The pixels of a picture that another thread may read."""
    plain = image.convertToFormat(QImage.Format.Format_RGBA8888)
    pixels = np.frombuffer(plain.constBits(), np.uint8).tobytes()
    return pixels, (plain.width(), plain.height())
