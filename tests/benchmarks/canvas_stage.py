"""The stage of the canvas benchmarks: a Build room that nobody sees, an application that times its events, figures."""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from PySide6.QtCore import QEvent, QObject, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication, QWidget

from workbench.core.graph.network import INPUT, OUTPUT, Network, Node
from workbench.core.graph.outline import outline
from workbench.gui.builder.room import BuildRoom
from workbench.gui.workspace import Workspace

WINDOW = (1680, 900)
"""With it the canvas has about 1280 x 800 pixels; the docks and the bar take the rest."""
CANVAS = (1280, 800)
QUIET = 0.25
"""Seconds without an event after which everything that an edit has set going is over."""
LONGEST_WAIT = 120.0


@dataclass(frozen=True)
class Taken:
    """What something took, in milliseconds: by the clock, and of the processor on the window's thread."""

    clock: float
    processor: float

    def __add__(self, other: Taken) -> Taken:
        return Taken(self.clock + other.clock, self.processor + other.processor)


def skip_chain(count: int) -> Network:
    """A network that runs: convolutions in groups of forty nodes, with a shortcut over every fourth node."""
    nodes = [Node("input", INPUT, {"shape": [3, 16, 16]})]
    kinds = {0: "Add", 1: "Conv2d", 2: "BatchNorm2d", 3: "ReLU"}
    for number in range(1, count - 1):
        kind = kinds[number % 4] if number > 4 or number % 4 else "ReLU"
        inputs = (nodes[-1].name, nodes[-4].name) if kind == "Add" else (nodes[-1].name,)
        arguments = {"out_channels": 8, "padding": 1} if kind == "Conv2d" else {}
        nodes.append(Node(f"stage{number // 40}.{number}", kind, arguments, inputs))
    return Network.of("bench", [*nodes, Node("output", OUTPUT, {}, (nodes[-1].name,))])


class WatchedApplication(QApplication):
    """Knows how long the longest event took since `forget`, and counts the paint events of one widget."""

    def __init__(self, arguments: list[str]) -> None:
        super().__init__(arguments)
        self.watched: QObject | None = None
        self.paints = 0
        self.last = 0.0
        self.longest = Taken(0.0, 0.0)
        self.culprit = ""
        self._depth = 0

    def forget(self) -> None:
        """Begin anew."""
        self.longest, self.culprit, self.paints, self.last = Taken(0.0, 0.0), "", 0, time.perf_counter()

    def notify(self, receiver: QObject, event: QEvent) -> bool:
        """Qt's delivery of one event, timed unless it is delivered while another one is."""
        if receiver is self.watched and event.type() == QEvent.Type.Paint:
            self.paints += 1
        if self._depth:
            return super().notify(receiver, event)
        self._depth += 1
        began, start, what = time.perf_counter(), time.thread_time(), event.type()
        try:
            return super().notify(receiver, event)
        finally:
            self._depth -= 1
            self._note(Taken(_since(began, time.perf_counter()), _since(start, time.thread_time())), what)

    def _note(self, taken: Taken, what: QEvent.Type) -> None:
        if taken.processor > 1:
            self.last = time.perf_counter()
        if taken.processor > self.longest.processor:
            self.longest, self.culprit = taken, what.name


@dataclass
class Figure:
    """One measured thing with its goal: milliseconds of the processor, or None where there is no goal."""

    name: str
    goal: float | None = None
    taken: list[Taken] = field(default_factory=list)

    @property
    def is_met(self) -> bool:
        """Whether the median of the processor time is within the goal."""
        return self.goal is None or self.middle <= self.goal

    @property
    def middle(self) -> float:
        """The median processor time."""
        return statistics.median(taken.processor for taken in self.taken)

    def row(self) -> dict[str, object]:
        """For `--json`."""
        clock, processor = [one.clock for one in self.taken], [one.processor for one in self.taken]
        return {
            "name": self.name,
            "goal_ms": self.goal,
            "met": self.is_met if self.goal is not None else None,
            "samples": len(self.taken),
            "cpu_median_ms": round(self.middle, 2),
            "cpu_worst_ms": round(max(processor), 2),
            "clock_median_ms": round(statistics.median(clock), 2),
            "clock_worst_ms": round(max(clock), 2),
        }


def timed(work: Callable[[], object]) -> Taken:
    """What a piece of work takes."""
    began, start = time.perf_counter(), time.thread_time()
    work()
    return Taken(_since(began, time.perf_counter()), _since(start, time.thread_time()))


def _since(start: float, end: float) -> float:
    return (end - start) * 1000


class Stage:
    """A Build room with one network, all groups open, at a size at which the canvas is as large as `CANVAS`."""

    def __init__(self, app: WatchedApplication, network: Network) -> None:
        self.app = app
        self.workspace = Workspace()
        self.room = BuildRoom(self.workspace)
        self.view, self.scene = self.room.view, self.room.scene
        self.room.resize(*WINDOW)
        self.room.show()
        app.watched = self.view.viewport()
        app.processEvents()
        extra = self.view.viewport().size()
        self.room.resize(WINDOW[0] + CANVAS[0] - extra.width(), WINDOW[1] + CANVAS[1] - extra.height())
        app.processEvents()
        self.workspace.document.open(network)
        self.scene.unfold(outline(network).groups)
        self.settle()

    def close(self) -> None:
        """Let go of everything."""
        self.app.watched = None
        self.room.close()
        self.workspace.close()

    def settle(self) -> None:
        """Wait until every lane has answered and nothing more happens."""
        started, self.app.last = time.perf_counter(), time.perf_counter()
        while self.workspace.jobs.busy or time.perf_counter() - self.app.last < QUIET:
            if time.perf_counter() - started > LONGEST_WAIT:
                raise TimeoutError
            self.app.processEvents()
            time.sleep(0.0005)

    def frame(self, change: Callable[[], object]) -> Taken:
        """From a change to the end of the paint that shows it."""
        self.app.paints = 0

        def shown() -> None:
            change()
            began = time.perf_counter()
            while not self.app.paints:
                self.app.processEvents()
                if time.perf_counter() - began > LONGEST_WAIT:
                    raise TimeoutError("nothing was painted")

        return timed(shown)

    def frames(self, name: str, goal: float | None, changes: Iterator[Callable[[], object]]) -> Figure:
        """A figure of many frames; the first two warm caches."""
        taken = [self.frame(change) for change in changes]
        return Figure(name, goal, taken[2:])

    @contextmanager
    def overlaid(self, *, heat: bool = False, alive: bool = False) -> Iterator[None]:
        """With the heat map, or with what each node makes of a picture on its card."""
        if heat:
            self.room.canvas_actions.all["build-heat"].trigger()
        self.room.life.switch(alive)
        self.settle()
        try:
            yield
        finally:
            if heat:
                self.room.canvas_actions.all["build-heat"].trigger()
            self.room.life.switch(False)
            self.settle()

    # the mouse

    def mouse(self, what: QEvent.Type, place: QPointF, button: Qt.MouseButton) -> None:
        """A mouse event on the canvas, in pixels."""
        viewport: QWidget = self.view.viewport()
        held = Qt.MouseButton.NoButton if what == QEvent.Type.MouseButtonRelease else button
        pressed = Qt.MouseButton.NoButton if what == QEvent.Type.MouseMove else button
        where = QPointF(viewport.mapToGlobal(place))
        QApplication.sendEvent(viewport, QMouseEvent(what, place, where, pressed, held, Qt.KeyboardModifier.NoModifier))

    @contextmanager
    def holding(self, place: QPointF, button: Qt.MouseButton) -> Iterator[Callable[[QPointF], None]]:
        """A button held down from a place on; what is yielded moves the mouse."""
        self.mouse(QEvent.Type.MouseButtonPress, place, button)
        end = place

        def move(to: QPointF) -> None:
            nonlocal end
            end = to
            self.mouse(QEvent.Type.MouseMove, to, button)

        yield move
        self.mouse(QEvent.Type.MouseButtonRelease, end, button)


def table(figures: list[Figure]) -> str:
    """The figures as lines."""
    head = f"{'':<54}{'goal':>7}{'cpu':>8}{'worst':>8}{'clock':>9}{'worst':>9}"
    lines = [head]
    for figure in figures:
        row = figure.row()
        goal = "" if figure.goal is None else f"{figure.goal:g}"
        verdict = "" if figure.goal is None else "  met" if figure.is_met else "  MISSED"
        lines.append(
            f"{figure.name:<54}{goal:>7}{row['cpu_median_ms']:>8}{row['cpu_worst_ms']:>8}"
            f"{row['clock_median_ms']:>9}{row['clock_worst_ms']:>9}{verdict}"
        )
    return "\n".join(lines)


def tell(text: str) -> None:
    """Print a line at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()
