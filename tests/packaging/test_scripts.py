"""The scripts of the checkout: what they do on machines that lack something, seen through stand-in interpreters."""

from __future__ import annotations

import os
import shlex
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from workbench.cli.commands import VERBS

ROOT = Path(__file__).parent.parent.parent
SCRIPTS = sorted(ROOT.glob("packaging/*.sh"))
BASH = shutil.which("bash") or ""
pytestmark = pytest.mark.skipif(not BASH, reason="the scripts are for bash")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of the scripts in a place with a space in its name, without an environment."""
    root = tmp_path / "a clone"
    shutil.copytree(ROOT / "packaging", root / "packaging")
    shutil.copy(ROOT / "pyproject.toml", root)
    return root


def script(path: Path, text: str) -> Path:
    """A program of our own."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!{BASH}\n{text}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def run(checkout: Path, command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a bash command from another folder, without a screen."""
    kept = {name: value for name, value in os.environ.items() if name not in ("DISPLAY", "WAYLAND_DISPLAY")}
    kept = {**kept, "CHECKOUT": str(checkout), **environment}
    kept = {name: value for name, value in kept.items() if value}
    return subprocess.run(
        [BASH, "-c", command], cwd=checkout.parent, env=kept, capture_output=True, text=True, timeout=120
    )


def within(checkout: Path, command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command that uses the functions of environment.sh."""
    return run(checkout, f'source "$CHECKOUT/packaging/environment.sh"; {command}', **environment)


def install(checkout: Path, interpreter: str = 'exec "$REAL" "$@"') -> None:
    """An environment that looks finished; its interpreter is this text."""
    script(checkout / ".venv/bin/python", f"REAL={shlex.quote(sys.executable)}\n{interpreter}")
    assert within(checkout, 'fingerprint "" >"$(stamp_of "")"').returncode == 0


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_is_bash(path: Path) -> None:
    assert subprocess.run([BASH, "-n", path], capture_output=True, text=True).stderr == ""


def test_finds_this_python(checkout: Path) -> None:
    result = within(checkout, "find_python; echo $FOUND_PYTHON", PYTHON=sys.executable)
    assert result.stdout.strip() == sys.executable


def test_says_what_is_wrong_with_each_python(checkout: Path, tmp_path: Path) -> None:
    script(tmp_path / "bin/python3", 'echo "it is version 3.9"')
    script(tmp_path / "bin/python3.12", "exit 127")
    tools = ("dirname", "cat")
    for tool in tools:
        (tmp_path / "bin" / tool).symlink_to(shutil.which(tool) or "")
    result = within(checkout, "find_python", PATH=str(tmp_path / "bin"), PYTHON="")
    assert result.returncode == 1
    assert "needs Python 3.11 or newer" in result.stderr
    assert "python3: it is version 3.9" in result.stderr
    assert "python3.12: it does not start" in result.stderr


def test_an_old_python_is_recognized(checkout: Path, tmp_path: Path) -> None:
    old = "import sys; sys.version_info = (3, 9, 2); exec(sys.argv.pop())"
    fake = script(tmp_path / "python", f"exec {shlex.quote(sys.executable)} -c '{old}' \"$2\"")
    assert within(checkout, f'python_fault "{fake}"').stdout == "it is version 3.9\n"


def test_a_finished_installation_is_recognized_until_something_changes(checkout: Path) -> None:
    install(checkout)
    assert within(checkout, 'is_installed ""').returncode == 0
    assert within(checkout, "is_installed test").returncode == 1
    with (checkout / "pyproject.toml").open("a") as file:
        file.write("# another dependency\n")
    assert within(checkout, 'is_installed ""').returncode == 1


def test_a_failed_installation_is_tried_again(checkout: Path) -> None:
    install(checkout)
    script(checkout / ".venv/bin/python", 'case $* in *"pip install"*) echo "ERROR: no network"; exit 1 ;; esac')
    result = run(checkout, 'bash "$CHECKOUT/packaging/run.sh" networks')
    assert result.returncode == 1
    assert "ERROR: no network" in result.stderr
    assert "install.log" in result.stderr
    assert within(checkout, 'is_installed ""').returncode == 1


def test_a_broken_environment_is_made_again(checkout: Path) -> None:
    script(checkout / ".venv/bin/python", "exit 1")
    result = within(checkout, 'make_venv && "$VENV/bin/python" -m pip --version', PYTHON=sys.executable)
    assert result.returncode == 0, result.stderr
    assert result.stdout.startswith("pip ")


def test_large_downloads_are_told(checkout: Path) -> None:
    lines = [
        "Collecting torch>=2.6",
        "  Downloading torch-2.15.0-cp311-cp311-manylinux_2_28_x86_64.whl (846.9 MB)",
        "  Downloading msgspec-0.22.0-cp311-cp311-manylinux.whl (213 kB)",
        "Installing collected packages: torch, msgspec",
    ]
    text = "\n".join(lines)
    result = within(checkout, f"tell_progress \"$CHECKOUT/log\" <<'END'\n{text}\nEND")
    assert "downloading torch (846.9 MB)\n" in result.stderr
    assert "unpacking" in result.stderr
    assert "msgspec" not in result.stderr
    assert (checkout / "log").read_text() == text + "\n"


def test_arguments_reach_the_program_and_its_status_comes_back(checkout: Path) -> None:
    install(checkout, 'case $* in *workbench*) printf "<%s>" "$@"; exit 7 ;; *) exec "$REAL" "$@" ;; esac')
    result = run(checkout, 'bash "$CHECKOUT/packaging/run.sh" describe "my net.json"')
    assert result.stdout == "<-P><-m><workbench><describe><my net.json>"
    assert result.returncode == 7


def test_without_a_screen_the_demonstration_runs(checkout: Path) -> None:
    install(checkout, 'case $* in *workbench*) shift 3; printf "%s|" "$@"; echo ;; *) exec "$REAL" "$@" ;; esac')
    result = run(checkout, 'bash "$CHECKOUT/packaging/run.sh"', QT_QPA_PLATFORM="")
    assert result.returncode == 0, result.stderr
    commands = [line.rstrip("|").split("|") for line in result.stdout.splitlines()]
    assert [verb for verb, *_ in commands] == ["train", "evaluate", "inspect", "inspect", "export"]
    for verb, *words in commands:
        VERBS[verb].parser().parse_args(words)  # raises for what the command line would refuse
    assert f"The run is in {checkout / 'runs/demo-'}" in result.stderr


def test_missing_libraries_of_qt_are_named_with_the_command(checkout: Path, tmp_path: Path) -> None:
    install(checkout)
    script(tmp_path / "bin/apt-get", "")
    missing = "libxcb-cursor.so.0 libEGL.so.1 libxcb-new.so.3"
    command = f'MISSING="{missing}"; name_missing_libraries'
    result = within(checkout, command, PATH=f"{tmp_path / 'bin'}:{os.environ['PATH']}")
    assert missing in result.stderr
    assert "sudo apt-get install -y libxcb-cursor0 libegl1 libxcb-new3" in result.stderr


@pytest.mark.parametrize(
    ("environment", "plugin"),
    [
        ({"QT_QPA_PLATFORM": "", "DISPLAY": ":0"}, "xcb"),
        ({"QT_QPA_PLATFORM": "", "WAYLAND_DISPLAY": "wayland-0"}, "wayland"),
        ({"QT_QPA_PLATFORM": "offscreen"}, "offscreen"),
        ({"QT_QPA_PLATFORM": "wayland;xcb"}, "wayland"),
    ],
)
def test_the_plugin_follows_the_screen(checkout: Path, environment: dict[str, str], plugin: str) -> None:
    assert within(checkout, "platform_plugin", **environment).stdout.strip() == plugin


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks at Linux libraries")
def test_a_library_that_is_missing_is_found_out(checkout: Path, tmp_path: Path) -> None:
    install(checkout)
    script(tmp_path / "bin/ldd", r'printf "\tlibxcb-cursor.so.0 => not found\n\tlibc.so.6 => /lib/libc.so.6 (0x1)\n"')
    path = f"{tmp_path / 'bin'}:{os.environ['PATH']}"
    result = run(checkout, 'bash "$CHECKOUT/packaging/run.sh"', PATH=path, QT_QPA_PLATFORM="xcb")
    assert result.returncode == 1
    assert "libxcb-cursor.so.0" in result.stderr
    found = within(checkout, "look_for_qt_libraries; echo [$MISSING]", QT_QPA_PLATFORM="offscreen")
    assert found.stdout.strip() == "[]"
    again = within(checkout, "look_for_qt_libraries; echo [$MISSING]", QT_QPA_PLATFORM="offscreen", PATH=path)
    assert again.stdout.strip() == "[]", "what was found is not looked for again"


def test_the_tests_run_in_their_order(checkout: Path) -> None:
    for name in ("gui", "core", "cli", "packaging", "benchmarks"):
        (checkout / "tests" / name).mkdir(parents=True)
    (checkout / "tests/test_whole_path.py").touch()
    (checkout / "tests/conftest.py").touch()
    install(checkout, 'case $* in *pytest*) echo "$@" ;; *) exec "$REAL" "$@" ;; esac')
    functions = (checkout / "packaging/test.sh").read_text().split("prepare test")[0]
    (checkout / "packaging/test.sh").write_text(functions + 'run_all_tests "$@"')
    everything = run(checkout, 'bash "$CHECKOUT/packaging/test.sh" -x')
    order = "tests/core tests/cli tests/packaging tests/test_whole_path.py"
    assert commands(everything.stdout) == [f"-m pytest {order} -x", "-m pytest tests/gui -x"]
    some = run(checkout, 'bash "$CHECKOUT/packaging/test.sh" tests/core/graph.py::test_x tests/core')
    assert commands(some.stdout) == ["-m pytest tests/core/graph.py::test_x tests/core"]


def commands(printed: str) -> list[str]:
    return [line for line in printed.splitlines() if line.startswith("-m ")]
