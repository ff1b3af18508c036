"""The decisions about the pictures of a set while the room is open: made on a lane, one after the other, and kept."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count

from PySide6.QtCore import QObject, Signal

from workbench.core.data.decisions import Action, Decision, Decisions, decided, redo, undo, write_decisions
from workbench.core.data.images import Indices
from workbench.gui.background import Background
from workbench.gui.data.holding import Holding

LANE = "decisions"
Edit = Callable[[Decisions], Decisions]


class Ledger(QObject):
    """Changes the list of decisions; the file is written before anything is shown."""

    changed = Signal(object)
    """The `Holding` with the decisions as they stand."""
    failed = Signal(object)

    def __init__(self, jobs: Background, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._holding: Holding | None = None
        self._requests = count()
        self._latest: dict[str, Holding] = {}
        """The last state of the open set; read and written on the lane."""

    def show_holding(self, holding: Holding | None) -> None:
        """Take another set; what was asked for the last one is still done."""
        self._holding = holding
        if holding is not None:
            self._latest = {"now": holding}

    def compare(self, doubles: Indices) -> None:
        """Take in which pictures are nearly the same, as one more edit."""
        self._submit(lambda latest: _compared(latest, doubles))

    def decide(self, numbers: Indices, action: Action, *, to: str = "", why: str = "") -> None:
        """Decide something about some pictures."""
        holding = self._holding
        if holding is None or not len(numbers):
            return

        def edit(decisions: Decisions) -> Decisions:
            from workbench.core.data.arranging import decision_for

            wanted = Decision(action=action, pictures=(), to=to, why=why)
            return decided(decisions, decision_for(holding.index, numbers, wanted))

        self.apply(edit)

    def undo(self) -> None:
        """Take the last decision back; nothing happens where there is none."""
        self.apply(lambda decisions: undo(decisions) if decisions.made else decisions)

    def redo(self) -> None:
        """Make the decision again that was taken back."""
        self.apply(lambda decisions: redo(decisions) if decisions.undone else decisions)

    def apply(self, edit: Edit) -> None:
        """Change the list; the edit is called on the lane."""
        self._submit(lambda latest: _edited(latest, edit))

    def _submit(self, change: Callable[[dict[str, Holding]], Holding]) -> None:
        latest = self._latest
        if self._holding is None:
            return
        self._jobs.submit(
            lambda: change(latest),
            owner=self,
            lane=LANE,
            key=f"edit {next(self._requests)}",  # each is wanted: a later one does not replace it
            done=self.changed.emit,
            failed=self.failed.emit,
        )


def _compared(latest: dict[str, Holding], doubles: Indices) -> Holding:
    latest["now"] = latest["now"].compared(doubles)
    return latest["now"]


def _edited(latest: dict[str, Holding], edit: Edit) -> Holding:
    """On the lane: the set after one more edit, which is kept beside it."""
    from workbench.core.data.sources import decisions_place

    holding = latest["now"]
    decisions = edit(holding.decisions)
    if decisions != holding.decisions:
        made = holding.decided(decisions)
        write_decisions(decisions_place(holding.spec), decisions)
        latest["now"] = made
    return latest["now"]
