"""What an empty canvas greets with: there while there is nothing, and every way leads somewhere."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from workbench.core.graph.storage import load_network, save_network
from workbench.core.modelling.zoo import READY, empty_network
from workbench.gui.builder.canvas.view import KIND_MIME
from workbench.gui.builder.gallery.ready_networks import ReadyNetworks
from workbench.gui.builder.gallery.start_page import StartPage, is_bare
from workbench.gui.builder.gallery.start_row import StartRow
from workbench.gui.builder.room import BuildRoom
from workbench.settings import Settings, save_settings


@pytest.fixture
def page(room: BuildRoom) -> StartPage:
    """The page of a room with an empty network, in a window with room for everything."""
    room.resize(1500, 900)
    room.workspace.document.open(empty_network())
    QApplication.processEvents()
    return room.start_page


def row(page: StartPage, name: str) -> StartRow:
    found = page.findChild(StartRow, f"build-start-{name}")
    assert found is not None
    return found


def test_it_is_there_exactly_while_the_network_is_empty(room: BuildRoom, page: StartPage) -> None:
    document = room.workspace.document
    assert page.isVisible()
    room.add_kind("Conv2d")
    assert not page.isVisible()
    document.undo()
    assert page.isVisible()
    document.open(READY["lenet5"].build())
    assert not page.isVisible()
    room.scene.select([node.name for node in document.network if node.kind not in ("Input", "Output")])
    room.editor.delete()
    assert is_bare(document.network) and page.isVisible()


def test_a_network_with_a_note_is_not_empty(room: BuildRoom, page: StartPage) -> None:
    room.notes.add_frame()
    assert not page.isVisible()


def test_it_lies_over_no_card(room: BuildRoom, page: StartPage) -> None:
    for size in ((1500, 900), (1100, 700), (900, 560)):
        room.resize(*size)
        QApplication.processEvents()
        covered = page.geometry() if page.isVisible() else None
        for card in room.scene.nodes.values():
            seen = room.view.mapFromScene(card.box()).boundingRect()
            assert room.view.rect().contains(seen), size
            assert covered is None or not covered.intersects(seen), size
        assert covered is None or room.view.rect().contains(covered)


def test_without_room_it_is_not_there(room: BuildRoom, page: StartPage) -> None:
    room.resize(760, 300)
    QApplication.processEvents()
    assert not page.isVisible() and room.view.covered == 0


@pytest.mark.parametrize(("name", "action"), [("gallery", "ready"), ("code", "from_code")])
def test_a_row_triggers_its_action(
    room: BuildRoom, page: StartPage, qtbot: QtBot, name: str, action: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    triggered: list[str] = []
    monkeypatch.setattr(room.documents, "_ask_file", lambda title, _filters: triggered.append(title))
    with qtbot.waitSignal(getattr(room, action).triggered):
        qtbot.mouseClick(row(page, name), Qt.MouseButton.LeftButton)
    assert (triggered != []) == (name == "code")
    gallery = room.findChild(ReadyNetworks)
    assert (gallery is not None) == (name == "gallery")


def test_adding_a_layer_asks_which(room: BuildRoom, page: StartPage, qtbot: QtBot) -> None:
    row(page, "add").setFocus()
    qtbot.keyClick(row(page, "add"), Qt.Key.Key_Space)
    chooser = room.searches.chooser
    assert chooser.isVisible()
    qtbot.keyClicks(chooser.search, "Conv2d")
    qtbot.keyClick(chooser.search, Qt.Key.Key_Return)
    assert "Conv2d" in {node.kind for node in room.workspace.document.network}
    assert not page.isVisible()


def test_rows_show_their_keys(page: StartPage) -> None:
    rows = page.findChildren(StartRow)
    assert [one.note for one in rows] == ["Ctrl+Shift+O", "Ctrl+O", "Ctrl+Alt+O", "Tab"]
    assert all(one.accessibleName() and one.toolTip() for one in rows)


def test_files_of_lately_are_listed_and_opened(room: BuildRoom, tmp_path: Path, qtbot: QtBot) -> None:
    kept = save_network(READY["lenet5"].build(), tmp_path / "mine")
    save_settings(Settings(recent=(str(kept), str(tmp_path / "gone.network.json"))))
    room.resize(1500, 900)
    room.workspace.document.open(empty_network())
    page = room.start_page
    assert [one.text() for one in page.findChildren(StartRow) if "recent" in one.objectName()] == ["mine"]
    assert page.recent.isVisible()
    qtbot.mouseClick(row(page, "recent-1"), Qt.MouseButton.LeftButton)
    assert room.workspace.document.network == load_network(kept)
    assert room.workspace.document.path == kept
    assert not page.isVisible()


def test_a_layer_dropped_on_the_page_lands_on_the_canvas_below(room: BuildRoom, page: StartPage) -> None:
    mime = QMimeData()
    mime.setData(KIND_MIME, b"Conv2d")
    at, copy = QPoint(20, page.height() - 10), Qt.DropAction.CopyAction
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    below = room.view.mapToScene(room.view.viewport().mapFrom(room.view, page.mapToParent(at)))
    enter = QDragEnterEvent(at, copy, mime, left, none)
    QApplication.sendEvent(page, enter)
    assert enter.isAccepted()
    QApplication.sendEvent(page, QDropEvent(QPointF(at), copy, mime, left, none))
    assert "conv1" in room.workspace.document.network
    assert room.scene.nodes["conv1"].box().contains(below)


def test_the_keyboard_goes_back_to_the_canvas(room: BuildRoom, page: StartPage, qtbot: QtBot) -> None:
    row(page, "open").setFocus()
    room.add_kind("Conv2d")
    qtbot.waitUntil(lambda: room.view.hasFocus(), timeout=10_000)
