"""What is looked at, from one panel to the next: a subject, a picture of it, a node, and what that makes of both."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject

from workbench.core.graph.network import Network
from workbench.errors import WorkbenchError
from workbench.gui.background import Background
from workbench.gui.errors import show_error
from workbench.gui.viewer import study
from workbench.gui.viewer.desk import Desk
from workbench.gui.viewer.intake import Picture, Source
from workbench.gui.viewer.requests import SUBJECT, Requests
from workbench.gui.viewer.study import Verdict
from workbench.gui.viewer.subjects import Subject, Subjects
from workbench.gui.widgets.busy import BusyRow
from workbench.gui.widgets.sentences import explained


class Inquiry(QObject):
    """Asks for one thing after another and lays each answer on the desk; everything slow happens on a lane."""

    def __init__(self, jobs: Background, desk: Desk, opening: BusyRow) -> None:
        super().__init__(desk)
        self._jobs, self._desk, self._opening = jobs, desk, opening
        self._requests, self._subjects = Requests(jobs, opening=opening, busy=desk.busy), Subjects()
        self.subject: Subject | None = None
        self.wanted_node = ""
        """What the next subject is to be opened at; empty for the node of the one before."""
        self._picture: Picture | None = None
        self._source: Source = 0
        self._requests.failed.connect(self._failed)
        desk.strip.sample_chosen.connect(self.ask_picture)
        desk.nodes.node_chosen.connect(self._ask_about_node)

    # -- the subject -------------------------------------------------------------------------------------------------

    def open(self, choice: Path | Network, spec: str, *, delay_ms: int = 0) -> None:
        """Look into a run, or into a network with random weights and the pictures of a data set."""
        self._requests.drop("picture", "maps", "kernels")
        if self.subject is None:
            self._desk.maps.say("Opening the network", "Its feature maps appear here.")
        work = partial(self._subjects.open, choice, spec, self._opening.reporter(self._jobs))
        self._requests.ask(SUBJECT, work, self._show_subject, delay_ms=delay_ms)

    def cancel(self) -> None:
        """Stop decoding pictures; what was shown before stays."""
        self._requests.drop(SUBJECT)
        if self.subject is None:
            self._desk.maps.say("Nothing was opened", "You stopped it. Choose a run above to open one.")

    def _show_subject(self, subject: Subject) -> None:
        desk = self._desk
        self.subject, self._picture = subject, None
        desk.show_note(subject)
        node, self.wanted_node = self.wanted_node or desk.nodes.node, ""
        desk.strip.show_samples(subject.samples, subject.classes)
        desk.evaluation.show_subject(subject)
        desk.nodes.show_nodes(subject.analysis, choose=node)
        self._ask_kernels()
        self._show_source(subject)

    def _show_source(self, subject: Subject) -> None:
        """Show the new subject what the last one was shown, or its first sample."""
        if not isinstance(self._source, int):
            self.ask_picture(self._source)
        elif subject.samples is not None:
            self._source = min(self._source, len(subject.samples) - 1)
            self._desk.strip.choose(self._source)
        else:
            self._desk.picture.clear(subject.trouble)
            self._desk.maps.say("Choose a picture", "There are no samples: drop a picture here, paste or open one.")

    # -- the picture -------------------------------------------------------------------------------------------------

    def ask_picture(self, source: Source) -> None:
        """Look at another picture."""
        self._source = source
        if self.subject is not None:
            self._requests.drop("maps")
            self._requests.ask("picture", partial(study.taken, self.subject, source), self._show_picture)

    def _show_picture(self, answer: tuple[Picture, Verdict]) -> None:
        assert self.subject is not None
        self._picture, verdict = answer
        self._desk.picture.show_picture(self._picture, verdict, self.subject.classes)
        self._ask_maps()

    # -- the node ----------------------------------------------------------------------------------------------------

    def _ask_about_node(self) -> None:
        self._ask_maps()
        self._ask_kernels()

    def _ask_maps(self) -> None:
        subject, picture, node = self.subject, self._picture, self._desk.nodes.node
        if subject is not None and picture is not None and node is not None:
            work = partial(study.maps_of, subject, picture, node)
            self._requests.ask("maps", work, partial(self._show_maps, subject, node))

    def _show_maps(self, subject: Subject, node: str, values: Any) -> None:
        names = subject.classes if study.gives_scores(subject, node) else ()
        self._desk.maps.show_values(values, title=node, names=names)

    def _ask_kernels(self) -> None:
        subject, node = self.subject, self._desk.nodes.node
        if subject is None or node is None:
            return
        kind = subject.network[node].kind
        if kind == "Conv2d":
            show = partial(self._desk.kernels.show_kernels, title=node)
            self._requests.ask("kernels", partial(study.kernels_of, subject, node), show)
            return
        self._requests.drop("kernels")
        first = next((name for name in subject.network.execution_order if subject.network[name].kind == "Conv2d"), "")
        reason = f"Only convolutions have filters; {node} is of kind {kind}."
        self._desk.kernels.say("No filters here", reason, offer=first)

    # -- what cannot be had ------------------------------------------------------------------------------------------

    def _failed(self, key: str, error: Exception) -> None:
        """Say it in place; anything but a `WorkbenchError` is our bug."""
        desk = self._desk
        if not isinstance(error, WorkbenchError):
            show_error(desk.window(), error)
            desk.maps.say("Nothing to show", "An error of ours came between; its window says which.")
            return
        sentence = explained(error)
        if key == "kernels":
            desk.kernels.say(error.title, sentence)
            return
        if key == SUBJECT:
            self._forget(error)
        if key != "maps":
            self._picture = None
            desk.picture.clear()
        desk.maps.say(error.title, sentence)

    def _forget(self, error: WorkbenchError) -> None:
        desk = self._desk
        self.subject = None
        desk.nodes.clear()
        desk.strip.show_samples(None, ())
        desk.evaluation.show_subject(None)
        desk.kernels.say(error.title)
        desk.show_note(None)
