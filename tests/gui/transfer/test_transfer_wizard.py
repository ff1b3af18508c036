"""The wizard from a folder of pictures to an export, driven by mouse and keys."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QAbstractButton, QLabel, QLineEdit, QListWidget, QSpinBox

from workbench.core.training.events import RunStarted

SLOW = 30_000


@pytest.fixture
def user(qtbot, room):
    """Hands and eyes: finds widgets by their public names."""

    class User:
        def find(self, name, kind=QAbstractButton):
            found = room.findChild(kind, name)
            assert found is not None, name
            return found

        def click(self, name):
            qtbot.waitUntil(lambda: self.find(name).isVisible() and self.find(name).isEnabled(), timeout=SLOW)
            qtbot.mouseClick(self.find(name), Qt.MouseButton.LeftButton)

        def type(self, name, text):
            line = self.find(name, QLineEdit)
            qtbot.mouseClick(line, Qt.MouseButton.LeftButton)
            line.selectAll()
            qtbot.keyClicks(line, text)
            qtbot.keyClick(line, Qt.Key.Key_Return)

        def text(self, name):
            return self.find(name, QLabel).text()

        def reason(self):
            return room._reason.text()

        def can_go_on(self):
            return self.find("transfer-next").isEnabled()

        def give_photos(self, photos):
            self.type("transfer-folder", str(photos))
            qtbot.waitUntil(self.can_go_on, timeout=SLOW)

        def reach(self, page, photos):
            self.give_photos(photos)
            self.click("transfer-next")
            if page > 1:
                self.click("transfer-download")
                self.click("transfer-next")
            if page > 2:
                self.click("transfer-next")
            assert room.index == page

    return User()


def test_the_whole_path_by_mouse_and_keys(qtbot, room, workspace, photos, user):
    assert not user.can_go_on()
    assert "Choose a folder of photos" in user.reason()
    user.give_photos(photos)
    assert "2 classes" in user.text("transfer-photos-summary")
    assert user.find("transfer-skipped", QListWidget).count() == 1
    user.click("transfer-next")

    assert not user.can_go_on()
    user.click("transfer-download")
    user.click("transfer-next")

    epochs = user.find("transfer-epochs", QSpinBox)
    epochs.setFocus()
    epochs.selectAll()
    qtbot.keyClicks(epochs, "3")
    user.click("transfer-strategy-lpft")
    assert "then 1 epoch in which all layers learn" in user.text("transfer-phases")
    user.click("transfer-next")

    assert not user.can_go_on()
    user.click("transfer-start")
    assert not user.can_go_on()
    qtbot.waitUntil(user.can_go_on, timeout=SLOW)
    assert "Done" in user.text("transfer-status")
    user.click("transfer-next")

    qtbot.waitUntil(lambda: room.pages[4].verdict is not None, timeout=SLOW)
    verdict = room.pages[4].verdict
    assert user.text("transfer-accuracy") == f"{100 * verdict.evaluation.accuracy:.1f} % right"
    assert verdict.evaluation.accuracy == pytest.approx(room.pages[3].run.history.best.validation_accuracy)
    assert user.find("transfer-wrong", QListWidget).count() == len(verdict.evaluation.wrong)
    with qtbot.waitSignal(workspace.inspect_requested) as inspected:
        user.click("transfer-inspect")
    assert inspected.args[0].parent == workspace.runs_folder
    started = next(event for event in room.pages[3].run.history.events if isinstance(event, RunStarted))
    assert started.parameters - started.trainable == 3 * 8 * 9 + 8 + 16


def test_back_keeps_everything_and_a_changed_plan_wants_another_training(qtbot, room, photos, user):
    user.reach(3, photos)
    user.click("transfer-start")
    qtbot.waitUntil(user.can_go_on, timeout=SLOW)
    user.click("transfer-back")
    user.click("transfer-back")
    user.click("transfer-step-1")
    assert user.find("transfer-folder", QLineEdit).text() == str(photos)
    user.click("transfer-step-5")
    assert room.index == 4
    user.click("transfer-step-3")
    user.find("transfer-epochs", QSpinBox).stepUp()
    user.click("transfer-next")
    assert not user.can_go_on()
    assert "Train again" in user.reason()


def test_a_dropped_folder_is_taken(qtbot, room, photos, user):
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(photos))])
    page, buttons, keys = room.pages[0], Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    entered = QDragEnterEvent(QPoint(9, 9), Qt.DropAction.CopyAction, data, buttons, keys)
    page.dragEnterEvent(entered)
    assert entered.isAccepted()
    page.dropEvent(QDropEvent(QPointF(9, 9), Qt.DropAction.CopyAction, data, buttons, keys))
    qtbot.waitUntil(user.can_go_on, timeout=SLOW)


def test_a_folder_without_pictures_says_so(qtbot, room, tmp_path, user):
    (tmp_path / "empty" / "nothing").mkdir(parents=True)
    user.type("transfer-folder", str(tmp_path / "empty"))
    qtbot.waitUntil(lambda: room.pages[0]._problem.isVisible(), timeout=SLOW)
    assert not user.can_go_on()


def test_a_missing_folder_and_a_single_class_say_so(qtbot, room, photos, user):
    user.type("transfer-folder", str(photos / "nowhere"))
    assert "no such folder" in user.reason()
    for picture in (photos / "blue").iterdir():
        picture.unlink()
    user.type("transfer-folder", str(photos))
    qtbot.waitUntil(lambda: "fewer than two classes" in user.reason(), timeout=SLOW)


def test_a_folder_that_was_mended_is_counted_again(qtbot, room, photos, tmp_path, user):
    aside = (photos / "blue").rename(tmp_path / "blue")
    user.type("transfer-folder", str(photos))
    qtbot.waitUntil(lambda: "fewer than two classes" in user.reason(), timeout=SLOW)
    aside.rename(photos / "blue")
    user.give_photos(photos)


def test_a_cancelled_result_can_be_asked_for_again(qtbot, room, photos, user):
    user.reach(3, photos)
    user.click("transfer-start")
    qtbot.waitUntil(user.can_go_on, timeout=SLOW)
    user.click("transfer-next")
    room.pages[4]._cancel()
    user.click("transfer-evaluate")
    qtbot.waitUntil(lambda: room.pages[4].verdict is not None, timeout=SLOW)


def test_a_file_of_weights_that_does_not_fit_is_explained(qtbot, room, photos, tmp_path, user, tiny_weights):
    user.reach(1, photos)
    user.click("transfer-from-file")
    (tmp_path / "other.pth").write_bytes(b"nothing of the kind")
    user.type("transfer-weights-file", str(tmp_path / "other.pth"))
    qtbot.waitUntil(lambda: "is not a file of weights" in user.reason(), timeout=SLOW)
    user.click("transfer-published")
    assert "not on this computer" in user.reason()
    user.click("transfer-from-file")
    user.type("transfer-weights-file", str(tiny_weights))
    qtbot.waitUntil(user.can_go_on, timeout=SLOW)
    assert "16 × 16" in user.text("transfer-weights-note")


def test_a_download_that_fails_names_the_address_and_the_other_way(qtbot, room, photos, user):
    user.reach(1, photos)
    user.click("transfer-backbone-lost")
    user.click("transfer-download")
    problem = room.pages[1]._problem
    qtbot.waitUntil(problem.isVisible, timeout=SLOW)
    assert "http://127.0.0.1:9/lost-00000000.pth" in problem.text()
    assert "choose it here" in problem.text()
    assert not user.can_go_on()
    qtbot.waitUntil(lambda: user.find("transfer-download").isEnabled())


def test_another_training_must_end_first(qtbot, room, workspace, photos, tmp_path, user):
    user.reach(3, photos)
    workspace.active_run = tmp_path / "other"
    workspace.runs_changed.emit()
    qtbot.waitUntil(lambda: not user.find("transfer-start").isEnabled())
    assert "Another run" in user.text("transfer-status")
    workspace.active_run = None
    workspace.runs_changed.emit()
    qtbot.waitUntil(user.find("transfer-start").isEnabled)


def test_closing_while_it_trains_leaves_a_run_that_opens(qtbot, room, workspace, photos, user):
    from workbench.core.runs.folder import open_run

    user.reach(3, photos)
    user.click("transfer-start")
    qtbot.waitUntil(lambda: room.pages[3].run.standing == "training" or room.pages[3].run.is_over, timeout=SLOW)
    assert room.close_room()
    run = open_run(room.pages[3].run.folder)
    assert run.state in ("stopped", "complete")
    assert run.module("last") is not None


def test_every_widget_can_be_found_and_read_aloud(room):
    for button in room.findChildren(QAbstractButton):
        if button.objectName().startswith("qt_") or not button.isVisibleTo(room):
            continue
        assert button.objectName(), button.text()
        assert button.accessibleName() or button.text()


def test_the_keyboard_reaches_next_from_the_page(qtbot, room, photos, user):
    user.reach(1, photos)
    user.click("transfer-download")
    qtbot.waitUntil(user.can_go_on, timeout=SLOW)
    visited = []
    for _ in range(20):
        qtbot.keyClick(room.focusWidget(), Qt.Key.Key_Tab)
        visited.append(room.focusWidget().objectName())
    assert {"transfer-published", "transfer-next", "transfer-step-1"} <= set(visited)
    assert visited.index("transfer-next") < visited.index("transfer-step-1")
