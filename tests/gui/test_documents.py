"""New, open, save, undo and redo."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget
from pytestqt.qtbot import QtBot

from workbench.core.graph import edits
from workbench.core.graph.storage import load_network, save_network
from workbench.core.modelling.zoo import READY
from workbench.gui.documents import DocumentActions
from workbench.gui.workspace import Workspace


@pytest.fixture
def documents(workspace: Workspace, qtbot: QtBot, close_dialogs: None) -> DocumentActions:
    widget = QWidget()
    qtbot.addWidget(widget)
    documents = DocumentActions(workspace, widget)
    widget.documents = documents  # type: ignore[attr-defined]
    return documents


def rename(workspace: Workspace, name: str) -> None:
    workspace.document.apply(lambda network: edits.retitle(network, name), "Rename")


def test_undo_and_redo_name_what_they_do(documents: DocumentActions, workspace: Workspace) -> None:
    assert not documents.undo.isEnabled()
    rename(workspace, "mine")
    assert documents.undo.text() == "Undo Rename"
    documents.undo.trigger()
    assert workspace.document.network.name == "cifar10cnn"
    assert not documents.undo.isEnabled()
    assert documents.redo.text() == "Redo Rename"
    documents.redo.trigger()
    assert workspace.document.network.name == "mine"


def test_save_writes_where_the_document_came_from(
    documents: DocumentActions, workspace: Workspace, tmp_path: Path
) -> None:
    path = save_network(READY["lenet5"].build(), tmp_path / "net")
    assert documents.open_file(path)
    assert documents.name == "net"
    rename(workspace, "mine")
    documents.save.trigger()
    assert load_network(path).name == "mine"
    assert not workspace.document.is_modified


def test_the_first_save_asks_where(
    documents: DocumentActions, workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "new"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_arguments: (str(target), ""))
    assert documents.save_now()
    assert workspace.document.path == tmp_path / "new.network.json"
    assert load_network(workspace.document.path) == workspace.document.network


def test_a_cancelled_save_saves_nothing(
    documents: DocumentActions, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_arguments: ("", ""))
    rename(workspace, "mine")
    assert not documents.save_now()
    assert workspace.document.is_modified


def test_a_place_that_cannot_be_written_is_said_and_nothing_is_lost(
    documents: DocumentActions, workspace: Workspace, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    rename(workspace, "mine")
    assert not documents.save_file(tmp_path / "file" / "net.network.json")
    assert workspace.document.is_modified
    assert error_text(documents).startswith("Could not write")


def test_a_broken_file_is_said_and_the_network_stays(
    documents: DocumentActions, workspace: Workspace, tmp_path: Path
) -> None:
    path = tmp_path / "broken.network.json"
    path.write_text("{}")
    before = workspace.document.network
    assert not documents.open_file(path)
    assert workspace.document.network is before
    assert "broken.network.json" in error_text(documents)


@pytest.mark.parametrize(("answer", "replaced"), [("Discard", True), ("Cancel", False)])
def test_new_asks_before_it_throws_away(
    documents: DocumentActions, workspace: Workspace, monkeypatch: pytest.MonkeyPatch, answer: str, replaced: bool
) -> None:
    rename(workspace, "mine")
    monkeypatch.setattr(documents, "_ask", lambda: QMessageBox.StandardButton[answer])
    documents.new.trigger()
    assert (workspace.document.network.name == "untitled") == replaced


def test_opened_and_saved_files_are_announced(documents: DocumentActions, qtbot: QtBot, tmp_path: Path) -> None:
    with qtbot.waitSignal(documents.saved) as blocker:
        documents.save_file(tmp_path / "a")
    assert blocker.args == [tmp_path / "a.network.json"]
    with qtbot.waitSignal(documents.saved):
        documents.open_file(tmp_path / "a.network.json")


def error_text(documents: DocumentActions) -> str:
    window = documents.parent()
    return window.findChild(QMessageBox, "error-dialog").text()
