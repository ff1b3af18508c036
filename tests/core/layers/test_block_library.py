"""The user's own blocks: made of a selection, kept in files, used like the others; files that are no blocks."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from workbench.core.graph import blocks, edits, groups
from workbench.core.graph.network import BlockUse, Network, Node, chain
from workbench.core.graph.parts import members
from workbench.core.layers.blocks.catalog import BLOCKS
from workbench.core.layers.blocks.library import (
    SUFFIX,
    known_blocks,
    library_folder,
    load_library,
    own_block,
    remove_block,
    save_block,
)
from workbench.core.layers.catalog import CATALOG
from workbench.core.modelling.compile import build_module
from workbench.core.modelling.shapes import analyse
from workbench.errors import WorkbenchError

BASIC = BlockUse("BasicBlock", {"out_channels": 32, "in_channels": 32})


def plain() -> Network:
    nodes = [Node("input", "Input"), Node("stem", "Conv2d"), Node("relu", "ReLU"), Node("output", "Output")]
    return chain("n", nodes)


def with_basic() -> Network:
    return blocks.insert_block_after(plain(), BASIC, prefix="l.0", source="stem", blocks=BLOCKS)


def everything(network: Network) -> list[str]:
    return [node.name for node in network if node.kind not in ("Input", "Output")]


def test_a_selection_becomes_a_block_that_can_be_inserted_and_runs() -> None:
    network = with_basic()
    save_block(own_block(network, everything(network), "Stage", description="Stem and a block."))
    catalog = known_blocks()
    assert catalog["Stage"].help() == "Stem and a block."
    assert [block.name() for block in catalog.by_category()["My blocks"]] == ["Stage"]
    after = blocks.insert_block_after(network, BlockUse("Stage"), prefix="again", source="relu", blocks=catalog)
    assert after.blocks == {"l.0": BASIC, "again": BlockUse("Stage"), "again.l.0": BASIC}
    assert analyse(after).problems == ()
    inner = {node.name[6:]: (node.kind, node.arguments) for node in members(after, "again")}
    assert inner == {name: (network[name].kind, network[name].arguments) for name in everything(network)}
    assert sum(value.numel() for value in build_module(after).parameters()) == analyse(after).parameters


def test_a_block_of_a_group_is_named_as_inside_the_group() -> None:
    network = with_basic()
    block = own_block(network, [node.name for node in members(network, "l.0")], "Mine")
    assert {node.name for node in block.made.nodes} == {node.name for node in BLOCKS.make(BASIC).nodes}
    assert block.made.blocks == {}
    assert block.help() == "7 layers of your own."


def test_a_block_of_two_inputs_is_fed_twice() -> None:
    network = edits.insert_after(plain(), Node("add", "Add"), "relu", catalog=CATALOG)
    network = edits.connect(network, "stem", "add", catalog=CATALOG)
    save_block(own_block(network, ["add"], "Sum"))
    catalog = known_blocks()
    after = blocks.add_block(network, BlockUse("Sum"), prefix="s", blocks=catalog)
    for source in ("stem", "relu"):
        after = blocks.feed(after, "s", source, blocks=catalog)
    assert after["s.add"].inputs == ("stem", "relu")
    assert after.blocks
    assert blocks.feed(after, "s", "input", blocks=catalog)["s.add"].inputs == ("stem", "input")


def test_saving_again_replaces_and_removing_leaves_the_nodes() -> None:
    network = with_basic()
    save_block(own_block(network, ["stem", "relu"][:1], "Mine"))
    assert len(known_blocks()["Mine"]().part().nodes) == 1
    save_block(own_block(network, everything(network), "Mine"))
    assert len(known_blocks()["Mine"]().part().nodes) == 9
    remove_block("Mine")
    assert "Mine" not in known_blocks()
    with pytest.raises(WorkbenchError, match="Could not remove"):
        remove_block("Mine")


def test_a_file_gives_the_same_block_back(tmp_path: Path) -> None:
    network = with_basic()
    block = own_block(network, everything(network), "Stage", description="d")
    path = save_block(block, tmp_path)
    (again,) = load_library(tmp_path).blocks.values()
    assert again.made == block.made
    text = path.read_bytes()
    assert save_block(again, tmp_path).read_bytes() == text


@pytest.mark.parametrize(
    ("names", "name", "reason"),
    [
        (["stem"], "BasicBlock", "built-in"),
        (["stem"], "", "Not a usable name"),
        (["stem"], "../evil", "Not a usable name"),
        (["input", "stem"], "Mine", "ends of a network"),
        (["stem", "relu"], "Mine", "feed itself"),
        ([], "Mine", "Nothing is selected"),
    ],
)
def test_what_cannot_be_a_block_is_refused(names: list[str], name: str, reason: str) -> None:
    with pytest.raises(WorkbenchError, match=reason):
        own_block(with_basic(), names, name)


def test_a_selection_with_two_outputs_is_refused() -> None:
    network = edits.insert_after(plain(), Node("add", "Add"), "relu", catalog=CATALOG)
    network = edits.connect(network, "stem", "add", catalog=CATALOG)
    with pytest.raises(WorkbenchError, match="one output"):
        own_block(network, ["stem", "relu"], "Mine")


def spoilt(change: Callable[[dict[str, Any]], object]) -> str:
    """The text of a good file after a change."""
    network = with_basic()
    path = save_block(own_block(network, everything(network), "Mine"))
    record = json.loads(path.read_text())
    path.unlink()
    change(record)
    return json.dumps(record)


BAD: dict[str, Callable[[], str]] = {
    "empty": lambda: "",
    "no json": lambda: "import os",
    "a list": lambda: "[]",
    "newer": lambda: spoilt(lambda r: r.update(version=99)),
    "another format": lambda: spoilt(lambda r: r.update(format="x")),
    "unknown field": lambda: spoilt(lambda r: r.update(code="print()")),
    "name of a built-in": lambda: spoilt(lambda r: r.update(name="Bottleneck")),
    "name of a path": lambda: spoilt(lambda r: r.update(name="../x")),
    "no output": lambda: spoilt(lambda r: r.update(output="ghost")),
    "no network": lambda: spoilt(lambda r: r.update(network=3)),
    "unknown source": lambda: spoilt(lambda r: r["network"]["nodes"][0].update(inputs=["ghost"])),
    "gap in the inputs": lambda: spoilt(lambda r: r["network"]["nodes"][0].update(inputs=["<7>"])),
    "loop": lambda: spoilt(lambda r: r["network"]["nodes"][0].update(inputs=["relu"])),
    "two of a name": lambda: spoilt(lambda r: r["network"]["nodes"].append(r["network"]["nodes"][0])),
    "reserved name": lambda: spoilt(lambda r: r["network"]["nodes"].append({"name": "forward", "kind": "ReLU"})),
    "an end": lambda: spoilt(lambda r: r["network"]["nodes"].append({"name": "o", "kind": "Output"})),
    "bytes": lambda: "\udcff",
}


@pytest.mark.parametrize("kind", BAD)
def test_a_damaged_file_is_a_problem_and_survives(kind: str) -> None:
    text = BAD[kind]().encode(errors="surrogateescape")
    save_block(own_block(with_basic(), ["stem"], "Good"))
    path = library_folder() / f"bad{SUFFIX}"
    path.write_bytes(text)
    library = load_library()
    assert [problem.where for problem in library.problems] == [path.name]
    assert [*library.blocks] == ["Good"]
    assert "Traceback" not in str(library.problems[0])
    assert path.read_bytes() == text


def test_two_files_of_one_name_are_told() -> None:
    path = save_block(own_block(with_basic(), ["stem"], "Mine"))
    path.with_name(f"a{SUFFIX}").write_bytes(path.read_bytes())
    library = load_library()
    assert len(library.blocks) == 1
    assert "another file" in str(library.problems[0])


def test_a_kind_that_this_version_does_not_know_is_kept() -> None:
    network = Network.of("n", [Node("x", "FromTheFuture", {"a": 1})])
    save_block(own_block(network, ["x"], "Mine"))
    after = blocks.add_block(plain(), BlockUse("Mine"), prefix="m", blocks=known_blocks())
    assert after["m.x"] == Node("m.x", "FromTheFuture", {"a": 1})


def test_a_missing_folder_is_an_empty_library(tmp_path: Path) -> None:
    assert load_library(tmp_path / "nothing").blocks == {}
    assert [block.name() for block in known_blocks()] == [block.name() for block in BLOCKS]


def test_an_own_block_can_be_copied_renamed_and_edited_inside() -> None:
    save_block(own_block(with_basic(), ["stem"], "Mine"))
    catalog = known_blocks()
    network = blocks.insert_block_after(plain(), BlockUse("Mine"), prefix="m", source="stem", blocks=catalog)
    copied = groups.copy_group(groups.rename_group(network, "m", "k"), "k", "k2")
    assert copied.blocks == {"k": BlockUse("Mine"), "k2": BlockUse("Mine")}
    assert all(blocks.is_made(copied, name, use, blocks=catalog) for name, use in copied.blocks.items())
    assert set(edits.set_arguments(copied, "k.stem", {"bias": False}).blocks) == {"k2"}
