"""The Data room by mouse and keys: opening, filtering, choosing, looking."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QColor, QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from workbench.gui.data.recent import recent_sets
from workbench.gui.data.room import DataRoom
from workbench.gui.workspace import Workspace

Settle = Callable[[], None]
LEFT = Qt.MouseButton.LeftButton
KEYS = Qt.Key


def press(qtbot: QtBot, room: DataRoom, *keys: Qt.Key, modifier: Qt.KeyboardModifier | None = None) -> None:
    for key in keys:
        qtbot.keyClick(room.grid, key, modifier or Qt.KeyboardModifier.NoModifier)


def drop(widget: QWidget, path: Path) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path))])
    place = QPointF(widget.rect().center())
    given = (Qt.DropAction.CopyAction, mime, LEFT, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(widget, QDragEnterEvent(place.toPoint(), *given))
    QApplication.sendEvent(widget, QDropEvent(place, *given))


def number_of(room: DataRoom, name: str) -> int:
    assert room.holding is not None
    return next(number for number, file in enumerate(room.holding.index.files) if Path(file).name == name)


def place_of(room: DataRoom, name: str) -> QPoint:
    row = int(np.flatnonzero(room.grid.numbers == number_of(room, name))[0])
    return room.grid._cell(row).center().toPoint()


def test_entering_shows_the_set_of_the_workspace(room: DataRoom, folder: Path) -> None:
    assert room.sets.set_choice.currentText() == str(folder)
    assert room.sets.facts.text() == "3 classes · 21 + 4 pictures · 1\u00a0unreadable"
    assert len(room.grid.numbers) == 26
    assert room.desk.shown.text() == "26 files"
    assert room.grid.current == number_of(room, "apple-00.png")
    assert recent_sets() == (str(folder),)


def test_thumbnails_are_drawn_in_their_places(room: DataRoom, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: room.grid.thumbnails.get(number_of(room, "cherry-04.png")) is not None)
    seen = room.grid.viewport().grab().toImage()
    for name, colour in (("apple-03.png", (200, 30, 30)), ("banana-02.png", (220, 200, 40))):
        assert QColor(seen.pixel(place_of(room, name))).getRgb()[:3] == colour


def test_a_file_that_is_no_picture_says_why(room: DataRoom, qtbot: QtBot, settle: Settle) -> None:
    broken = number_of(room, "broken.png")
    qtbot.waitUntil(lambda: broken in room.grid.thumbnails.refused)
    room.grid.choose(broken)
    settle()
    assert "not a picture" in room.desk.picture.trouble.text()
    assert room.desk.picture.view.image.isNull()
    room.grid.choose(number_of(room, "apple-00.png"))
    settle()
    assert not room.desk.picture.trouble.text()
    assert room.desk.picture.view.image.width() == 24


def test_classes_parts_and_the_button_filter(room: DataRoom, qtbot: QtBot) -> None:
    classes = room.sets.classes
    qtbot.mouseClick(classes.viewport(), LEFT, pos=classes.visualRect(classes.model().index(2, 0)).center())
    assert room.desk.shown.text() == "5 of 26 files"
    room.sets.part.setCurrentIndex(room.sets.part.findData("validation"))
    assert room.desk.shown.text() == "1 of 26 files"
    qtbot.mouseClick(room.sets.everything, LEFT)
    assert room.desk.shown.text() == "26 files"
    assert not room.sets.everything.isEnabled()
    assert not classes.classes
    room.sets.part.setCurrentIndex(room.sets.part.findData("excluded"))
    assert room.desk.shown.text() == "No picture is like that"
    assert room.grid.current == -1


def test_keys_choose(room: DataRoom, qtbot: QtBot) -> None:
    grid, shift, control = room.grid, Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier
    press(qtbot, room, KEYS.Key_Right, KEYS.Key_Right)
    assert grid.chosen.tolist() == [grid.numbers[2]]
    press(qtbot, room, KEYS.Key_Right, modifier=shift)
    press(qtbot, room, KEYS.Key_Right, modifier=shift)
    assert grid.chosen.tolist() == grid.numbers[2:5].tolist()
    press(qtbot, room, KEYS.Key_Right, modifier=control)
    press(qtbot, room, KEYS.Key_Space)
    assert grid.chosen.tolist() == grid.numbers[2:6].tolist()
    press(qtbot, room, KEYS.Key_End)
    assert grid.current == grid.numbers[-1]
    press(qtbot, room, KEYS.Key_B)
    assert grid.current == number_of(room, "banana-00.png")


def test_the_mouse_chooses(room: DataRoom, qtbot: QtBot) -> None:
    grid, port = room.grid, room.grid.viewport()
    names = ("apple-01.png", "apple-04.png", "banana-00.png")
    first, second, third = (number_of(room, name) for name in names)
    qtbot.mouseClick(port, LEFT, pos=place_of(room, names[0]))
    assert grid.chosen.tolist() == [first]
    qtbot.mouseClick(port, LEFT, Qt.KeyboardModifier.ShiftModifier, place_of(room, names[1]))
    assert grid.chosen.tolist() == list(range(first, second + 1))
    qtbot.mouseClick(port, LEFT, Qt.KeyboardModifier.ControlModifier, place_of(room, names[2]))
    assert grid.chosen.tolist() == [*range(first, second + 1), third]
    room.actions_of_room["data-select-all"].trigger()
    assert len(grid.chosen) == 26


def test_the_pixel_under_the_mouse_is_told(room: DataRoom, qtbot: QtBot, settle: Settle) -> None:
    room.grid.choose(number_of(room, "apple-03.png"))
    settle()
    view = room.desk.picture.view
    assert room.desk.picture.values.text() == "24 × 16"
    scale = view.width() / 24
    qtbot.mouseMove(view, QPoint(int(3.5 * scale), int(3.5 * scale)))
    assert room.desk.picture.values.text() == "row 3, column 3:  R 255  G 255  B 255"
    view.setFocus()
    qtbot.keyClick(view, KEYS.Key_Right)
    assert room.desk.picture.values.text() == "row 3, column 4:  R 200  G 30  B 30"


def test_statistics_are_those_of_what_is_shown(room: DataRoom, qtbot: QtBot) -> None:
    room.desk.details.setCurrentWidget(room.desk.figures)
    room.sets.classes.setCurrentIndex(room.sets.classes.model().index(0, 0))
    qtbot.waitUntil(lambda: "12 pictures" in room.desk.figures.note.text())
    share = 1 / (16 * 24)
    red = (200 * (1 - share) + 255 * share) / 255
    assert f"{red:.4f}" in room.desk.figures.table.text()


def test_a_set_is_chosen_by_name_and_told_to_the_workspace(
    room: DataRoom, workspace: Workspace, folder: Path, qtbot: QtBot, settle: Settle
) -> None:
    line = room.sets.set_choice.lineEdit()
    assert line is not None
    line.setText("digits")
    qtbot.keyClick(line, KEYS.Key_Return)
    settle()
    assert workspace.data == "digits"
    assert room.sets.facts.text().startswith("10 classes")
    assert recent_sets() == ("digits", str(folder))
    workspace.data = str(folder)  # another room chooses
    room.enter()
    settle()
    assert room.sets.facts.text() == "3 classes · 21 + 4 pictures · 1\u00a0unreadable"


def test_a_folder_is_dropped(room: DataRoom, tmp_path: Path, workspace: Workspace, settle: Settle) -> None:
    for name in ("x", "y"):
        (tmp_path / "other" / name).mkdir(parents=True)
        for number in range(5):
            Image.new("L", (4, 4), number).save(tmp_path / "other" / name / f"{number}.png")
    drop(room, tmp_path / "other")
    settle()
    assert workspace.data == str(tmp_path / "other")
    assert room.desk.shown.text() == "10 pictures"


def test_what_cannot_be_opened_is_explained_and_tried_again(
    room: DataRoom, folder: Path, workspace: Workspace, tmp_path: Path, qtbot: QtBot, settle: Settle
) -> None:
    room.open(str(tmp_path / "later"))
    settle()
    assert room.entrance.message.isVisible()
    assert "there is no such file or folder" in room.entrance.message.sentence.text().lower()
    assert workspace.data == str(folder)
    folder.rename(tmp_path / "later")
    qtbot.mouseClick(room.entrance.message.button, LEFT)
    settle()
    assert room.desk.shown.text() == "26 files"


def test_a_folder_without_classes_is_explained(room: DataRoom, tmp_path: Path, settle: Settle) -> None:
    (tmp_path / "flat").mkdir()
    Image.new("L", (4, 4)).save(tmp_path / "flat" / "alone.png")
    drop(room, tmp_path / "flat")
    settle()
    assert room.entrance.message.headline.text() == "flat has no pictures to learn from"
    assert "lie side by side (1)" in room.entrance.message.sentence.text()
    assert room.holding is None
    (tmp_path / "empty").mkdir()
    drop(room, tmp_path / "empty")
    settle()
    assert "one folder of pictures per class" in room.entrance.message.sentence.text()


def test_what_is_no_set_is_explained_without_the_command_line(room: DataRoom, tmp_path: Path, settle: Settle) -> None:
    (tmp_path / "notes.txt").write_text("words")
    drop(room, tmp_path / "notes.txt")
    settle()
    message = room.entrance.message
    assert message.headline.text() == "notes.txt is no data set"
    assert message.sentence.text().startswith("It is a file, but") and "Drop a folder" in message.sentence.text()
    assert "[:PATH]" not in message.sentence.text()


def test_a_set_that_is_not_here_is_offered_with_its_size(room: DataRoom, settle: Settle) -> None:
    room.open("cifar10")
    settle()
    assert room.entrance.message.headline.text() == "cifar10 is not on this computer"
    assert room.entrance.message.button.text() == "Download 170 MB"
    assert "60,000 pictures" in room.entrance.message.sentence.text()
    assert "toronto.edu" in room.entrance.message.sentence.text()


def test_opening_is_cancelled(room: DataRoom, folder: Path, qtbot: QtBot, settle: Settle) -> None:
    room.open("shapes")
    assert room.entrance.busy.isVisible()
    room.entrance.busy.cancelled.emit()
    settle()
    assert not room.entrance.busy.isVisible()
    assert room.sets.set_choice.currentText() == str(folder)
    assert room.desk.shown.text() == "26 files"


def test_sizes_follow_keys_slider_and_wheel(room: DataRoom, qtbot: QtBot) -> None:
    before = room.grid.columns
    room.actions_of_room["data-larger"].trigger()
    assert room.grid.columns < before
    assert room.desk.zoom.value() == 3
    room.desk.zoom.setValue(0)
    assert room.grid.side == 48
    room.actions_of_room["data-smaller"].trigger()
    assert room.grid.side == 48


def test_the_cache_is_told_and_cleared(room: DataRoom, qtbot: QtBot, settle: Settle) -> None:
    from workbench.core.data.store.cache import cache_size, clear_cache, fill
    from workbench.core.data.store.rendering import Rendering

    clear_cache()
    rendering = Rendering(100, (100, 100, 3), lambda _number: np.zeros((100, 100, 3), np.uint8), lambda: "some")
    fill(rendering.key(), rendering.shape, rendering.count, rendering.outcomes)
    room.cache.refresh()
    settle()
    assert room.cache.amount.text() == "3 MB in the cache"
    qtbot.mouseClick(room.cache.clear, LEFT)
    settle()
    assert cache_size() == 0
    assert not room.cache.clear.isEnabled()


def test_closing_while_thumbnails_are_made_leaves_nothing_behind(
    qtbot: QtBot, workspace: Workspace, settle: Settle
) -> None:
    workspace.data = "shapes"
    room = DataRoom(workspace)
    room.resize(900, 600)
    room.show()
    room.enter()
    qtbot.waitUntil(lambda: room.holding is not None, timeout=60_000)
    room.grid.verticalScrollBar().setValue(5000)
    room.close()
    room.deleteLater()


@pytest.mark.parametrize("size", [(700, 420), (1600, 1000)])
def test_only_what_is_in_sight_and_around_it_is_fetched(
    size: tuple[int, int], qtbot: QtBot, workspace: Workspace, settle: Settle
) -> None:
    workspace.data = "shapes"
    room = DataRoom(workspace)
    qtbot.addWidget(room)
    room.resize(*size)
    room.show()
    room.enter()
    qtbot.waitUntil(lambda: room.holding is not None)
    settle()
    kept = len(room.grid.thumbnails._kept)
    page = len(room.grid._in_sight())
    assert page <= kept <= 3 * page < 1000
    room.grid.verticalScrollBar().setValue(room.grid.verticalScrollBar().maximum())
    settle()
    assert all(room.grid.thumbnails.get(int(number)) is not None for number in room.grid.numbers[-5:])
