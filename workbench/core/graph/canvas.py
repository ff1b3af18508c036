"""What a person decides about the canvas: notes, coloured frames, which nodes lie where they were put, and which way
the network runs.

Nothing here changes what a network computes. A remark has its place where the nodes of its group have theirs: with all
groups closed. Where groups open, what is seen moves, and a remark goes along with the cards it lies on or near.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, Literal, get_args

from workbench.core.graph.orientation import Direction

Colour = Literal["yellow", "green", "blue", "purple", "red", "grey"]
Form = Literal["note", "frame"]
Position = tuple[float, float]
Size = tuple[float, float]
Box = tuple[float, float, float, float]
"""Left, top, width, height."""
COLOURS: tuple[Colour, ...] = get_args(Colour)
SMALLEST: Size = (80.0, 40.0)


@dataclass(frozen=True)
class Remark:
    """A note, or a titled frame around nodes; `group` is the group of names in which it lies."""

    form: Form
    text: str
    position: Position
    size: Size
    colour: Colour = "yellow"
    group: str = ""

    def with_(self, **changes: Any) -> Remark:
        """A copy with the given fields changed."""
        return replace(self, **changes)

    @property
    def box(self) -> Box:
        """The rectangle that it takes."""
        return (*self.position, *self.size)


@dataclass(frozen=True)
class Canvas:
    """All remarks by their keys, the names of the nodes that somebody has put where they are, and which way data runs.

    All places of a network are those of its direction.
    """

    remarks: Mapping[str, Remark] = field(default_factory=dict)
    fixed: frozenset[str] = frozenset()
    direction: Direction = "down"

    def __post_init__(self) -> None:
        object.__setattr__(self, "remarks", MappingProxyType(dict(self.remarks)))

    def __bool__(self) -> bool:
        return bool(self.remarks or self.fixed or self.direction != "down")

    def with_(self, **changes: Any) -> Canvas:
        """A copy with the given fields changed."""
        return replace(self, **changes)

    def renamed(self, names: Mapping[str, str], groups: Mapping[str, str]) -> Canvas:
        """The same where nodes and groups have other names."""
        remarks = {key: _regrouped(remark, groups) for key, remark in self.remarks.items()}
        return self.with_(remarks=remarks, fixed=frozenset(names.get(name, name) for name in self.fixed))


def _regrouped(remark: Remark, groups: Mapping[str, str]) -> Remark:
    return remark.with_(group=groups[remark.group]) if remark.group in groups else remark


def free_key(form: Form, taken: Iterable[str]) -> str:
    """The first of `note_1`, `note_2`, ... that is free."""
    known = set(taken)
    return next(key for number in range(1, len(known) + 2) if (key := f"{form}_{number}") not in known)


def inside(box: Box, others: Mapping[str, Box]) -> list[str]:
    """The boxes whose middles lie in a box."""
    left, top, width, height = box
    return [
        key
        for key, (x, y, wide, tall) in others.items()
        if left <= x + wide / 2 <= left + width and top <= y + tall / 2 <= top + height
    ]


def carried(remark: Remark, before: Mapping[str, Box], after: Mapping[str, Box]) -> Box:
    """The rectangle of a remark when the boxes around it go elsewhere.

    A frame still holds what it held, with the same free room at its sides; a note, and a frame that holds nothing,
    goes along with the nearest box.
    """
    known = {key: box for key, box in before.items() if key in after}
    held = inside(remark.box, known) if remark.form == "frame" else []
    if held:
        return _around(remark.box, bounds(known[key] for key in held), bounds(after[key] for key in held))
    near = min(known, key=lambda key: distance(known[key], remark.position), default=None)
    if near is None:
        return remark.box
    right, down = after[near][0] - known[near][0], after[near][1] - known[near][1]
    return (remark.position[0] + right, remark.position[1] + down, *remark.size)


def bounds(boxes: Iterable[Box]) -> Box:
    """The box that holds all of at least one."""
    corners = [(x, y, x + width, y + height) for x, y, width, height in boxes]
    left, top = min(corner[0] for corner in corners), min(corner[1] for corner in corners)
    return (left, top, max(corner[2] for corner in corners) - left, max(corner[3] for corner in corners) - top)


def distance(box: Box, place: Position) -> float:
    """How far a place is from the corner of a box; down counts double, as cards lie in columns."""
    return abs(box[0] - place[0]) + 2 * abs(box[1] - place[1])


def _around(box: Box, old: Box, new: Box) -> Box:
    """A box with the same margins around a new content as around the old one."""
    return (
        new[0] - (old[0] - box[0]),
        new[1] - (old[1] - box[1]),
        new[2] + box[2] - old[2],
        new[3] + box[3] - old[3],
    )
