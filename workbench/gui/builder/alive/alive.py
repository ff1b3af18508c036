"""The living network: what every node makes of a sample picture, in the background, on the cards.

Loaded when it is first switched on: it needs numpy, and torch on its lane.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QPixmap

from workbench.core.inspection.sample import BUILT_IN, Sample
from workbench.core.inspection.sight import Unit
from workbench.core.modelling.shapes import Analysis
from workbench.errors import WorkbenchError
from workbench.gui.bridge import Inbox
from workbench.gui.builder.canvas.view import CanvasView
from workbench.gui.builder.items.group_facts import group_ends
from workbench.gui.errors import show_error
from workbench.gui.widgets.pixels import to_qimage
from workbench.gui.workspace import Workspace

if TYPE_CHECKING:
    from workbench.core.inspection.alive import Lens, Signature
    from workbench.core.inspection.glimpses import Closeup, Glimpse, Look
    from workbench.core.inspection.sample import Framed
    from workbench.gui.builder.alive.lens import LensMaker

LANE = "alive"
WAIT_MS = 150
"""A burst of edits is looked at once."""
MOST = 2000
"""So many glimpses are kept, of undone edits too: at most 25 MB."""
SECONDS = 60.0
"""What takes longer is left out, and that is said."""


@dataclass(frozen=True)
class Choice:
    """What the user wants to look at, and with which weights: those of a run, or random ones."""

    sample: Sample = BUILT_IN
    look: Look = "strongest"
    run: Path | None = None


@dataclass(frozen=True, eq=False)
class Begun:
    """A pass through a network has begun: through which lens, on which picture, with a signature for each node."""

    analysis: Analysis
    lens: Lens
    picture: Framed
    signatures: dict[str, Signature]


class Alive(QObject):
    """Keeps the glimpses of the network of the moment, and shows them on the cards, while it is on."""

    begun = Signal()
    """Another picture, or another network, is looked at."""
    advanced = Signal(object)
    """The names of nodes of which something is known now."""
    settled = Signal(str)
    """Everything is known; how it went, in a sentence."""
    failed = Signal(str)
    """Nothing can be shown; why, in a sentence."""
    unit_changed = Signal()
    """The user points at another unit of a map."""

    def __init__(self, view: CanvasView, workspace: Workspace) -> None:
        super().__init__(view)
        self._view, self._scene, self._workspace = view, view.network_scene, workspace
        self.choice, self.is_on = Choice(), False
        self.now: Begun | None = None
        self.unit: Unit | None = None
        self._known: OrderedDict[Signature, Glimpse] = OrderedDict()
        self._pixmaps: dict[Signature, QPixmap] = {}
        self._lenses: LensMaker | None = None
        self._inbox = Inbox(self)
        self._inbox.arrived.connect(self._take)
        workspace.analysed.connect(lambda _analysis: self.renew(WAIT_MS))
        self._scene.unfolded.connect(self._show_all)
        self._scene.picked.connect(lambda: self.point(None))

    # what is wanted

    def switch(self, wanted: bool) -> None:
        """Begin or end it; off, it costs nothing."""
        self.is_on = wanted
        if wanted:
            self.renew()
            return
        for key in ("glimpses", "closeup-peek", "closeup-look", "kernels"):
            self._workspace.jobs.cancel(self, key)
        self._show_all()

    def choose(self, **changes: object) -> None:
        """Look at another picture, with other weights, or at other channels."""
        chosen = replace(self.choice, **changes)  # type: ignore[arg-type]
        if chosen != self.choice:
            self.choice = chosen
            self.renew()

    def renew(self, delay_ms: int = 0) -> None:
        """Look at the network of the moment, as far as it is not known already."""
        analysis = self._workspace.current_analysis
        if not self.is_on or analysis is None:
            return
        jobs, choice, lenses = self._workspace.jobs, self.choice, self._lens_maker()
        known, first = frozenset(self._known), tuple(self._visible())
        put, going_on = self._inbox.put, jobs.wanted

        def work() -> str:
            from workbench.gui.builder.alive.lens import walk

            return walk(analysis, lenses(choice), known=known, first=first, put=put, going_on=going_on, seconds=SECONDS)

        jobs.submit(
            work,
            owner=self,
            lane=LANE,
            key="glimpses",
            done=self._settle,
            failed=self._fail,
            delay_ms=delay_ms,
        )

    def closeup(self, node: str, who: str, done: Callable[[Closeup | None], None]) -> None:
        """Have the maps of a node in full; the latest request of somebody (`who`) counts."""
        now = self.now
        if now is None or not self.is_on:
            return

        def work() -> Closeup | None:
            from workbench.core.inspection.alive import closeup

            return closeup(now.analysis, now.lens, now.picture, node=node)

        self._workspace.jobs.submit(work, owner=self, lane="closeup", key=f"closeup-{who}", done=done)

    def kernels(self, node: str, done: Callable[[object], None]) -> None:
        """Have the kernels `(out, in, height, width)` with which a node runs; None for one without."""
        now = self.now
        if now is None or not self.is_on or node not in now.analysis.network:
            return

        def work() -> object:
            from workbench.gui.builder.alive.lens import kernels

            return kernels(now.analysis, now.lens, node)

        self._workspace.jobs.submit(work, owner=self, lane="closeup", key="kernels", done=done)

    def give_up(self, who: str) -> None:
        """Nobody waits for a closeup any more."""
        self._workspace.jobs.cancel(self, f"closeup-{who}")

    def point(self, unit: Unit | None) -> None:
        """The user points at a unit of the selected node's map, or at none."""
        if unit != self.unit:
            self.unit = unit
            self.unit_changed.emit()

    # what is known

    def glimpse(self, name: str) -> Glimpse | None:
        """What is known of a node; None while that is not the case."""
        if self.now is None:
            return None
        return self._known.get(self.now.signatures.get(name, ""))

    def all_known(self) -> dict[str, Glimpse]:
        """What is known of each node."""
        found = {name: self.glimpse(name) for name in (self.now.signatures if self.now else ())}
        return {name: glimpse for name, glimpse in found.items() if glimpse is not None}

    def pixmap(self, name: str) -> QPixmap | None:
        """The small picture of a node."""
        glimpse = self.glimpse(name)
        if self.now is None or glimpse is None or glimpse.image is None:
            return None
        signature = self.now.signatures[name]
        if signature not in self._pixmaps:
            self._pixmaps[signature] = QPixmap.fromImage(to_qimage(glimpse.image))
        return self._pixmaps[signature]

    def node_behind(self, key: str) -> str:
        """The node whose map stands for a card: of a closed group the one that gives its output."""
        tree = self._scene.tree
        return group_ends(tree, key)[1] or tree.nodes(key)[-1] if tree.is_group(key) else key

    # answers

    def _take(self, items: list[object]) -> None:
        names: set[str] = set()
        for item in items:
            if isinstance(item, Begun):
                self.now, names = item, set(item.signatures)
                self.begun.emit()
            elif isinstance(item, tuple):
                signature, glimpse = item
                self._known[signature] = glimpse
                self._known.move_to_end(signature)
                names.add(glimpse.name)
        while len(self._known) > MOST:
            self._pixmaps.pop(self._known.popitem(last=False)[0], None)
        if self.is_on and names:
            self._show(names)
            self.advanced.emit(names)

    def _settle(self, sentence: str) -> None:
        self._inbox.drain()
        self._show_all()
        self.settled.emit(sentence)

    def _fail(self, error: Exception) -> None:
        self._inbox.drain()
        if not isinstance(error, WorkbenchError):
            show_error(self._view.window(), error)
        self.now = None
        self._show_all()
        self.failed.emit(str(error))

    # the cards

    def _visible(self) -> Iterable[str]:
        return [self.node_behind(card.name) for card in self._view.visible_nodes()]

    def _show_all(self) -> None:
        self._show(None)

    def _show(self, names: set[str] | None) -> None:
        """Show what is known on the cards of these nodes, or of all; a card keeps a picture until the next."""
        cards = self._scene.nodes
        if not self.is_on or self.now is None:
            for card in cards.values():
                card.show_glimpse(None)
            return
        for key, card in cards.items():
            node = self.node_behind(key)
            if names is None or node in names:
                pixmap = self.pixmap(node)
                if pixmap is not None or names is None or self.glimpse(node) is not None:
                    card.show_glimpse(pixmap)

    def _lens_maker(self) -> LensMaker:
        if self._lenses is None:
            from workbench.gui.builder.alive.lens import LensMaker

            self._lenses = LensMaker()
        return self._lenses


def moved(sample: Sample, step: int) -> Sample | None:
    """The next or an earlier picture of the same set; None for what is no picture of a set."""
    from workbench.core.inspection.sample import SetSample

    return SetSample(sample.spec, sample.number + step) if isinstance(sample, SetSample) else None
