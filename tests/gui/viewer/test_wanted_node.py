"""A node that another room wants to be looked at."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from workbench.gui.viewer.room import InspectRoom
from workbench.gui.viewer.run_choice import UNTRAINED
from workbench.gui.workspace import Workspace


def test_the_current_network_is_opened_at_the_node(workspace: Workspace, qtbot: QtBot) -> None:
    room = InspectRoom(workspace)
    qtbot.addWidget(room)
    room.show()
    workspace.node_inspect_requested.emit((None, "conv3"))
    qtbot.waitUntil(lambda: room.nodes.node == "conv3" and room.maps.sheet is not None, timeout=60_000)
    assert room.runs.choice == UNTRAINED
    workspace.node_inspect_requested.emit((None, "bn2"))
    qtbot.waitUntil(lambda: room.nodes.node == "bn2" and not workspace.jobs.busy, timeout=60_000)
