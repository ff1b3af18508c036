"""What Tab comes to in a part of a window."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget


def tab_stops(place: QWidget) -> Iterator[QWidget]:
    """What in a part takes the keyboard by Tab, the part itself first; not in the order in which Tab comes there.

    Not by `nextInFocusChain`: PySide takes what it returns for a child of what it was asked, and forgets it with that.
    """
    return (widget for widget in (place, *place.findChildren(QWidget)) if is_tab_stop(widget, place))


def is_tab_stop(widget: QWidget, place: QWidget) -> bool:
    """Whether Tab comes to a widget of a part once that is shown; what pops up in a window of its own is left out."""
    window = place.window()
    takes = bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus) and widget.focusProxy() is None
    return takes and widget.isEnabled() and widget.window() is window and widget.isVisibleTo(window)
