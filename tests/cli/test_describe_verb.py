"""`workbench describe`: the JSON that other people's scripts read, and the table."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import msgspec
import pytest

from workbench.core.graph.network import Network, Node
from workbench.core.graph.storage import save_network
from workbench.core.modelling.zoo import READY


class Problem(msgspec.Struct):
    level: Literal["error", "warning", "info"]
    title: str
    reason: str
    remedy: str | None


class Field(msgspec.Struct, forbid_unknown_fields=True):
    size: tuple[int, int]
    stride: tuple[int, int]
    padding: tuple[int, int]


class NodeLine(msgspec.Struct, forbid_unknown_fields=True):
    name: str
    kind: str
    inputs: list[str]
    output_shape: list[int] | None
    parameters: int
    trainable: int
    macs: int
    activation_bytes: int
    receptive_field: Field | None
    problems: list[Problem]


class Kind(msgspec.Struct, forbid_unknown_fields=True):
    count: int
    parameters: int


class Memory(msgspec.Struct, forbid_unknown_fields=True):
    weights: int
    gradients: int
    optimizer: int
    activations: int
    workspace: int
    total: int


class Totals(msgspec.Struct, forbid_unknown_fields=True):
    parameters: int
    trainable: int
    macs: int
    receptive_field: tuple[int, int] | None
    by_kind: dict[str, Kind]
    training_memory: Memory | None
    problems: int


class Description(msgspec.Struct):
    """The public schema, written down a second time on purpose."""

    network: str
    input: tuple[int, int, int]
    nodes: list[NodeLine]
    totals: Totals
    idea: str


def described(workbench: Any, *words: str | Path) -> Description:
    answer = workbench("describe", *words, "--json")
    assert answer.status == 0, answer.err
    return msgspec.json.decode(answer.out, type=Description)


@pytest.mark.parametrize("name", [*READY, "resnet18", "mobilenet_v2"])
def test_the_schema(workbench: Any, name: str) -> None:
    description = described(workbench, name)
    totals = description.totals
    assert description.network == name
    assert totals.parameters == sum(node.parameters for node in description.nodes)
    assert totals.macs == sum(node.macs for node in description.nodes)
    assert sum(kind.count for kind in totals.by_kind.values()) == len(description.nodes)
    assert totals.training_memory and totals.training_memory.total > 4 * totals.parameters
    assert totals.problems == 0
    names = [node.name for node in description.nodes]
    assert all(source in names for node in description.nodes for source in node.inputs)


def test_another_input_and_head(workbench: Any) -> None:
    description = described(workbench, "resnet18", "--input", "3x64x64", "--classes", "5")
    assert description.input == (3, 64, 64)
    assert description.totals.parameters == 11_179_077
    assert description.nodes[-1].output_shape == [5]


def test_memory_follows_batch_and_optimizer(workbench: Any) -> None:
    few = described(workbench, "lenet5", "--batch", "1", "--optimizer", "sgd").totals.training_memory
    many = described(workbench, "lenet5", "--batch", "64", "--optimizer", "adamw").totals.training_memory
    assert few and many
    assert many.activations == 64 * few.activations
    assert many.optimizer == 2 * few.optimizer


def test_the_idea_of_a_ready_network(workbench: Any) -> None:
    answer = workbench("describe", "resnet18")
    (line,) = (line for line in answer.out.splitlines() if line.startswith("idea "))
    assert "Shortcuts" in line and "See layer1.0." in line and "2015, arXiv:1512.03385" in line
    assert described(workbench, "resnet18").idea.startswith("Shortcuts")


def test_the_table(workbench: Any) -> None:
    answer = workbench("describe", "cifar10net")
    lines = answer.out.splitlines()
    assert lines[0] == "cifar10net, input 3x32x32"
    assert lines[2].split() == ["name", "kind", "output", "parameters", "MACs", "receptive", "field"]
    assert any(line.split() == ["parameters", "141,354"] for line in lines)
    nodes = lines[: lines.index("", 2)]
    assert len({line.index("Conv2d") for line in nodes if "Conv2d" in line}) == 1, "the columns are aligned"


def test_problems_come_last(workbench: Any, tmp_path: Path) -> None:
    nodes = [
        Node("input", "Input", {"shape": [3, 8, 8]}),
        Node("conv", "Conv2d", {"out_channels": 4, "kernel_size": 9}, ("input",)),
        Node("output", "Output", {}, ("conv",)),
    ]
    path = save_network(Network.of("broken", nodes), tmp_path / "broken")
    answer = workbench("describe", path)
    assert answer.status == 0
    assert answer.out.splitlines()[-1].startswith("error: conv: ")
    description = described(workbench, path)
    assert description.totals.training_memory is None
    assert description.nodes[1].problems[0].level == "error"


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (["cifar10nett"], "Did you mean cifar10net"),
        (["nowhere.network.json"], "nowhere.network.json"),
        (["lenet5", "--input", "32x32"], "--input 32x32"),
        (["lenet5", "--input", "3x0x32"], "--input 3x0x32"),
        (["lenet5", "--classes", "0"], "--classes"),
        (["lenet5", "--batch", "0"], "--batch"),
        (["lenet5", "--optimizer", "magic"], "adamw"),
    ],
)
def test_wrong_requests(workbench: Any, words: list[str], part: str) -> None:
    answer = workbench("describe", *words)
    assert (answer.status, answer.out) == (2, "")
    assert part in answer.err
    assert len(answer.err.splitlines()) == 1


def test_the_layers_are_counted_by_kind(workbench: Any) -> None:
    told = workbench("describe", "resnet18").out.splitlines()
    assert ["Conv2d", "20", "11,166,912"] in [line.split() for line in told]
    assert ["ReLU", "17"] in [line.split() for line in told]


def test_two_networks_are_compared_layer_by_layer(workbench: Any) -> None:
    told = workbench("compare", "resnet18", "resnet34")
    assert told.status == 0
    assert "11,689,512 → 21,797,672 (+10,108,160)" in told.out
    record = msgspec.json.decode(workbench("compare", "resnet18", "resnet34", "--json").out)
    assert record["parameters"] == [11_689_512, 21_797_672]
    assert "0 layers differ" in workbench("compare", "lenet5", "lenet5").out
    assert workbench("compare", "lenet5", "nowhere").status == 2
