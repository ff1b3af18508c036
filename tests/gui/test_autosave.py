"""Autosave: written soon after a change, gone after a clean end, back after a crash."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QLockFile
from pytestqt.qtbot import QtBot

from workbench.core.graph import edits
from workbench.core.graph.network import Network
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
    said: list[str] = []
    workspace.message.connect(said.append)
    autosave = Autosave(workspace)
    assert not autosave.restore()
    assert not path.exists()
    assert (config_folder() / "autosave.broken.json").read_text() == "{ not a network"
    assert any("autosave.broken.json" in text for text in said)
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


def test_a_window_takes_what_was_left_before_an_empty_slot(workspace: Workspace) -> None:
    save_network(READY["lenet5"].build(), config_folder() / "autosave-3.network.json")
    autosave = Autosave(workspace)
    assert autosave.restore()
    assert autosave.path.name == "autosave-3.network.json"
    autosave.close()
    assert not list(config_folder().glob("autosave*.json"))


def test_a_window_that_was_opened_on_a_file_leaves_the_rest_to_a_later_one(workspace: Workspace) -> None:
    save_network(READY["lenet5"].build(), config_folder() / "autosave.network.json")
    opened = Autosave(workspace)
    opened.leave()
    rename(workspace, "mine")
    opened.save()
    opened.close()
    later = Autosave(workspace)
    assert later.restore()
    assert workspace.document.network.name == "lenet5"
    later.close()


def test_a_burst_of_changes_does_not_put_off_the_saving(workspace: Workspace, autosave: Autosave) -> None:
    autosave._timer.setInterval(600_000)
    rename(workspace, "first")
    begun = autosave._timer.timerId()
    rename(workspace, "second")
    assert begun > 0 and autosave._timer.timerId() == begun


def test_a_disk_without_room_is_told_once_and_tried_again(
    workspace: Workspace, autosave: Autosave, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    tries: list[Path] = []
    workspace.message.connect(said.append)

    def full(_network: Network, path: Path) -> None:
        tries.append(path)
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(module, "save_network", full)
        rename(workspace, "mine")
        qtbot.waitUntil(lambda: len(tries) >= 3)
    assert len(said) == 1 and "No space left on device" in said[0]
    qtbot.waitUntil(autosave.path.exists)
