"""What is known of an architecture: year, paper, the one idea, and where to look for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Variant:
    """A ready network of an architecture.

    `note` is what sets it apart from the others; `look` is the group or node that shows the idea, where that is
    called otherwise than in the others.
    """

    note: str = ""
    look: str = ""


@dataclass(frozen=True)
class Landmark:
    """An architecture with the ready networks that have it, smallest first.

    `year` is that of the paper's first publication, `reference` says where it is: an arXiv number, or the venue.
    `look` is the group or node in which the idea can be seen.
    """

    name: str
    title: str
    year: int
    authors: str
    paper: str
    reference: str
    idea: str
    look: str
    variants: Mapping[str, Variant] = field(default_factory=dict)

    @property
    def address(self) -> str:
        """Where the paper can be read; empty where it is not open to all."""
        number = self.reference.removeprefix("arXiv:")
        return f"https://arxiv.org/abs/{number}" if number != self.reference else ""
