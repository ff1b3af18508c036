"""What can be done with the selected run, and opening one of another folder: actions, and a row of their buttons."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, QUrl
from PySide6.QtGui import QAction, QDesktopServices, QKeySequence
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QPushButton, QWidget

from workbench.errors import WorkbenchError
from workbench.gui import icons, theme
from workbench.gui.errors import show_error
from workbench.gui.runs.deleting import delete_run, may_delete
from workbench.gui.runs.exporting import export_menu
from workbench.gui.runs.listing import Listing
from workbench.gui.runs.rows import CUT_SHORT, NOT_BEGUN, RunRow
from workbench.gui.widgets.action_button import action_button
from workbench.gui.workspace import Workspace

RESUMABLE = ("stopped", CUT_SHORT, NOT_BEGUN, "failed")


class RunActions(QObject):
    """Acts on the run it was shown last; `owner` has the actions, and the dialogs they open."""

    def __init__(self, workspace: Workspace, listing: Listing, owner: QWidget) -> None:
        super().__init__(owner)
        self._workspace, self._listing, self._owner = workspace, listing, owner
        self._row: RunRow | None = None
        self.inspect = self._run_action("Inspect", "inspect", "Ctrl+I", self._inspect)
        self.resume = self._run_action("Resume", "play", "Ctrl+Shift+R", self._resume)
        self.other = self._action("Open a run…", "open", "Ctrl+Shift+L", self._ask_for_run)
        self.open_folder = self._run_action("Open folder", "folder", "Ctrl+Shift+O", self._open_folder)
        self.close = self._run_action("Close run", "close", "Ctrl+Shift+Del", self._close)
        self.close.setStatusTip("Take it off the list; its files stay")
        self.delete = self._run_action("Delete…", "trash", "Del", self._delete)
        self._export = self._export_button()
        self.show_row(None)

    def commands(self) -> list[QAction]:
        """All of them, for menus and the command palette."""
        own = [self.other, self.close, self.open_folder, self.delete]
        return [self.inspect, self.resume, *self._export.menu().actions(), *own]

    def show_row(self, row: RunRow | None) -> None:
        """Act on another run, or on none; enable what can be done with it."""
        self._row = row
        active = self._workspace.active_run
        has_weights = row is not None and row.readable and row.has_weights
        resumable = row is not None and row.standing in RESUMABLE
        taken = f"It is in training by {row.presence.who}." if row is not None and row.presence.is_taken else ""
        self.inspect.setEnabled(has_weights)
        self._export.setEnabled(has_weights)
        for action in self._export.menu().actions():
            action.setEnabled(has_weights)
        self.resume.setEnabled(resumable and active is None)
        self.resume.setStatusTip(taken or ("Another run is being trained." if resumable and active else ""))
        self.open_folder.setEnabled(row is not None)
        self.close.setVisible(row is not None and self._listing.is_from_elsewhere(row.path))
        self.delete.setEnabled(row is not None and row.path != active and not taken)
        self.delete.setStatusTip(taken)

    def button_row(self) -> QHBoxLayout:
        """A button for each."""
        row = QHBoxLayout()
        row.setSpacing(theme.S)
        for name, action in (("inspect", self.inspect), ("resume", self.resume)):
            row.addWidget(action_button(f"runs-{name}", action, self._owner))
        row.addWidget(self._export)
        row.addStretch(1)
        own = {"open-run": self.other, "close-run": self.close, "open-folder": self.open_folder, "delete": self.delete}
        buttons = {name: action_button(f"runs-{name}", action, self._owner) for name, action in own.items()}
        for button in buttons.values():
            row.addWidget(button)
        buttons["close-run"].hide()
        self.close.visibleChanged.connect(lambda: buttons["close-run"].setVisible(self.close.isVisible()))
        return row

    # -- what the user does ------------------------------------------------------------------------------------------

    def _inspect(self, row: RunRow) -> None:
        self._workspace.inspect_requested.emit(row.path)

    def _resume(self, row: RunRow) -> None:
        """Go on with it in the Train room."""
        self._workspace.resume_requested.emit(row.path)

    def _open_folder(self, row: RunRow) -> None:
        """Show its files in the desktop's file manager."""
        if not QDesktopServices.openUrl(QUrl.fromLocalFile(str(row.path))):
            raise WorkbenchError("No file manager answered", f"The folder is {row.path}")

    def _close(self, row: RunRow) -> None:
        if self._listing.is_from_elsewhere(row.path):
            self._listing.close(row.path)

    def _delete(self, row: RunRow) -> None:
        if may_delete(self._owner, row.name):
            delete_run(row.path)
            self._workspace.message.emit(f"{row.name} is in the trash")
            self._workspace.runs_changed.emit()

    def _ask_for_run(self) -> None:
        """List a run of another folder, too: that of another user, or of another machine on the same disk."""
        chosen = QFileDialog.getExistingDirectory(self._owner, "Folder of a run")
        if chosen:
            self._listing.open(Path(chosen))

    # -- making ------------------------------------------------------------------------------------------------------
    def _action(self, text: str, icon: str, shortcut: str, call: Callable[[], None]) -> QAction:
        action = QAction(text, self._owner)
        action.setObjectName(f"runs-action-{icon}")
        icons.set_icon(action, icon)
        action.setShortcut(QKeySequence(shortcut))
        action.triggered.connect(lambda _checked=False: self._do(call))
        self._owner.addAction(action)
        return action

    def _run_action(self, text: str, icon: str, shortcut: str, call: Callable[[RunRow], None]) -> QAction:
        """An action on the run that is shown when it is triggered."""

        def act() -> None:
            if self._row is not None:
                call(self._row)

        return self._action(text, icon, shortcut, act)

    def _do(self, call: Callable[[], None]) -> None:
        try:
            call()
        except WorkbenchError as error:
            show_error(self._owner.window(), error)

    def _export_button(self) -> QPushButton:
        button = QPushButton("Export…", self._owner)
        button.setObjectName("runs-export")
        button.setAccessibleName("Export the selected run")
        button.setMenu(export_menu(self._owner, self._workspace, lambda: self._row.path if self._row else None))
        icons.set_icon(button, "export")
        return button
