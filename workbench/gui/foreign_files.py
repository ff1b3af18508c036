"""Opening files of Python and ONNX in the window: the question before a stranger's code runs, and what to run."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLabel,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from workbench.core.modelling.foreign import Code, classes_in, code_in, given, open_code
from workbench.errors import Problem, WorkbenchError
from workbench.gui import theme
from workbench.gui.background import Background
from workbench.gui.errors import show_error
from workbench.gui.widgets.muted import MutedLabel
from workbench.gui.widgets.problem import ProblemLabel
from workbench.gui.workspace import Workspace

if TYPE_CHECKING:
    from workbench.core.modelling.foreign import Opened

WIDTH = 520


def is_foreign(path: Path) -> bool:
    """Whether a file, or `FILE.py:Class`, holds a network in somebody else's form."""
    return path.suffix == ".onnx" or code_in(str(path)) is not None


class ForeignFiles(QObject):
    """Opens such files for a window and hands the networks over."""

    opened = Signal(object)
    """The `Network` of a file."""

    def __init__(self, workspace: Workspace, window: QWidget) -> None:
        super().__init__(window)
        self._workspace, self._window = workspace, window

    def open_file(self, path: Path) -> None:
        """Ask about a file of Python; read an ONNX file at once."""
        code = code_in(str(path))
        if code is not None:
            self._ask(code)
            return
        self._workspace.message.emit(f"Opening {path.name}…")
        self._workspace.jobs.submit(
            lambda: _read_onnx(path), owner=self._window, lane="model", key="foreign", done=self._take
        )

    def _ask(self, code: Code) -> None:
        try:
            dialog = CodeDialog(code, self._workspace.jobs, self._window)
        except WorkbenchError as error:
            show_error(self._window, error)
            return
        dialog.opened.connect(self._take)
        dialog.open()

    def _take(self, opened: Opened) -> None:
        notes = "; ".join((*opened.notes, "`workbench convert` writes its weights"))
        self.opened.emit(opened.network)
        self._workspace.message.emit(f"Opened {opened.network.name}: {notes}")


class CodeDialog(QDialog):
    """Asks whether the code in a file may run, which class it is about, and with which arguments."""

    opened = Signal(object)
    """What the code came to, as `Opened`."""

    def __init__(self, code: Code, jobs: Background, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._path, self._jobs = code.path, jobs
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setObjectName("open-code")
        self.setWindowTitle("Open a module")
        self.classes = QComboBox()
        self.classes.setEditable(True)
        self.classes.addItems(classes_in(code.path))
        self.classes.setCurrentText(code.name or self.classes.itemText(self.classes.count() - 1))
        self.arguments, self.shape = QLineEdit(), QLineEdit()
        self.problem, self.busy = ProblemLabel(), QProgressBar()
        self._buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.run: QPushButton = self._buttons.addButton("Run and open", QDialogButtonBox.ButtonRole.AcceptRole)
        self._name_widgets()
        self._arrange()
        self._buttons.accepted.connect(self.start)
        self._buttons.rejected.connect(self.reject)

    def start(self) -> None:
        """Run the code in a process of its own; what goes wrong is said in the dialog."""
        try:
            code = self._code()
        except WorkbenchError as error:
            self._fail(error)
            return
        self._show_busy(True)
        self._jobs.submit(
            lambda: open_code(code, consent=given, cancelled=lambda: not self._jobs.wanted()),
            owner=self,
            lane="foreign",
            key="open",
            done=self._finish,
            failed=self._fail,
        )

    def reject(self) -> None:
        """Close, and end what runs."""
        self._jobs.cancel(self, "open")
        super().reject()

    def _code(self) -> Code:
        code = code_in(f"{self._path}:{self.classes.currentText().strip()}")
        if code is None:
            raise WorkbenchError("This is no name of Python", "a class or a function of the file is wanted")
        return replace(code, arguments=_arguments(self.arguments.text()), input_shape=_shape(self.shape.text()))

    def _finish(self, opened: Opened) -> None:
        self._show_busy(False)
        self.accept()  # first: a question about unsaved changes belongs to the window, not to a dialog that goes
        self.opened.emit(opened)

    def _fail(self, error: Exception) -> None:
        self._show_busy(False)
        if not isinstance(error, WorkbenchError):
            show_error(self, error)
            return
        reason = " ".join(part if part[-1] in ".!?" else f"{part}." for part in (error.reason, error.hint) if part)
        self.problem.show_problem(Problem("", error.title, reason))
        self._make_room()

    def _show_busy(self, busy: bool) -> None:
        self.busy.setVisible(busy)
        for widget in (self.run, self.classes, self.arguments, self.shape):
            widget.setEnabled(not busy)
        if busy:
            self.problem.show_problem(None)

    def _make_room(self) -> None:
        """Grow for the problem: a layout does not do that for a label whose height depends on its width."""
        layout = self.layout()
        if layout is not None:
            self.resize(self.width(), max(self.height(), layout.totalHeightForWidth(self.width())))

    def _name_widgets(self) -> None:
        for widget, name, label, tip in (
            (self.classes, "open-code-class", "Class", "The class, or a function that makes the module"),
            (self.arguments, "open-code-arguments", "Arguments", "What the constructor is given, as JSON"),
            (self.shape, "open-code-input", "Input", "Channels x height x width; empty: the first usual size"),
            (self.run, "open-code-run", "Run and open", "Run the code in this file and open the network"),
        ):
            widget.setObjectName(name)
            widget.setAccessibleName(label)
            widget.setToolTip(tip)
        self.arguments.setPlaceholderText('{"num_classes": 10}')
        self.shape.setPlaceholderText("3x32x32")

    def _arrange(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.L, theme.L, theme.L, theme.L)
        column.setSpacing(theme.M)
        headline = QLabel(f"Run the code in {self._path.name}?")
        headline.setFont(theme.font("title"))
        where = MutedLabel(
            f"{self._path.parent}\nOpening a module runs the code in its file, with all that you may do. "
            "Run it only if you trust where it comes from."
        )
        where.setWordWrap(True)
        form = QFormLayout()
        for label, field in (("Class", self.classes), ("Arguments", self.arguments), ("Input", self.shape)):
            form.addRow(label, field)
        self.busy.setRange(0, 0)
        self.busy.setTextVisible(False)
        self.busy.setMaximumHeight(6)
        self.busy.hide()
        # Enter runs a stranger's code only for someone who has filled in the form
        self._buttons.button(QDialogButtonBox.StandardButton.Cancel).setDefault(True)
        for field in (self.arguments, self.shape):
            field.textEdited.connect(lambda _text: self.run.setDefault(True))
        column.addWidget(headline)
        column.addWidget(where)
        column.addLayout(form)
        for below in (self.problem, self.busy, self._buttons):
            column.addWidget(below)
        self.setMinimumWidth(WIDTH)


def _arguments(text: str) -> dict[str, Any]:
    try:
        return msgspec.json.decode(text.strip() or "{}", type=dict[str, Any])
    except msgspec.MsgspecError as error:
        raise WorkbenchError("The arguments are no JSON object", str(error), 'Write {"num_classes": 10}.') from error


def _shape(text: str) -> tuple[int, ...] | None:
    sides = text.strip().lower().replace("×", "x").split("x")
    if sides == [""]:
        return None
    if len(sides) != 3 or not all(side.strip().isdecimal() and int(side) > 0 for side in sides):
        raise WorkbenchError(f"{text} is no input shape", "channels, height and width are wanted, as in 3x32x32")
    return tuple(map(int, sides))


def _read_onnx(path: Path) -> Opened:
    from workbench.core.modelling.onnx_import import open_onnx

    return open_onnx(path)
