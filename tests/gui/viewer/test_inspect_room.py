"""The Inspect room by mouse and keys: run, picture, node, maps."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QColor, QDragEnterEvent, QDropEvent, QGuiApplication, QImage
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from workbench.core.inspection.capture import capture
from workbench.core.inspection.prediction import predict
from workbench.core.runs.folder import Run
from workbench.gui.viewer.room import InspectRoom
from workbench.gui.viewer.run_choice import UNTRAINED
from workbench.gui.viewer.samples import picture_in
from workbench.gui.workspace import Workspace

LEFT = Qt.MouseButton.LeftButton
Settle = Callable[[], None]


def drop(widget: QWidget, mime: QMimeData) -> None:
    """Drop something in the middle of a widget, as the window system would."""
    place = QPointF(widget.rect().center())
    given = (Qt.DropAction.CopyAction, mime, LEFT, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(widget, QDragEnterEvent(place.toPoint(), *given))
    QApplication.sendEvent(widget, QDropEvent(place, *given))


def file_mime(path: Path) -> QMimeData:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path))])
    return mime


def choose_node(room: InspectRoom, name: str, settle: Settle) -> None:
    room.nodes.choose(name)
    settle()


def expected_maps(run: Run, node: str, sample: int = 0) -> np.ndarray:
    from workbench.core.data.preprocessing import to_tensor

    image = run.data().validation.images[sample : sample + 1]
    return capture(run.module(), to_tensor(image, run.preprocessing), [node])[node][0].numpy()


def test_entering_shows_the_newest_run_its_first_sample_and_its_first_layer(
    room: InspectRoom, finished_run: Run
) -> None:
    assert room.runs.currentData() == finished_run.path
    assert "on validation" in room.runs.currentText()
    assert room.nodes.node == "conv1"
    sheet = room.maps.sheet
    assert sheet is not None and len(sheet.channels) == 6 and sheet.tile == (8, 8)
    np.testing.assert_array_equal(sheet.maps, expected_maps(finished_run, "conv1"))
    assert sheet.maps.min() < 0 < sheet.maps.max()


def test_tiles_are_drawn_with_the_right_pixels(room: InspectRoom) -> None:
    tiles = room.maps.sheet_view.tiles
    sheet = tiles.sheet
    assert sheet is not None
    grabbed = tiles.viewport().grab().toImage()
    for index, (row, column) in [(0, (0, 0)), (3, (7, 7)), (5, (2, 6))]:
        left, top, _, _ = sheet.box(index)
        x, y = left + (column + 0.5) * sheet.scale, top + (row + 0.5) * sheet.scale
        seen = QColor(grabbed.pixel(tiles.mapFromScene(QPointF(x, y))))
        assert seen.getRgb()[:3] == tuple(sheet.image[int(y), int(x)].tolist())


def test_predictions_are_the_runs_own(room: InspectRoom, finished_run: Run) -> None:
    data = finished_run.data()
    picture = finished_run.preprocess(_pil(data.validation.images[0]))
    best = predict(finished_run.module(), picture)[0].max()
    bars = room.picture.predictions.bars
    assert len(bars) == 5
    assert bars[0].value == pytest.approx(float(best), rel=1e-4)
    truth = data.classes[data.validation.labels[0]]
    assert room.picture.title.text() == f"Sample 1: {truth}"


def _pil(pixels: np.ndarray):  # type: ignore[no-untyped-def]
    from PIL import Image

    return Image.fromarray(pixels[..., 0])


def test_the_arrow_keys_walk_through_nodes_and_samples(qtbot: QtBot, room: InspectRoom, settle: Settle) -> None:
    rows = room.nodes.rows
    rows.setFocus()
    qtbot.keyClick(rows, Qt.Key.Key_Down)
    qtbot.keyClick(rows, Qt.Key.Key_Down)
    settle()
    assert room.nodes.node == "pool1" and room.maps.sheet is not None and room.maps.sheet.tile == (4, 4)
    qtbot.keyClick(rows, Qt.Key.Key_Right)
    settle()
    assert room.picture.title.text().startswith("Sample 2:")
    qtbot.keyClick(room.strip.thumbnails, Qt.Key.Key_Right)
    qtbot.keyClick(room.strip.thumbnails, Qt.Key.Key_Up)
    settle()
    assert room.picture.title.text().startswith("Sample 3:") and room.nodes.node == "relu1"


def test_a_click_on_a_node_shows_its_maps(qtbot: QtBot, room: InspectRoom, finished_run: Run, settle: Settle) -> None:
    item = room.nodes.rows.findItems("conv2", Qt.MatchFlag.MatchExactly)[0]
    place = room.nodes.rows.visualItemRect(item).center()
    qtbot.mouseClick(room.nodes.rows.viewport(), LEFT, pos=place)
    settle()
    assert room.maps.sheet is not None
    np.testing.assert_array_equal(room.maps.sheet.maps, expected_maps(finished_run, "conv2"))


def test_class_scores_are_bars_with_names(room: InspectRoom, finished_run: Run, settle: Settle) -> None:
    choose_node(room, "fc", settle)
    assert room.maps.sheet is None
    assert [bar.name for bar in room.maps.bars.bars] == list(finished_run.classes)
    assert [bar.value for bar in room.maps.bars.bars] == pytest.approx(expected_maps(finished_run, "fc").tolist())


def test_a_dropped_picture_is_framed_as_the_run_frames_and_shown(
    room: InspectRoom, finished_run: Run, settle: Settle, tmp_path: Path
) -> None:
    from PIL import Image

    path = tmp_path / "tall.png"
    Image.fromarray(np.random.default_rng(0).integers(0, 256, (40, 20, 3), dtype=np.uint8)).save(path)
    drop(room.strip, file_mime(path))
    settle()
    assert room.picture.title.text() == "tall.png"
    assert (room.picture.given.image.width(), room.picture.given.image.height()) == (20, 40)
    assert (room.picture.seen.image.width(), room.picture.seen.image.height()) == (8, 8)
    with Image.open(path) as image:
        tensor = finished_run.preprocess(image)
    expected = capture(finished_run.module(), tensor, ["conv1"])["conv1"][0].numpy()
    assert room.maps.sheet is not None
    np.testing.assert_array_equal(room.maps.sheet.maps, expected)
    assert not room.strip.thumbnails.currentIndex().isValid()


def test_a_broken_picture_is_named_in_place_and_a_good_one_recovers(
    room: InspectRoom, settle: Settle, tmp_path: Path
) -> None:
    path = tmp_path / "broken.png"
    path.write_text("not a picture")
    drop(room, file_mime(path))
    settle()
    assert room.maps.notice.headline.text() == "broken.png is not a picture"
    assert room.maps.sheet is None and room.picture.predictions.bars == ()
    room.strip.choose(4)
    settle()
    assert room.maps.sheet is not None and room.picture.title.text().startswith("Sample 5:")


def test_pasting_where_there_is_no_clipboard_does_nothing() -> None:
    assert picture_in(None) is None


def test_a_picture_is_pasted(room: InspectRoom, settle: Settle) -> None:
    image = QImage(30, 30, QImage.Format.Format_RGB32)
    image.fill(QColor("white"))
    QGuiApplication.clipboard().setImage(image)
    room.strip.paste.click()
    settle()
    assert room.picture.title.text() == "Pasted picture"
    assert room.picture.seen.image.pixelColor(3, 3).lightness() == 255


def test_scaling_order_and_colours_change_the_sheet_not_the_values(room: InspectRoom, settle: Settle) -> None:
    before = room.maps.sheet
    assert before is not None
    room.maps.scaling.setCurrentIndex(1)
    room.maps.order.setCurrentIndex(1)
    room.maps.colours.setCurrentIndex(2)
    settle()
    after = room.maps.sheet
    assert after is not None and after is not before
    assert (after.colouring.scaling, after.colouring.colours) == ("shared", "blue-red")
    assert sorted(after.channels) == list(before.channels)
    strength = np.abs(after.maps).mean(axis=(1, 2))
    assert list(after.channels) == list(np.argsort(-strength))
    np.testing.assert_array_equal(after.maps, before.maps)


def test_hover_tells_the_value_and_a_click_enlarges_the_channel(qtbot: QtBot, room: InspectRoom) -> None:
    view = room.maps.sheet_view
    sheet = view.sheet
    assert sheet is not None
    left, top, _, _ = sheet.box(2)
    place = view.tiles.mapFromScene(QPointF(left + 3.5 * sheet.scale, top + 1.5 * sheet.scale))
    qtbot.mouseMove(view.tiles.viewport(), place)
    value = sheet.maps[2, 1, 3]
    assert view.caption.text() == f"channel 2, row 1, column 3: {value:.4g}"
    qtbot.mouseClick(view.tiles.viewport(), LEFT, pos=place)
    assert view.card.isVisible() and view.card.title.text() == "Channel 2"
    qtbot.keyClick(view.tiles, Qt.Key.Key_Right)
    assert view.card.title.text() == "Channel 3"
    qtbot.keyClick(view.tiles, Qt.Key.Key_Escape)
    assert not view.card.isVisible()


def test_filters_of_convolutions_and_an_offer_elsewhere(
    qtbot: QtBot, room: InspectRoom, finished_run: Run, settle: Settle
) -> None:
    room.desk.tabs.setCurrentWidget(room.kernels)
    choose_node(room, "conv2", settle)
    assert room.kernels.sheet is not None and len(room.kernels.sheet.channels) == 4
    room.kernels.output.setCurrentIndex(3)
    settle()
    weights = finished_run.weights()["conv2.weight"]
    assert torch.equal(torch.from_numpy(room.kernels.sheet.maps), weights[2])
    choose_node(room, "pool1", settle)
    assert room.kernels.sheet is None and "only convolutions" in room.kernels.notice.sentence.text().lower()
    qtbot.mouseClick(room.kernels.notice.button, LEFT)
    settle()
    assert room.nodes.node == "conv1" and room.kernels.sheet is not None


def test_the_class_filter_shows_one_class(room: InspectRoom, finished_run: Run, settle: Settle) -> None:
    labels = finished_run.data().validation.labels
    room.strip.class_choice.setCurrentIndex(1 + 7)
    settle()
    assert room.strip.model.rowCount() == int((labels == 7).sum())
    first = int(np.flatnonzero(labels == 7)[0])
    assert room.picture.title.text().startswith(f"Sample {first + 1}:")


def test_the_sheet_is_saved_and_copied(room: InspectRoom, tmp_path: Path) -> None:
    view = room.maps.sheet_view
    view.save_to(tmp_path / "maps.png")
    saved = QImage(str(tmp_path / "maps.png"))
    assert view.sheet is not None
    factor = saved.width() // view.sheet.image.shape[1]
    assert factor >= 1 and saved.width() == factor * view.sheet.image.shape[1]
    assert saved.pixelColor(0, 0).getRgb()[:3] == tuple(view.sheet.image[0, 0].tolist())
    view.copy.click()
    assert QGuiApplication.clipboard().image().size() == saved.size()


def test_only_the_last_of_many_requests_is_shown(room: InspectRoom, finished_run: Run, settle: Settle) -> None:
    shown: list[str] = []
    show = room.maps.show_values
    room.maps.show_values = lambda values, **words: (shown.append(words["title"]), show(values, **words))  # type: ignore[method-assign,assignment]
    for node in ("relu1", "pool1", "conv2", "gap", "conv1", "conv2"):
        room.nodes.choose(node)
    settle()
    assert shown == ["conv2"]
    assert room.maps.sheet is not None
    np.testing.assert_array_equal(room.maps.sheet.maps, expected_maps(finished_run, "conv2"))


def test_evaluation_agrees_with_the_run_and_leads_to_the_mistakes(
    qtbot: QtBot, room: InspectRoom, finished_run: Run, settle: Settle
) -> None:
    room.desk.tabs.setCurrentWidget(room.evaluation)
    qtbot.mouseClick(room.evaluation.start, LEFT)
    assert room.evaluation.cancel.isVisible()
    settle()
    accuracy = finished_run.epochs[-1].validation_accuracy
    assert room.evaluation.figures.text().startswith(f"{100 * accuracy:.1f} % right")
    assert room.evaluation.start.isVisible() and not room.evaluation.cancel.isVisible()
    item = room.evaluation.mistakes.item(0)
    room.evaluation.mistakes.itemClicked.emit(item)
    settle()
    assert item.toolTip().startswith(room.picture.title.text().split(":")[0])
    assert room.picture.predictions.bars[0].role == "mistake"


def test_a_cancelled_evaluation_leaves_nothing(qtbot: QtBot, room: InspectRoom, settle: Settle) -> None:
    room.desk.tabs.setCurrentWidget(room.evaluation)
    qtbot.mouseClick(room.evaluation.start, LEFT)
    qtbot.mouseClick(room.evaluation.cancel, LEFT)
    settle()
    assert room.evaluation.figures.text() == "" and room.evaluation.start.isVisible()


# -- runs and the network of the moment ------------------------------------------------------------------------------


def test_without_runs_the_room_says_to_train_one(qtbot: QtBot, workspace: Workspace, settle: Settle) -> None:
    room = InspectRoom(workspace)
    qtbot.addWidget(room)
    room.show()
    room.enter()
    settle()
    assert room.empty.isVisible() and not room.desk.isVisible()
    with qtbot.waitSignal(workspace.room_requested) as asked:
        qtbot.mouseClick(room.empty.button, LEFT)
    assert asked.args == ["train"]


def test_the_current_network_is_labelled_untrained_and_followed(
    room: InspectRoom, workspace: Workspace, settle: Settle
) -> None:
    from workbench.core.graph.edits import set_arguments
    from workbench.core.modelling.opening import open_network

    workspace.data = "digits"
    workspace.document.open(open_network("lenet5"))
    room.look_at_current_network()
    settle()
    assert room.runs.currentData() == UNTRAINED and "untrained" in room.runs.currentText()
    assert room.desk.warning.problem is not None and "Random weights" in room.desk.warning.problem.title
    assert room.maps.sheet is not None and len(room.maps.sheet.channels) == 6
    workspace.document.apply(lambda network: set_arguments(network, "conv1", {"out_channels": 9}), "Change conv1")
    settle()
    assert room.maps.sheet is not None and len(room.maps.sheet.channels) == 9


def test_a_network_that_cannot_run_is_named(room: InspectRoom, workspace: Workspace, settle: Settle) -> None:
    from workbench.core.graph.edits import set_arguments

    workspace.document.apply(lambda network: set_arguments(network, "conv1", {"kernel_size": 99}), "Break it")
    room.look_at_current_network()
    settle()
    assert "conv1" in room.maps.notice.headline.text()
    assert room.maps.sheet is None and room.nodes.node is None


def test_a_run_without_a_checkpoint_says_so_and_is_not_chosen_by_itself(
    room: InspectRoom, workspace: Workspace, finished_run: Run, settle: Settle
) -> None:
    bare = finished_run.path.parent / "second"
    bare.mkdir()
    try:
        for name in ("plan.json", "network.json", "data.json"):
            shutil.copy(finished_run.path / name, bare / name)
        workspace.runs_changed.emit()
        settle()
        assert room.runs.currentData() == finished_run.path
        workspace.inspect_requested.emit(bare)
        settle()
        assert room.runs.currentData() == bare
        assert "checkpoint" in room.maps.notice.headline.text() + room.maps.notice.sentence.text()
    finally:
        shutil.rmtree(bare)


def test_a_run_is_loaded_once(room: InspectRoom, monkeypatch: pytest.MonkeyPatch, settle: Settle) -> None:
    from workbench.gui.viewer import subjects

    opened: list[Path] = []
    monkeypatch.setattr(subjects, "open_subject", opened.append)
    room.look_at_current_network()
    settle()
    room.runs.setCurrentIndex(0)
    settle()
    assert opened == [] and room.maps.sheet is not None and len(room.maps.sheet.channels) == 6


def test_samples_that_are_gone_leave_the_drop(
    qtbot: QtBot,
    workspace: Workspace,
    finished_run: Run,
    settle: Settle,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    copied = tmp_path / "runs" / "moved"
    shutil.copytree(finished_run.path, copied)
    plan = copied / "plan.json"
    plan.write_text(plan.read_text().replace('"digits"', '"/nowhere/data.npz"'))
    room = InspectRoom(workspace)
    qtbot.addWidget(room)
    room.show()
    room.enter()
    settle()
    assert "/nowhere/data.npz" in room.picture.trouble.text()
    assert not room.evaluation.start.isEnabled()
    image = tmp_path / "white.png"
    picture = QImage(8, 8, QImage.Format.Format_RGB32)
    picture.fill(QColor("white"))
    picture.save(str(image))
    drop(room.strip, file_mime(image))
    settle()
    assert room.maps.sheet is not None and len(room.maps.sheet.channels) == 6


def test_every_widget_that_is_used_has_a_name(room: InspectRoom) -> None:
    names = ["inspect-run", "inspect-image", "inspect-node", "inspect-tiles", "inspect-filters", "inspect-evaluate"]
    for name in names:
        found = room.findChild(QWidget, name)
        assert found is not None and (found.accessibleName() or name == "inspect-evaluate"), name
    assert all(action.text() for action in room.commands())


def test_the_room_is_imported_without_torch() -> None:
    code = "import sys, workbench.gui.viewer.room; sys.exit('torch' in sys.modules or 'sklearn' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
