"""The dialog that looks for a learning rate, on a tiny network and real digits."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from networks import tiny
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from workbench.core.training.plan import TrainingPlan, changed
from workbench.gui.training.plan_form import PlanForm
from workbench.gui.training.rate_finder import RateFinder
from workbench.gui.workspace import Workspace

PATIENCE_MS = 60_000


@pytest.fixture
def form(qtbot: QtBot, workspace: Workspace, close_dialogs: None) -> Iterator[PlanForm]:
    workspace.document.open(tiny())
    workspace.data = "digits"
    form = PlanForm(workspace)
    qtbot.addWidget(form)
    form.set_values(changed(TrainingPlan(), batch_size=64, device="cpu", precision="fp32"))
    form.show()
    yield form


def opened(qtbot: QtBot, form: PlanForm) -> RateFinder:
    qtbot.mouseClick(form.find_rate, Qt.MouseButton.LeftButton)
    found = [widget for widget in QApplication.topLevelWidgets() if isinstance(widget, RateFinder)]
    assert len(found) == 1 and found[0].isModal() and found[0].searching
    return found[0]


def button(dialog: RateFinder, name: str) -> QPushButton:
    found = dialog.findChild(QPushButton, f"train-rate-finder-{name}")
    assert found is not None
    return found


def test_the_rate_that_is_found_is_taken_into_the_plan(qtbot: QtBot, form: PlanForm) -> None:
    dialog = opened(qtbot, form)
    assert not button(dialog, "use").isEnabled()
    qtbot.waitUntil(lambda: not dialog.searching, timeout=PATIENCE_MS)
    assert dialog.curve is not None and dialog.curve.refusal is None
    use = button(dialog, "use")
    assert use.isEnabled() and use.text() == f"Use {dialog.curve.suggestion:g}"
    wanted = dialog.curve.suggestion
    qtbot.mouseClick(use, Qt.MouseButton.LeftButton)
    assert form.plan().learning_rate == wanted != TrainingPlan().learning_rate


def test_a_search_is_given_up_before_the_dialog_goes(qtbot: QtBot, form: PlanForm, workspace: Workspace) -> None:
    dialog = opened(qtbot, form)
    gone: list[int] = []
    dialog.finished.connect(gone.append)
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert dialog.isVisible() and not button(dialog, "close").isEnabled(), "its last step is still going on"
    qtbot.waitUntil(lambda: bool(gone), timeout=PATIENCE_MS)
    assert not workspace.jobs.busy and form.plan().learning_rate == TrainingPlan().learning_rate


def test_what_cannot_be_searched_is_said_in_the_dialog(qtbot: QtBot, form: PlanForm) -> None:
    form.subjects.data.setCurrentText("nowhere.npz")
    assert form.plan().data == "nowhere.npz"
    dialog = opened(qtbot, form)
    qtbot.waitUntil(lambda: not dialog.searching, timeout=PATIENCE_MS)
    assert "nowhere.npz" in dialog.problem.text() and not button(dialog, "use").isEnabled()
    qtbot.mouseClick(button(dialog, "close"), Qt.MouseButton.LeftButton)
    assert not dialog.isVisible()


def test_a_search_is_offered_for_what_can_be_trained_while_nothing_trains(
    form: PlanForm, workspace: Workspace, tmp_path
) -> None:
    assert form.find_rate.isEnabled()
    workspace.active_run = tmp_path
    form.offer_search()
    assert not form.find_rate.isEnabled() and "training is over" in form.find_rate.toolTip()
    workspace.active_run = None
    form.offer_search()
    editor = form.main.editor("learning_rate")
    assert form.find_rate.isEnabled() and isinstance(editor, QLineEdit)
    editor.setText("-1")
    assert not form.find_rate.isEnabled()
