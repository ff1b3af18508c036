"""Undo and redo as two stacks of old values."""

from __future__ import annotations

from dataclasses import dataclass

from workbench.core.graph.network import Network


@dataclass(frozen=True)
class Step:
    """One labelled change; `merge_key` lets a run of small changes (typing, dragging) become one step."""

    label: str
    before: Network
    after: Network
    merge_key: str | None = None


class History:
    """What was done and what was undone, newest last."""

    def __init__(self) -> None:
        self.done: list[Step] = []
        self.undone: list[Step] = []

    def record(self, step: Step) -> None:
        """Remember a step; it swallows the last one if both carry the same merge key."""
        last = self.done[-1] if self.done and not self.undone else None
        if last is not None and step.merge_key is not None and last.merge_key == step.merge_key:
            step = Step(step.label, last.before, step.after, step.merge_key)
            self.done.pop()
        if step.before != step.after:  # a merged run of changes may have come back to where it began
            self.done.append(step)
        self.undone.clear()

    def undo(self) -> Step | None:
        """Move the last step to the undone ones and return it, or None when there is none."""
        return self._shift(self.done, self.undone)

    def redo(self) -> Step | None:
        """Move the last undone step back and return it, or None when there is none."""
        return self._shift(self.undone, self.done)

    @staticmethod
    def _shift(source: list[Step], target: list[Step]) -> Step | None:
        if not source:
            return None
        target.append(source.pop())
        return target[-1]
