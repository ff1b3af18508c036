from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.core.graph import edits
from workbench.core.graph.network import BlockUse, Network, Node
from workbench.core.graph.storage import from_json, load_network, save_network, to_json
from workbench.errors import WorkbenchError

names = st.from_regex(r"[a-z]{1,6}(\.[0-9a-z]{1,3})?", fullmatch=True)
plain = (
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text()
)
values = plain | st.lists(plain | st.lists(plain, max_size=3), max_size=3)
nodes = st.builds(
    Node,
    names,
    st.text(max_size=8),
    st.dictionaries(st.text(max_size=5), values, max_size=3),
    st.lists(names, max_size=3).map(tuple),
    st.none() | st.tuples(*[st.floats(-1e6, 1e6)] * 2),
)


@given(st.lists(nodes, max_size=6, unique_by=lambda node: node.name), st.text(max_size=8))
def test_what_is_written_is_read(made: list[Node], name: str) -> None:
    network = Network.of(name, made)
    read = from_json(to_json(network))
    assert read == network
    assert list(read.nodes) == list(network.nodes)


def test_blocks_positions_and_unknown_kinds_survive(diamond: Network, tmp_path: Path) -> None:
    moved = edits.move(diamond, {"a": (1.5, -20.0)})
    network = Network(
        "n", {**moved.nodes, "x.0": Node("x.0", "FromTheFuture", {"deep": [1, [2]]})}, {"x": BlockUse("B")}
    )
    path = save_network(network, tmp_path / "deep" / "file")
    assert path.name == "file.network.json"
    assert load_network(path) == network


def test_files_are_readable_and_comparable(diamond: Network) -> None:
    text = to_json(diamond).decode()
    assert text.endswith("}\n")
    assert len(text.splitlines()) > 20
    assert json.loads(text)["format"] == "cnn-workbench/network"


def test_saving_twice_writes_the_same(diamond: Network) -> None:
    assert to_json(from_json(to_json(diamond))) == to_json(diamond)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        (b"", "not a network file"),
        (b"\xff\xfe\x00", "not a network file"),
        (b"[]", "not a network file"),
        (b"[" * 100_000, "not a network file"),
        (b'{"format": "other", "version": 1, "name": "x", "nodes": []}', "format"),
        (b'{"format": "cnn-workbench/network", "version": 99, "name": "x", "nodes": []}', "newer version"),
        (b'{"format": "cnn-workbench/network", "version": 1, "name": "x", "nodes": [{"name": 3}]}', "nodes[0].name"),
        (
            b'{"format": "cnn-workbench/network", "version": 1, "name": "x", "nodes": '
            b'[{"name": "a", "kind": "K"}, {"name": "a", "kind": "K"}]}',
            "two nodes are called a",
        ),
    ],
)
def test_what_is_no_network_file_is_refused_in_words(text: bytes, word: str) -> None:
    with pytest.raises(WorkbenchError) as caught:
        from_json(text, source="x.network.json")
    assert word in str(caught.value)
    assert "x.network.json" in str(caught.value)


def test_a_missing_file_and_a_folder_are_named(tmp_path: Path) -> None:
    for path in (tmp_path / "nowhere.network.json", tmp_path):
        with pytest.raises(WorkbenchError, match="Could not read"):
            load_network(path)


def test_a_place_that_cannot_be_written_leaves_nothing_behind(diamond: Network, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(WorkbenchError, match="Could not write"):
        save_network(diamond, tmp_path / "file" / "x.network.json")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
