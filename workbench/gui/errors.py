"""Telling the user what went wrong: a sentence or two, what to do, and the trace folded away when it is our bug."""

from __future__ import annotations

import sys
import threading
import time
import traceback
from pathlib import Path
from types import TracebackType
from typing import Literal

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QApplication, QMessageBox, QPushButton, QWidget
from shiboken6 import isValid

from workbench.errors import WorkbenchError
from workbench.gui import icons, theme
from workbench.gui.widgets.sentences import sentence
from workbench.paths import cache_folder

BUG_TITLE = "Something went wrong inside the workbench"
ICON_SIZE = 36
_OPEN: set[QMessageBox] = set()
BUG_REASON = "This is our mistake, not yours. Your network and your runs are as they were."


def log_path() -> Path:
    """The file that unexpected errors are written to."""
    return cache_folder() / "log.txt"


def show_error(parent: QWidget | None, error: BaseException) -> QMessageBox:
    """Show an error without blocking anything; an error that is already shown comes to the front instead."""
    box = _box_for(error, parent or QApplication.activeWindow())
    shown = next((other for other in _shown() if other.text() == box.text() and _detail(other) == _detail(box)), None)
    if shown is not None:
        box.deleteLater()
        shown.raise_()
        return shown
    _keep(box)
    box.show()
    return box


def write_log(text: str) -> None:
    """Append to the log; a log that cannot be written must not cause another error."""
    try:
        with log_path().open("a", encoding="utf-8") as stream:
            stream.write(f"--- {time.strftime('%Y-%m-%d %H:%M:%S')}\n{text.rstrip()}\n")
    except OSError:
        return


def _box_for(error: BaseException, parent: QWidget | None) -> QMessageBox:
    box = QMessageBox(parent)
    box.setObjectName("error-dialog")
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.setWindowModality(Qt.WindowModality.NonModal)
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setWindowTitle("CNN Workbench")
    if isinstance(error, WorkbenchError):
        _describe_request(box, error)
    else:
        _describe_bug(box, error)
    return box


def _describe_request(box: QMessageBox, error: WorkbenchError) -> None:
    box.setIconPixmap(_symbol(box, "warning"))
    box.setText(error.title)
    box.setInformativeText("\n".join(sentence(part) for part in (error.reason, error.hint) if part))
    box.setStandardButtons(QMessageBox.StandardButton.Ok)


def _describe_bug(box: QMessageBox, error: BaseException) -> None:
    trace = "".join(traceback.format_exception(error))
    write_log(trace)
    box.setIconPixmap(_symbol(box, "error"))
    box.setText(BUG_TITLE)
    box.setInformativeText(f"{_summary(error)}\n{BUG_REASON}\nThe details are also in {log_path()}.")
    box.setDetailedText(trace)
    box.setStandardButtons(QMessageBox.StandardButton.Close)
    box.setDefaultButton(QMessageBox.StandardButton.Close)
    copy = QPushButton("Copy details", box)
    copy.setObjectName("error-copy")
    box.addButton(copy, QMessageBox.ButtonRole.ActionRole)
    copy.clicked.disconnect()  # a message box closes on every button; copying should leave it open
    copy.clicked.connect(lambda: QApplication.clipboard().setText(trace))


def _symbol(box: QMessageBox, level: Literal["warning", "error"]) -> QPixmap:
    return icons.pixmap(level, ICON_SIZE, theme.current().level_colour(level), ratio=box.devicePixelRatioF())


def _summary(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return sentence(f"{type(error).__name__}: {lines[0]}" if lines else type(error).__name__)


def _detail(box: QMessageBox) -> str:
    return box.detailedText() or box.informativeText()


def _keep(box: QMessageBox) -> None:
    """A box without a parent belongs to nobody, and would go before anyone has seen it."""
    _OPEN.add(box)
    box.finished.connect(lambda: _OPEN.discard(box))


def _shown() -> list[QMessageBox]:
    return [box for box in _OPEN if isValid(box) and box.isVisible()]


class ExceptionHook(QObject):
    """While installed, shows what nothing else has caught, from whatever thread, and writes it to the log."""

    _caught = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._before = (sys.excepthook, threading.excepthook)
        self._caught.connect(lambda error: show_error(None, error))

    def install(self) -> None:
        """Take over from Python's own hooks."""
        sys.excepthook, threading.excepthook = self._hook, self._thread_hook

    def remove(self) -> None:
        """Give the hooks back."""
        sys.excepthook, threading.excepthook = self._before

    def _hook(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if isinstance(error, (KeyboardInterrupt, SystemExit)):
            self._before[0](kind, error, trace)
            return
        sys.stderr.write("".join(traceback.format_exception(error)))
        self._caught.emit(error)

    def _thread_hook(self, arguments: threading.ExceptHookArgs) -> None:
        if arguments.exc_value is not None:
            self._hook(arguments.exc_type, arguments.exc_value, arguments.exc_traceback)
