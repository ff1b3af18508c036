"""Editors that the wheel does not turn while somebody scrolls past them."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QWidget


class _NoWheel(QObject):
    """Scrolling past an editor must not change it; only the one that has the focus turns with the wheel."""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Wheel and isinstance(watched, QWidget) and not watched.hasFocus():
            event.ignore()
            return True
        return False


NO_WHEEL = _NoWheel()
"""The one filter of all editors."""
