"""Blocks from the palette to the canvas: fitted to what feeds them, one undo step each, never on top of other nodes."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from workbench.core.graph.blocks import is_made
from workbench.core.graph.network import Network
from workbench.core.graph.parts import members, sources
from workbench.core.layers.blocks.block import Block
from workbench.core.layers.blocks.catalog import BLOCKS
from workbench.core.layers.blocks.library import own_block, save_block
from workbench.core.layers.catalog import CATALOG
from workbench.core.modelling.shapes import analyse
from workbench.gui.builder.items.edge_item import EdgeKey
from workbench.gui.builder.room import BuildRoom
from workbench.gui.builder.search.palette import KIND_ROLE, Palette


def network_of(room: BuildRoom) -> Network:
    return room.workspace.document.network


def no_card_covers_another(room: BuildRoom) -> bool:
    boxes = [item.box() for item in room.scene.nodes.values()]
    return not any(a.intersects(b) for number, a in enumerate(boxes) for b in boxes[number + 1 :])


def analysed(qtbot: QtBot, room: BuildRoom) -> None:
    qtbot.waitUntil(lambda: room.workspace.current_analysis is not None, timeout=60_000)


def test_kinds_and_blocks_never_share_a_name() -> None:
    assert not {kind.name() for kind in CATALOG} & {block.name() for block in BLOCKS}


def test_the_palette_offers_every_block_and_finds_it(qtbot: QtBot) -> None:
    palette = Palette()
    qtbot.addWidget(palette)
    told: list[str] = []
    palette.chosen.connect(told.append)
    for block in BLOCKS:
        palette.search.setText(block.name())
        item = palette.tree.currentItem()
        assert item is not None and item.data(0, KIND_ROLE) == block.name()
        assert block.help() in item.toolTip(0)
    palette.search.setText("squeeze efficientnet")
    assert palette.tree.currentItem().data(0, KIND_ROLE) == "MBConv"


@pytest.mark.parametrize("block", [*BLOCKS], ids=lambda block: block.name())
def test_every_block_comes_behind_the_selected_node_as_one_step(
    room: BuildRoom, qtbot: QtBot, block: type[Block]
) -> None:
    room.workspace.preload()
    analysed(qtbot, room)
    before = network_of(room)
    room.scene.select(["conv1"])
    room.add_kind(block.name())
    after = network_of(room)
    (prefix,) = [name for name in after.blocks if name not in before.blocks and "." not in name]
    assert sources(members(after, prefix), prefix) == ("conv1",)
    assert analyse(after).errors == ()
    assert no_card_covers_another(room)
    assert set(room.scene.selected) == {node.name for node in members(after, prefix)}
    assert room.workspace.document.undo_label == f"Add {block.name()}"
    room.workspace.document.undo()
    assert network_of(room) == before


def test_the_next_block_of_a_kind_is_numbered(room: BuildRoom) -> None:
    room.add_kind("BasicBlock")
    room.scene.select(["basicblock.relu_1"])
    room.add_kind("BasicBlock")
    assert set(network_of(room).blocks) == {"basicblock", "basicblock_1"}


def test_a_block_dropped_freely_is_fed_by_one_connection(room: BuildRoom) -> None:
    first = room.editor.add("BasicBlock", room.view.middle())
    assert network_of(room)[first].inputs == ()
    assert room.editor.connect_nodes("conv1", first)
    assert sources(members(network_of(room), "basicblock"), "basicblock") == ("conv1",)
    assert network_of(room).blocks


def test_a_block_goes_onto_a_connection(room: BuildRoom) -> None:
    target = network_of(room).consumers["conv1"][0]
    room.editor.add_between("SqueezeExcitation", EdgeKey("conv1", target), room.view.middle())
    assert network_of(room)[target].inputs == ("squeezeexcitation.multiply",)
    assert no_card_covers_another(room)


def test_arguments_are_changed_in_one_step_and_copies_stay_blocks(room: BuildRoom) -> None:
    room.scene.select(["conv1"])
    room.add_kind("BasicBlock")
    assert room.editor.set_block_argument("basicblock", "out_channels", 48)
    network = network_of(room)
    assert network["basicblock.conv1"].arguments["out_channels"] == 48
    assert room.workspace.document.undo_label == "Set out_channels of basicblock"
    room.scene.select([node.name for node in members(network, "basicblock")])
    room.editor.copy()
    room.editor.paste()
    room.editor.duplicate()
    after = network_of(room)
    assert len(after.blocks) == 3
    assert all(is_made(after, prefix, use, blocks=BLOCKS) for prefix, use in after.blocks.items())
    assert "BasicBlock" in QGuiApplication.clipboard().text()


def test_an_impossible_argument_is_refused_in_a_sentence(room: BuildRoom, qtbot: QtBot) -> None:
    room.add_kind("BasicBlock")
    with qtbot.waitSignal(room.editor.refused) as refused:
        assert not room.editor.set_block_argument("basicblock", "stride", 0)
    assert "stride" in refused.args[0]


def test_a_block_of_ones_own_is_in_the_palette_and_can_be_added(room: BuildRoom, qtbot: QtBot) -> None:
    network = network_of(room)
    save_block(own_block(network, ["conv1"], "Mine"))
    palette = Palette()
    qtbot.addWidget(palette)
    assert "My blocks" in [headline.text(0) for headline in palette.tree.headlines]
    room.scene.select(["conv1"])
    room.add_kind("Mine")
    assert network_of(room)["mine.conv1"].inputs == ("conv1",)
