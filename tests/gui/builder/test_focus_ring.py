"""The line around the canvas: lit when keys bring the keyboard there, dark otherwise."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from workbench.gui import theme
from workbench.gui.builder.room import BuildRoom

Reason = Qt.FocusReason


@pytest.mark.parametrize(
    ("reason", "is_lit"),
    [(Reason.TabFocusReason, True), (Reason.ShortcutFocusReason, True), (Reason.MouseFocusReason, False)],
)
def test_the_canvas_shows_that_keys_brought_the_keyboard(room: BuildRoom, reason: Qt.FocusReason, is_lit: bool) -> None:
    room.palette_panel.start_search()
    assert not room.focus_ring.is_lit
    room.view.setFocus(reason)
    colour = room.view.grab().toImage().pixelColor(1, 100)
    assert (colour == theme.current().accent) == is_lit
    room.palette_panel.start_search()
    assert room.view.grab().toImage().pixelColor(1, 100) != theme.current().accent
