"""What takes the keyboard is brought into sight: Qt scrolls for Tab within an area, but not for Tab into it."""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication, QScrollArea, QWidget

from workbench.gui import theme


class FocusInSight(QObject):
    """Scrolls every form of a window to the field that has got the keyboard."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        app = QApplication.instance()
        if isinstance(app, QApplication):
            app.focusChanged.connect(self._moved)

    def _moved(self, _old: QWidget | None, new: QWidget | None) -> None:
        if new is not None and self._window.isAncestorOf(new):
            show_in_areas(new)


def show_in_areas(widget: QWidget) -> None:
    """Scroll the areas that a widget lies in until it is seen, the inner ones first."""
    around = widget.parentWidget()
    while around is not None and not around.isWindow():
        content = around.widget() if isinstance(around, QScrollArea) else None
        if isinstance(around, QScrollArea) and content is not None and content.isAncestorOf(widget):
            around.ensureWidgetVisible(widget, theme.S, theme.S)
        around = around.parentWidget()
