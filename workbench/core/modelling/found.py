"""What an operation of a traced module turned out to be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from torch import fx


@dataclass(frozen=True)
class Found:
    """A layer: its kind, its arguments where they differ from the defaults, the name it should have, its inputs."""

    kind: str
    arguments: Mapping[str, Any]
    name: str
    inputs: tuple[fx.Node, ...] = ()
