"""The two ways the workbench says that something is not right.

A `Problem` is a value: something in what the user is editing that should be mended. It is shown in place.
A `WorkbenchError` is raised when something was asked for and cannot be had. Anything else that is raised is our bug.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

Level = Literal["error", "warning", "info"]


@dataclass(frozen=True)
class Remedy:
    """One click that mends a problem: `edit` takes the value that has the problem and returns a mended one."""

    label: str
    edit: Callable[[Any], Any] = field(compare=False)


@dataclass(frozen=True)
class Problem:
    """Something the user should fix: where (a node, a field or a file), what, why, and a remedy if there is one."""

    where: str
    title: str
    reason: str = ""
    level: Level = "error"
    remedy: Remedy | None = None
    alternatives: tuple[Remedy, ...] = ()
    """Other ways to mend it; `remedy` is the most natural one."""

    @property
    def remedies(self) -> tuple[Remedy, ...]:
        """All ways to mend it, the most natural first."""
        return (self.remedy, *self.alternatives) if self.remedy else ()

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        return f"{place}{self.title}" + (f" ({self.reason})" if self.reason else "")


class WorkbenchError(Exception):
    """What was asked for cannot be had: `title` says what happened, `reason` why, `hint` what to do about it."""

    def __init__(self, title: str, reason: str = "", hint: str = "") -> None:
        super().__init__(title)
        self.title, self.reason, self.hint = title, reason, hint

    def __str__(self) -> str:
        parts = (self.title, self.reason, self.hint)
        return " ".join(part if part[-1] in ".!?" else part + "." for part in parts if part)


def first_line(error: BaseException) -> str:
    """What an error of somebody else's code says, without the lines that follow the first; never empty."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
