"""Notes, frames and fixed nodes: values beside the network that every edit keeps."""

from __future__ import annotations

import pytest

from workbench.core.graph import copying, edits, groups
from workbench.core.graph.canvas import COLOURS, SMALLEST, Box, Canvas, Remark, carried, free_key, inside
from workbench.core.graph.canvas_edits import (
    add_remarks,
    change_remark,
    fix,
    move_remarks,
    remove_remarks,
    run,
    take_along,
    unfix,
)
from workbench.core.graph.difference import apply, difference
from workbench.core.graph.document import Document, Edit
from workbench.core.graph.housing import laid_out
from workbench.core.graph.nesting import Sizes, nested_layout
from workbench.core.graph.network import INPUT, Network, Node, chain
from workbench.core.graph.outline import outline
from workbench.core.graph.storage import from_json, to_json
from workbench.errors import WorkbenchError

NOTE = Remark("note", "why so deep?", (300.0, 0.0), (180.0, 60.0))
FRAME = Remark("frame", "Stem", (-20.0, -40.0), (256.0, 200.0), "blue")
CARDS: dict[str, Box] = {"a": (0.0, 0.0, 216.0, 50.0), "b": (0.0, 78.0, 216.0, 50.0), "c": (0.0, 500.0, 216.0, 50.0)}


@pytest.fixture
def plain() -> Network:
    nodes = [Node("input", INPUT), *(Node(f"g.{name}", "ReLU") for name in "ab"), Node("end", "ReLU")]
    return chain("plain", nodes)


def noted(network: Network) -> Network:
    return fix(add_remarks(network, [NOTE, FRAME.with_(group="g")]), ["g.a", "end"])


def test_keys_are_counted_for_each_form(plain: Network) -> None:
    network = add_remarks(plain, [NOTE, NOTE, FRAME])
    assert list(network.canvas.remarks) == ["note_1", "note_2", "frame_1"]
    assert free_key("note", remove_remarks(network, ["note_1"]).canvas.remarks) == "note_1"


@pytest.mark.parametrize("colour", COLOURS)
def test_a_change_is_written_and_read(plain: Network, colour: str) -> None:
    network = change_remark(noted(plain), "note_1", text="because\nit is", colour=colour, size=(1.0, 1.0))
    assert network.canvas.remarks["note_1"].size == SMALLEST
    assert from_json(to_json(network)) == network
    assert to_json(from_json(to_json(network))) == to_json(network)


def test_a_network_without_remarks_has_no_canvas_in_its_file(plain: Network) -> None:
    assert b"canvas" not in to_json(plain)
    assert from_json(to_json(noted(plain))).canvas == noted(plain).canvas


def test_what_is_not_there_cannot_be_changed(plain: Network) -> None:
    with pytest.raises(WorkbenchError, match="does not exist"):
        change_remark(plain, "note_1", text="x")


@pytest.mark.parametrize(
    "edit",
    [
        lambda network: edits.add_node(network, Node("fresh", "ReLU")),
        lambda network: edits.remove_nodes(network, ["end"]),
        lambda network: edits.set_arguments(network, "end", {"inplace": True}),
        lambda network: edits.retitle(network, "other"),
        lambda network: edits.move(network, {"end": (1.0, 2.0)}),
        lambda network: groups.make_group(network, ["end"], "tail"),
        lambda network: groups.copy_group(network, "g", "h"),
        lambda network: groups.remove_group(network, "g"),
        lambda network: copying.paste_network(network, copying.selection(network, ["end"])),
    ],
)
def test_edits_of_the_network_keep_what_is_written_beside_it(plain: Network, edit: Edit) -> None:
    before = noted(plain)
    assert edit(before).canvas.remarks == before.canvas.remarks


def test_renamed_nodes_stay_fixed_and_renamed_groups_keep_their_remarks(plain: Network) -> None:
    network = edits.rename(noted(plain), "end", "last")
    assert network.canvas.fixed == {"g.a", "last"}
    network = groups.rename_group(network, "g", "stem")
    assert network.canvas.fixed == {"stem.a", "last"}
    assert network.canvas.remarks["frame_1"].group == "stem"
    network = groups.ungroup(network, "stem")
    assert network.canvas.remarks["frame_1"].group == ""
    assert network.canvas.fixed == {"a", "last"}


def test_grouping_a_part_of_a_group_leaves_the_remarks_in_it(plain: Network) -> None:
    network = groups.make_group(noted(plain), ["g.a"], "g.inner")
    assert network.canvas.remarks["frame_1"].group == "g"
    assert network.canvas.fixed == {"g.inner.a", "end"}


def test_the_difference_tells_them_apart_and_changes_nothing_that_is_computed(plain: Network) -> None:
    found = difference(plain, noted(plain))
    assert found and not found.structural and not found.changed
    assert found.canvas == (Canvas(), noted(plain).canvas)
    assert apply(found, plain) == noted(plain)


def test_undo_brings_them_back(plain: Network) -> None:
    document = Document(noted(plain))
    document.apply(lambda network: remove_remarks(network, ["note_1"]), "Delete the note")
    assert document.is_modified and "note_1" not in document.network.canvas.remarks
    assert document.undo() == "Delete the note"
    assert document.network.canvas.remarks["note_1"] == NOTE


def test_moving_goes_by_a_way_and_fixing_is_of_nodes_that_exist(plain: Network) -> None:
    moved = move_remarks(noted(plain), ["frame_1"], (5.0, -3.0))
    assert moved.canvas.remarks["frame_1"].position == (-15.0, -43.0)
    assert moved.canvas.remarks["note_1"] == NOTE
    assert fix(plain, ["nobody"]).canvas.fixed == frozenset()
    assert unfix(noted(plain)).canvas.fixed == frozenset()
    assert unfix(plain) is plain


def test_a_frame_holds_what_has_its_middle_in_it() -> None:
    assert inside(FRAME.box, CARDS) == ["a", "b"]


def test_a_frame_goes_along_with_what_it_holds_and_keeps_its_margins() -> None:
    after = {"a": (100.0, 50.0, 216.0, 50.0), "b": (100.0, 400.0, 300.0, 50.0), "c": CARDS["c"]}
    assert carried(FRAME, CARDS, after) == (80.0, 10.0, 300.0 + 40.0, 400.0 + 72.0)
    assert carried(FRAME, CARDS, CARDS) == FRAME.box


def test_a_note_goes_along_with_the_nearest_card() -> None:
    after = {**CARDS, "c": (0.0, 900.0, 216.0, 50.0)}
    low = NOTE.with_(position=(250.0, 510.0))
    assert carried(low, CARDS, after) == (250.0, 910.0, 180.0, 60.0)
    assert carried(NOTE, CARDS, after) == NOTE.box
    assert carried(NOTE, {}, {}) == NOTE.box


def test_a_layout_takes_all_along(plain: Network) -> None:
    network = add_remarks(plain, [NOTE, FRAME])
    after = {key: (x + 10.0, y, width, height) for key, (x, y, width, height) in CARDS.items()}
    boxes = take_along(network, {"": CARDS}, {"": after}).canvas.remarks
    assert [remark.position for remark in boxes.values()] == [(310.0, 0.0), (-10.0, -40.0)]


def test_a_layout_leaves_what_is_fixed_where_it_is_and_covers_nothing() -> None:
    nodes = [Node("input", INPUT), *(Node(f"n{number}", "ReLU") for number in range(8))]
    network = chain("line", nodes)
    plain = laid_out(outline(network), Sizes(), ())
    assert plain == nested_layout(outline(network), Sizes())
    moved = edits.move(network, {"n2": plain["n4"], "n6": (900.0, 7.0)})
    places = laid_out(outline(moved), Sizes(), ("n2", "n6", "nobody"))
    assert (places["n2"], places["n6"]) == (plain["n4"], (900.0, 7.0))
    assert len(set(places.values())) == len(network)
    corners = [*places.values()]
    assert not any(
        abs(a[0] - b[0]) < 216 and abs(a[1] - b[1]) < 50 for at, a in enumerate(corners) for b in corners[at + 1 :]
    )


def test_the_direction_is_part_of_the_file_and_of_undo(plain: Network) -> None:
    document = Document(noted(plain))
    document.apply(lambda network: run(network, "right"), "Run to the right")
    turned = document.network
    assert turned.canvas.direction == "right" and turned != noted(plain)
    assert from_json(to_json(turned)) == turned
    assert b'"direction"' not in to_json(noted(plain))
    assert remove_remarks(unfix(turned), ["note_1", "frame_1"]).canvas == Canvas(direction="right")
    assert edits.rename(turned, "end", "last").canvas.direction == "right"
    assert document.undo() == "Run to the right"
    assert document.network == noted(plain)
    with pytest.raises(WorkbenchError, match="is not a network file"):
        from_json(to_json(turned).replace(b'"right"', b'"up"'))
