"""The way from the network to the group that is looked at alone; hidden while everything is looked at."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QWidget

from workbench.core.graph.outline import ROOT
from workbench.gui import theme
from workbench.gui.builder.canvas.view import CanvasView
from workbench.gui.builder.items.group_facts import title


class Breadcrumb(QWidget):
    """A button for each group around the one that is looked at; the last one is that group."""

    def __init__(self, view: CanvasView) -> None:
        super().__init__()
        self._view, self._scene = view, view.network_scene
        self.setObjectName("build-breadcrumb")
        self.setAccessibleName("Where you are in the network")
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(theme.S, theme.XS, theme.S, theme.XS)
        self._row.setSpacing(0)
        self._scene.unfolded.connect(self._show_way)
        self._show_way()

    def _show_way(self) -> None:
        """Make the row anew: that is rare, and it is short."""
        while (item := self._row.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        root = self._scene.root
        self.setVisible(root != ROOT)
        if root != ROOT:
            way = [root, *self._scene.tree.around(root)]
            for number, key in enumerate([ROOT, *reversed(way)]):
                self._add(key, number, is_last=key == root)
            self._row.addStretch(1)

    def _add(self, key: str, number: int, *, is_last: bool) -> None:
        if number:
            self._row.addWidget(QLabel("/"))
        button = QToolButton()
        button.setObjectName(f"build-crumb-{number}")
        button.setText(self._scene.network.name if key == ROOT else title(key))
        button.setAccessibleName(f"Look at {button.text()}")
        button.setToolTip("You are here" if is_last else f"Look at {button.text()} (Alt+Up goes up one)")
        button.setAutoRaise(True)
        button.setEnabled(not is_last)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.clicked.connect(partial(self._view.dive, key))
        self._row.addWidget(button)
