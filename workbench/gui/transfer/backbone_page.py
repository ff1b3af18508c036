"""The second page: which network to start from, and where its weights come from."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QButtonGroup,
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QRadioButton,
    QWidget,
)

from workbench.core.transfer.backbones import Backbone
from workbench.core.transfer.weights import WeightsSource, find_weights, weights_source
from workbench.errors import Problem, WorkbenchError
from workbench.gui import theme
from workbench.gui.transfer.cards import Card
from workbench.gui.transfer.labels import Muted, Text
from workbench.gui.transfer.page import Page
from workbench.gui.transfer.state import WizardState
from workbench.gui.widgets.busy import BusyRow
from workbench.gui.widgets.buttons import push_button
from workbench.gui.widgets.problem import ProblemLabel
from workbench.gui.widgets.sentences import explained
from workbench.gui.workspace import Workspace

LANE, DOWNLOADS = "model", "downloads"
FILES = "Weights (*.pth *.pt *.safetensors);;All files (*)"


class BackbonePage(Page):
    """Cards for the backbones; below them the published weights or a file."""

    title = "Backbone"
    heading = "Which trained network shall it start from?"

    def __init__(self, workspace: Workspace, state: WizardState, parent: QWidget | None = None) -> None:
        super().__init__(workspace, state, parent)
        self._cards: dict[str, Card] = {}
        self._published, self._from_file = QRadioButton("Published weights"), QRadioButton("A file of weights")
        self._download = push_button("Download", "transfer-download", self._start_download, icon="download")
        self._where, self._file = Muted(), QLineEdit(self)
        self._choose = push_button("Choose file…", "transfer-choose-weights", self._browse, icon="open")
        self._note = Muted()
        self._note.setObjectName("transfer-weights-note")
        self._busy = BusyRow("transfer-weights")
        self._busy.cancelled.connect(self._cancel_download)
        self._problem = ProblemLabel(self)
        self.column.addLayout(self._card_row())
        self.column.addSpacing(theme.S)
        self.column.addWidget(Text("Its weights", role="strong"))
        self.column.addLayout(self._weights_rows())
        self.column.addWidget(self._note)
        self.column.addWidget(self._busy)
        self.column.addWidget(self._problem)
        self.column.addStretch(1)
        state.changed.connect(self._follow)
        self._follow()

    def enter(self) -> None:
        """Find out where the weights are; the first time this loads torchvision."""
        backbones = tuple(self.state.backbones.values())
        self._ask("sources", lambda: {item.name: weights_source(item) for item in backbones}, self._take_sources)

    def problem(self) -> Problem | None:
        return self.state.weights_problem()

    # -- widgets -----------------------------------------------------------------------------------------------------

    def _card_row(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(theme.M)
        for backbone in self.state.backbones.values():
            card = Card(f"transfer-backbone-{backbone.name}", backbone.name, backbone.sentence, self)
            card.clicked.connect(lambda _checked, name=backbone.name: self._pick(name))
            self._cards[backbone.name] = card
            row.addWidget(card, 1)
        return row

    def _weights_rows(self) -> QGridLayout:
        group = QButtonGroup(self)
        for radio, name in ((self._published, "transfer-published"), (self._from_file, "transfer-from-file")):
            radio.setObjectName(name)
            radio.setAccessibleName(radio.text())
            group.addButton(radio)
        self._published.clicked.connect(lambda _checked: self.state.change(weights=None))
        self._from_file.clicked.connect(lambda _checked: self._take_file(self._file.text().strip()))
        self._file.setObjectName("transfer-weights-file")
        self._file.setAccessibleName("File of weights")
        self._file.setPlaceholderText(".pth, .pt or .safetensors with torchvision's names")
        self._file.editingFinished.connect(self._file_typed)
        grid = QGridLayout()
        grid.setHorizontalSpacing(theme.S)
        grid.setVerticalSpacing(theme.S)
        grid.setColumnStretch(1, 1)
        grid.addWidget(self._published, 0, 0)
        grid.addWidget(self._where, 0, 1)
        grid.addWidget(self._download, 0, 2)
        grid.addWidget(self._from_file, 1, 0)
        grid.addWidget(self._file, 1, 1)
        grid.addWidget(self._choose, 1, 2)
        return grid

    # -- what the user does ------------------------------------------------------------------------------------------

    def _pick(self, name: str) -> None:
        self.state.change(backbone=name)
        if self.state.plan.weights:
            self._check_file()

    def _browse(self) -> None:
        dialog = QFileDialog(self, "File of weights", self._file.text(), FILES)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(self._take_file)
        dialog.open()

    def _file_typed(self) -> None:
        text = self._file.text().strip()
        if text and text != self.state.plan.weights:
            self._take_file(text)

    def _take_file(self, path: str) -> None:
        self._file.setText(path)
        self.state.change(weights=path)
        if path and not self.state.problems("weights"):
            self._check_file()

    def _check_file(self) -> None:
        backbone, path = self.state.backbone, self.state.plan.weights
        self._ask("file", lambda: weights_source(backbone, file=path), self._take_file_source)

    def _start_download(self) -> None:
        backbone, jobs = self.state.backbone, self.workspace.jobs
        self._problem.show_problem(None)
        self._busy.start(f"Downloading {backbone.name}")
        self._busy.setFocus(Qt.FocusReason.OtherFocusReason)
        self._download.setEnabled(False)

        def fetch() -> WeightsSource:
            find_weights(backbone, progress=self._busy.report, cancelled=lambda: not jobs.wanted())
            return weights_source(backbone)

        jobs.submit(
            fetch,
            owner=self,
            lane=DOWNLOADS,
            key="download",
            done=lambda source: self._downloaded(backbone, source),
            failed=self._download_failed,
        )

    def _cancel_download(self) -> None:
        self.workspace.jobs.cancel(self, "download")
        self._end_download()

    # -- what comes back ---------------------------------------------------------------------------------------------

    def _ask(self, key: str, work: Callable[[], object], done: Callable) -> None:
        self.workspace.jobs.submit(work, owner=self, lane=LANE, key=key, done=done, failed=self._explain)

    def _take_sources(self, sources: dict[str, WeightsSource]) -> None:
        self.state.published = sources
        self.state.tell()

    def _take_file_source(self, source: WeightsSource) -> None:
        self.state.file = source
        self.state.tell()

    def _explain(self, error: Exception) -> None:
        if not isinstance(error, WorkbenchError):
            raise error
        self.state.file = error
        self.state.tell()

    def _downloaded(self, backbone: Backbone, source: WeightsSource) -> None:
        self._end_download()
        self.state.published[backbone.name] = source
        self.state.tell()

    def _download_failed(self, error: Exception) -> None:
        self._end_download()
        if not isinstance(error, WorkbenchError):
            raise error
        self._problem.show_problem(Problem("weights", error.title, explained(error)))

    def _end_download(self) -> None:
        self._published.setFocus(Qt.FocusReason.OtherFocusReason)  # the row that had it goes
        self._busy.hide()
        self._follow()

    # -- drawing -----------------------------------------------------------------------------------------------------

    def _follow(self) -> None:
        """Show the state."""
        plan = self.state.plan
        for name, card in self._cards.items():
            card.setChecked(name == plan.backbone)
            card.set_facts(*_facts(self.state.backbones[name], self.state.published.get(name)))
        self.first = self._cards[plan.backbone]
        from_file = plan.weights is not None
        (self._from_file if from_file else self._published).setChecked(True)
        self._file.setEnabled(from_file)
        self._choose.setEnabled(True)
        published = self.state.published.get(plan.backbone)
        to_fetch = published is not None and published.source == "download" and not from_file
        self._download.setEnabled(to_fetch and self._busy.isHidden())
        self._download.setText(
            f"Download {published.published.megabytes:.1f} MB" if to_fetch and published else "Download"
        )
        self._where.setText(_where(published))
        self._where.setToolTip(published.published.url if published else "")
        self._note.setText(_note(self.state))
        found = self.state.weights_problem()
        self._problem.show_problem(found if from_file and found and found.level == "error" and plan.weights else None)


def _facts(backbone: Backbone, source: WeightsSource | None) -> tuple[str, ...]:
    parameters = f"{backbone.parameters / 1e6:.1f} million parameters"
    if source is None:
        return (parameters, "", "")
    accuracy = f"{100 * source.published.accuracy:.1f} % right on ImageNet"
    place = (
        "weights on this computer" if source.source == "cache" else f"{source.published.megabytes:.1f} MB to download"
    )
    return parameters, accuracy, place


def _where(source: WeightsSource | None) -> str:
    """Which weights these are, and whether they are here."""
    if source is None:
        return ""
    here = f"in {source.path.parent}" if source.source == "cache" else f"from {urlsplit(source.published.url).hostname}"
    return f"{source.published.version} {here}"


def _note(state: WizardState) -> str:
    """How pictures will be prepared, and on whose word."""
    source = state.weights
    if source is None:
        return "" if state.plan.weights else "Looking for the weights…"
    framing = source.preprocessing.framing
    how = f"Photos are resized to {framing.resize} pixels and cut to {framing.height} × {framing.width}"
    if source.source == "file" and not source.recognized:
        version = source.published.version
        return f"{how}, as for {version}: the file is none of the published ones, but its names and shapes fit."
    return f"{how}, as for {source.published.version}, which these weights were trained with."
