"""What the tests of the window share. The root conftest has already chosen the offscreen platform."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication, QDialog

from workbench.gui import theme
from workbench.gui.workspace import Workspace


@pytest.fixture(scope="session")
def qapp(qapp: QApplication) -> QApplication:
    """The application in the light theme, so that no test depends on the desktop it runs on."""
    theme.apply(qapp, "light")
    return qapp


@pytest.fixture(autouse=True)
def garbage_stays_here() -> Iterator[None]:
    """While a test runs no other thread collects, as in the program: see `workbench.gui.garbage`."""
    gc.disable()
    yield
    gc.collect(1)
    gc.enable()


@pytest.fixture
def no_leftover_threads() -> Iterator[None]:
    """Fail the test that leaves a thread behind."""
    before = set(threading.enumerate())
    yield
    left = [thread.name for thread in threading.enumerate() if thread not in before and _is_ours(thread)]
    assert not left, f"threads left behind: {left}"


@pytest.fixture
def workspace(qapp: QApplication, no_leftover_threads: None) -> Iterator[Workspace]:
    """A workspace with `cifar10cnn` and `shapes`; analyses run after a change or after `preload()`."""
    workspace = Workspace()
    yield workspace
    workspace.close()


@pytest.fixture
def close_dialogs(qapp: QApplication) -> Iterator[None]:
    """Close the dialogs that a test has opened."""
    yield
    for widget in qapp.topLevelWidgets():
        if isinstance(widget, QDialog) and widget.isVisible():
            widget.close()


def _is_ours(thread: threading.Thread) -> bool:
    """Libraries keep threads of their own (torch's pools, tqdm's monitor); lanes and trainings are ours."""
    return thread.name.startswith(("lane ", "training"))
