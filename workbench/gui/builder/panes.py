"""F6 takes the keyboard from part to part of the Build room: on the canvas Tab adds a layer and does not leave it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget

from workbench.gui.widgets.tab_stops import tab_stops


def next_pane(panes: list[QWidget], way: int) -> QWidget | None:
    """Give the keyboard to the part behind (1) or before (-1) the one that has it; parts that are hidden are left out.

    Returns what has the keyboard then; None if no part can take it.
    """
    ready = [(pane, first) for pane in panes if (first := next(tab_stops(pane), None)) is not None]
    if not ready:
        return None
    focus = QApplication.focusWidget()
    here = next((number for number, (pane, _) in enumerate(ready) if focus and _holds(pane, focus)), -1)
    target = ready[(here + way) % len(ready) if here >= 0 else 0][1]
    target.setFocus(Qt.FocusReason.TabFocusReason)
    return target


def _holds(pane: QWidget, widget: QWidget) -> bool:
    return pane is widget or pane.isAncestorOf(widget)
