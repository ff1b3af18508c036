"""Files of Python and ONNX in the window: asked before code runs, faults said in the dialog, the rest undisturbed."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from workbench.gui.documents import DocumentActions
from workbench.gui.foreign_files import CodeDialog, is_foreign
from workbench.gui.workspace import Workspace

NET = """
from pathlib import Path
from torch import nn

Path(__file__).with_name("ran").touch()

class Part(nn.Module):
    pass

class Net(nn.Sequential):
    def __init__(self, classes):
        super().__init__(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, classes))
"""
LONG = 60_000
"""Milliseconds that another process may take on a busy machine."""


@pytest.fixture
def net(tmp_path: Path) -> Path:
    path = tmp_path / "net.py"
    path.write_text(NET)
    return path


@pytest.fixture
def documents(workspace: Workspace, qtbot: QtBot, close_dialogs: None) -> DocumentActions:
    widget = QWidget()
    qtbot.addWidget(widget)
    documents = DocumentActions(workspace, widget)
    widget.documents = documents  # type: ignore[attr-defined]
    return documents


def dialog_for(documents: DocumentActions, path: Path) -> CodeDialog:
    documents.open_file(path)
    (dialog,) = documents.parent().findChildren(CodeDialog)
    return dialog


def test_a_module_opens_after_the_question_and_a_fault_can_be_mended_in_place(
    documents: DocumentActions, workspace: Workspace, qtbot: QtBot, net: Path
) -> None:
    dialog = dialog_for(documents, net)
    assert not net.with_name("ran").exists()
    assert dialog.classes.currentText() == "Net"
    qtbot.mouseClick(dialog.run, Qt.MouseButton.LeftButton)
    assert not dialog.run.isEnabled()
    qtbot.waitUntil(lambda: dialog.problem.problem is not None, timeout=LONG)
    problem = dialog.problem.problem
    assert problem is not None
    assert "classes" in problem.reason
    dialog.arguments.setText('{"classes": 5}')
    qtbot.mouseClick(dialog.run, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: workspace.document.network.name == "Net", timeout=LONG)
    assert workspace.document.network["4"].arguments["out_features"] == 5
    assert net.with_name("ran").exists()


def test_cancel_runs_nothing(documents: DocumentActions, workspace: Workspace, net: Path) -> None:
    before = workspace.document.network
    dialog_for(documents, net).reject()
    assert workspace.document.network is before
    assert not net.with_name("ran").exists()


def test_cancel_ends_what_hangs(documents: DocumentActions, workspace: Workspace, qtbot: QtBot, tmp_path: Path) -> None:
    path = tmp_path / "hangs.py"
    path.write_text(
        "from pathlib import Path\nPath(__file__).with_name('ran').touch()\nwhile True: pass\nclass Net: pass"
    )
    dialog = dialog_for(documents, Path(f"{path}:Net"))
    qtbot.mouseClick(dialog.run, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(path.with_name("ran").exists, timeout=LONG)
    dialog.reject()
    workspace.close()  # waits for the lane: it would take minutes if the process were not ended


@pytest.mark.parametrize(("arguments", "shape"), [("[1]", ""), ("{", ""), ("", "32"), ("", "3x0x4")])
def test_what_cannot_be_is_said_before_anything_runs(
    arguments: str, shape: str, documents: DocumentActions, workspace: Workspace, net: Path
) -> None:
    dialog = dialog_for(documents, net)
    dialog.arguments.setText(arguments)
    dialog.shape.setText(shape)
    dialog.start()
    assert dialog.problem.problem is not None
    assert not workspace.jobs.busy


def test_a_broken_file_is_said(documents: DocumentActions, tmp_path: Path, workspace: Workspace, qtbot: QtBot) -> None:
    from PySide6.QtWidgets import QMessageBox

    path = tmp_path / "bad.py"
    path.write_text("class Net(\n")
    documents.open_file(path)
    boxes = documents.parent().findChildren(QMessageBox)
    assert [box.text() for box in boxes] == ["bad.py:1 is not Python"]


def test_an_onnx_file_opens_in_the_background(
    documents: DocumentActions, workspace: Workspace, qtbot: QtBot, tmp_path: Path
) -> None:
    onnx = pytest.importorskip("onnx", reason="needs the extra onnx")
    made = onnx.parser.parse_model(
        '<ir_version: 8, opset_import: ["" : 17]> g (float[1,3,8,8] x) => (float[1,3,8,8] y) { y = Relu(x) }'
    )
    onnx.save(made, tmp_path / "tiny.onnx")
    documents.open_file(tmp_path / "tiny.onnx")
    qtbot.waitUntil(lambda: workspace.document.network.name == "tiny", timeout=LONG)


def test_what_is_foreign() -> None:
    assert is_foreign(Path("net.py"))
    assert is_foreign(Path("net.py:Net"))
    assert is_foreign(Path("net.onnx"))
    assert not is_foreign(Path("net.network.json"))
