"""What added nodes are called: as a person who carries on the names that are there would."""

from __future__ import annotations

import pytest

from workbench.core.graph.edits import insert_after
from workbench.core.graph.network import Network, Node
from workbench.core.graph.rules import name_problem
from workbench.core.layers.catalog import CATALOG
from workbench.core.layers.naming import name_behind, usual_word
from workbench.core.modelling.zoo import READY

KINDS = {"bn": "BatchNorm2d", "relu": "ReLU", "act": "ReLU"}
FROM_NOTHING = ("Conv2d", "BatchNorm2d", "ReLU", "MaxPool2d", "Conv2d", "BatchNorm2d", "ReLU", "MaxPool2d", "Flatten")
CALLED = "conv1 bn1 relu1 pool1 conv2 bn2 relu2 pool2 flatten fc1 relu3 dropout fc2"


@pytest.mark.parametrize(
    ("network", "front", "kind", "name"),
    [
        ("cifar10cnn", "pool2", "ReLU", "relu4"),
        ("cifar10cnn", "pool2", "Conv2d", "conv4"),
        ("cifar10cnn", "relu1", "MaxPool2d", "pool1"),
        ("cifar10cnn", "fc1", "Linear", "fc3"),
        ("cifar10cnn", "fc1", "BatchNorm1d", "bn4"),
        ("cifar10cnn", "dropout1", "Dropout", "dropout2"),
        ("cifar10cnn", "conv2", "LeakyReLU", "leakyrelu2"),
        ("cifar10cnn", "fc2", "Softmax", "softmax"),
        ("cifar10net", "relu1_2", "Conv2d", "conv1_3"),
        ("cifar10net", "conv1_2", "ReLU", "relu1_3"),
        ("cifar10net", "relu1_1", "MaxPool2d", "pool1_1"),
        ("cifar10net", "pool2", "Conv2d", "conv4"),
        ("cifar10net", "fc", "Linear", "fc2"),
        ("lenet5", "conv1", "BatchNorm2d", "bn1"),
        ("lenet5", "fc2", "Tanh", "tanh5"),
        ("mini_resnet", "gap", "Conv2d", "conv1"),
    ],
)
def test_names_are_carried_on(network: str, front: str, kind: str, name: str) -> None:
    assert name_behind(READY[network].build(), kind, front) == name


def test_a_network_from_nothing_is_numbered_as_in_a_course() -> None:
    network, front, made = Network("mine").with_nodes([Node("input", "Input")]), "input", []
    for kind in (*FROM_NOTHING, "Linear", "ReLU", "Dropout", "Linear"):
        name = name_behind(network, kind, front)
        network = insert_after(network, Node(name, kind), front, catalog=CATALOG)
        front = name
        made.append(name)
    assert " ".join(made) == CALLED


@pytest.mark.parametrize(
    ("there", "front", "kind", "name"),
    [
        (("l.conv1", "l.bn1", "l.relu", "l.conv2", "l.relu_1"), "l.conv2", "ReLU", "l.relu_2"),
        (("l.conv1", "l.conv2"), "l.conv2", "ReLU", "l.relu2"),
        (("l.conv1", "conv7"), "l.conv1", "Conv2d", "l.conv2"),
        (("l.0", "l.1", "l.2"), "l.2", "Conv2d", "l.conv1"),
        (("act1", "l.conv1"), "l.conv1", "ReLU", "l.act1"),
        (("l.conv",), "", "Conv2d", "l.conv2"),
    ],
)
def test_in_a_group_the_names_of_the_group_count(there: tuple[str, ...], front: str, kind: str, name: str) -> None:
    def kind_of(name: str) -> str:
        return next((kind for word, kind in KINDS.items() if word in name), "Conv2d")

    network = Network("mine").with_nodes(Node(name, kind_of(name)) for name in there)
    assert name_behind(network, kind, front, group="l") == name


@pytest.mark.parametrize("kind", [kind.name() for kind in CATALOG])
def test_every_kind_gets_a_free_name_however_often(kind: str) -> None:
    network = Network("mine").with_nodes([Node("conv1", "Conv2d")])
    for _ in range(4):
        name = name_behind(network, kind, "conv1")
        assert name_problem(network, name) is None
        network = network.with_nodes([*network, Node(name, kind)])
    assert usual_word(kind).isidentifier()
