"""What is copied comes back with names that go on, groups as groups, or with a sentence on why it does not."""

from __future__ import annotations

import pytest

from workbench.core.graph.copying import WHOLE, paste_network, pasted_names, read_copied, selection
from workbench.core.graph.groups import make_group
from workbench.core.graph.network import Network, Node
from workbench.core.graph.numbering import carried_on, taken_apart
from workbench.core.graph.parts import members
from workbench.core.graph.storage import from_json, to_json
from workbench.errors import WorkbenchError


def chain(*names: str) -> Network:
    """Nodes of these names, each fed by the one before."""
    inputs = [(), *((name,) for name in names)]
    return Network("n").with_nodes(
        Node(name, "ReLU", {}, feeders) for name, feeders in zip(names, inputs, strict=False)
    )


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("conv1_2", ("conv", "", "1_2")),
        ("relu_1", ("relu", "_", "1")),
        ("layer1.0.conv12", ("conv", "", "12")),
        ("relu_fc1", ("relu_fc", "", "1")),
        ("gap", ("gap", "", "")),
        ("features.30", ("", "", "30")),
        ("a\nb1", ("a\nb", "", "1")),
    ],
)
def test_names_are_taken_apart(name: str, parts: tuple[str, str, str]) -> None:
    part = taken_apart(name)
    assert (part.word, part.gap, part.number) == parts


@pytest.mark.parametrize(
    ("there", "copied", "names"),
    [
        ("conv1 bn1 conv2 bn2 conv3", "conv1 bn1", "conv4 bn4"),
        ("conv1 bn1 conv2 bn2 conv3", "conv1 bn1 conv2", "conv4 bn4 conv5"),
        ("conv1_1 conv1_2 conv2_1", "conv1_1", "conv1_3"),
        ("conv1_1 conv1_2 conv2_1 conv2_2", "conv1_1 conv1_2 conv2_1", "conv3_1 conv3_2 conv4_1"),
        ("fc1 relu_fc1 dropout1 fc2", "fc1 relu_fc1 dropout1 fc2", "fc3 relu_fc3 dropout3 fc4"),
        ("conv1 conv2", "conv7", "conv7"),
        ("relu relu_1", "relu", "relu_2"),
        ("relu1 gap", "relu1 gap", "relu2 gap_1"),
        ("l.conv1 l.conv2 conv9", "l.conv1 conv9", "l.conv3 conv10"),
        ("features.0 features.1", "features.0", "features.2"),
        ("conv9 conv09", "conv09", "conv10"),
    ],
)
def test_copies_go_on_with_the_numbers(there: str, copied: str, names: str) -> None:
    network, chosen = chain(*there.split()), Network("copied").with_nodes(Node(name, "ReLU") for name in copied.split())
    assert " ".join(pasted_names(network, chosen).values()) == names


def test_what_is_not_there_keeps_its_name() -> None:
    assert carried_on(["conv1"], ["conv2", "bn2"]) == {}
    assert [*pasted_names(Network("empty"), chain("conv1", "conv1_1")).values()] == ["conv1", "conv1_1"]


def test_a_group_that_was_chosen_as_a_whole_is_copied_as_a_group() -> None:
    network = make_group(chain("input", "conv2", "relu2", "end"), ["conv2", "relu2"], "block")
    inner = [node.name for node in members(network, "block")]
    copied = from_json(to_json(selection(network, inner, whole=["block"])))
    assert copied.blocks == {"block": WHOLE}
    after = paste_network(paste_network(network, copied), copied)
    assert {*after.groups} == {"block", "block_1", "block_2"}
    assert [node.name for node in members(after, "block_1")] == ["block_1.conv2", "block_1.relu2"]
    assert after["block_1.relu2"].inputs == ("block_1.conv2",)
    assert not after.blocks
    assert [*paste_network(Network("other"), copied).nodes] == inner


def test_some_nodes_of_a_group_are_copied_within_it() -> None:
    network = make_group(chain("input", "conv2", "relu2", "end"), ["conv2", "relu2"], "block")
    assert [*pasted_names(network, selection(network, ["block.conv2"])).values()] == ["block.conv3"]


TEXT = to_json(chain("conv1", "relu1")).decode()


@pytest.mark.parametrize(
    "text", [TEXT, f"Look at this:\n```json\n{TEXT}\n```\n", TEXT.replace("\n", "\r\n"), f"\ufeff{TEXT}"]
)
def test_copied_text_is_read_whatever_is_around_it(text: str) -> None:
    assert [*read_copied(text).nodes] == ["conv1", "relu1"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no nodes on the clipboard"),
        ("hello", "Copy some with Ctrl+C"),
        ("{}", "no nodes on the clipboard"),
        (TEXT[: len(TEXT) // 2], "is not a network file"),
        (TEXT.replace('"version": 3', '"version": 99'), "newer version"),
        (TEXT.replace('"kind"', '"sort"'), "sort"),
        ("cnn-workbench/network", "is not a network file"),
    ],
)
def test_broken_text_is_refused_in_words(text: str, said: str) -> None:
    with pytest.raises(WorkbenchError) as refused:
        read_copied(text)
    assert said in str(refused.value)
