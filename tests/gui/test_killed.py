"""A program that is killed with unsaved changes offers them at its next start; two windows do so each for itself."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

EDIT_AND_DIE = """
import os, signal, sys
from workbench.core.graph import edits
from workbench.gui import application
from workbench.gui.autosave import Autosave
from workbench.gui.workspace import Workspace
app = application.application()
windows = []
for name in sys.argv[1:]:
    workspace = Workspace()
    windows.append(Autosave(workspace))
    workspace.document.apply(lambda network: edits.retitle(network, name), "Rename")
while not all(window.path.exists() for window in windows):
    app.processEvents()
os.kill(os.getpid(), signal.SIGKILL)
"""

COME_BACK = """
import os, sys
from workbench.gui import application
from workbench.gui.autosave import Autosave
from workbench.gui.workspace import Workspace
app = application.application()
windows = []
for _ in range(3):
    workspace = Workspace()
    windows.append(Autosave(workspace))
    print(windows[-1].restore(), workspace.document.network.name, workspace.document.undo_label)
sys.stdout.flush()
os._exit(0)
"""


def start(code: str, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """A program of its own, with settings in a folder."""
    variables = {**os.environ, "WORKBENCH_CONFIG": str(folder), "QT_QPA_PLATFORM": "offscreen"}
    command = [sys.executable, "-c", code, *arguments]
    return subprocess.run(command, env=variables, capture_output=True, text=True, timeout=120)


def test_what_was_not_saved_comes_back_after_a_kill(tmp_path: Path) -> None:
    assert start(EDIT_AND_DIE, tmp_path, "one", "two").returncode == -signal.SIGKILL
    after = start(COME_BACK, tmp_path)
    assert after.returncode == 0, after.stderr
    label = "Restore unsaved changes"
    assert after.stdout.splitlines() == [f"True one {label}", f"True two {label}", "False cifar10cnn None"]
