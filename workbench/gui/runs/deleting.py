"""Moving a run to the trash of the desktop, if the user agrees."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QFile, Qt
from PySide6.QtWidgets import QMessageBox, QWidget

from workbench.errors import WorkbenchError


def may_delete(owner: QWidget, name: str) -> bool:
    """Ask whether a run shall go to the trash."""
    box = QMessageBox(owner)
    box.setObjectName("runs-delete-question")
    box.setIcon(QMessageBox.Icon.Question)
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setText(f"Move {name} to the trash?")
    box.setInformativeText("Its plan, its curves and its weights go with it.")
    keep = box.addButton(QMessageBox.StandardButton.Cancel)
    delete = box.addButton("Move to trash", QMessageBox.ButtonRole.DestructiveRole)
    delete.setObjectName("runs-delete-confirm")
    box.setDefaultButton(keep)
    box.exec()
    return box.clickedButton() is delete


def delete_run(path: Path) -> None:
    """Move the folder of a run to the trash; raises `WorkbenchError` where there is none for it."""
    if not move_to_trash(path):
        reason = "the desktop has no trash for this place, or the folder cannot be changed"
        raise WorkbenchError(f"Could not move {path.name} to the trash", reason, f"Delete {path} yourself.")


def move_to_trash(path: Path) -> bool:
    """Whether the folder is in the trash now; PySide answers with a bare bool or with the new place beside it."""
    answer: object = QFile.moveToTrash(str(path))
    return bool(answer[0]) if isinstance(answer, tuple) else bool(answer)
