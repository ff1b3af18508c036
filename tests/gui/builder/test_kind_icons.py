"""The icons of kinds: every kind and block has one, drawn in its square, and cards give no text up for them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QApplication

from workbench.core.graph.network import Node
from workbench.core.layers.blocks.catalog import BLOCKS
from workbench.core.layers.catalog import CATALOG
from workbench.gui.builder.items import style
from workbench.gui.builder.items.card import elided
from workbench.gui.builder.items.glimpse import glimpse_room
from workbench.gui.builder.items.group_facts import group_text
from workbench.gui.builder.items.kind_icons import GROUP, UNKNOWN, paint_sign, sign_names, sign_of, sign_path
from workbench.gui.builder.items.node_item import NodeItem
from workbench.gui.builder.room import BuildRoom

OFFERED = [*CATALOG, *BLOCKS]
SIDE = 32


def painted(sign: str) -> set[tuple[int, int]]:
    """The pixels that a sign colours, in a picture with as much free room around it."""
    picture = QImage(2 * SIDE, 2 * SIDE, QImage.Format.Format_ARGB32)
    picture.fill(Qt.GlobalColor.white)
    painter = QPainter(picture)
    paint_sign(painter, sign, QRectF(SIDE / 2, SIDE / 2, SIDE, SIDE), QColor("black"))
    painter.end()
    places = ((x, y) for x in range(2 * SIDE) for y in range(2 * SIDE))
    return {place for place in places if picture.pixelColor(*place).lightness() < 128}


@pytest.mark.parametrize("kind", OFFERED, ids=lambda kind: kind.name())
def test_every_kind_and_block_has_an_icon(kind: type) -> None:
    assert sign_of(kind.name()) in sign_names() - {UNKNOWN, GROUP}  # type: ignore[attr-defined]


def test_no_sign_is_without_a_kind() -> None:
    categories = {kind.category for kind in OFFERED}
    assert {sign_of(kind.name()) for kind in OFFERED} | categories | {"My blocks", UNKNOWN, GROUP} == sign_names()


def test_what_is_not_known_has_an_icon_too() -> None:
    assert sign_of("Conv9d") == UNKNOWN
    assert painted("no such sign") == painted(UNKNOWN)


@pytest.mark.parametrize("sign", sorted(sign_names()))
def test_a_sign_fills_a_good_part_of_its_square_and_nothing_else(qapp: QApplication, sign: str) -> None:
    pixels = painted(sign)
    inside = range(SIDE // 2 - 1, SIDE // 2 + SIDE + 1)
    assert all(x in inside and y in inside for x, y in pixels)
    assert len(pixels) > 0.07 * SIDE * SIDE
    assert max(max(x, y) for x, y in pixels) - min(min(x, y) for x, y in pixels) > 0.6 * SIDE


def test_no_two_signs_look_the_same(qapp: QApplication) -> None:
    pictures = {sign: painted(sign) for sign in sign_names()}
    alike = [
        (one, two) for one in pictures for two in pictures if one < two and len(pictures[one] ^ pictures[two]) < 16
    ]
    assert alike == []


def test_a_sign_is_drawn_once_for_all_cards(qapp: QApplication) -> None:
    assert sign_path("Convolution", 1.0, 2.0, 13.0) is sign_path("Convolution", 1.0, 2.0, 13.0)


@pytest.fixture
def cards(qapp: QApplication) -> Iterator[list[NodeItem]]:
    yield [NodeItem(Node("node", kind.name())) for kind in CATALOG]


def test_titles_have_at_least_the_room_of_a_card_without_an_icon(cards: list[NodeItem]) -> None:
    look = style.current()
    right = glimpse_room(style.HEIGHT).left() - 6
    for card in cards:
        for picture, end in ((None, style.WIDTH - style.PADDING), (True, right)):
            card.glimpse = picture  # type: ignore[assignment]
            shown = next(text for _, text, role in card.laid_out(look) if role == "kind").text()
            before = elided(card.node.kind, look.strong_metrics, end - (style.BAR + style.PADDING - 1))
            whole = card.node.kind == shown
            assert whole or len(shown) >= len(before) - 1, card.node.kind
            assert whole or before != card.node.kind or picture, card.node.kind


def test_titles_begin_beside_the_icon(cards: list[NodeItem]) -> None:
    for card in cards:
        drawn = sign_path(sign_of(card.node.kind), *card.sign_place, style.SIGN).boundingRect()
        assert drawn.left() >= style.BAR and drawn.right() < style.TEXT_LEFT, card.node.kind


def test_a_group_has_the_icon_of_its_block(room: BuildRoom) -> None:
    from workbench.core import open_network

    room.workspace.document.open(open_network("resnet18"))
    tree = room.scene.tree
    assert group_text(tree, "layer1.0").sign == group_text(tree, "layer1").sign == "Residual blocks"
    room.workspace.document.open(open_network("vgg11"))
    assert group_text(room.scene.tree, "features").sign == GROUP


def test_the_inspector_shows_the_icon_of_what_is_selected(room: BuildRoom) -> None:
    room.scene.select(["pool3"])
    assert (room.inspector.icon.sign, room.inspector.icon.category) == ("maximum", "Pooling")
    assert room.inspector.icon.isVisible()
    room.scene.select([])
    assert not room.inspector.icon.isVisible()
