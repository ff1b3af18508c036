"""F6 takes the keyboard from part to part of the Build room: on the canvas Tab adds a layer and does not leave it."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget


def next_pane(panes: list[QWidget], way: int) -> QWidget | None:
    """Give the keyboard to the part behind (1) or before (-1) the one that has it; parts that are hidden are left out.

    Returns what has the keyboard then; None if no part can take it.
    """
    ready = [(pane, first) for pane in panes if (first := next(_takers(pane), None)) is not None]
    if not ready:
        return None
    focus = QApplication.focusWidget()
    here = next((number for number, (pane, _) in enumerate(ready) if focus and _holds(pane, focus)), -1)
    target = ready[(here + way) % len(ready) if here >= 0 else 0][1]
    target.setFocus(Qt.FocusReason.TabFocusReason)
    return target


def _holds(pane: QWidget, widget: QWidget) -> bool:
    return pane is widget or pane.isAncestorOf(widget)


def _takers(pane: QWidget) -> Iterator[QWidget]:
    """What in a part takes the keyboard by Tab, the part itself first.

    Not by `nextInFocusChain`: PySide takes what it returns for a child of what it was asked, and forgets it with that.
    """
    for widget in (pane, *pane.findChildren(QWidget)):
        takes = bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus) and widget.focusProxy() is None
        if takes and widget.isVisible() and widget.isEnabled():
            yield widget
