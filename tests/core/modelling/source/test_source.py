"""The source of ready networks: same keys, same numbers, stable there and back, and no longer than a person's."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest
import torch
from torch import nn

from workbench.core.graph.network import Network, Node, chain
from workbench.core.layers.catalog import CATALOG
from workbench.core.layers.kind import LayerKind
from workbench.core.modelling.compile import build_module
from workbench.core.modelling.opening import open_network
from workbench.core.modelling.shapes import analyse
from workbench.core.modelling.source.text import formatted, source_of
from workbench.core.modelling.trace import trace_module
from workbench.core.modelling.zoo import READY
from workbench.errors import WorkbenchError

GOLDEN = Path(__file__).parent / "golden"
FAMILIES = {
    "alexnet": 50,
    "convnext_tiny": 90,
    "densenet121": 95,
    "efficientnet_b0": 160,
    "efficientnet_v2_s": 210,
    "googlenet": 120,
    "inception_v3": 235,
    "mnasnet0_5": 100,
    "mobilenet_v2": 100,
    "mobilenet_v3_small": 170,
    "regnet_x_400mf": 140,
    "regnet_y_400mf": 155,
    "resnet18": 65,
    "resnet50": 80,
    "resnext50_32x4d": 85,
    "shufflenet_v2_x0_5": 105,
    "squeezenet1_1": 62,
    "swin_t": 110,
    "vgg11": 60,
    "vgg11_bn": 66,
    "vit_b_32": 90,
    "wide_resnet50_2": 85,
}
"""One network of each family and the most lines that its source may have."""
FIXED = ("vit_b_32",)
"""Networks that take pictures of one size only."""


@pytest.fixture(scope="session")
def texts() -> dict[str, str]:
    """Sources by name, each written once."""
    return {}


def text_of(name: str, texts: dict[str, str]) -> str:
    if name not in texts:
        texts[name] = source_of(open_network(name))
    return texts[name]


def contents(network: Network) -> dict[str, Any]:
    """What a network is, without positions and without the wish to save memory, which only some places allow."""
    found = {}
    for node in network:
        kind = CATALOG.parse(node)
        assert isinstance(kind, LayerKind)
        arguments = {name: value for name, value in msgspec.structs.asdict(kind).items() if name != "inplace"}
        found[node.name] = (node.kind, arguments, node.inputs)
    return found


def shapes(module: nn.Module) -> list[tuple[str, tuple[int, ...]]]:
    return [(key, tuple(value.shape)) for key, value in module.state_dict().items()]


@pytest.mark.parametrize("name", [*READY, *FAMILIES])
def test_keys_shapes_and_the_way_back(name: str, texts: dict[str, str], script: Any) -> None:
    network, text = open_network(name), text_of(name, texts)
    made = script(text).outline()
    assert shapes(made) == shapes(build_module(network, device="meta"))
    input_shape = analyse(network).input_shape
    assert input_shape is not None
    again = trace_module(made, input_shape=input_shape, name=type(made).__name__)
    assert contents(again) == contents(network)
    assert source_of(again) == text


@pytest.mark.parametrize("name", [*READY, *FAMILIES])
def test_form(name: str, texts: dict[str, str]) -> None:
    text = text_of(name, texts)
    assert "workbench" not in text
    assert formatted(text) == text
    assert max(map(len, text.splitlines())) <= 100
    assert len(text.splitlines()) <= FAMILIES.get(name, 70)


def test_a_linter_finds_nothing(texts: dict[str, str], tmp_path: Path) -> None:
    for name in [*READY, *FAMILIES]:
        (tmp_path / f"{name}.py").write_text(text_of(name, texts))
    command = [sys.executable, "-m", "ruff", "check", "--isolated", "--no-cache", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("name", [*READY, "densenet121", "mobilenet_v3_small", "resnet18", "shufflenet_v2_x0_5"])
def test_equal_outputs(name: str, texts: dict[str, str], script: Any) -> None:
    compare(open_network(name), script(text_of(name, texts)).build())


@pytest.mark.slow
@pytest.mark.parametrize("name", [*FAMILIES])
def test_equal_outputs_of_every_family(name: str, texts: dict[str, str], script: Any) -> None:
    compare(open_network(name), script(text_of(name, texts)).build())


def compare(network: Network, made: nn.Module) -> None:
    """The same weights and the same pictures make the same numbers, bit by bit."""
    expected = build_module(network).eval()
    with torch.no_grad():
        for parameter in expected.parameters():
            if parameter.std(correction=0) < 1e-3:
                parameter.add_(torch.randn_like(parameter) / 10)
    made.load_state_dict(expected.state_dict())
    shape = analyse(network).input_shape
    assert shape is not None
    picture = torch.randn(1, *shape)
    with torch.no_grad():
        assert torch.equal(made(picture), expected(picture))


@pytest.mark.parametrize("name", ["cifar10net", "densenet121", "googlenet", "mobilenet_v2", "resnet18", "resnet50"])
def test_the_text_is_the_golden_one(name: str, texts: dict[str, str]) -> None:
    """After a wanted change, write the golden file again with `workbench source NAME -o FILE` and read it."""
    assert text_of(name, texts) == (GOLDEN / f"{name}.txt").read_text()


def test_the_number_of_classes_is_an_argument(texts: dict[str, str], script: Any) -> None:
    made = script(text_of("resnet18", texts)).main(num_classes=7).eval()
    assert made(torch.randn(1, 3, 64, 64)).shape == (1, 7)


def test_the_text_runs_as_a_program(texts: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "net.py").write_text(text_of("lenet5", texts))
    command = [sys.executable, "-I", str(tmp_path / "net.py")]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=tmp_path)
    assert done.stdout.strip() == "torch.Size([1, 10])"


def test_a_network_that_cannot_run_is_refused_with_its_problem() -> None:
    network = chain(
        "broken",
        [Node("input", "Input"), Node("flatten", "Flatten"), Node("bn", "BatchNorm2d"), Node("output", "Output")],
    )
    with pytest.raises(WorkbenchError, match="bn"):
        source_of(network)


def test_a_loop_is_refused() -> None:
    nodes = [
        Node("input", "Input"),
        Node("a", "Add", {}, ("input", "b")),
        Node("b", "ReLU", {}, ("a",)),
        Node("output", "Output", {}, ("b",)),
    ]
    with pytest.raises(WorkbenchError, match="loop"):
        source_of(Network.of("circle", nodes))
