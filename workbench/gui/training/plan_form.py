"""The form of a training plan: what is trained, on what, and how; each problem stands beside what has it."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QFrame,
    QGridLayout,
    QLabel,
    QMenu,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from workbench.core.training.plan import TrainingPlan
from workbench.errors import Problem, Remedy
from workbench.gui import icons, theme
from workbench.gui.training.check import Check, NotWantedError, check
from workbench.gui.widgets.form import FieldLook, RecordForm
from workbench.gui.widgets.problem import ProblemLabel
from workbench.gui.workspace import Workspace

FIRST_EPOCHS = 5
"""Enough to see the curves bend, few enough for a first try on a laptop."""
MAIN = ("epochs", "batch_size", "optimizer", "learning_rate", "schedule", "step_size", "gamma", "augmentation")
MORE = ("weight_decay", "momentum", "label_smoothing", "initialization", "seed", "device", "precision")
ONLY_WITH = {"step_size": ("schedule", "step"), "gamma": ("schedule", "step"), "momentum": ("optimizer", "sgd")}
"""Fields that mean something only while another one has a certain value."""
DEVICES = ("auto", "cpu", "cuda")
CHECK_DELAY_MS = 300


def looks() -> dict[str, FieldLook]:
    """Labels, object names and choices of the fields."""
    from workbench.core.training.choices import choices

    def look(field: str, label: str = "", name: str = "") -> FieldLook:
        object_name = f"train-{name or field.replace('_', '-')}"
        suggestions = DEVICES if field == "device" else ()
        return FieldLook(label, object_name, choices(field), suggestions)

    named = {"batch_size": ("Batch size", "batch"), "learning_rate": ("Learning rate", "rate")}
    labels = {"step_size": "Step size", "gamma": "Gamma", "initialization": "Start weights"}
    return {field: look(field, *named.get(field, (labels.get(field, ""), ""))) for field in (*MAIN, *MORE)}


class PlanForm(QWidget):
    """Shows the document's network and the workspace's data, and edits the rest of a plan."""

    changed = Signal()
    """The plan, or what is known about it, has changed."""

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._check: Check | None = None
        self.network = QPushButton(self)
        self.data = QComboBox(self)
        self._network_problem, self._data_problem = ProblemLabel(self), ProblemLabel(self)
        self._facts = QLabel(self)
        self.main = RecordForm(TrainingPlan, MAIN, looks=looks(), parent=self)
        self.more = RecordForm(TrainingPlan, MORE, looks=looks(), parent=self)
        self._arrange()
        self._name_widgets()
        self._connect()
        self.set_values(TrainingPlan(epochs=FIRST_EPOCHS))
        self._show_network()
        self.recheck()

    # -- what others ask -------------------------------------------------------------------------------------------

    def plan(self) -> TrainingPlan:
        """The plan as it stands in the form, possible or not."""
        network = self._workspace.document.network
        data = self.data.currentText().strip()
        return TrainingPlan(network=network.name, data=data, **self.main.values(), **self.more.values())

    def set_values(self, plan: TrainingPlan) -> None:
        """Show the values of a plan; network and data stay those of the workspace."""
        values = {field: getattr(plan, field) for field in (*MAIN, *MORE)}
        self.main.set_values(values)
        self.more.set_values(values)

    def obstacle(self) -> str:
        """Why this plan cannot be trained, in a sentence; empty if nothing is known to be in the way."""
        for problem in (self._network_trouble(), self._data_trouble(), *self.plan().field_problems()):
            if problem is not None:
                return f"{problem.title}." if not problem.where else f"{problem.where}: {problem.title}."
        return ""

    def recheck(self) -> None:
        """Show the problems of the plan, and have network and data compared on a lane."""
        values = {**self.main.values(), **self.more.values()}
        hidden = {field for field, (other, value) in ONLY_WITH.items() if values[other] != value}
        problems = self.plan().field_problems()
        for form in (self.main, self.more):
            form.hide_fields(hidden & set(form.fields))
            form.show_problems(problems)
        if any(problem.where in MORE for problem in problems):
            self._more_button.setChecked(True)
        self._show_answers()
        self.changed.emit()

    # -- building --------------------------------------------------------------------------------------------------

    def _arrange(self) -> None:
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(theme.L, theme.L, theme.L, theme.M)
        column.setSpacing(theme.M)
        column.addLayout(self._subjects())
        column.addWidget(_line(self))
        column.addWidget(self.main)
        self._more_button = self._make_more_button()
        column.addWidget(self._more_button, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self.more)
        column.addStretch(1)
        self.more.hide()
        scroll = QScrollArea(self)
        scroll.setWidget(body)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(scroll)

    def _subjects(self) -> QGridLayout:
        """What is trained on what."""
        grid = QGridLayout()
        grid.setHorizontalSpacing(theme.M)
        grid.setVerticalSpacing(theme.XS)
        grid.setColumnMinimumWidth(0, 96)
        grid.setColumnStretch(1, 1)
        self._browse = QToolButton(self)
        labels = QLabel("Network", self), QLabel("Data", self)
        for row, (label, editor) in enumerate(zip(labels, (self.network, self.data), strict=True)):
            label.setBuddy(editor)
            grid.addWidget(label, 2 * row, 0)
        grid.addWidget(self.network, 0, 1, 1, 2)
        grid.addWidget(self._network_problem, 1, 0, 1, 3)
        grid.addWidget(self.data, 2, 1)
        grid.addWidget(self._browse, 2, 2)
        grid.addWidget(self._facts, 3, 0, 1, 3)
        grid.addWidget(self._data_problem, 4, 0, 1, 3)
        return grid

    def _name_widgets(self) -> None:
        self.network.setObjectName("train-network")
        self.network.setToolTip("The network of the Build room; click to go there.")
        self.data.setObjectName("train-data")
        self.data.setAccessibleName("Data")
        self.data.setEditable(True)
        self.data.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.data.setMinimumWidth(80)
        self.data.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.data.setToolTip(
            "A data set by name, an .npz file, or a folder with one folder of pictures for each class."
        )
        self._browse.setObjectName("train-data-browse")
        self._browse.setAccessibleName("Choose data from a file or a folder")
        self._browse.setToolTip("Choose data from a file or a folder")
        self._browse.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        icons.set_icon(self._browse, "folder")
        menu = QMenu(self._browse)
        menu.addAction("Folder of pictures…", self._choose_folder).setObjectName("train-data-folder")
        menu.addAction("NumPy file (.npz)…", self._choose_file).setObjectName("train-data-file")
        self._browse.setMenu(menu)
        self._facts.setForegroundRole(self._facts.palette().ColorRole.PlaceholderText)
        self._facts.setFont(theme.font("small"))
        self._facts.setWordWrap(True)
        self._fill_data()

    def _make_more_button(self) -> QToolButton:
        button = QToolButton(self)
        button.setObjectName("train-more")
        button.setText("More")
        button.setAccessibleName("More settings")
        button.setCheckable(True)
        button.setAutoRaise(True)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        icons.set_icon(button, "chevron-right")
        button.toggled.connect(self._show_more)
        return button

    def _fill_data(self) -> None:
        from workbench.core.data.sources import data_sources

        for number, (name, description) in enumerate(data_sources()):
            self.data.addItem(name)
            self.data.setItemData(number, description, Qt.ItemDataRole.ToolTipRole)
        self.data.setCurrentText(self._workspace.data)

    def _connect(self) -> None:
        workspace = self._workspace
        self.network.clicked.connect(lambda: workspace.room_requested.emit("build"))
        self.data.currentTextChanged.connect(lambda _text: self._data_edited())
        for form in (self.main, self.more):
            form.changed.connect(self.recheck)
        for label in (self._network_problem, self._data_problem):
            label.remedy_chosen.connect(self._apply)
        workspace.network_changed.connect(lambda _before, _after: self._show_network())
        workspace.analysed.connect(lambda _analysis: self._analysed())
        workspace.data_changed.connect(self.data.setCurrentText)

    # -- what happens ----------------------------------------------------------------------------------------------

    def _show_more(self, shown: bool) -> None:
        self.more.setVisible(shown)
        icons.set_icon(self._more_button, "chevron-down" if shown else "chevron-right")

    def _show_network(self) -> None:
        name = self._workspace.document.network.name
        self.network.setText(name)
        self.network.setAccessibleName(f"Network {name}, edit it in the Build room")
        self.recheck()

    def _analysed(self) -> None:
        self._ask()
        self.recheck()

    def _data_edited(self) -> None:
        self._workspace.data = self.data.currentText().strip()
        if self._workspace.analysis is not None:  # torch is there, or on its way
            self._ask(CHECK_DELAY_MS)
        self.recheck()

    def _ask(self, delay_ms: int = 0) -> None:
        network, data, jobs = self._workspace.document.network, self.data.currentText().strip(), self._workspace.jobs
        analysis = self._workspace.current_analysis
        if not data or (analysis is not None and analysis.errors):
            return
        jobs.submit(
            lambda: check(network, data, jobs.wanted),
            owner=self,
            lane="data",
            key="check",
            done=self._answer,
            failed=self._could_not_check,
            delay_ms=delay_ms,
        )

    def _answer(self, answer: Check) -> None:
        self._check = answer
        self.recheck()

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
        path = Path(self.data.currentText())
        return str(path.parent) if path.is_absolute() and path.parent.is_dir() else ""

    # -- problems --------------------------------------------------------------------------------------------------

    def _network_trouble(self) -> Problem | None:
        analysis = self._workspace.current_analysis
        if analysis is not None and analysis.errors:
            return analysis.errors[0]
        answer = self._current_check()
        problem = answer.problem if answer else None
        return problem if problem is not None and problem.where != "data" else None

    def _data_trouble(self) -> Problem | None:
        if not self.data.currentText().strip():
            return Problem("data", "Choose a data set", "by name, or with the button beside the field")
        answer = self._current_check()
        problem = answer.problem if answer else None
        return problem if problem is not None and problem.where == "data" else None

    def _current_check(self) -> Check | None:
        """The last answer, if it is about what stands in the form."""
        answer = self._check
        if answer is None or answer.data != self.data.currentText().strip():
            return None
        return answer if answer.network is self._workspace.document.network else None

    def _show_answers(self) -> None:
        self._network_problem.show_problem(self._network_trouble())
        self._data_problem.show_problem(self._data_trouble())
        answer = self._check
        facts = answer.facts if answer is not None and answer.data == self.data.currentText().strip() else None
        self._facts.setText(str(facts) if facts else "")
        self._facts.setVisible(facts is not None)


def _line(parent: QWidget) -> QFrame:
    line = QFrame(parent)
    line.setFrameShape(QFrame.Shape.HLine)
    line.setForegroundRole(line.palette().ColorRole.Mid)
    return line
