"""A problem in place: names as they are, paths that need no room, remedies that can be pressed."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QTextDocument
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from workbench.errors import Problem, Remedy
from workbench.gui.widgets.empty_state import TEXT_WIDTH, EmptyState
from workbench.gui.widgets.labels import LineLabel, with_short_words
from workbench.gui.widgets.problem import ProblemLabel

LONG = "/home/somebody/" + "a-very-long-name-of-a-folder/" * 8 + "holiday.jpg"
Make = Callable[[Problem, int], ProblemLabel]


@pytest.fixture
def make(qtbot: QtBot) -> Make:
    """A label in a panel of some width."""
    panels = []

    def made(problem: Problem, width: int) -> ProblemLabel:
        panel = QWidget()
        panels.append(panel)
        qtbot.addWidget(panel)
        label = ProblemLabel(panel)
        QVBoxLayout(panel).addWidget(label)
        label.show_problem(problem)
        panel.resize(width, 300)
        panel.show()
        qtbot.waitExposed(panel)
        qtbot.waitUntil(lambda: label.width() < width)
        return label

    return made


def words(label: ProblemLabel) -> str:
    document = QTextDocument()
    document.setHtml(label.text())
    return document.toPlainText()


def test_names_keep_their_letters_and_sentences_get_a_capital(make: Make) -> None:
    assert words(make(Problem("", "One file", "photo.jpg is damaged"), 400)).splitlines()[1] == "photo.jpg is damaged"
    assert words(make(Problem("stem", "A loop", "stem already feeds head"), 400)).splitlines()[1].startswith("stem")
    assert words(make(Problem("", "Two files", "they are damaged"), 400)).splitlines()[1] == "They are damaged"


def test_a_long_path_is_shortened_in_its_middle_and_whole_in_the_tool_tip(make: Make) -> None:
    label = make(Problem("", f"{LONG} is not used", "it is damaged"), 260)
    assert label.width() <= 260, "the path does not push"
    first = words(label).split()[0]
    assert first.startswith("/home") and first.endswith("holiday.jpg") and "…" in first
    assert label.fontMetrics().horizontalAdvance(first) <= label.width()
    assert LONG in label.toolTip() and LONG in label.accessibleName()
    panel = label.parentWidget()
    assert panel is not None
    panel.resize(6000, 300)
    assert LONG in words(label) and label.toolTip() == "", "there is room for all of it"


def test_a_remedy_of_a_shortened_problem_is_still_pressed(make: Make, qtbot: QtBot) -> None:
    remedy = Remedy("Leave it out", lambda value: value)
    label = make(Problem("", LONG, remedy=remedy), 200)
    with qtbot.waitSignal(label.remedy_chosen) as caught:
        label.linkActivated.emit("#")
    assert caught.args == [remedy]


def test_a_line_keeps_both_its_ends(qtbot: QtBot) -> None:
    label = LineLabel("text")
    qtbot.addWidget(label)
    label.show_text(LONG)
    label.show()
    label.resize(150, 20)
    assert label.text().startswith("/") and label.text().endswith(".jpg") and "…" in label.text()
    assert label.toolTip() == label.whole == label.accessibleName() == LONG
    label.resize(label.sizeHint())
    assert label.text() == LONG
    label.show_text("short")
    assert label.text() == "short"


def test_only_words_without_room_are_shortened(qtbot: QtBot) -> None:
    label = LineLabel("text")
    qtbot.addWidget(label)
    shown = with_short_words(f"all of  {LONG}\nis gone", label.fontMetrics(), 120)
    assert shown.startswith("all of  /") and shown.endswith("\nis gone") and LONG not in shown
    assert with_short_words("all is well", label.fontMetrics(), 120) == "all is well"


def test_the_headline_of_an_empty_panel_stays_in_its_column(qtbot: QtBot) -> None:
    empty = EmptyState("data", f"{LONG} is not there", sentence="Choose another.")
    qtbot.addWidget(empty)
    assert empty.headline.sizeHint().width() <= TEXT_WIDTH
    assert empty.headline.toolTip().startswith(LONG)
    empty.say("Nothing here", "Choose another.")
    assert empty.headline.toolTip() == ""


def test_a_short_message_after_a_long_one_takes_no_more_room_than_at_first(qtbot: QtBot) -> None:
    empty = EmptyState("data", "Nothing here", sentence="Choose another.")
    qtbot.addWidget(empty)
    before = empty.sentence.minimumHeight()
    empty.say("Nothing here", "There is a lot to say about this. " * 12)
    assert empty.sentence.minimumHeight() > 2 * before
    empty.say("Nothing here", "Choose another.")
    assert empty.sentence.minimumHeight() == before


def test_tab_comes_to_the_remedies_one_by_one_and_to_nothing_else(qtbot: QtBot) -> None:
    page = QWidget()
    qtbot.addWidget(page)
    column = QVBoxLayout(page)
    before, label, silent, after = QLineEdit(), ProblemLabel(), ProblemLabel(), QLineEdit()
    for widget in (before, label, silent, after):
        column.addWidget(widget)
    remedies = tuple(Remedy(text, lambda network: network) for text in ("first", "second"))
    label.show_problem(Problem("conv1", "too large", remedy=remedies[0], alternatives=remedies[1:]))
    silent.show_problem(Problem("conv2", "nothing mends it"))
    page.show()
    page.activateWindow()
    before.setFocus()
    qtbot.waitUntil(before.hasFocus)
    chosen: list[str] = []
    label.remedy_chosen.connect(lambda remedy: chosen.append(remedy.label))
    for _ in remedies:
        qtbot.keyClick(page.focusWidget(), Qt.Key.Key_Tab)
        assert label.hasFocus()
        qtbot.keyClick(label, Qt.Key.Key_Return)
    assert chosen == ["first", "second"]
    qtbot.keyClick(label, Qt.Key.Key_Tab)
    assert after.hasFocus()
    qtbot.keyClick(after, Qt.Key.Key_Backtab, Qt.KeyboardModifier.ShiftModifier)
    qtbot.keyClick(label, Qt.Key.Key_Return)
    assert chosen[-1] == "second"
