"""The package as `pip install .` makes it, in an environment of its own that borrows the libraries of this one."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
OUTSIDE = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
"""The environment of somebody who has never seen this checkout."""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment into which a wheel of the project was installed."""
    pytest.importorskip("setuptools", "77", reason="building the wheel offline needs setuptools")
    place = tmp_path_factory.mktemp("wheel")
    source = place / "source"
    source.mkdir()
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    for name in ("workbench", "resources"):
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    subprocess.run(
        [*pip, "wheel", "--no-deps", "--no-build-isolation", "-w", place, source], check=True, timeout=120, env=OUTSIDE
    )
    home = place / "home"
    venv.create(home)
    (wheel,) = place.glob("*.whl")
    subprocess.run(
        [*pip, "--python", home, "install", "--no-deps", "--no-index", wheel], check=True, timeout=120, env=OUTSIDE
    )
    libraries = home / Path(sysconfig.get_path("purelib")).relative_to(sys.prefix)
    (libraries / "borrowed.pth").write_text(sysconfig.get_path("purelib"))
    return home


def test_every_module_and_resource_is_in_it(installed: Path) -> None:
    code = "import workbench, workbench.paths as p; print(workbench.__file__); print(p.resource('icons').parent)"
    result = subprocess.run(
        [installed / "bin/python", "-I", "-c", code], capture_output=True, text=True, check=True, env=OUTSIDE
    )
    package, resources = (Path(line) for line in result.stdout.splitlines())
    assert package.is_relative_to(installed)
    assert _files(resources) == {file for file in _files(ROOT / "resources") if not file.startswith("screenshots")}
    assert _files(package.parent) >= _files(ROOT / "workbench")


def test_the_command_works(installed: Path) -> None:
    result = subprocess.run(
        [installed / "bin/workbench", "describe", "lenet5", "--json"],
        capture_output=True,
        text=True,
        timeout=120,
        env=OUTSIDE,
    )
    assert result.returncode == 0, result.stderr
    assert '"parameters": 61706' in result.stdout


def _files(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file() and path.suffix != ".pyc"}
