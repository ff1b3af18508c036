"""The source of the network in the Build room: shown, copied, saved, refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QPushButton

from workbench.core import open_network, source_of
from workbench.core.graph.network import Node, chain
from workbench.gui.background import Background
from workbench.gui.builder.room import BuildRoom
from workbench.gui.builder.source_view import SourceView


@pytest.fixture
def jobs(qtbot: Any) -> Any:
    background = Background()
    yield background
    background.close()


def shown(network: Any, jobs: Background, qtbot: Any) -> SourceView:
    view = SourceView(network, jobs)
    qtbot.addWidget(view)
    view.show()
    qtbot.waitUntil(lambda: not view.busy.isVisible(), timeout=60_000)
    return view


def test_the_source_is_shown_copied_and_saved(jobs: Background, qtbot: Any, tmp_path: Path) -> None:
    network = open_network("lenet5")
    view = shown(network, jobs, qtbot)
    assert view.source == source_of(network)
    view.copy_all()
    assert QGuiApplication.clipboard().text() == view.source
    assert view.save(tmp_path / "net.py")
    assert (tmp_path / "net.py").read_text() == view.source


def test_nothing_is_copied_while_it_is_written(jobs: Background, qtbot: Any) -> None:
    QGuiApplication.clipboard().setText("before")
    view = SourceView(open_network("lenet5"), jobs)
    qtbot.addWidget(view)
    view.copy_all()
    assert QGuiApplication.clipboard().text() == "before"
    assert not view.copy.isEnabled()


def test_a_broken_network_is_told_in_place(jobs: Background, qtbot: Any) -> None:
    nodes = [Node("input", "Input"), Node("flat", "Flatten"), Node("bn", "BatchNorm2d"), Node("output", "Output")]
    view = shown(chain("broken", nodes), jobs, qtbot)
    assert view.problem.problem is not None
    assert "bn" in view.problem.problem.title
    assert not view.text.isVisible()
    assert not view.copy.isEnabled()


def test_every_button_says_what_it_does(jobs: Background, qtbot: Any) -> None:
    view = shown(open_network("lenet5"), jobs, qtbot)
    for button in view.findChildren(QPushButton):
        assert button.objectName().startswith("build-source-")
        assert button.toolTip()
        assert button.accessibleName()


def test_the_room_opens_it(room: BuildRoom, qtbot: Any) -> None:
    assert room.show_source in room.commands()
    room.show_source.trigger()
    view = room.findChild(SourceView)
    assert view is not None
    qtbot.waitUntil(lambda: bool(view.source), timeout=60_000)
    assert view.source == source_of(room.workspace.document.network)
    view.close()
