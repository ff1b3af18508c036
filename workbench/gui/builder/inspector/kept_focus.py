"""The keyboard stays where it was when a form is made anew: without this it goes to whatever is next in the window."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget


def held_in(form: QWidget) -> str | None:
    """What the field of a form that has the keyboard is called for a screen reader; None if none has it."""
    focus = QApplication.focusWidget()
    return focus.accessibleName() if focus is not None and form.isAncestorOf(focus) else None


def give_back(held: str | None, panel: QWidget) -> None:
    """Give the keyboard to the field of that name in a panel, or to the first one there, if one had it before."""
    if held is None:
        return
    takers = [widget for widget in panel.findChildren(QWidget) if _takes(widget, panel)]
    named = [widget for widget in takers if widget.accessibleName() == held]
    for widget in (named or takers)[:1]:
        widget.setFocus(Qt.FocusReason.OtherFocusReason)


def _takes(widget: QWidget, panel: QWidget) -> bool:
    tabs = bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus) and widget.focusProxy() is None
    return tabs and widget.isEnabled() and widget.isVisibleTo(panel)
