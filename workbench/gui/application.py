"""Starting the window: the application, the theme, the workspace, and torch once there is something to look at."""

from __future__ import annotations

import signal
import sys
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from workbench.core.graph.document import Document
from workbench.core.modelling.opening import open_network
from workbench.gui import icons, theme
from workbench.gui.errors import ExceptionHook
from workbench.gui.foreign_files import is_foreign
from workbench.gui.garbage import GarbageCollector
from workbench.gui.shell import MainWindow
from workbench.gui.workspace import Workspace
from workbench.settings import load_settings

SWITCH_INTERVAL = 0.001
"""Seconds after which a thread that computes in Python gives way to the window; the default of 5 ms shows."""


def run(reference: str | None = None) -> int:
    """Open the window, on a network file or a ready network if one is named, and stay until it is closed."""
    app = application()
    hook = ExceptionHook(app)
    hook.install()
    collector = GarbageCollector(app)
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl+C in the terminal ends the program; autosave has the rest
    workspace = Workspace(_document(reference))
    workspace.device_known.connect(collector.settle)
    try:
        window = open_window(workspace)
        if reference is None:
            window.autosave.restore()
        else:
            window.autosave.leave()
        if reference is not None and is_foreign(Path(reference)):
            window.painted.connect(lambda: window.document_actions.open_file(Path(reference)))
        return app.exec()
    finally:
        workspace.close()
        collector.stop()
        hook.remove()


def application() -> QApplication:
    """The application object, made at the first call."""
    sys.setswitchinterval(SWITCH_INTERVAL)
    existing = QApplication.instance()
    app = existing if isinstance(existing, QApplication) else QApplication(sys.argv[:1])
    app.setApplicationName("cnn-workbench")
    app.setApplicationDisplayName("CNN Workbench")
    app.setDesktopFileName("cnn-workbench")
    app.setWindowIcon(icons.icon("workbench"))
    return app


def open_window(workspace: Workspace) -> MainWindow:
    """Show a window as the settings remember it; torch is loaded when the window has been seen."""
    settings = load_settings()
    app = application()
    theme.apply(app, settings.theme)
    window = MainWindow(workspace, settings)
    window.painted.connect(lambda: QTimer.singleShot(0, workspace.preload))
    window.show()
    return window


def _document(reference: str | None) -> Document | None:
    if reference is None or is_foreign(Path(reference)):
        return None
    path = Path(reference)
    return Document(open_network(reference), path if path.is_file() else None)
