"""A Data room on small sets of pictures."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from pytestqt.qtbot import QtBot

from workbench.gui.data.room import DataRoom
from workbench.gui.workspace import Workspace

Settle = Callable[[], None]
COLOURS = {"apple": (200, 30, 30), "banana": (220, 200, 40), "cherry": (120, 0, 40)}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three classes of 12, 8 and 5 pictures of 24 × 16, and a file among the bananas that is none."""
    root = tmp_path / "fruit"
    for (name, colour), count in zip(COLOURS.items(), (12, 8, 5), strict=True):
        (root / name).mkdir(parents=True)
        for number in range(count):
            pixels = np.full((16, 24, 3), colour, np.uint8)
            pixels[number % 16, number % 24] = 255
            Image.fromarray(pixels).save(root / name / f"{name}-{number:02}.png")
    (root / "banana" / "broken.png").write_bytes(b"this is no picture")
    return root


@pytest.fixture
def settle(qtbot: QtBot, workspace: Workspace) -> Settle:
    """Wait until no background job is left."""
    return lambda: qtbot.waitUntil(lambda: not workspace.jobs.busy, timeout=60_000)


@pytest.fixture
def room(qtbot: QtBot, workspace: Workspace, folder: Path, settle: Settle) -> DataRoom:
    """The room with the folder open."""
    workspace.data = str(folder)
    room = DataRoom(workspace)
    qtbot.addWidget(room)
    room.resize(1100, 700)
    room.show()
    room.enter()
    settle()
    return room
