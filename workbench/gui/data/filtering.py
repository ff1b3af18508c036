"""Which pictures of a set to show: those of some classes, of a part, of a finding."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Literal

import numpy as np

from workbench.core.data.images import Indices
from workbench.gui.data.holding import Holding, Mask

Part = Literal["all", "train", "validation", "unreadable", "excluded", "changed"]
PARTS: Mapping[Part, str] = MappingProxyType(
    {
        "all": "All pictures",
        "train": "To train on",
        "validation": "To validate on",
        "unreadable": "Cannot be read",
        "excluded": "Excluded",
        "changed": "Decided by you",
    }
)


@dataclass(frozen=True)
class Filter:
    """Which pictures to show; no classes means all. Those of a finding come in its own order, others class by class."""

    classes: frozenset[int] = frozenset()
    part: Part = "all"
    finding: str = ""

    def numbers(self, holding: Holding) -> Indices:
        """The numbers of the pictures to show."""
        mask = self._of_part(holding)
        if self.classes:
            mask = mask & np.isin(holding.labels, list(self.classes))
        if self.finding:
            found = holding.findings.get(self.finding, np.zeros(0, np.int64))
            return found[mask[found]]
        numbers = np.flatnonzero(mask)
        return numbers[np.argsort(holding.labels[numbers], kind="stable")]

    def without_finding(self) -> Filter:
        """The same, of all findings."""
        return replace(self, finding="")

    def _of_part(self, holding: Holding) -> Mask:
        masks = {
            "train": ~holding.held_out & holding.usable,
            "validation": holding.held_out & holding.usable,
            "unreadable": holding.broken,
            "excluded": holding.excluded,
            "changed": holding.changed,
        }
        return masks.get(self.part, np.ones(len(holding), bool))
