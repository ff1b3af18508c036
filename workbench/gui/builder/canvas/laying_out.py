"""Laying out the network: at once where it is small, on a lane of its own where it is large, gliding to the result."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from PySide6.QtCore import QObject, QTimer

from workbench.core.graph.canvas_edits import unfix
from workbench.core.graph.housing import redirected
from workbench.core.graph.layout import Wanted
from workbench.core.graph.network import Network, Position
from workbench.core.graph.orientation import Direction
from workbench.gui.builder.canvas.actions import CanvasActions, Entry
from workbench.gui.builder.canvas.animation import Glide
from workbench.gui.builder.canvas.layout_progress import LayoutProgress
from workbench.gui.builder.canvas.view import CanvasView
from workbench.gui.builder.editing.editor import layout_of
from workbench.gui.builder.items import style
from workbench.gui.builder.items.flow import NAMES
from workbench.gui.workspace import Workspace

AT_ONCE = 400
"""Networks with at most this many nodes are laid out while one waits: that takes a few hundredths of a second."""
PATIENCE_MS = 200
"""What takes longer is said to be going on."""
TURN = "Left to right, or top to bottom"
Prepare = Callable[[Network, Wanted], Network]
Laid = tuple[Network, Mapping[str, Position]]


class LayingOut(QObject):
    """Lays out what is not placed by hand, everything, or everything another way; each is one step to undo."""

    def __init__(self, view: CanvasView, actions: CanvasActions, workspace: Workspace) -> None:
        super().__init__(view)
        self._view, self._editor, self._jobs = view, view.editor, workspace.jobs
        self._waits_for: Network | None = None
        self.glide = Glide(view)
        self.progress = LayoutProgress(view)
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.timeout.connect(lambda: self.progress.show_here(wanted=True))
        actions.add(
            Entry("build-layout", "Lay out", "Ctrl+L", self.lay_out, "layout"),
            Entry("build-layout-anew", "Lay out everything anew", "Ctrl+Alt+L", self.lay_out_anew, "layout"),
            Entry("build-direction", TURN, "Ctrl+Shift+L", self.turn, "layout-right"),
        )
        actions.all["build-layout"].setToolTip("Lay out; what you have placed stays (Ctrl+L)")
        self._turning = actions.all["build-direction"]
        self._turning.setCheckable(True)
        self._turning.setToolTip("Let the network run from left to right, or again from top to bottom (Ctrl+Shift+L)")
        view.cancelled.connect(self.cancel)
        self.progress.cancelled.connect(self.cancel)
        workspace.network_changed.connect(lambda _before, _after: self._follow())
        self._show_direction()

    def lay_out(self) -> None:
        """Put the nodes where the layout wants them, without those that somebody has put where they are."""
        self._begin("Lay out the network", lambda network, _wanted: network)

    def lay_out_anew(self) -> None:
        """Put every node where the layout wants it."""
        self._begin("Lay out everything anew", lambda network, _wanted: unfix(network))

    def turn(self) -> None:
        """Have the network run the other way."""
        self.run("right" if self._editor.network.canvas.direction == "down" else "down")

    def run(self, direction: Direction) -> None:
        """Have the network run a way; what somebody has placed keeps its place beside where a layout wants it."""
        self._show_direction()  # the action shows how the network runs, not how it will
        label = f"Lay out {NAMES[direction].lower()}"
        self._begin(label, partial(_redirected, direction=direction))

    @property
    def is_working(self) -> bool:
        """Whether a layout is being made."""
        return self._waits_for is not None

    def cancel(self) -> None:
        """Forget the layout that is being made: everything stays as it is."""
        if self._waits_for is not None:
            self._jobs.cancel(self, "layout")
            self._end()

    def _begin(self, label: str, prepare: Prepare) -> None:
        self.cancel()
        network = self._editor.network
        if len(network) <= AT_ONCE:
            self._take(label, _laid(network, prepare, self._jobs.wanted))
            return
        self._waits_for = network
        self.progress.say(f"Laying out {len(network):,} nodes…")
        self._patience.start(PATIENCE_MS)
        work = partial(_laid, network, prepare, self._jobs.wanted)
        done = partial(self._answer, label)
        self._jobs.submit(work, owner=self, lane="layout", key="layout", done=done)

    def _answer(self, label: str, laid: Laid) -> None:
        self._end()
        self._take(label, laid)

    def _end(self) -> None:
        self._waits_for = None
        self._patience.stop()
        self.progress.show_here(wanted=False)

    def _take(self, label: str, laid: Laid) -> None:
        before = self.glide.places()
        self._editor.take_layout(*laid, label)
        self._view.fit()
        self.glide.play(before)

    def _follow(self) -> None:
        """The network is another one: nobody waits for a layout of the one before."""
        self.glide.finish()
        self.cancel()
        self._show_direction()

    def _show_direction(self) -> None:
        self._turning.setChecked(self._editor.network.canvas.direction == "right")


def _redirected(network: Network, wanted: Wanted, *, direction: Direction) -> Network:
    return redirected(network, direction, style.SIZES, wanted=wanted)


def _laid(network: Network, prepare: Prepare, wanted: Wanted) -> Laid:
    """A network that is prepared for its layout, and the layout."""
    prepared = prepare(network, wanted)
    return prepared, layout_of(prepared, wanted)
