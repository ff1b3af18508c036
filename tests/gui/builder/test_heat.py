"""The heat map: which card is how hot, and what the legend says."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QToolButton
from pytestqt.qtbot import QtBot

from workbench.core.graph.edits import set_arguments
from workbench.core.modelling.costs import MEASURES
from workbench.core.modelling.opening import open_network
from workbench.gui import theme
from workbench.gui.builder.items import style
from workbench.gui.builder.items.heat_colour import HOTTEST, Heat, heat_colour
from workbench.gui.builder.room import BuildRoom
from workbench.gui.builder.seeing.heat import quantity


def switch_on(room: BuildRoom, qtbot: QtBot) -> None:
    room.workspace.preload()
    room.canvas_actions.all["build-heat"].trigger()
    measured(room, qtbot)


def measured(room: BuildRoom, qtbot: QtBot) -> None:
    def is_shown() -> bool:
        shown = room.seeing.heat._shown
        return shown is not None and shown.network is room.scene.network and shown.measure is room.seeing.legend.measure

    qtbot.waitUntil(is_shown, timeout=60_000)


def hottest(room: BuildRoom) -> str:
    return max(room.scene.nodes.values(), key=lambda card: card.heat.share if card.heat else -1).name


def test_the_layer_with_most_parameters_is_the_hottest(room: BuildRoom, qtbot: QtBot) -> None:
    switch_on(room, qtbot)
    assert hottest(room) == "conv3"
    conv3, relu = room.scene.nodes["conv3"].heat, room.scene.nodes["relu3"].heat
    assert conv3 is not None and conv3.share == 1 and conv3.text == "73,856 · 72 %"
    assert relu is not None and (relu.share, relu.text) == (0, "")
    assert room.seeing.legend.isVisible()
    assert "conv3" in room.seeing.legend.top.text()
    assert room.seeing.legend.most.text() == "73,856"


@pytest.mark.parametrize("name", MEASURES)
def test_every_measure_can_be_shown(room: BuildRoom, qtbot: QtBot, name: str) -> None:
    switch_on(room, qtbot)
    room.seeing.legend.choice.setCurrentIndex(list(MEASURES).index(name))
    measured(room, qtbot)
    assert any(card.heat and card.heat.share == 1 for card in room.scene.nodes.values())
    assert room.seeing.legend.about.text() == MEASURES[name].about


def test_switched_off_nothing_is_hot(room: BuildRoom, qtbot: QtBot) -> None:
    switch_on(room, qtbot)
    close = room.seeing.legend.findChild(QToolButton, "build-heat-close")
    qtbot.mouseClick(close, Qt.MouseButton.LeftButton)
    assert all(card.heat is None for card in room.scene.nodes.values())
    assert not room.seeing.legend.isVisible()
    assert not room.canvas_actions.all["build-heat"].isChecked()


def test_a_long_name_makes_room_for_its_cost(room: BuildRoom, qtbot: QtBot) -> None:
    switch_on(room, qtbot)
    card, look = room.scene.nodes["gap"], style.current()
    card.show_heat(Heat(0.5, "12.3 ms · 45 %"))
    (kind,) = [text.text() for _, text, role in card.laid_out(look) if role == "kind"]
    assert kind.endswith("…")
    both = look.strong_metrics.horizontalAdvance(kind) + look.plain_metrics.horizontalAdvance("12.3 ms · 45 %")
    assert style.TEXT_LEFT + both <= card.right
    card.show_heat(None)
    assert "AdaptiveAvgPool2d" in [text.text() for _, text, _ in card.laid_out(look)]


def test_the_links_of_the_legend_follow_the_theme(room: BuildRoom, qtbot: QtBot, qapp: QApplication) -> None:
    switch_on(room, qtbot)
    before = theme.current().link.name()
    theme.apply(qapp, "dark")
    try:
        after = theme.current().link.name()
        qtbot.waitUntil(lambda: after in room.seeing.legend.top.text())
        assert before != after and before not in room.seeing.legend.top.text()
    finally:
        theme.apply(qapp, "light")


def test_an_edit_changes_the_heat(room: BuildRoom, qtbot: QtBot) -> None:
    switch_on(room, qtbot)
    room.editor.set_argument("fc1", "out_features", 4096)
    measured(room, qtbot)
    assert hottest(room) == "fc1"


def test_a_closed_group_is_as_hot_as_all_that_is_in_it(room: BuildRoom, qtbot: QtBot) -> None:
    network = open_network("resnet18")
    room.workspace.document.open(network)
    room.scene.unfold([])
    switch_on(room, qtbot)
    assert hottest(room) == "layer4"
    card = room.scene.nodes["layer4"]
    assert card.heat is not None and card.heat.text.startswith("8.39 M")
    room.scene.unfold(["layer4"])
    assert hottest(room).startswith("layer4")


def test_a_network_that_cannot_run_says_why_there_is_no_time(room: BuildRoom, qtbot: QtBot) -> None:
    switch_on(room, qtbot)
    room.workspace.document.apply(lambda net: set_arguments(net, "conv3", {"kernel_size": 40}), "Break")
    room.seeing.legend.choice.setCurrentIndex(list(MEASURES).index("time"))
    qtbot.waitUntil(lambda: "cannot run" in room.seeing.legend.top.text(), timeout=60_000)
    assert all(card.heat is None for card in room.scene.nodes.values())


def test_a_node_in_the_legend_can_be_shown(room: BuildRoom, qtbot: QtBot) -> None:
    switch_on(room, qtbot)
    room.seeing.legend.top.linkActivated.emit("fc1")
    assert room.scene.selected == ["fc1"]


def test_the_key_switches_it(room: BuildRoom, qtbot: QtBot) -> None:
    qtbot.keyClick(room.view, Qt.Key.Key_H)
    assert room.seeing.heat.is_on
    qtbot.keyClick(room.view, Qt.Key.Key_H)
    assert not room.seeing.heat.is_on


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("time", 1.2345, "1.23 ms"),
        ("memory", 2_500_000, "2.5 MB"),
        ("memory", 131_072, "131.1 kB"),
        ("field", 61, "61 px"),
        ("macs", 4.09e9, "4.09 G"),
    ],
)
def test_costs_are_written_in_their_units(name: str, value: float, text: str) -> None:
    assert quantity(value, MEASURES[name]) == text


def test_colours_go_from_paper_to_hot(qapp: object) -> None:
    assert heat_colour(0) == theme.current().raised
    assert heat_colour(1) == HOTTEST[theme.current().name]
    assert heat_colour(5) == heat_colour(1)
