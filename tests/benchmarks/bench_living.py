"""What small pictures and frost on the cards cost a frame, and what a living network costs after an edit, as ratios.

Frames with and without are taken in turn, so that a busy machine weighs on both.
Run it with `python tests/benchmarks/bench_living.py`.
"""

from __future__ import annotations

import os
import statistics
import sys
import time
from collections.abc import Callable

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor, QPixmap
from PySide6.QtWidgets import QApplication

from workbench.core import open_network
from workbench.core.graph.document import Document
from workbench.core.graph.edits import set_arguments
from workbench.core.graph.outline import outline
from workbench.core.inspection.alive import Lens, glimpses, seen_through
from workbench.core.inspection.sample import BUILT_IN
from workbench.core.modelling.shapes import analyse
from workbench.gui import theme
from workbench.gui.builder.canvas.view import CanvasView
from workbench.gui.builder.editing.editor import Editor
from workbench.gui.builder.mirror.scene import NetworkScene
from workbench.gui.workspace import Workspace

WINDOW = (1600, 1000)
ROUNDS = 30


def seconds(work: Callable[[], object]) -> float:
    """The time of a piece of work."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


class Bench:
    """A network with all groups open on a canvas."""

    def __init__(self, app: QApplication, name: str) -> None:
        self.app, network = app, open_network(name)
        self.workspace, self.scene = Workspace(Document(network)), NetworkScene()
        self.view = CanvasView(self.scene, Editor(self.workspace, self.scene))
        self.view.resize(*WINDOW)
        self.view.show()
        self.scene.open(network, outline(network).groups)
        self.pictures = []
        for number in range(len(self.scene.nodes)):
            picture = QPixmap(64, 64)
            picture.fill(QColor.fromHsv(number * 37 % 360, 200, 200))
            self.pictures.append(picture)

    def ratios(self, zoom: str) -> dict[str, float]:
        """Frames with pictures, and with frost, in units of plain ones."""
        self.view.fit() if zoom == "overview" else self.view.real_size()
        taken: dict[str, list[float]] = {"plain": [], "pictures": [], "frost": []}
        for _ in range(ROUNDS):
            for state, times in taken.items():
                for card, picture in zip(self.scene.nodes.values(), self.pictures, strict=True):
                    card.show_glimpse(picture if state == "pictures" else None)
                    card.show_frozen(state == "frost")
                self._frame()
                times.append(seconds(self._frame))
        plain = statistics.median(taken["plain"])
        return {state: statistics.median(times) / plain for state, times in taken.items()}

    def close(self) -> None:
        """Let go of everything."""
        self.workspace.close()
        self.view.close()

    def _frame(self) -> None:
        self.view.pan(QPointF(1, 0))
        self.view.viewport().update()
        self.app.processEvents()


def after_an_edit(name: str, node: str, **arguments: object) -> float:
    """The time for the glimpses after an edit in units of the time for all of them."""
    network, lens = open_network(name), Lens(BUILT_IN)
    analysis, edited = analyse(network), analyse(set_arguments(network, node, arguments))
    picture = seen_through(lens, analysis.input_shape)
    shares = []
    for _ in range(3):
        known: dict[str, object] = {}
        whole = seconds(lambda known=known: known.update(glimpses(analysis, lens, picture)))  # type: ignore[misc]
        part = seconds(lambda known=known: list(glimpses(edited, lens, picture, known=known)))  # type: ignore[misc]
        shares.append(part / whole)
    return statistics.median(shares)


def main() -> None:
    """Print the ratios."""
    app = QApplication(sys.argv[:1])
    theme.apply(app, "light")
    for name in ("cifar10net", "resnet50", "resnet152"):
        bench = Bench(app, name)
        for zoom in ("100 %", "overview"):
            told = ", ".join(f"{state} {ratio:.2f}" for state, ratio in bench.ratios(zoom).items())
            print(f"{name}, a frame at {zoom}: {told}")
        bench.close()
    print(f"cifar10net, an edit of its head: {after_an_edit('cifar10net', 'fc', out_features=7):.2f} of all glimpses")
    print(f"resnet18, an edit of layer1: {after_an_edit('resnet18', 'layer1.0.conv1', bias=True):.2f}")


if __name__ == "__main__":
    main()
