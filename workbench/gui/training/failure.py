"""Why a run ended, in place: what, why, what to do, and the trace folded away."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from workbench.gui import theme
from workbench.gui.training.live import Failure
from workbench.gui.widgets.labels import ToneLabel
from workbench.gui.widgets.sentences import sentence


class FailurePanel(QFrame):
    """Hidden until there is a failure to show."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("train-failure")
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.title, self._reason, self._trace = ToneLabel("error", self), QLabel(self), QPlainTextEdit(self)
        self.title.setFont(theme.font("strong"))
        for label in (self.title, self._reason):
            label.setWordWrap(True)
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._trace.setReadOnly(True)
        self._trace.setFont(theme.font("mono"))
        self._trace.setMaximumHeight(140)
        self._trace.setAccessibleName("Details of the failure")
        self._details, self._copy = QPushButton("Details", self), QPushButton("Copy details", self)
        self._details.setObjectName("train-failure-details")
        self._copy.setObjectName("train-failure-copy")
        self._details.setCheckable(True)
        self._details.toggled.connect(self._show_trace)
        self._copy.clicked.connect(lambda: QApplication.clipboard().setText(self._trace.toPlainText()))
        self._arrange()
        self.hide()

    @property
    def text(self) -> str:
        """All that is said, for tests and for screen readers."""
        return f"{self.title.text()}\n{self._reason.text()}"

    def show_failure(self, failure: Failure | None) -> None:
        """Show a failure, or nothing."""
        self.setVisible(failure is not None)
        if failure is None:
            return
        self.title.setText(failure.title)
        self._reason.setText("\n".join(map(sentence, filter(None, (failure.reason, failure.hint)))))
        self._reason.setVisible(bool(self._reason.text()))
        self._trace.setPlainText(failure.trace)
        self._details.setChecked(False)
        self._details.setVisible(bool(failure.trace))
        self._show_trace(False)
        self.setAccessibleName(self.text)

    def _arrange(self) -> None:
        buttons = QHBoxLayout()
        buttons.addWidget(self._details)
        buttons.addWidget(self._copy)
        buttons.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.M, theme.S, theme.M, theme.S)
        column.setSpacing(theme.XS)
        for widget in (self.title, self._reason):
            column.addWidget(widget)
        column.addLayout(buttons)
        column.addWidget(self._trace)

    def _show_trace(self, shown: bool) -> None:
        self._trace.setVisible(shown)
        self._copy.setVisible(shown)
