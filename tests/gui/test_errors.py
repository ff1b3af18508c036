"""What the user sees when something goes wrong."""

from __future__ import annotations

import sys
import threading

import pytest
from PySide6.QtWidgets import QApplication, QMessageBox, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from workbench.errors import WorkbenchError
from workbench.gui.errors import ExceptionHook, log_path, show_error

REQUEST = WorkbenchError("Could not read net.json", "permission denied", "choose another file")


@pytest.fixture
def parent(qtbot: QtBot, close_dialogs: None) -> QWidget:
    widget = QWidget()
    qtbot.addWidget(widget)
    return widget


def bug() -> Exception:
    try:
        raise KeyError("conv1")
    except KeyError as error:
        return error


def test_a_request_that_cannot_be_met_is_two_sentences_and_no_trace(parent: QWidget) -> None:
    box = show_error(parent, REQUEST)
    assert box.isVisible()
    assert not box.isModal()
    assert box.text() == "Could not read net.json"
    assert box.informativeText() == "Permission denied.\nChoose another file."
    assert box.detailedText() == ""


def test_a_bug_is_ours_with_a_trace_to_copy(parent: QWidget, qtbot: QtBot) -> None:
    box = show_error(parent, bug())
    assert "our mistake" in box.informativeText()
    assert "KeyError" in box.informativeText()
    assert "test_errors.py" in box.detailedText()
    copy = box.findChild(QPushButton, "error-copy")
    copy.click()
    assert QApplication.clipboard().text() == box.detailedText()
    assert box.isVisible()
    assert "KeyError: 'conv1'" in log_path().read_text()


def test_the_same_error_is_shown_once(parent: QWidget) -> None:
    first = show_error(parent, REQUEST)
    assert show_error(parent, REQUEST) is first
    other = show_error(parent, WorkbenchError("Could not read other.json"))
    assert other is not first


def test_what_nothing_catches_is_shown(parent: QWidget, qtbot: QtBot, capsys: pytest.CaptureFixture[str]) -> None:
    hook, before = ExceptionHook(parent), sys.excepthook
    hook.install()
    try:
        error = bug()
        sys.excepthook(type(error), error, error.__traceback__)
        qtbot.waitUntil(lambda: bool(shown()))
    finally:
        hook.remove()
    assert sys.excepthook is before
    assert "KeyError" in capsys.readouterr().err


def test_what_a_thread_lets_out_is_shown_on_this_one(
    parent: QWidget, qtbot: QtBot, capsys: pytest.CaptureFixture[str]
) -> None:
    hook = ExceptionHook(parent)
    hook.install()
    try:
        thread = threading.Thread(target=lambda: 1 / 0)
        thread.start()
        thread.join()
        qtbot.waitUntil(lambda: bool(shown()))
    finally:
        hook.remove()
    assert "ZeroDivisionError" in shown()[0].informativeText()


def shown() -> list[QMessageBox]:
    return [box for box in QApplication.topLevelWidgets() if isinstance(box, QMessageBox) and box.isVisible()]
