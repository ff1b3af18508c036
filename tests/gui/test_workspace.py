"""What the rooms share."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from workbench.core.graph import edits
from workbench.core.modelling.shapes import Analysis
from workbench.gui.workspace import Workspace
from workbench.paths import runs_folder


def test_it_starts_with_a_network_and_data_that_need_no_download(workspace: Workspace) -> None:
    assert workspace.document.network.name == "cifar10cnn"
    assert not workspace.document.is_modified
    assert workspace.data == "shapes"
    assert workspace.runs_folder == runs_folder()


def test_preload_names_the_device_and_analyses(workspace: Workspace, qtbot: QtBot) -> None:
    with qtbot.waitSignals([workspace.device_known, workspace.analysed], timeout=60_000):
        workspace.preload()
    assert workspace.analysis is workspace.current_analysis
    assert workspace.analysis is not None
    assert workspace.analysis.parameters == 102_602
    assert workspace.analysis.network is workspace.document.network


def test_a_burst_of_changes_is_analysed_once_and_the_last_one(workspace: Workspace, qtbot: QtBot) -> None:
    seen: list[Analysis] = []
    workspace.analysed.connect(seen.append)
    for width in range(8, 40):
        workspace.document.apply(lambda net, w=width: edits.set_arguments(net, "conv1", {"out_channels": w}), "Width")
        assert workspace.current_analysis is None
    qtbot.waitUntil(lambda: workspace.current_analysis is not None, timeout=60_000)
    assert seen == [workspace.current_analysis]
    assert seen[0].nodes["conv1"].output_shape == (39, 32, 32)


def test_undo_is_analysed_too(workspace: Workspace, qtbot: QtBot) -> None:
    before = workspace.document.network
    workspace.document.apply(lambda net: edits.set_arguments(net, "conv1", {"out_channels": 5}), "Width")
    workspace.document.undo()
    with qtbot.waitSignal(workspace.analysed, timeout=60_000):
        pass
    assert workspace.current_analysis is not None
    assert workspace.current_analysis.network is before


def test_data_is_announced_when_it_is_other_data(workspace: Workspace) -> None:
    seen: list[str] = []
    workspace.data_changed.connect(seen.append)
    workspace.data = "digits"
    workspace.data = "digits"
    assert seen == ["digits"]


def test_a_closed_workspace_can_be_closed_again(workspace: Workspace) -> None:
    workspace.close()
    workspace.document.apply(lambda net: edits.retitle(net, "later"), "Rename")
    assert not workspace.jobs.busy


def test_runs_folder_follows_the_environment(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("WORKBENCH_RUNS", str(tmp_path / "elsewhere"))
    assert workspace.runs_folder == tmp_path / "elsewhere"
