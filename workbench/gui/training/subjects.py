"""What is trained on what: the document's network and a data set, with what is wrong with either or with the pair."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QGridLayout,
    QLabel,
    QMenu,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QWidget,
)

from workbench.core.data.split import USUAL, Split, split_problems
from workbench.errors import Problem, Remedy
from workbench.gui import icons, theme
from workbench.gui.training.check import Check, NotWantedError, check
from workbench.gui.widgets.labels import ToneLabel
from workbench.gui.widgets.problem import ProblemLabel
from workbench.gui.workspace import Workspace

CHECK_DELAY_MS = 300


class SubjectForm(QWidget):
    """Shows the network of the workspace, edits its data, and has the two compared on a lane."""

    changed = Signal()

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._check: Check | None = None
        self._split = USUAL
        self.network, self.data, self._browse = QPushButton(self), QComboBox(self), QToolButton(self)
        self._network_problem, self._data_problem = ProblemLabel(self), ProblemLabel(self)
        self._facts = ToneLabel("muted", self)
        self._prepare_network()
        self._prepare_data()
        self._arrange()
        self._connect()
        self._show_network()
        self._ask()

    @property
    def spec(self) -> str:
        """The data set as it is typed."""
        return self.data.currentText().strip()

    def show_split(self, split: Split) -> None:
        """Take in how the pictures are to be split; a split that is not possible at all is told elsewhere."""
        split = USUAL if split_problems(split) else split
        if split != self._split:
            self._split = split
            self._ask(CHECK_DELAY_MS)

    def problems(self) -> tuple[Problem, ...]:
        """What is known to be wrong with the network, the data or the pair."""
        return tuple(problem for problem in (self._network_trouble(), self._data_trouble()) if problem is not None)

    # -- building --------------------------------------------------------------------------------------------------

    def _prepare_network(self) -> None:
        self.network.setObjectName("train-network")
        self.network.setToolTip("The network of the Build room; click to go there.")
        icons.set_icon(self.network, "build")

    def _prepare_data(self) -> None:
        self.data.setObjectName("train-data")
        self.data.setAccessibleName("Data")
        self.data.setEditable(True)
        self.data.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.data.setMinimumWidth(80)
        self.data.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.data.setToolTip(
            "A data set by name, an .npz file, or a folder with one folder of pictures for each class."
        )
        self._fill_data()
        self._browse.setObjectName("train-data-browse")
        self._browse.setAccessibleName("Choose data from a file or a folder")
        self._browse.setToolTip("Choose data from a file or a folder")
        self._browse.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        icons.set_icon(self._browse, "folder")
        menu = QMenu(self._browse)
        menu.addAction("Folder of pictures…", self._choose_folder).setObjectName("train-data-folder")
        menu.addAction("NumPy file (.npz)…", self._choose_file).setObjectName("train-data-file")
        self._browse.setMenu(menu)
        self._facts.setObjectName("train-data-facts")
        self._facts.setFont(theme.font("small"))
        self._facts.setWordWrap(True)
        self._facts.setToolTip("To train on, and held out to validate on.")

    def _fill_data(self) -> None:
        from workbench.core.data.sources import data_sources

        for number, (name, description) in enumerate(data_sources()):
            self.data.addItem(name)
            self.data.setItemData(number, description, Qt.ItemDataRole.ToolTipRole)
        self.data.setCurrentText(self._workspace.data)

    def _arrange(self) -> None:
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(theme.XS)
        grid.setVerticalSpacing(theme.XS)
        grid.setColumnMinimumWidth(0, 104)
        grid.setColumnStretch(1, 1)
        for row, text, editor in ((0, "Network", self.network), (2, "Data", self.data)):
            label = QLabel(text, self)
            label.setBuddy(editor)
            grid.addWidget(label, row, 0)
        grid.addWidget(self.network, 0, 1, 1, 2)
        grid.addWidget(self._network_problem, 1, 0, 1, 3)
        grid.addWidget(self.data, 2, 1)
        grid.addWidget(self._browse, 2, 2)
        grid.addWidget(self._facts, 3, 0, 1, 3)
        grid.addWidget(self._data_problem, 4, 0, 1, 3)

    def _connect(self) -> None:
        workspace = self._workspace
        self.network.clicked.connect(lambda: workspace.room_requested.emit("build"))
        self.data.currentTextChanged.connect(lambda _text: self._data_edited())
        for label in (self._network_problem, self._data_problem):
            label.remedy_chosen.connect(self._apply)
        workspace.network_changed.connect(lambda _before, _after: self._show_network())
        workspace.analysed.connect(lambda _analysis: self._analysed())
        workspace.data_changed.connect(self.data.setCurrentText)

    # -- what happens ----------------------------------------------------------------------------------------------

    def _show_network(self) -> None:
        name = self._workspace.document.network.name
        self.network.setText(name)
        self.network.setAccessibleName(f"Network {name}, edit it in the Build room")
        self._show()

    def _analysed(self) -> None:
        self._ask()
        self._show()

    def _data_edited(self) -> None:
        self._workspace.data = self.spec
        if self._workspace.analysis is not None:  # torch is there: looking at the data does not hold up the window
            self._ask(CHECK_DELAY_MS)
        self._show()

    def _ask(self, delay_ms: int = 0) -> None:
        network, data, jobs = self._workspace.document.network, self.spec, self._workspace.jobs
        split = self._split
        analysis = self._workspace.current_analysis
        if not data or analysis is None or analysis.errors:
            return
        jobs.submit(
            lambda: check(network, data, jobs.wanted, split=split),
            owner=self,
            lane="data",
            key="check",
            done=self._answer,
            failed=self._could_not_check,
            delay_ms=delay_ms,
        )

    def _answer(self, answer: Check) -> None:
        self._check = answer
        self._show()

    def _could_not_check(self, error: Exception) -> None:
        if not isinstance(error, NotWantedError):
            self._workspace.message.emit(f"Could not look at the data: {error}")

    def _apply(self, remedy: Remedy) -> None:
        self._workspace.document.apply(remedy.edit, remedy.label)

    def _choose_folder(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, "Folder of pictures", self._start_folder())
        if chosen:
            self.data.setCurrentText(chosen)

    def _choose_file(self) -> None:
        chosen, _ = QFileDialog.getOpenFileName(self, "NumPy file", self._start_folder(), "NumPy files (*.npz)")
        if chosen:
            self.data.setCurrentText(chosen)

    def _start_folder(self) -> str:
        path = Path(self.spec)
        return str(path.parent) if path.is_absolute() and path.parent.is_dir() else ""

    # -- problems --------------------------------------------------------------------------------------------------

    def _network_trouble(self) -> Problem | None:
        analysis = self._workspace.current_analysis
        if analysis is not None and analysis.errors:
            return analysis.errors[0]
        problem = self._checked_problem()
        return problem if problem is not None and problem.where != "data" else None

    def _data_trouble(self) -> Problem | None:
        if not self.spec:
            return Problem("data", "Choose a data set", "by name, or with the button beside the field")
        problem = self._checked_problem()
        return problem if problem is not None and problem.where == "data" else None

    def _checked_problem(self) -> Problem | None:
        """The problem in the last answer, if that is about what stands here now."""
        answer = self._current_check()
        return answer.problem if answer is not None else None

    def _advice(self) -> Problem | None:
        """What could be better and is not in the way of training."""
        answer = self._current_check()
        return answer.advice if answer is not None else None

    def _current_check(self) -> Check | None:
        answer = self._check
        wanted = (self.spec, self._split)
        if answer is None or (answer.data, answer.split) != wanted:
            return None
        return answer if answer.network is self._workspace.document.network else None

    def _show(self) -> None:
        self._network_problem.show_problem(self._network_trouble() or self._advice())
        self._data_problem.show_problem(self._data_trouble())
        answer = self._check
        facts = answer.facts if answer is not None and answer.data == self.spec else None
        self._facts.setText(str(facts) if facts else "")
        self._facts.setVisible(facts is not None)
        self.changed.emit()
