"""A choice in little room ends with an ellipsis."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from workbench.gui.widgets.elided_combo import ElidedCombo

LONG = "14 pictures are nearly the same as others (14)"


def test_what_does_not_fit_ends_with_an_ellipsis(qtbot: QtBot) -> None:
    combo = ElidedCombo()
    qtbot.addWidget(combo)
    combo.addItems([LONG, "All"])
    combo.resize(120, 24)
    assert combo.shown_text.startswith("14 pic") and combo.shown_text.endswith("…")
    assert combo.currentText() == LONG
    narrow = combo.grab().toImage()
    combo.resize(600, 24)
    assert combo.shown_text == LONG
    assert combo.grab().toImage().copy(0, 0, 60, 24) == narrow.copy(0, 0, 60, 24), "it begins with the same letters"
    combo.setCurrentText("All")
    combo.resize(120, 24)
    assert combo.shown_text == "All"
