"""Autosave: written soon after a change, gone after a clean end, back after a crash."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QLockFile
from pytestqt.qtbot import QtBot

from workbench.core.graph import edits
from workbench.core.graph.storage import load_network, save_network
from workbench.core.modelling.zoo import READY
from workbench.gui import autosave as module
from workbench.gui.autosave import Autosave
from workbench.gui.workspace import Workspace
from workbench.paths import config_folder


@pytest.fixture
def autosave(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> Iterator[Autosave]:
    monkeypatch.setattr(module, "DELAY_MS", 20)
    made = Autosave(workspace)
    yield made
    made.close()


def rename(workspace: Workspace, name: str) -> None:
    workspace.document.apply(lambda network: edits.retitle(network, name), "Rename")


def test_a_change_is_written_soon(workspace: Workspace, autosave: Autosave, qtbot: QtBot) -> None:
    rename(workspace, "mine")
    qtbot.waitUntil(autosave.path.exists)
    assert autosave.path == config_folder() / "autosave.network.json"
    assert load_network(autosave.path).name == "mine"


def test_undoing_everything_leaves_nothing_to_bring_back(
    workspace: Workspace, autosave: Autosave, qtbot: QtBot
) -> None:
    rename(workspace, "mine")
    qtbot.waitUntil(autosave.path.exists)
    workspace.document.undo()
    qtbot.waitUntil(lambda: not autosave.path.exists())


def test_a_clean_end_leaves_nothing(workspace: Workspace, autosave: Autosave) -> None:
    rename(workspace, "mine")
    autosave.save()
    autosave.close()
    assert not list(config_folder().glob("autosave*"))


def test_what_a_crash_left_comes_back_as_a_change_that_can_be_undone(workspace: Workspace) -> None:
    before = workspace.document.network
    save_network(READY["lenet5"].build(), config_folder() / "autosave.network.json")
    autosave = Autosave(workspace)
    assert autosave.restore()
    assert workspace.document.network.name == "lenet5"
    assert workspace.document.is_modified
    assert workspace.document.undo() == "Restore unsaved changes"
    assert workspace.document.network == before
    autosave.close()


def test_nothing_left_means_nothing_restored(workspace: Workspace, autosave: Autosave) -> None:
    assert not autosave.restore()
    assert not workspace.document.is_modified


def test_a_broken_autosave_is_put_aside(workspace: Workspace) -> None:
    path = config_folder() / "autosave.network.json"
    path.write_text("{ not a network")
    autosave = Autosave(workspace)
    assert not autosave.restore()
    assert not path.exists()
    assert (config_folder() / "autosave.broken.json").read_text() == "{ not a network"
    autosave.close()


def test_a_second_window_has_a_slot_of_its_own(workspace: Workspace, autosave: Autosave) -> None:
    second = Autosave(workspace)
    assert second.path.name == "autosave-2.network.json"
    second.close()
    third = Autosave(workspace)
    assert third.path.name == "autosave-2.network.json"
    third.close()


def test_the_lock_of_a_dead_program_does_not_count(workspace: Workspace) -> None:
    lock = QLockFile(str(config_folder() / "autosave.lock"))
    assert lock.tryLock(0)
    text = (config_folder() / "autosave.lock").read_text().splitlines()
    lock.unlock()
    (config_folder() / "autosave.lock").write_text("\n".join(["999999999", *text[1:]]) + "\n")
    autosave = Autosave(workspace)
    assert autosave.path.name == "autosave.network.json"
    autosave.close()
