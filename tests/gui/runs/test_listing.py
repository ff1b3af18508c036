"""Which runs are listed: what is told of a look, of a run that was opened, and of a folder that cannot be read."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from workbench.errors import WorkbenchError
from workbench.gui.runs import listing as module
from workbench.gui.runs.listing import Listing
from workbench.gui.runs.opened import recalled_runs
from workbench.gui.workspace import Workspace

PATIENCE_MS = 30_000


@pytest.fixture
def listing(qtbot: QtBot, workspace: Workspace, runs_folder: Path) -> Listing:
    listing = Listing(workspace, workspace)
    with qtbot.waitSignal(listing.read, timeout=PATIENCE_MS) as told:
        listing.refresh()
    assert [row.path.parent for row in told.args[0]] == [runs_folder]
    return listing


def test_a_look_tells_no_rows_that_were_told(qtbot: QtBot, listing: Listing) -> None:
    with qtbot.assertNotEmitted(listing.read), qtbot.waitSignal(listing.unchanged, timeout=PATIENCE_MS):
        listing.look()
    with qtbot.waitSignal(listing.read, timeout=PATIENCE_MS):
        listing.refresh()


def test_an_opened_run_is_told_though_a_look_overtakes_it(qtbot: QtBot, listing: Listing, runs_folder: Path) -> None:
    run = next(runs_folder.iterdir())
    with qtbot.waitSignal(listing.opened, timeout=PATIENCE_MS) as told:
        listing.open(run)
        listing.look()
    assert told.args == [run]
    assert listing.is_from_elsewhere(run) and recalled_runs() == [run]
    listing.close(run)
    assert not listing.is_from_elsewhere(run) and recalled_runs() == []


def test_what_is_no_run_is_not_listed(listing: Listing, tmp_path: Path) -> None:
    with pytest.raises(WorkbenchError):
        listing.open(tmp_path)
    assert recalled_runs() == []


def test_the_same_rows_are_told_again_after_a_failure(
    qtbot: QtBot, listing: Listing, monkeypatch: pytest.MonkeyPatch
) -> None:
    error = WorkbenchError("The folder of runs cannot be read", "the disk is away", "Try again.")

    def fail(*_given: object) -> None:
        raise error

    with monkeypatch.context() as broken, qtbot.waitSignal(listing.failed, timeout=PATIENCE_MS) as told:
        broken.setattr(module, "read_rows", fail)
        listing.look()
    assert told.args == [error]
    with qtbot.waitSignal(listing.read, timeout=PATIENCE_MS):
        listing.look()
