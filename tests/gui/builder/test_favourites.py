"""Favourites in the palette: starred by click and by key, kept, never found twice."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QTreeWidgetItem
from pytestqt.qtbot import QtBot

from workbench.gui.builder.search.palette import KIND_ROLE, STAR_ROLE, Palette, children
from workbench.gui.builder.search.palette_favourites import FILE, favourites, star_place, toggle_favourite
from workbench.paths import config_folder

NONE, CTRL, LEFT = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ControlModifier, Qt.MouseButton.LeftButton


@pytest.fixture
def palette(qtbot: QtBot) -> Palette:
    made = Palette()
    qtbot.addWidget(made)
    made.resize(220, 700)
    made.show()
    return made


def row(palette: Palette, name: str) -> QTreeWidgetItem:
    found = [item for head in palette.tree.headlines for item in children(head) if item.data(0, KIND_ROLE) == name]
    return found[0]


def starred(palette: Palette) -> list[str]:
    return [item.data(0, KIND_ROLE) for item in children(palette.tree.favourites)]


def click_star(palette: Palette, item: QTreeWidgetItem) -> None:
    palette.tree.scrollToItem(item)
    place = star_place(palette.tree.visualItemRect(item)).center()
    QTest.mouseClick(palette.tree.viewport(), LEFT, NONE, place)


def test_without_favourites_there_is_no_section(palette: Palette) -> None:
    assert palette.tree.favourites.isHidden() and starred(palette) == []


def test_a_click_on_the_star_keeps_a_layer_at_the_top_and_another_takes_it_away(palette: Palette) -> None:
    told: list[str] = []
    palette.chosen.connect(told.append)
    click_star(palette, row(palette, "Conv2d"))
    assert starred(palette) == ["Conv2d"] and not palette.tree.favourites.isHidden()
    assert palette.tree.topLevelItem(0) is palette.tree.favourites
    assert row(palette, "Conv2d").data(0, STAR_ROLE) and not row(palette, "ReLU").data(0, STAR_ROLE)
    assert Palette().tree.favourites.childCount() == 1
    click_star(palette, children(palette.tree.favourites)[0])
    assert starred(palette) == [] and palette.tree.favourites.isHidden()
    assert told == [] and favourites() == ()


def test_a_key_stars_what_is_found_blocks_too(palette: Palette) -> None:
    for name in ("BasicBlock", "ReLU"):
        palette.search.setText(name)
        QTest.keyClick(palette.search, Qt.Key.Key_B, CTRL)
        assert palette.search.text() == name
        current = palette.tree.currentItem()
        assert current is not None and current.data(0, KIND_ROLE) == name
    assert favourites() == ("BasicBlock", "ReLU")
    assert palette.tree.favourites.isHidden()
    palette.search.clear()
    assert not palette.tree.favourites.isHidden() and starred(palette) == ["BasicBlock", "ReLU"]
    palette.tree.setCurrentItem(children(palette.tree.favourites)[1])
    QTest.keyClick(palette.tree, Qt.Key.Key_B, CTRL)
    assert starred(palette) == ["BasicBlock"]


def test_a_favourite_is_added_like_any_other(palette: Palette) -> None:
    click_star(palette, row(palette, "Linear"))
    told: list[str] = []
    palette.chosen.connect(told.append)
    palette.tree.setCurrentItem(children(palette.tree.favourites)[0])
    palette.tree.itemActivated.emit(palette.tree.currentItem(), 0)
    assert told == ["Linear"]
    mime = palette.tree.mimeData(children(palette.tree.favourites))
    assert bytes(mime.data(palette.tree.mimeTypes()[0]).data()) == b"Linear"


def test_a_favourite_that_is_gone_is_left_out_and_remembered(palette: Palette) -> None:
    toggle_favourite("MyOldBlock")
    palette.tree.show_favourites()
    assert starred(palette) == [] and favourites() == ("MyOldBlock",)


def test_a_broken_file_means_no_favourites(palette: Palette) -> None:
    (config_folder() / FILE).write_bytes(b"\xff{")
    assert favourites() == ()
    click_star(palette, row(palette, "ReLU"))
    assert favourites() == ("ReLU",)
