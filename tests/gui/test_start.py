"""Starting: what is loaded when, how long it takes, and what is said when there can be no window."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from workbench import __main__ as program
from workbench.core.graph.storage import save_network
from workbench.core.modelling.zoo import READY
from workbench.gui.qtguard import display_problem, import_problem, version_problem

OPEN_WINDOW = """
import sys, time
from workbench.gui import application
from workbench.gui.workspace import Workspace
app = application.application()
workspace = Workspace()
window = application.open_window(workspace)
seen = []
def look():
    seen.append([name for name in ("torch", "torchvision", "numpy", "pyqtgraph") if name in sys.modules])
window.painted.connect(look)
while not seen:
    app.processEvents()
print(window.isVisible(), window.room, seen[0], f"visible after {time.time() - START:.2f} s")
loaded = []
workspace.device_known.connect(loaded.append)
while not loaded:
    app.processEvents()
print("then", "torch" in sys.modules)
window.close()
"""

RUN = """
from PySide6.QtCore import QTimer
from workbench.gui import application
app = application.application()
def look():
    titles = [widget.windowTitle() for widget in app.topLevelWidgets() if widget.objectName() == "main-window"]
    print(titles)
    END()
QTimer.singleShot(100, look)
print(application.run(REFERENCE))
"""

IMPORT_CORE = """
import importlib, pkgutil, sys
import workbench.core
names = [module.name for module in pkgutil.walk_packages(workbench.core.__path__, "workbench.core.")]
quick = ("graph", "layers", "modelling.zoo", "modelling.shapes", "training.plan", "training.events")
def is_quick(name):  # layers.modules holds modules that torch lacks; the kinds that build them load it
    return any(name.startswith("workbench.core." + part) for part in quick) and not name.endswith("layers.modules")
for name in filter(is_quick, names):
    importlib.import_module(name)
print("torch-free", "torch" not in sys.modules)
for name in names:
    importlib.import_module(name)
print("Qt", [name for name in sys.modules if name.startswith(("PySide6", "shiboken6", "pyqtgraph"))])
"""


def fresh(code: str, tmp_path: Path, **environment: str) -> str:
    """What a fresh interpreter prints."""
    variables = {**os.environ, "WORKBENCH_CONFIG": str(tmp_path), "QT_QPA_PLATFORM": "offscreen", **environment}
    done = subprocess.run(
        [sys.executable, "-c", f"import time; START = time.time()\n{code}"],
        env=variables,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_window_is_visible_before_torch_is_loaded(tmp_path: Path) -> None:
    first, second = fresh(OPEN_WINDOW, tmp_path).splitlines()
    sys.stdout.write(f"{first}\n")
    assert first.startswith("True build []")
    assert second == "then True"


def test_the_core_never_loads_qt_and_its_plain_part_not_even_torch(tmp_path: Path) -> None:
    assert fresh(IMPORT_CORE, tmp_path).splitlines() == ["torch-free True", "Qt []"]


def run_program(reference: str | None, end: str, config: Path) -> list[str]:
    """The titles of the windows, and the exit status, of a program that is ended after its first tenth of a second."""
    return fresh(RUN.replace("REFERENCE", repr(reference)).replace("END", end), config).splitlines()


def test_the_program_opens_a_file_and_ends(tmp_path: Path) -> None:
    path = save_network(READY["lenet5"].build(), tmp_path / "mine")
    assert run_program(str(path), "app.closeAllWindows", tmp_path) == ["['mine — CNN Workbench']", "0"]


def test_a_session_that_ended_badly_comes_back(tmp_path: Path) -> None:
    save_network(READY["lenet5"].build(), tmp_path / "autosave")
    assert run_program(None, "app.exit", tmp_path) == ["['lenet5* — CNN Workbench']", "0"]
    assert (tmp_path / "autosave.network.json").exists()


def test_a_program_that_forgets_its_lanes_still_ends(tmp_path: Path) -> None:
    fresh(
        "from workbench.gui import application\n"
        "app = application.application()\n"
        "from workbench.gui.workspace import Workspace\n"
        "workspace = Workspace()\n"
        "workspace.jobs.submit(int, owner=workspace, lane='files', key='a', done=print)\n",
        tmp_path,
    )


@pytest.mark.parametrize(
    ("error", "library", "package"),
    [
        ("libEGL.so.1: cannot open shared object file: No such file or directory", "libEGL.so.1", "libegl1"),
        ("libxcb-cursor.so.0: cannot open shared object file: No such file", "libxcb-cursor.so.0", "libxcb-cursor0"),
        ("libnew.so.9: cannot open shared object file: No such file", "libnew.so.9", "libxcb-cursor0"),
    ],
)
def test_a_missing_library_is_named_with_the_command_that_installs_it(error: str, library: str, package: str) -> None:
    problem = import_problem(ImportError(error))
    assert problem.status == 1
    assert f"library {library} is missing" in problem.text
    assert "`sudo apt-get install " in problem.text
    assert package in problem.text.split("install ")[-1]


def test_missing_pyside_and_an_old_system_have_their_own_sentences() -> None:
    missing = import_problem(ModuleNotFoundError("No module named 'PySide6'", name="PySide6"))
    assert "pip install PySide6-Essentials" in missing.text
    old = import_problem(ImportError("/lib/libc.so.6: version `GLIBC_2.34' not found"))
    assert "too old" in old.text


@pytest.mark.parametrize(
    ("pyside", "python", "refused"),
    [
        ("6.12.0", (3, 11), True),
        ("6.12.0", (3, 12), False),
        ("6.11.3", (3, 11), False),
        ("6.10.1", (3, 13), True),
        ("6.12.1", (3, 11), False),
    ],
)
def test_a_pyside_that_crashes_is_refused(pyside: str, python: tuple[int, int], refused: bool) -> None:
    problem = version_problem(pyside, python)
    assert (problem is not None) == refused
    if problem:
        assert pyside in problem.text
        assert problem.status == 1


def test_no_display_is_said_with_what_works_without_one() -> None:
    problem = display_problem({}, "linux")
    assert problem is not None
    assert problem.status == 2
    assert "workbench train" in problem.text
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        assert display_problem({name: "x"}, "linux") is None
    assert display_problem({}, "darwin") is None
    assert display_problem({}, "win32") is None


@pytest.mark.parametrize("arguments", [[], ["open", "lenet5"]], ids=["window", "open"])
def test_the_program_ends_with_a_sentence_where_there_is_no_display(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(sys, "platform", "linux")
    assert program.main(arguments) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("workbench: There is no display")
    assert said.err.count("\n") == 1


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="X11 is a matter of Linux")
def test_a_display_that_does_not_answer_is_a_sentence_and_not_a_crash(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "workbench"],
        env={**os.environ, "QT_QPA_PLATFORM": "xcb", "DISPLAY": ":4711", "WORKBENCH_CONFIG": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode in (1, 2)
    assert done.stderr.startswith("workbench: ")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["open"], "takes one network file"),
        (["open", "a", "b"], "takes one network file"),
        (["open", "missing.network.json"], "missing.network.json"),
        (["open", "lenet"], "Did you mean lenet5"),
    ],
)
def test_what_cannot_be_opened_is_said_before_there_is_a_window(
    capsys: pytest.CaptureFixture[str], arguments: list[str], words: str
) -> None:
    assert program.main(arguments) == 2
    said = capsys.readouterr().err
    assert words in said
    assert said.count("\n") == 1


def test_other_verbs_and_help_go_to_the_command_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert program.main(["networks"]) == 0
    assert "cifar10cnn" in capsys.readouterr().out
    for arguments in (["--help"], ["open", "--help"], ["tour", "-h"]):
        assert program.main(arguments) == 0
        assert "workbench open FILE" in " ".join(capsys.readouterr().out.split())
    assert program.main(["fly"]) == 2
    assert "fly" in capsys.readouterr().err


def test_torch_threads_wait_without_spinning() -> None:
    code = "import os, workbench.__main__; print(os.environ['OMP_WAIT_POLICY'])"
    variables = {name: value for name, value in os.environ.items() if name != "OMP_WAIT_POLICY"}
    done = subprocess.run(
        [sys.executable, "-c", code], env=variables, capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.strip() == "PASSIVE"
