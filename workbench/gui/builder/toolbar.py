"""The bar above the canvas."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QWidget

from workbench.gui import theme
from workbench.gui.widgets.primary import PrimaryButton
from workbench.gui.widgets.rule import Rule

ICON = QSize(18, 18)


class BuildBar(QWidget):
    """Buttons for the actions that a newcomer looks for; everything else is in the menus and the command palette."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("build-bar")
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(theme.S, theme.XS, theme.S, theme.XS)
        self._row.setSpacing(theme.XS)

    def add(self, name: str, action: QAction, *, text: str = "") -> QToolButton:
        """A button for an action, with a text beside its icon if one is given."""
        button = QToolButton()
        button.setObjectName(name)
        button.setDefaultAction(action)
        button.setAutoRaise(True)
        button.setIconSize(ICON)
        button.setAccessibleName(text or action.text())
        if text:
            button.setText(text)
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._row.addWidget(button)
        return button

    def add_line(self) -> None:
        """A thin line between groups of buttons."""
        self._row.addSpacing(theme.XS)
        self._row.addWidget(Rule("upright"))
        self._row.addSpacing(theme.XS)

    def add_stretch(self) -> None:
        """What follows goes to the right end."""
        self._row.addStretch(1)

    def add_text(self, name: str) -> QLabel:
        """A label that others fill."""
        label = QLabel()
        label.setObjectName(name)
        label.setAccessibleName("Zoom")
        label.setMinimumWidth(label.fontMetrics().horizontalAdvance("100 %") + theme.S)
        label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._row.addWidget(label)
        return label

    def add_primary(self, name: str, text: str, icon: str) -> PrimaryButton:
        """The button that leads on."""
        button = PrimaryButton(text, icon=icon)
        button.setObjectName(name)
        button.setAccessibleName(text)
        self._row.addWidget(button)
        return button
