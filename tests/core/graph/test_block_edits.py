"""Edits on blocks and groups, with the real blocks: what is remembered is always true."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.core.graph import blocks, copying, edits, groups
from workbench.core.graph.document import Document
from workbench.core.graph.network import BlockUse, Network, Node, chain
from workbench.core.graph.parts import inputs_as_made, members, sources
from workbench.core.graph.storage import from_json, to_json
from workbench.core.layers.blocks.catalog import BLOCKS
from workbench.core.layers.catalog import CATALOG
from workbench.errors import WorkbenchError

BASIC = BlockUse("BasicBlock", {"out_channels": 32, "in_channels": 32})


def plain() -> Network:
    nodes = [Node("input", "Input"), Node("stem", "Conv2d"), Node("relu", "ReLU"), Node("output", "Output")]
    return chain("n", nodes)


@pytest.fixture
def network() -> Network:
    """input -> stem -> l.0 (basic block) -> relu -> output."""
    return blocks.insert_block_after(plain(), BASIC, prefix="l.0", source="stem", blocks=BLOCKS)


def fed_by(network: Network, prefix: str) -> tuple[str, ...]:
    return sources(members(network, prefix), prefix)


def test_a_block_comes_between_a_node_and_all_it_feeds(network: Network) -> None:
    assert network["l.0.conv1"].inputs == ("stem",)
    assert network["l.0.add"].inputs == ("l.0.bn2", "stem")
    assert network["relu"].inputs == ("l.0.relu_1",)
    assert network.blocks == {"l.0": BASIC}


def test_a_block_comes_onto_one_connection() -> None:
    forked = edits.insert_after(plain(), Node("add", "Add"), "relu", catalog=CATALOG)
    forked = edits.connect(forked, "stem", "add", catalog=CATALOG)
    after = blocks.insert_block_between(forked, BASIC, prefix="b", source="stem", target="add", blocks=BLOCKS)
    assert after["add"].inputs == ("relu", "b.relu_1")
    assert after["relu"].inputs == ("stem",)
    with pytest.raises(WorkbenchError, match="does not feed"):
        blocks.insert_block_between(forked, BASIC, prefix="b", source="input", target="add", blocks=BLOCKS)


def test_behind_the_output_a_block_goes_before_it() -> None:
    after = blocks.insert_block_after(plain(), BASIC, prefix="b", source="output", blocks=BLOCKS)
    assert (after["output"].inputs, fed_by(after, "b")) == (("b.relu_1",), ("relu",))
    loose = Network.of("n", [Node("output", "Output")])
    after = blocks.insert_block_after(loose, BASIC, prefix="b", source="output", blocks=BLOCKS)
    assert after["output"].inputs == ("b.relu_1",)
    assert after.blocks


def test_an_open_block_is_fed_as_a_whole() -> None:
    free = blocks.add_block(plain(), BASIC, prefix="b", blocks=BLOCKS)
    assert fed_by(free, "b") == ()
    after = blocks.connect(free, "stem", "b.conv1", catalog=CATALOG, blocks=BLOCKS)
    assert after["b.add"].inputs == ("b.bn2", "stem")
    assert after.blocks == {"b": BASIC}
    again = blocks.feed(after, "b", "relu", blocks=BLOCKS)
    assert fed_by(again, "b") == ("relu",)
    inside = blocks.connect(after, "relu", "b.add", catalog=CATALOG, blocks=BLOCKS)
    assert inside["b.add"].inputs == ("b.bn2", "stem", "relu")
    assert not inside.blocks


def test_a_block_that_takes_any_number_takes_one_more() -> None:
    layer = BlockUse("DenseLayer", {"growth_rate": 8})
    after = blocks.insert_block_after(plain(), layer, prefix="d", source="stem", blocks=BLOCKS)
    after = blocks.feed(after, "d", "input", blocks=BLOCKS)
    assert after["d.concatenate"].inputs == ("stem", "input")
    assert after.blocks
    with pytest.raises(WorkbenchError, match="already feeds"):
        blocks.feed(after, "d", "stem", blocks=BLOCKS)
    with pytest.raises(WorkbenchError, match="loop"):
        blocks.feed(after, "d", "relu", blocks=BLOCKS)
    with pytest.raises(WorkbenchError, match="no output"):
        blocks.feed(after, "d", "output", blocks=BLOCKS)


def test_new_arguments_make_the_inside_anew_and_leave_the_rest(network: Network) -> None:
    placed = edits.move(network, {"l.0.conv1": (5.0, 6.0)})
    after = blocks.set_block_arguments(placed, "l.0", {"stride": 2}, blocks=BLOCKS)
    assert after["l.0.conv1"].arguments["stride"] == 2
    assert after["l.0.conv1"].position == (5.0, 6.0)
    assert after["l.0.downsample.0"].inputs == ("stem",)
    assert after["l.0.conv2"] is network["l.0.conv2"]
    assert [after[name] is network[name] for name in ("input", "stem", "relu", "output")] == [True] * 4
    back = blocks.set_block_arguments(after, "l.0", {"stride": 1}, blocks=BLOCKS)
    assert back == placed
    assert [*back.nodes] == [*placed.nodes]


def test_consumers_follow_the_output_when_it_is_another_node() -> None:
    use = BlockUse("InvertedResidual")
    network = blocks.insert_block_after(plain(), use, prefix="m", source="stem", blocks=BLOCKS)
    assert network["relu"].inputs == ("m.add",)
    network = edits.insert_after(network, Node("side", "ReLU"), "relu", catalog=CATALOG)
    network = edits.connect(network, "m.conv.0.2", "side", catalog=CATALOG)
    after = blocks.set_block_arguments(network, "m", {"stride": 2}, blocks=BLOCKS)
    assert after["relu"].inputs == ("m.conv.3",)
    assert after["side"].inputs == ("m.conv.0.2",)
    bare = blocks.set_block_arguments(after, "m", {"expand_ratio": 1.0}, blocks=BLOCKS)
    assert bare["relu"].inputs == ("m.conv.2",)
    assert bare["side"].inputs == ("m.conv.0.2",)
    assert blocks.set_block_arguments(bare, "m", {"stride": 1}, blocks=BLOCKS)["relu"].inputs == ("m.add",)


def test_a_block_within_a_block_can_be_edited_and_then_the_outer_one_is_forgotten() -> None:
    dense = BlockUse("DenseBlock", {"layers": 3})
    network = blocks.insert_block_after(plain(), dense, prefix="d", source="stem", blocks=BLOCKS)
    assert set(network.blocks) == {"d", "d.denselayer1", "d.denselayer2", "d.denselayer3"}
    after = blocks.set_block_arguments(network, "d.denselayer2", {"growth_rate": 16}, blocks=BLOCKS)
    assert set(after.blocks) == {"d.denselayer1", "d.denselayer2", "d.denselayer3"}
    assert after["d.denselayer3.concatenate"] is network["d.denselayer3.concatenate"]
    wider = blocks.set_block_arguments(network, "d", {"layers": 5, "growth_rate": 8}, blocks=BLOCKS)
    assert len(wider.blocks) == 6
    assert wider["d.concatenate"].inputs[-1] == "d.denselayer5.conv2"


@pytest.mark.parametrize(
    "edit",
    [
        lambda n: edits.set_arguments(n, "l.0.conv1", {"out_channels": 5}),
        lambda n: edits.remove_nodes(n, ["l.0.relu"]),
        lambda n: edits.rename(n, "l.0.relu", "l.0.other"),
        lambda n: edits.rename(n, "relu", "l.0.extra"),
        lambda n: edits.add_node(n, Node("l.0.extra", "ReLU")),
        lambda n: edits.disconnect(n, "stem", "l.0.add"),
        lambda n: edits.connect(n, "input", "l.0.add", catalog=CATALOG),
        lambda n: edits.insert_between(n, Node("x", "ReLU"), "stem", "l.0.add"),
        lambda n: edits.insert_between(n, Node("x", "ReLU"), "l.0.bn1", "l.0.relu"),
        lambda n: edits.insert_after(n, Node("x", "ReLU"), "l.0.conv1", catalog=CATALOG),
        lambda n: groups.make_group(n, ["l.0.conv1", "l.0.bn1"], "l.0.front"),
        lambda n: groups.ungroup(n, "l.0"),
        lambda n: blocks.forget_block(n, "l.0"),
        lambda n: groups.make_group(n, ["stem", "l.0.conv1"], "front"),
    ],
)
def test_an_edit_inside_forgets_the_block(network: Network, edit: Callable[[Network], Network]) -> None:
    assert edit(network).blocks == {}


@pytest.mark.parametrize(
    "edit",
    [
        lambda n: edits.set_arguments(n, "stem", {"out_channels": 5}),
        lambda n: edits.remove_nodes(n, ["stem"]),
        lambda n: edits.remove_nodes(n, ["input", "stem"]),
        lambda n: edits.rename(n, "stem", "first"),
        lambda n: edits.move(n, {"l.0.conv1": (1.0, 1.0)}),
        lambda n: edits.insert_after(n, Node("x", "ReLU"), "stem", catalog=CATALOG),
        lambda n: edits.insert_after(n, Node("x", "ReLU"), "l.0.relu_1", catalog=CATALOG),
        lambda n: edits.insert_between(n, Node("x", "ReLU"), "l.0.relu_1", "relu"),
        lambda n: edits.retitle(n, "other"),
        lambda n: groups.make_group(n, ["stem", *(m.name for m in members(n, "l.0"))], "body"),
    ],
)
def test_an_edit_outside_keeps_the_block(network: Network, edit: Callable[[Network], Network]) -> None:
    after = edit(network)
    assert [*after.blocks.values()] == [BASIC]
    assert all(blocks.is_made(after, prefix, use, blocks=BLOCKS) for prefix, use in after.blocks.items())


def test_what_is_no_block_has_no_arguments(network: Network) -> None:
    edited = edits.set_arguments(network, "l.0.conv1", {"bias": True})
    with pytest.raises(WorkbenchError, match="not a block"):
        blocks.set_block_arguments(edited, "l.0", {"stride": 2}, blocks=BLOCKS)
    lying = Network("n", edited.nodes, network.blocks)
    with pytest.raises(WorkbenchError, match="makes other nodes"):
        blocks.set_block_arguments(lying, "l.0", {"stride": 2}, blocks=BLOCKS)
    with pytest.raises(WorkbenchError, match="stride"):
        blocks.set_block_arguments(network, "l.0", {"stride": 0}, blocks=BLOCKS)


def test_only_true_blocks_are_remembered(network: Network) -> None:
    bare = Network("n", network.nodes)
    lies = {"l.0": BlockUse("BasicBlock", {"out_channels": 64}), "l": BASIC, "ghost": BASIC, "l.0.": BlockUse("What")}
    assert blocks.remember_blocks(bare, lies, blocks=BLOCKS) is bare
    assert blocks.remember_blocks(bare, {"l.0": BASIC}, blocks=BLOCKS) == network


def test_blocks_survive_a_file(network: Network) -> None:
    assert from_json(to_json(network)) == network
    unknown = Network("n", network.nodes, {"l.0": BlockUse("FromTheFuture", {"x": [1, 2]})})
    assert from_json(to_json(unknown)).blocks == unknown.blocks


# groups


def test_renaming_a_group_renames_its_blocks(network: Network) -> None:
    after = groups.rename_group(network, "l", "stage")
    assert after.blocks == {"stage.0": BASIC}
    assert after["relu"].inputs == ("stage.0.relu_1",)
    assert groups.rename_group(after, "stage", "l") == network
    with pytest.raises(WorkbenchError, match="taken"):
        groups.rename_group(network, "l.0", "relu")
    with pytest.raises(WorkbenchError, match="There is no group"):
        groups.rename_group(network, "ghost", "g")
    with pytest.raises(WorkbenchError):
        groups.rename_group(network, "l", "relu.inner")


def test_grouping_and_ungrouping_come_back(network: Network) -> None:
    names = ["stem", *(node.name for node in members(network, "l.0"))]
    grouped = groups.make_group(network, names, "body")
    assert grouped["body.l.0.conv1"].inputs == ("body.stem",)
    assert grouped.blocks == {"body.l.0": BASIC}
    assert groups.ungroup(grouped, "body") == network


def test_ungrouping_finds_free_names(network: Network) -> None:
    after = groups.ungroup(network, "l.0")
    assert after["l.relu_1"].inputs == ("l.add",)
    after = groups.ungroup(after, "l")
    assert after["relu"].inputs == ("relu_2",)
    assert after["relu_1"].inputs == ("bn1",)
    assert len(after) == len(network)


def test_a_group_that_would_feed_itself_is_refused(network: Network) -> None:
    with pytest.raises(WorkbenchError, match="feed itself"):
        groups.make_group(network, ["l.0.conv1", "l.0.relu"], "g")
    with pytest.raises(WorkbenchError, match="ends of a network"):
        groups.make_group(network, ["input", "stem"], "g")
    with pytest.raises(WorkbenchError, match="Nothing"):
        groups.make_group(network, [], "g")
    with pytest.raises(WorkbenchError, match="taken"):
        groups.make_group(network, ["stem"], "relu")


def test_removing_a_group_joins_its_ends(network: Network) -> None:
    assert groups.remove_group(network, "l.0") == plain()


def test_a_group_that_feeds_what_feeds_it_is_removed_without_a_loop() -> None:
    nodes = [Node("g.a", "ReLU"), Node("between", "ReLU", {}, ("g.a",)), Node("g.b", "ReLU", {}, ("between",))]
    assert groups.remove_group(Network.of("n", nodes), "g")["between"].inputs == ()


def test_a_copy_of_a_group_is_a_block_too(network: Network) -> None:
    assert groups.free_group(network, "l.0") == "l.1"
    after = groups.copy_group(network, "l.0", "l.1")
    assert after.blocks == {"l.0": BASIC, "l.1": BASIC}
    assert fed_by(after, "l.1") == ()
    assert blocks.is_made(after, "l.1", BASIC, blocks=BLOCKS)
    with pytest.raises(WorkbenchError, match="taken"):
        groups.copy_group(network, "l.0", "l.0")


def test_the_clipboard_keeps_whole_blocks(network: Network) -> None:
    copied = copying.selection(network, [*(node.name for node in members(network, "l")), "relu"])
    after = copying.paste_network(network, copied, offset=(1.0, 1.0))
    assert after.blocks == {"l.0": BASIC, "l.1": BASIC}
    assert after["relu_1"].inputs == ("l.1.relu_1",)
    part = copying.selection(network, ["l.0.conv1", "l.0.bn1"])
    assert part.blocks == {}


@pytest.mark.parametrize(
    ("stem", "free"),
    [
        *[("l.0", "l.1"), ("b", "b"), ("relu", "relu_1"), ("l.x", "l.x"), ("l", "l_1"), ("bad name", "")],
        *[("layer01", "layer01"), ("l.00", "l.00"), ("b1234567890", "b1234567890"), ("two\nlines", "")],
    ],
)
def test_free_groups(network: Network, stem: str, free: str) -> None:
    found = groups.free_group(network, stem)
    assert groups.group_name_problem(network, found) is None
    assert found == free or not free


# any sequence of edits

USES = (
    BASIC,
    BlockUse("ConvNormAct"),
    BlockUse("DenseBlock", {"layers": 2}),
    BlockUse("DenseLayer"),
    BlockUse("MBConv"),
    BlockUse("SqueezeExcitation"),
)
CHANGES = (
    {"stride": 2},
    {"out_channels": 48},
    {"layers": 3},
    {"shortcut": "none"},
    {"in_channels": 16},
    {"inplace": 1},
)
Gesture = Callable[[Network, int, int], Network]


def node_of(network: Network, number: int) -> str:
    return list(network.nodes)[number % len(network)] if len(network) else "ghost"


def group_of(network: Network, number: int) -> str:
    known = sorted(network.groups)
    return known[number % len(known)] if known else "ghost"


def block_of(network: Network, number: int) -> str:
    known = sorted(network.blocks)
    return known[number % len(known)] if known else "ghost"


def free(network: Network, number: int) -> str:
    return groups.free_group(network, ("b", "l.0", "b.inner")[number % 3])


GESTURES: dict[str, Gesture] = {
    "block": lambda n, i, j: blocks.insert_block_after(
        n, USES[j % 6], prefix=free(n, i), source=node_of(n, i), blocks=BLOCKS
    ),
    "between": lambda n, i, j: blocks.insert_block_between(
        n,
        USES[j % 6],
        prefix=free(n, i),
        source=next(iter(n[node_of(n, i)].inputs), ""),
        target=node_of(n, i),
        blocks=BLOCKS,
    ),
    "open": lambda n, i, j: blocks.add_block(n, USES[j % 6], prefix=free(n, i), blocks=BLOCKS),
    "feed": lambda n, i, j: blocks.feed(n, block_of(n, i), node_of(n, j), blocks=BLOCKS),
    "connect": lambda n, i, j: blocks.connect(n, node_of(n, i), node_of(n, j), catalog=CATALOG, blocks=BLOCKS),
    "change": lambda n, i, j: blocks.set_block_arguments(n, block_of(n, i), CHANGES[j % 6], blocks=BLOCKS),
    "forget": lambda n, i, j: blocks.forget_block(n, block_of(n, i)),
    "group": lambda n, i, j: groups.make_group(n, {node_of(n, k) for k in range(i, i + j % 9)}, free(n, j)),
    "ungroup": lambda n, i, j: groups.ungroup(n, group_of(n, i)),
    "rename group": lambda n, i, j: groups.rename_group(n, group_of(n, i), free(n, j)),
    "remove group": lambda n, i, j: groups.remove_group(n, group_of(n, i)),
    "copy group": lambda n, i, j: groups.copy_group(n, group_of(n, i), free(n, j)),
    "paste": lambda n, i, j: copying.paste_network(n, copying.selection(n, [*n.nodes][i : i + j]), offset=(1.0, 1.0)),
    "remove": lambda n, i, j: edits.remove_nodes(n, {node_of(n, i), node_of(n, j)}),
    "rename": lambda n, i, j: edits.rename(n, node_of(n, i), edits.free_name(n, ("b.x", "l.0.y", "z")[j % 3])),
    "disconnect": lambda n, i, j: edits.disconnect(n, next(iter(n[node_of(n, i)].inputs), ""), node_of(n, i)),
    "node after": lambda n, i, j: edits.insert_after(
        n, Node(edits.free_name(n, "n"), "ReLU"), node_of(n, i), catalog=CATALOG
    ),
    "set": lambda n, i, j: edits.set_arguments(n, node_of(n, i), {"x": j}),
}


@settings(max_examples=120, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(sorted(GESTURES)), st.integers(0, 60), st.integers(0, 60)), max_size=14))
def test_whatever_is_edited_a_remembered_block_is_what_is_there(gestures: list[tuple[str, int, int]]) -> None:
    document = Document(plain())
    for gesture, i, j in gestures:
        if len(document.network) > 250:
            break
        try:
            document.apply(lambda network: GESTURES[gesture](network, i, j), gesture)  # noqa: B023 - called at once
        except WorkbenchError:
            continue
        except KeyError:
            assert not len(document.network)
        network = document.network
        assert all(source in network for node in network for source in node.inputs)
        assert len(network.execution_order) == len(network)
        for prefix, use in network.blocks.items():
            assert inputs_as_made(network, prefix, use, blocks=BLOCKS) is not None, (gesture, prefix)
    last = document.network
    while document.undo():
        pass
    assert document.network == plain()
    while document.redo():
        pass
    assert document.network == last
