"""Names that are taken: those of a network, and those that have been given away since."""

from __future__ import annotations

from collections.abc import Iterable

from workbench.core.graph.network import prefixes


class TakenNames:
    """What the rules ask of a network where only names matter, growing by one name after the other."""

    def __init__(self, names: Iterable[str] = ()) -> None:
        self._taken = set(names)
        self.groups = {prefix for name in self._taken for prefix in prefixes(name)}

    def __contains__(self, name: object) -> bool:
        return name in self._taken

    def __len__(self) -> int:
        return len(self._taken)

    def take(self, name: str) -> str:
        """Have this name taken too; returns it."""
        self._taken.add(name)
        self.groups.update(prefixes(name))
        return name
