"""The pictures of a subject are decoded with progress, can be cancelled, and are split as asked."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from pytestqt.qtbot import QtBot

from workbench.core.data.split import Split
from workbench.core.graph.network import Network
from workbench.core.modelling.sketch import Sketch
from workbench.gui.viewer import subjects
from workbench.gui.viewer.room import InspectRoom
from workbench.gui.workspace import Workspace

Settle = Callable[[], None]


class StoppedError(Exception):
    """Raised by a progress that cancels."""


def small_network() -> Network:
    sketch = Sketch("small", (1, 8, 8))
    sketch.global_pool()
    sketch.add("fc", "Linear", out_features=2)
    return sketch.finish()


@pytest.fixture
def scans(tmp_path: Path) -> Path:
    for number in range(40):
        place = tmp_path / "scans" / "ab"[number % 2]
        place.mkdir(parents=True, exist_ok=True)
        noise = np.random.default_rng(number).integers(0, 256, (16, 16), np.uint8)
        Image.fromarray(noise).save(place / f"p{number // 4}_{number}.png")
    return tmp_path / "scans"


def test_progress_counts_and_cancels(scans: Path) -> None:
    seen: list[tuple[int, int]] = []
    subject = subjects.untrained_subject(
        small_network(),
        str(scans),
        split=Split(group_pattern="^[^_]+"),
        progress=lambda done, total: seen.append((done, total)),
    )
    assert (40, 40) in seen
    assert subject.samples is not None
    held = {Path(file).name.split("_")[0] for file in subject.samples.files}
    assert len(held) == 2 and len(subject.samples) == 8

    def stop(_done: int, _total: int) -> None:
        raise StoppedError

    with pytest.raises(StoppedError):
        subjects.untrained_subject(small_network(), str(scans), progress=stop)


def test_opening_in_the_room_is_cancelled_and_begun_again(
    scans: Path, qtbot: QtBot, workspace: Workspace, settle: Settle
) -> None:
    workspace.document.apply(lambda _network: small_network(), "Another network")
    workspace.data = str(scans)
    room = InspectRoom(workspace)
    qtbot.addWidget(room)
    room.show()
    room.enter()
    settle()
    room.look_at_current_network()
    room.opening.cancelled.emit()
    settle()
    assert room.inquiry.subject is None
    assert not room.opening.isVisible()
    room.look_at_current_network()
    settle()
    assert room.inquiry.subject is not None and room.inquiry.subject.samples is not None
