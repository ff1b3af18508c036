"""What the readme says works: its commands run, its Python runs, its layer becomes a layer, its pictures exist."""

from __future__ import annotations

import re
import shlex
import sys
import types
from pathlib import Path

import pytest
from PIL import Image

from workbench.cli.commands import main
from workbench.core.graph.network import Node, chain
from workbench.core.layers import activation
from workbench.core.layers.arguments import arguments
from workbench.core.layers.catalog import CATALOG
from workbench.core.layers.kind import REGISTERED

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
PHOTO_CLASSES = ("heart", "star")


def blocks(language: str) -> list[str]:
    """The code blocks of one language."""
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


def commands() -> list[list[str]]:
    """The arguments of every `workbench` command in the readme, in order."""
    lines = [line for block in blocks("bash") for line in block.splitlines() if line.startswith("workbench ")]
    return [shlex.split(line, comments=True)[1:] for line in lines]


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory with what the commands name: one photo, and a folder of photos of two classes."""
    from workbench.core.data.sources import open_data

    monkeypatch.chdir(tmp_path)
    data = open_data("shapes")
    Image.fromarray(data.train.images[0]).save(tmp_path / "photo.png")
    for name in PHOTO_CLASSES:
        (tmp_path / "photos" / name).mkdir(parents=True)
        for number, pixels in enumerate(data.train.images[data.train.labels == data.classes.index(name)][:8]):
            Image.fromarray(pixels).resize((64, 64)).save(tmp_path / "photos" / name / f"{number}.png")
    return tmp_path


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_the_commands_run_one_after_another(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ran = []
    for command in commands():
        if command[0] in ("transfer", "resume"):
            continue  # the weights of a backbone are a download, and the run is complete: see the tests below
        assert main(command) == 0, (command, capsys.readouterr().err)
        ran.append(command[0])
    told = "networks describe source convert train find-batch train evaluate doctor compare queue sweep sweep"
    assert ran == [*told.split(), "inspect", "check", "export", "export", "bench"]
    assert (desk / "first.safetensors").is_file()
    assert list((desk / "maps").glob("*.png"))


def test_a_complete_run_is_not_resumed_and_that_is_said(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["train", "lenet5", "--data", "digits", "--epochs", "1", "--out", "first"]) == 0
    resume = next(command for command in commands() if command[0] == "resume")
    assert main(resume) == 2
    assert "complete" in capsys.readouterr().err


def test_the_transfer_command_runs_with_weights_at_hand(desk: Path, shared: Path) -> None:
    command = next(command for command in commands() if command[0] == "transfer")
    weights = shared / "weights" / "mobilenet_v2_fp32.pth"
    assert main([*command, "--weights", str(weights), "--epochs", "1"]) == 0


def test_the_python_runs(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = next(block for block in blocks("python") if "open_run" in block)
    exec(compile(code, "README.md", "exec"), {})
    assert "'9'" in capsys.readouterr().out


def test_the_layer_becomes_a_layer_everywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    from workbench.core.modelling.compile import build_module
    from workbench.core.modelling.shapes import analyse

    before = dict(REGISTERED)
    module = types.ModuleType("added")
    module.__dict__.update({name: value for name, value in vars(activation).items() if not name.startswith("__")})
    monkeypatch.setitem(sys.modules, "added", module)
    try:
        exec(
            compile(next(block for block in blocks("python") if "@layer" in block), "README.md", "exec"),
            module.__dict__,
        )
        kind = module.Softmin
        assert kind in CATALOG.by_category()["Activation"]
        assert [argument.name for argument in arguments(kind)] == ["dim"]
        network = chain(
            "added", [Node("input", "Input"), Node("softmin", "Softmin", {"dim": 2}), Node("output", "Output")]
        )
        assert analyse(network).output_shape == (3, 32, 32)
        assert "dim=2" in repr(build_module(network))
    finally:
        REGISTERED.clear()
        REGISTERED.update(before)


@pytest.mark.parametrize("picture", re.findall(r"!\[.*?\]\((.*?)\)", README))
def test_pictures_exist(picture: str) -> None:
    assert (ROOT / picture).is_file()


@pytest.mark.parametrize("script", re.findall(r"bash (packaging/\w+\.sh)", README))
def test_scripts_exist(script: str) -> None:
    assert (ROOT / script).is_file()
