"""How a field appears in a form, where its record does not say."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import msgspec
from PySide6.QtWidgets import QWidget

from workbench.core.graph.network import Network
from workbench.errors import Problem


@dataclass(frozen=True)
class Editor:
    """The widget of a field, and how its value is read and shown."""

    widget: QWidget
    read: Callable[[], Any]
    """The value as it is typed, possible or not."""
    show: Callable[[Any], None]
    show_inside: Callable[[tuple[Problem, ...]], None] = lambda _problems: None
    """Show the problems that are told of parts of the value."""


class Parts(Protocol):
    """How the records of a list appear."""

    def editor(self, record: type[msgspec.Struct], name: str, *, changed: Callable[[], None]) -> Editor:
        """What edits a tuple of such records; its widgets are called after `name`."""


@dataclass(frozen=True)
class FieldLook:
    """Its label, its object name and what it offers."""

    label: str = ""
    object_name: str = ""
    choices: Sequence[str] = ()
    """The only values of a text field."""
    suggestions: Sequence[str] = ()
    """Values of a text field that can be picked, beside typing another one."""
    meanings: Mapping[str, str] = field(default_factory=dict)
    """A sentence on some of the choices."""
    offer: Callable[[], Network] | None = None
    """The network whose nodes and groups a list of names is chosen from."""
    parts: Parts | None = None
