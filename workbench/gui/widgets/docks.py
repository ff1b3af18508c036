"""The panels around the canvas: docks with a quiet headline that come back where they were left."""

from __future__ import annotations

from PySide6.QtCore import QByteArray, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QDockWidget, QHBoxLayout, QMainWindow, QToolButton, QWidget

from workbench.errors import WorkbenchError
from workbench.files import write_atomically
from workbench.gui import theme
from workbench.gui.icons import set_icon
from workbench.gui.widgets.muted import MutedLabel
from workbench.paths import config_folder

STATE_FILE = "build-room.state"
STATE_VERSION = 1


class Dock(QDockWidget):
    """A panel that can be moved, floated and closed."""

    def __init__(self, title: str, name: str, content: QWidget) -> None:
        super().__init__(title)
        self.setObjectName(name)
        self.setAccessibleName(title)
        self.setWidget(content)
        self.setTitleBarWidget(self._headline(title))

    def _headline(self, title: str) -> QWidget:
        bar = QWidget()
        row = QHBoxLayout(bar)
        row.setContentsMargins(theme.M, theme.S, theme.XS, 0)
        label = MutedLabel(title)
        label.setFont(theme.font("strong"))
        close = QToolButton()
        close.setAutoRaise(True)
        close.setObjectName(f"{self.objectName()}-close")
        close.setAccessibleName(f"Close {title}")
        close.setToolTip(f"Close this panel; the command “{title}” brings it back")
        set_icon(close, "close")
        close.clicked.connect(self.close)
        row.addWidget(label, 1)
        row.addWidget(close)
        return bar


class DockArea(QMainWindow):
    """The canvas in the middle, docks around it."""

    def __init__(self, middle: QWidget) -> None:
        super().__init__()
        self.setWindowFlags(Qt.WindowType.Widget)
        self.setObjectName("build-docks")
        self.setCentralWidget(middle)
        self.docks: list[Dock] = []

    def add(self, dock: Dock, side: Qt.DockWidgetArea, width: int) -> None:
        """Put a dock on a side."""
        self.docks.append(dock)
        self.addDockWidget(side, dock)
        self.resizeDocks([dock], [width], Qt.Orientation.Horizontal)

    def actions_of_docks(self) -> list[QAction]:
        """An action for each dock that shows or hides it."""
        return [dock.toggleViewAction() for dock in self.docks]

    def remember(self) -> None:
        """Write where the docks are; a place that cannot be written only costs the memory."""
        try:
            write_atomically(config_folder() / STATE_FILE, bytes(self.saveState(STATE_VERSION).data()))
        except WorkbenchError:
            return

    def recall(self) -> None:
        """Put the docks where they were when they were last remembered."""
        try:
            state = (config_folder() / STATE_FILE).read_bytes()
        except OSError:
            return
        self.restoreState(QByteArray(state), STATE_VERSION)
