"""`workbench convert`, and NET as `FILE.py:Class`: asked first, written whole, usable afterwards."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

from workbench.core.graph.storage import load_network
from workbench.core.modelling.compile import build_module

NET = """
from pathlib import Path
from torch import nn

Path(__file__).with_name("ran").touch()

class Net(nn.Sequential):
    def __init__(self, classes=10):
        super().__init__(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, classes))
"""


class Terminal(io.StringIO):
    """Standard input with a person at it."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def net(tmp_path: Path) -> Path:
    path = tmp_path / "net.py"
    path.write_text(NET)
    return path


def ran(net: Path) -> bool:
    return net.with_name("ran").exists()


def test_a_converted_class_is_a_network_file_with_its_weights_beside_it(
    workbench: Callable[..., Any], net: Path, tmp_path: Path
) -> None:
    words = ("--arguments", '{"classes": 7}', "--input", "3x16x16", "--yes", "--json")
    answer = workbench("convert", f"{net}:Net", "-o", tmp_path / "out", *words)
    assert (answer.status, answer.json["difference"], answer.json["notes"]) == (0, 0, [])
    network = load_network(tmp_path / "out.network.json")
    module = build_module(network)
    module.load_state_dict(load_file(tmp_path / "out.safetensors"), strict=True)
    assert module(torch.zeros(2, 3, 16, 16)).shape == (2, 7)
    again = workbench("describe", tmp_path / "out.network.json", "--json")
    assert again.json["totals"]["parameters"] == 4 * 28 + 5 * 7


@pytest.mark.parametrize("verb", ["convert", "describe", "source", "train", "inspect"])
def test_without_a_terminal_code_runs_only_with_yes(verb: str, workbench: Callable[..., Any], net: Path) -> None:
    out = () if verb == "describe" else ("-o" if verb != "train" else "--out", net.parent / "out")
    more = ("--data", "shapes") if verb == "train" else ()
    answer = workbench(verb, f"{net}:Net", *out, *more)
    assert answer.status == 2
    assert "runs the code in it. Say --yes if you trust it." in answer.err
    assert not ran(net)


@pytest.mark.parametrize(("said", "status"), [("n\n", 2), ("\n", 2), ("y\n", 0)])
def test_on_a_terminal_it_is_asked(
    said: str, status: int, workbench: Callable[..., Any], net: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", Terminal(said))
    answer = workbench("describe", f"{net}:Net", "--input", "3x8x8")
    assert answer.status == status
    assert f"Opening {net} runs the code in it. Run it? [y/N]" in answer.err
    assert ran(net) is (status == 0)


WRONG = {
    "neither a class": ("resnet18",),
    "--arguments is no JSON object": ("net.py:Net", "--arguments", "[1]", "--yes"),
    "is no input shape": ("net.py:Net", "--input", "32", "--yes"),
    "Could not read": ("missing.py:Net", "--yes"),
    "is not an ONNX file": ("broken.onnx",),
    "There is no file": ("net.py:Net", "--weights", "missing.pth", "--yes"),
}


@pytest.mark.parametrize("said", WRONG)
def test_a_wrong_request_is_one_sentence_and_leaves_nothing(
    said: str, workbench: Callable[..., Any], net: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(net.parent)
    Path("broken.onnx").write_bytes(b"no model")
    answer = workbench("convert", *WRONG[said], "-o", "out")
    assert answer.status == 2
    assert said in answer.err
    assert "Traceback" not in answer.err
    assert not Path("out.network.json").exists()


def test_describe_says_what_became_of_auxiliary_heads(workbench: Callable[..., Any]) -> None:
    dropped, kept = (workbench("describe", name, "--json").json for name in ("googlenet", "googlenet+aux"))
    assert "dropped" in dropped["notes"][0]
    assert "kept" in kept["notes"][0]
    assert kept["totals"]["parameters"] - dropped["totals"]["parameters"] == 6_379_984
    assert "note: dropped the auxiliary heads aux1 and aux2" in workbench("describe", "googlenet").out
