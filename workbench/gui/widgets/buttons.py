"""Buttons with all that a button needs to be found, read aloud and understood."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QPushButton, QToolButton, QWidget

from workbench.gui import icons
from workbench.gui.widgets.primary import PrimaryButton


def push_button(text: str, name: str, pressed: Callable[[], object], *, icon: str = "") -> QPushButton:
    """A button called `name` that says what it does; Return presses it too."""
    return _ready(QPushButton(text), name, pressed, icon)


def primary_button(
    text: str, name: str, pressed: Callable[[], object], *, parent: QWidget | None = None
) -> PrimaryButton:
    """The one button of a page that leads on."""
    made = PrimaryButton(text, parent)
    _ready(made, name, pressed)
    return made


def tool_button(name: str, icon: str, words: str, parent: QWidget | None = None) -> QToolButton:
    """A flat button called `name` that shows an icon; its tool tip and what is read aloud are `words`."""
    made = QToolButton(parent)
    made.setObjectName(name)
    made.setAutoRaise(True)
    made.setToolTip(words)
    made.setAccessibleName(words)
    icons.set_icon(made, icon)
    return made


def _ready(made: QPushButton, name: str, pressed: Callable[[], object], icon: str = "") -> QPushButton:
    made.setObjectName(name)
    made.setAccessibleName(made.text().rstrip("…"))
    made.setAutoDefault(True)
    made.clicked.connect(lambda _checked: pressed())
    if icon:
        icons.set_icon(made, icon)
    return made
