"""The network as PyTorch source, to read, copy and save."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QFontDatabase, QGuiApplication, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QPlainTextEdit,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from workbench.core.graph.network import Network
from workbench.errors import Problem, WorkbenchError
from workbench.files import write_atomically
from workbench.gui import theme
from workbench.gui.background import Background
from workbench.gui.builder.python_colours import PythonColours
from workbench.gui.errors import show_error
from workbench.gui.icons import set_icon
from workbench.gui.widgets.muted import MutedLabel
from workbench.gui.widgets.problem import ProblemLabel

SIZE = (780, 720)


class SourceView(QDialog):
    """Shows the source of one network, which is written on a lane."""

    def __init__(self, network: Network, jobs: Background, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._network = network
        self.setObjectName("build-source-view")
        self.setWindowTitle(f"{network.name} as PyTorch")
        self.resize(*SIZE)
        self._arrange()
        QShortcut(QKeySequence("Ctrl+Shift+C"), self).activated.connect(self.copy_all)
        self._show_busy(busy=True)
        jobs.submit(
            lambda: write_source(network), owner=self, lane="model", key="source", done=self._show, failed=self._fail
        )

    @property
    def source(self) -> str:
        """What is shown."""
        return self.text.toPlainText()

    def copy_all(self) -> None:
        """Put the whole text on the clipboard."""
        if self.source:
            QGuiApplication.clipboard().setText(self.source)
            self.state.setText("Copied")

    def ask_save(self) -> None:
        """Ask for a file, then write the text there."""
        suggested = f"{self._network.name or 'network'}.py".replace("/", "_")
        chosen, _ = QFileDialog.getSaveFileName(self, "Save the source", suggested, "Python (*.py)")
        if chosen:
            self.save(Path(chosen))

    def save(self, path: Path) -> bool:
        """Write the text to a file; whether that succeeded."""
        try:
            write_atomically(path, self.source)
        except WorkbenchError as error:
            show_error(self, error)
            return False
        self.state.setText(f"Saved {path.name}")
        return True

    def changeEvent(self, event: QEvent) -> None:
        """Follow the theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_colours"):
            self._colours.restyle()

    def _show(self, text: str) -> None:
        self._show_busy(busy=False)
        self.text.setPlainText(text)
        self.state.setText(f"{len(text.splitlines()):,} lines")
        self.text.setFocus(Qt.FocusReason.OtherFocusReason)

    def _fail(self, error: Exception) -> None:
        self._show_busy(busy=False)
        if not isinstance(error, WorkbenchError):
            show_error(self, error)
            return
        self.text.hide()
        self.problem.show_problem(Problem("", error.title, error.reason))
        self.state.setText("Mend this in the Build room, then open the source again.")
        for button in (self.copy, self.save_button):
            button.setEnabled(False)

    def _show_busy(self, *, busy: bool) -> None:
        self.busy.setVisible(busy)
        self.state.setText("Writing…" if busy else "")
        self.copy.setEnabled(not busy)
        self.save_button.setEnabled(not busy)

    def _arrange(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.M, theme.M, theme.M, theme.M)
        column.setSpacing(theme.S)
        self.text = self._make_text()
        self.problem = ProblemLabel()
        self.problem.setObjectName("build-source-problem")
        self.problem.setAlignment(Qt.AlignmentFlag.AlignTop)
        column.addWidget(self.text, 1)
        column.addWidget(self.problem, 1)
        column.addLayout(self._make_row())
        self._colours = PythonColours(self.text.document(), self)

    def _make_text(self) -> QPlainTextEdit:
        text = QPlainTextEdit()
        text.setObjectName("build-source-text")
        text.setAccessibleName("Source of the network")
        text.setReadOnly(True)
        text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        text.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        text.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        return text

    def _make_row(self) -> QHBoxLayout:
        row = QHBoxLayout()
        self.busy = QProgressBar()
        self.busy.setRange(0, 0)
        self.busy.setMaximumWidth(120)
        self.busy.setAccessibleName("Writing the source")
        self.state = MutedLabel()
        self.state.setObjectName("build-source-state")
        self.copy = self._button("build-source-copy", "Copy", "Copy the whole text (Ctrl+Shift+C)", icon="copy")
        self.save_button = self._button("build-source-save", "Save…", "Save the text as a file", icon="save")
        close = self._button("build-source-close", "Close", "Back to the network (Esc)", icon="close")
        self.copy.clicked.connect(self.copy_all)
        self.save_button.clicked.connect(self.ask_save)
        close.clicked.connect(self.close)
        row.addWidget(self.busy)
        row.addWidget(self.state, 1)
        for button in (self.copy, self.save_button, close):
            row.addWidget(button)
        return row

    def _button(self, name: str, text: str, help_text: str, *, icon: str) -> QPushButton:
        button = QPushButton(text)
        button.setObjectName(name)
        button.setAccessibleName(help_text)
        button.setToolTip(help_text)
        button.setAutoDefault(False)
        set_icon(button, icon)
        return button


def write_source(network: Network) -> str:
    """The source; torch is loaded where this runs."""
    from workbench.core.modelling.source.text import source_of

    return source_of(network)
