"""A button that asks which run is to judge the labels of a set."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QMenu, QPushButton, QWidget

from workbench.gui.background import Background
from workbench.gui.training.wording import percent
from workbench.paths import runs_folder

if TYPE_CHECKING:
    from workbench.core.runs.doubting import Witness

LANE, KEY = "health", "witnesses"
MOST = 15
NO_RUN = "No run was trained on this set"


class WitnessButton(QPushButton):
    """Offers the runs that were trained on the set, and any other."""

    chosen = Signal(object)
    """The folder of a run."""

    def __init__(self, jobs: Background, parent: QWidget | None = None) -> None:
        super().__init__("Find wrong labels with a run…", parent)
        self._jobs, self._spec = jobs, ""
        self.setObjectName("data-doubt")
        self.setToolTip("Let a run that was trained on this set say which labels it doubts (Ctrl+Shift+H)")
        self.clicked.connect(self.ask)

    def show_spec(self, spec: str) -> None:
        """Ask for runs of another set from now on."""
        self._jobs.cancel(self, KEY)
        self._spec = spec

    def ask(self) -> None:
        """Look which runs there are, and offer them."""
        spec = self._spec

        def work() -> list[Witness]:
            from workbench.core.runs.doubting import witnesses

            return witnesses(runs_folder(), spec)

        if spec:
            self._jobs.submit(work, owner=self, lane=LANE, key=KEY, done=self._offer)

    def _offer(self, found: list[Witness]) -> None:
        menu = QMenu(self)
        menu.setObjectName("data-witnesses")
        menu.setAccessibleName("Runs that can judge the labels")
        if not found:
            menu.addAction(NO_RUN).setEnabled(False)
        for witness in found[:MOST]:
            words = f"{witness.name}  ·  {witness.network}, {percent(witness.accuracy)} on validation"
            menu.addAction(words.replace("&", "&&"), partial(self.chosen.emit, witness.path))
        menu.addSeparator()
        menu.addAction("Another run…", self._browse).setObjectName("data-witness-browse")
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self.mapToGlobal(self.rect().bottomLeft()))

    def _browse(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, "Folder of a run", str(runs_folder()))
        if folder:
            self.chosen.emit(Path(folder))
