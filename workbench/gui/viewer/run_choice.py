"""The list of runs, newest first, with the network that is being built at its end."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QComboBox, QWidget

from workbench.gui.viewer.run_entries import RunEntry

UNTRAINED = "untrained"
"""Stands in the list for the network that is being built."""


class RunChoice(QComboBox):
    """Choose a run by its path, or `UNTRAINED`."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("inspect-run")
        self.setAccessibleName("Run to look into")
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(32)

    @property
    def choice(self) -> Path | str | None:
        """What is chosen."""
        chosen: Path | str | None = self.currentData()
        return chosen

    def show_runs(self, entries: list[RunEntry], *, network: str, wanted: Path | None) -> None:
        """Show other runs quietly; choose the wanted one, else what was chosen, else the newest with weights."""
        before, blocked = self.choice, self.blockSignals(True)
        if wanted is not None and all(entry.path != wanted for entry in entries):
            entries = [RunEntry(wanted, wanted.name, usable=True), *entries]
        self.clear()
        for entry in entries:
            self.addItem(entry.title, entry.path)
        self.insertSeparator(self.count())
        self.addItem("", UNTRAINED)
        self.name_untrained(network)
        usable = (entry.path for entry in entries if entry.usable)
        self.choose(wanted, before, next(usable, entries[0].path if entries else None))
        self.blockSignals(blocked)

    def choose(self, *candidates: Path | str | None) -> None:
        """Choose the first candidate that the list has, or nothing."""
        rows = {self.itemData(row): row for row in range(self.count())}
        known = (rows[candidate] for candidate in candidates if candidate is not None and candidate in rows)
        self.setCurrentIndex(next(known, -1))

    def name_untrained(self, network: str) -> None:
        """Follow the name of the network that is being built."""
        row = self.findData(UNTRAINED)
        if row >= 0:
            self.setItemText(row, f"{network}, untrained: random weights")
