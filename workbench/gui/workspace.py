"""What the rooms share: the document, the data, background jobs, and the few things they tell one another."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Signal

from workbench.core.graph.cut import carried_over
from workbench.core.graph.document import Document
from workbench.core.graph.network import Network
from workbench.core.modelling.shapes import Analysis
from workbench.core.modelling.zoo import READY
from workbench.gui.background import Background
from workbench.gui.bridge import DocumentBridge
from workbench.paths import runs_folder

FIRST_NETWORK = "cifar10cnn"
FIRST_DATA = "shapes"
ANALYSIS_DELAY_MS = 30


class Workspace(QObject):
    """Passed to every room; rooms know it and not one another."""

    network_changed = Signal(object, object)
    """The network before and after."""
    analysed = Signal(object)
    """A fresh `Analysis` of the current network."""
    data_changed = Signal(str)
    runs_changed = Signal()
    """A run was made, went on, ended or was removed."""
    inspect_requested = Signal(object)
    """The path of a run that the user wants to look into."""
    node_inspect_requested = Signal(object)
    """The path of a run, or None for the current network untrained, and the name of the node to look at."""
    resume_requested = Signal(object)
    """The path of a run that the user wants to go on with."""
    sweep_requested = Signal(object)
    """The path of a sweep that the user wants to see."""
    frozen_changed = Signal()
    """Other nodes or groups are to keep their weights in the next training."""
    augmentation_requested = Signal(object)
    """The augmentation that the user wants to train with: its name, and steps to use instead if there are any."""
    room_requested = Signal(str)
    """The name of a room to go to."""
    message = Signal(str)
    """A sentence for the status bar, for a few seconds."""
    device_known = Signal(str)
    """torch is loaded and will compute there."""

    def __init__(self, document: Document | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.document = document or Document(READY[FIRST_NETWORK].build())
        self.jobs = Background(self)
        self.analysis: Analysis | None = None
        self.active_run: Path | None = None
        """The folder of the run that is being trained, None while nothing is."""
        self._data = FIRST_DATA
        self._frozen: tuple[str, ...] = ()
        self._bridge = DocumentBridge(self.document, self)
        self._bridge.changed.connect(self.network_changed)
        self._bridge.changed.connect(self._keep_frozen)
        self._bridge.changed.connect(self._analyse_soon)

    @property
    def data(self) -> str:
        """The data set of the moment, as the command line spells it."""
        return self._data

    @data.setter
    def data(self, spec: str) -> None:
        if spec != self._data:
            self._data = spec
            self.data_changed.emit(spec)

    @property
    def frozen(self) -> tuple[str, ...]:
        """The nodes and groups that the next training leaves as they are (`TrainingPlan.frozen`)."""
        return self._frozen

    @frozen.setter
    def frozen(self, names: tuple[str, ...]) -> None:
        if names != self._frozen:
            self._frozen = names
            self.frozen_changed.emit()

    @property
    def runs_folder(self) -> Path:
        """Where new runs go and where the list of runs looks."""
        return runs_folder()

    @property
    def current_analysis(self) -> Analysis | None:
        """The analysis if it is of the current network, None while a newer one is on its way."""
        return self.analysis if self.analysis and self.analysis.network is self.document.network else None

    def preload(self) -> None:
        """Load torch on a lane and analyse the first network; called once the window has been seen."""
        self.jobs.submit(_load_torch, owner=self, lane="shapes", key="torch", done=self.device_known.emit)
        self._analyse(self.document.network)

    def close(self) -> None:
        """Let go of the document and wait for the lanes."""
        self._bridge.close()
        self.jobs.close()

    def _keep_frozen(self, before: Network, after: Network) -> None:
        """The same part of an edited network stays frozen; of another network nothing is."""
        history = self.document.history
        is_another = not history.done and not history.undone
        self.frozen = () if is_another else carried_over(before, after, self._frozen)

    def _analyse_soon(self, _before: Network, after: Network) -> None:
        self._analyse(after, ANALYSIS_DELAY_MS)

    def _analyse(self, network: Network, delay_ms: int = 0) -> None:
        self.jobs.submit(
            lambda: _analysis(network),
            owner=self,
            lane="shapes",
            key="analysis",
            done=self._take,
            delay_ms=delay_ms,
        )

    def _take(self, analysis: Analysis) -> None:
        if analysis.network is self.document.network:
            self.analysis = analysis
            self.analysed.emit(analysis)


def _analysis(network: Network) -> Analysis:
    from workbench.core.modelling.lint.findings import linted
    from workbench.core.modelling.shapes import analyse

    return linted(analyse(network))


def _load_torch() -> str:
    """Import torch and say where it will compute."""
    import torch

    return "cuda" if torch.cuda.is_available() else "mps" if torch.backends.mps.is_available() else "cpu"
