"""How fast the canvas is: real paint events of a window that nobody sees, as milliseconds and as a ratio.

The ratio is to a fixed piece of Python work on the same machine, so that figures of different machines can be compared.
Run it with `python tests/benchmarks/bench_canvas.py [nodes ...]`.
"""

from __future__ import annotations

import os
import statistics
import sys
import time
from collections.abc import Callable

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QPointF
from PySide6.QtWidgets import QApplication

from workbench.core import open_network
from workbench.core.graph import edits
from workbench.core.graph.document import Document
from workbench.core.graph.nesting import nested_layout
from workbench.core.graph.network import Network, Node
from workbench.core.graph.outline import outline
from workbench.gui import theme
from workbench.gui.builder import style
from workbench.gui.builder.editor import Editor
from workbench.gui.builder.scene import NetworkScene
from workbench.gui.builder.view import CanvasView
from workbench.gui.workspace import Workspace

WINDOW = (1600, 1000)
FRAMES = 40


def skip_chain(count: int) -> Network:
    """A chain with a shortcut over every fourth node."""
    nodes = [Node("input", "Input")]
    for number in range(1, count):
        kind = ("Conv2d", "BatchNorm2d", "ReLU", "Add")[number % 4 - 1]
        inputs = (nodes[-1].name, nodes[-4].name) if kind == "Add" and number > 4 else (nodes[-1].name,)
        nodes.append(Node(f"stage{number // 40}.{number}", kind, {}, inputs))
    return Network.of("bench", nodes)


def milliseconds(work: Callable[[], object], times: int = 1) -> float:
    """The median time of a piece of work."""
    taken = []
    for _ in range(times):
        started = time.perf_counter()
        work()
        taken.append((time.perf_counter() - started) * 1000)
    return statistics.median(taken)


def calibration() -> float:
    """Milliseconds for a million additions."""
    return milliseconds(lambda: sum(range(1_000_000)), 9)


class Bench:
    """One network on one canvas."""

    def __init__(self, app: QApplication, count: int) -> None:
        self.app, self.network = app, skip_chain(count)
        self.opened, self._dragged = outline(self.network).groups, QPointF()
        self.workspace = Workspace(Document(self.network))
        self.scene = NetworkScene()
        self.view = CanvasView(self.scene, Editor(self.workspace, self.scene))
        self.view.resize(*WINDOW)
        self.view.show()
        app.processEvents()

    def measure(self) -> dict[str, float]:
        """All figures, in milliseconds."""
        figures = {"build, groups closed": milliseconds(lambda: self.scene.open(self.network, ()))}
        figures["build, groups open"] = milliseconds(lambda: self.scene.open(self.network, self.opened))
        figures["first picture"] = milliseconds(lambda: self._frame(self.view.fit))
        figures["overview, whole repaint"] = milliseconds(lambda: self._frame(self.view.viewport().update), FRAMES)
        figures["overview, pan"] = milliseconds(self._pan, FRAMES)
        figures["overview, drag a node"] = milliseconds(self._drag, FRAMES)
        self.view.real_size()
        self.app.processEvents()
        figures["100 %, whole repaint"] = milliseconds(lambda: self._frame(self.view.viewport().update), FRAMES)
        figures["100 %, pan"] = milliseconds(self._pan, FRAMES)
        figures["100 %, drag a node"] = milliseconds(self._drag, FRAMES)
        figures["100 %, one edit"] = milliseconds(self._edit, 9)
        figures["select all"] = milliseconds(lambda: self._frame(lambda: self.scene.select(list(self.scene.nodes))))
        return figures

    def close(self) -> None:
        """Let go of everything."""
        self.workspace.close()
        self.view.close()

    def _frame(self, change: Callable[[], object]) -> None:
        change()
        self.app.processEvents()

    def _pan(self) -> None:
        self._frame(lambda: self.view.pan(QPointF(7, 9)))

    def _drag(self) -> None:
        name = next(iter(self.scene.nodes))
        self._dragged += QPointF(3, 2)
        self._frame(lambda: self.scene.drag([name], [], self._dragged))

    def _edit(self) -> None:
        before = self.scene.network
        stride = before["stage0.1"].arguments.get("stride", 1) + 1
        after = edits.set_arguments(before, "stage0.1", {"stride": stride})
        self._frame(lambda: (self.scene.follow(before, after), self.scene.show_stale()))


def opening(app: QApplication, name: str) -> dict[str, float]:
    """How long a known network takes to be shown, closed and with every group open, and to open and close one."""
    network = open_network(name)
    workspace, scene = Workspace(Document(network)), NetworkScene()
    view = CanvasView(scene, Editor(workspace, scene))
    view.resize(*WINDOW)
    view.show()
    groups = outline(network).groups

    def shown(opened: tuple[str, ...]) -> None:
        scene.open(network, opened)
        view.first_look()
        app.processEvents()

    figures = {"closed": milliseconds(lambda: shown(()), 5), "all open": milliseconds(lambda: shown(groups), 5)}
    shown(())
    figures["open all at once"] = milliseconds(lambda: (scene.unfold(groups), app.processEvents()))
    shown(())
    first = next(key for key in scene.nodes if scene.tree.is_group(key))
    figures["open or close a group"] = milliseconds(lambda: (view.toggle(first), app.processEvents()), 8)
    figures["layout"] = milliseconds(lambda: nested_layout(outline(network), style.SIZES), 3)
    workspace.close()
    view.close()
    return figures


def main(counts: list[int]) -> None:
    """Print a table for each size."""
    app = QApplication(sys.argv[:1])
    theme.apply(app, "light")
    unit = calibration()
    print(f"one unit (a million additions): {unit:.1f} ms")
    for count in counts:
        bench = Bench(app, count)
        print(f"\n{count} nodes, {sum(len(node.inputs) for node in bench.network)} connections")
        for name, value in bench.measure().items():
            print(f"  {name:<26}{value:8.1f} ms {value / unit:8.2f} units")
        bench.close()
    for name in ("resnet50", "resnet152", "densenet121"):
        print(f"\n{name}")
        for what, value in opening(app, name).items():
            print(f"  {what:<26}{value:8.1f} ms {value / unit:8.2f} units")


if __name__ == "__main__":
    main([int(text) for text in sys.argv[1:]] or [500, 2000])
