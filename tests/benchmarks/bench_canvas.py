"""How fast the canvas is: real mouse, key and paint events in a Build room that nobody sees, against its goals.

    python tests/benchmarks/bench_canvas.py [pan drag edit open layout] [--json FILE] [--profile FILE]

Each figure is told as milliseconds of the processor on the window's thread and by the clock, median and worst. What
counts is the processor's: what the clock says beside it depends on who else wants the machine. The canvas has about
1280 x 800 pixels. All nodes are in sight while panning, which is the overview; beside it the same where texts can be
read. `block` is the longest that one event of an edit, or of what follows it, keeps the window from answering.
"""

from __future__ import annotations

import argparse
import cProfile
import json
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

from canvas_stage import CANVAS, Figure, Stage, WatchedApplication, skip_chain, table, tell, timed
from PySide6.QtCore import QPointF, Qt

from workbench.core import open_network
from workbench.core.graph.canvas_edits import run
from workbench.core.graph.nesting import nested_layout
from workbench.core.graph.network import Network
from workbench.core.graph.orientation import DIRECTIONS
from workbench.core.graph.outline import outline
from workbench.gui import theme
from workbench.gui.application import application
from workbench.gui.builder.items import style
from workbench.gui.garbage import GarbageCollector

FRAMES = 42
EDITS = 3
"""Each edit is made so many times."""
OVERLAYS = {"": {}, ", thumbnails": {"alive": True}, ", heat": {"heat": True}}
Figures = Iterator[Figure]


def panning(app: WatchedApplication) -> Figures:
    """The middle button pulls the canvas to and fro."""
    for count, goal in ((500, 8.0), (2000, 16.0)):
        stage = Stage(app, skip_chain(count))
        for overlay, wanted in OVERLAYS.items():
            with stage.overlaid(**wanted):
                stage.view.fit()
                seen = len(stage.view.visible_nodes())
                if seen != count:
                    tell(f"only {seen} of {count} nodes are in sight")
                yield pan(stage, f"pan, {count} in sight{overlay}", goal)
                stage.view.zoom_by(0.4 / stage.view.zoom)
                yield pan(stage, f"pan, {len(stage.view.visible_nodes())} readable of {count}{overlay}", None)
                yield zooming(stage, f"zoom, {count} nodes{overlay}")
        stage.close()


def pan(stage: Stage, name: str, goal: float | None) -> Figure:
    """Ten pixels for each frame, back and forth."""
    middle = QPointF(CANVAS[0] / 2, CANVAS[1] / 2)
    with stage.holding(middle, Qt.MouseButton.MiddleButton) as move:

        def frames() -> Iterator[Callable[[], object]]:
            for number in range(FRAMES):
                step = 10.0 * min(number % 20, 20 - number % 20) + 10
                place = middle + QPointF(step, 0.7 * step)
                yield partial(move, place)

        return stage.frames(name, goal, frames())


def zooming(stage: Stage, name: str) -> Figure:
    """Every frame is painted as a whole."""
    return stage.frames(name, None, (lambda f=f: stage.view.zoom_by(f) for f in [1.05, 1 / 1.05] * 10))


def dragging(app: WatchedApplication) -> Figures:
    """A card is pulled over the others, in the overview and where it can be read."""
    stage = Stage(app, skip_chain(1000))
    name = "stage0.5"
    for overlay, wanted in OVERLAYS.items():
        with stage.overlaid(**wanted):
            stage.view.fit()
            yield drag(stage, name, f"drag a node of 1,000, overview{overlay}")
            stage.view.zoom_by(1 / stage.view.zoom)
            stage.view.reveal(name)
            yield drag(stage, name, f"drag a node of 1,000, 100 %{overlay}")
    stage.close()


def drag(stage: Stage, name: str, what: str) -> Figure:
    """Along a crooked way; let go where it was taken up."""
    card = stage.scene.nodes[name].box()
    start = QPointF(stage.view.mapFromScene(card.center() - QPointF(60, 0)))
    with stage.holding(start, Qt.MouseButton.LeftButton) as move:
        steps = [QPointF(6 * n, 4 * n) for n in range(1, FRAMES // 2)]
        ways = [*steps, *reversed(steps[:-1])]
        return stage.frames(what, 16.0, ((lambda way=way: move(start + way)) for way in ways))


def editing(app: WatchedApplication) -> Figures:
    """What people do, until it is seen and until everything that follows is over; not the first edit of a network.

    That one writes into the network where everything stands, which takes a little longer.
    """
    for overlay, wanted in {**OVERLAYS, ", all": {"heat": True, "alive": True}}.items():
        stage = Stage(app, skip_chain(1000))
        stage.room.editor.set_argument("stage0.1", "kernel_size", 1)
        with stage.overlaid(**wanted):
            for fitted in ("overview", "100 %"):
                stage.view.fit() if fitted == "overview" else stage.view.zoom_by(1 / stage.view.zoom)
                stage.settle()
                for name, edit in edits(stage).items():
                    yield from followed(stage, f"{name}, {fitted}{overlay}", edit)
        stage.close()


def edits(stage: Stage) -> dict[str, Callable[[int], object]]:
    """Edits by name; each is told which time it is."""
    editor, scene, actions = stage.room.editor, stage.scene, stage.room.canvas_actions.all
    far = "stage12.501"
    fifty = [node.name for node in scene.network][400:450]

    def chosen(names: list[str], action: str) -> Callable[[int], object]:
        def trigger(_time: int) -> None:
            actions[action].trigger()

        trigger.names = names  # type: ignore[attr-defined]
        return trigger

    return {
        "argument of the first": lambda time: editor.set_argument("stage0.1", "kernel_size", 5 if time % 2 else 3),
        "insert in the middle": lambda _time: editor.add_after("ReLU", "stage12.500"),
        "delete": chosen(["stage12.499"], "build-delete"),
        "undo": lambda _time: stage.workspace.document.undo(),
        "group 10": chosen([node.name for node in scene.network][300:310], "build-group"),
        "paste 50": chosen(fifty, "build-paste"),
        "nudge": lambda _time: editor.move({far: (scene.places[far][0] + 10.0, scene.places[far][1])}),
        "move to the top": lambda _time: editor.move({far: (scene.places[far][0] + 10.0, 0.0)}),
    }


def followed(stage: Stage, name: str, edit: Callable[[int], object]) -> Figures:
    """Do it, see it, wait for what follows; then take it back."""
    seen, block = Figure(f"{name}: seen", 50.0), Figure(f"{name}: block", 50.0)
    document = stage.workspace.document
    before = len(document.history.done)
    for time in range(EDITS + 1):
        names = getattr(edit, "names", [])
        if name.startswith("undo"):
            stage.room.editor.set_argument("stage0.1", "kernel_size", 7)
        if names:
            stage.scene.select(names)
            stage.room.editor.copy()
        stage.settle()
        stage.app.forget()
        taken = stage.frame(partial(_noted, stage, partial(edit, time)))
        stage.settle()
        if time:
            seen.taken.append(taken)
            block.taken.append(stage.app.longest)
        while len(document.history.done) > before:
            document.undo()
        stage.settle()
    yield seen
    yield block


def _noted(stage: Stage, work: Callable[[], object]) -> None:
    """Called outside the event loop, a command blocks it nevertheless."""
    taken = timed(work)
    if taken.processor > stage.app.longest.processor:
        stage.app.longest, stage.app.culprit = taken, "command"


def opening(app: WatchedApplication) -> Figures:
    """A large ready network, every group open, until it is seen; its making included."""
    stage = Stage(app, skip_chain(20))
    for name, goal in (("resnet152", 1500.0), ("densenet201", None)):
        figure = Figure(f"open {name}, all groups open", goal)
        block = Figure(f"open {name}: block", None)
        for _ in range(3):
            stage.app.forget()
            figure.taken.append(stage.frame(partial(_opened, stage, name)))
            stage.settle()
            block.taken.append(stage.app.longest)
        yield figure
        yield block
    stage.close()


def _opened(stage: Stage, name: str) -> None:
    stage.workspace.document.open(open_network(name))
    stage.room.canvas_actions.all["build-open-all"].trigger()


def layouts(_app: WatchedApplication) -> Figures:
    """The layout alone, as a lane computes it, in either direction."""
    for name, goal in (("resnet152", 1000.0), ("densenet201", None), ("2,000 nodes", 3000.0)):
        network = skip_chain(2000) if " " in name else open_network(name)
        for direction in DIRECTIONS:
            turned = run(network, direction)
            taken = [timed(partial(_laid_out, turned)) for _ in range(3)]
            yield Figure(f"layout, {name}, {direction}", goal, taken)


def _laid_out(network: Network) -> None:
    nested_layout(outline(network), style.SIZES)


PARTS = {"pan": panning, "drag": dragging, "edit": editing, "open": opening, "layout": layouts}


def main() -> int:
    """Measure the wanted parts; 1 if a goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], help="all if none is named")
    parser.add_argument("--json", type=Path, help="write the figures there")
    parser.add_argument("--profile", type=Path, help="write what cProfile saw there")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        os.environ["WORKBENCH_CONFIG"] = place
        app = WatchedApplication(sys.argv[:1])
        theme.apply(application(), "light")
        collector = GarbageCollector(app)
        profile = cProfile.Profile()
        if options.profile:
            profile.enable()
        figures = [figure for part in options.parts or PARTS for figure in _told(PARTS[part](app))]
        profile.disable()
        collector.stop()
    if options.profile:
        profile.dump_stats(options.profile)
    if options.json:
        options.json.write_text(json.dumps([figure.row() for figure in figures], indent=1))
    missed = [figure.name for figure in figures if not figure.is_met]
    tell(f"{len(missed)} of {sum(figure.goal is not None for figure in figures)} goals are missed")
    return 1 if missed else 0


def _told(figures: Figures) -> Figures:
    """Each figure as soon as it is known."""
    tell(table([]))
    for figure in figures:
        tell(table([figure]).splitlines()[1])
        yield figure


if __name__ == "__main__":
    sys.exit(main())
