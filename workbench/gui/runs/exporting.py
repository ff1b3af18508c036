"""Exporting the weights of a run, its network as source, or its log, from wherever a run is shown."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from PySide6.QtWidgets import QFileDialog, QMenu, QMessageBox, QWidget

from workbench.core.training.tensorboard import missing_tensorboard
from workbench.errors import WorkbenchError
from workbench.files import write_atomically
from workbench.gui.errors import show_error
from workbench.gui.training.wording import size
from workbench.gui.workspace import Workspace

if TYPE_CHECKING:
    from workbench.core.export.weights import ExportReport
    from workbench.core.runs.folder import Run

Format = Literal["safetensors", "pt", "source", "tensorboard"]


@dataclass(frozen=True)
class Way:
    """One way to export: what the menu and the dialog for files say, and how a file of it ends.

    A folder has no suffix.
    """

    text: str
    kinds: str
    suffix: str
    tip: str = ""


FORMATS: dict[Format, Way] = {
    "safetensors": Way("Weights as safetensors…", "safetensors (*.safetensors)", ".safetensors"),
    "pt": Way("Weights as PyTorch .pt…", "PyTorch (*.pt)", ".pt"),
    "source": Way("Network as source…", "Python (*.py)", ".py"),
    "tensorboard": Way("Log for TensorBoard…", "Folder (*)", "", "Curves, figures of the layers and the confusion"),
}


def export_menu(owner: QWidget, workspace: Workspace, run_path: Callable[[], Path | None]) -> QMenu:
    """A menu with one entry for each format; it asks where, then exports the run that `run_path` then gives."""
    menu = QMenu(owner)

    def ask(to: Format) -> None:
        path = run_path()
        if path is not None:
            ask_and_export(owner, workspace, path, to=to)

    for to, way in FORMATS.items():
        action = menu.addAction(way.text)
        action.setObjectName(f"{owner.objectName() or 'run'}-export-{to}")
        action.setStatusTip(way.tip)
        action.triggered.connect(lambda _checked=False, to=to: ask(to))
    return menu


def ask_and_export(owner: QWidget, workspace: Workspace, run_path: Path, *, to: Format) -> None:
    """Ask for a file, then export to it."""
    if to == "tensorboard" and (problem := missing_tensorboard()) is not None:
        show_error(owner.window(), WorkbenchError(problem.title, problem.reason))
        return
    way = FORMATS[to]
    suggested = Path.home() / f"{run_path.name}{way.suffix}"
    chosen, _ = QFileDialog.getSaveFileName(owner, way.text.rstrip("…"), str(suggested), way.kinds)
    target = with_suffix(Path(chosen), to)
    if chosen and (target == Path(chosen) or may_replace(owner, target)):
        export(owner, workspace, run_path, target, to=to)


def with_suffix(path: Path, to: Format) -> Path:
    """The file that is meant by a name that may lack the suffix of its format: `net-1.5` becomes `net-1.5.pt`."""
    suffix = FORMATS[to].suffix
    return path if not suffix or path.suffix == suffix or not path.name else path.with_name(f"{path.name}{suffix}")


def may_replace(owner: QWidget, path: Path) -> bool:
    """Ask before a file is replaced; the dialog for files has asked only about the name as it was typed."""
    if not path.exists():
        return True
    buttons = QMessageBox.StandardButton
    box = QMessageBox(QMessageBox.Icon.Question, "Export", f"{path.name} exists. Replace it?", parent=owner)
    box.setObjectName("export-replace-question")
    box.setInformativeText(f"It is in {path.parent}.")
    box.setStandardButtons(buttons.Yes | buttons.Cancel)
    box.setDefaultButton(buttons.Cancel)
    return buttons(box.exec()) == buttons.Yes


def export(owner: QWidget, workspace: Workspace, run_path: Path, target: Path, *, to: Format) -> None:
    """Export on a lane; the status bar says what was written and that it computes the same."""
    workspace.message.emit(f"Exporting {run_path.name}…")
    workspace.jobs.submit(
        lambda: _export(run_path, target, to),
        owner=owner,
        lane="files",
        key=f"export {target}",
        done=workspace.message.emit,
    )


def report_text(report: ExportReport) -> str:
    """What was written, and the comparison."""
    checked = f"reloaded and compared on {report.pictures} inputs: {report.max_difference:g} difference"
    return f"Saved {report.path} ({size(report.size)}), {checked}"


def _export(run_path: Path, target: Path, to: Format) -> str:
    """Write the file; what was written, in a sentence."""
    from workbench.core.export.weights import export_weights
    from workbench.core.runs.folder import open_run

    if to == "source":
        return _export_source(open_run(run_path), target)
    if to == "tensorboard":
        return _export_log(open_run(run_path), target)
    return report_text(export_weights(open_run(run_path), target, to=to))


def _export_log(run: Run, target: Path) -> str:
    from workbench.core.runs.reports import export_tensorboard

    return f"Saved {target}: look at it with tensorboard --logdir {shlex.quote(str(export_tensorboard(run, target)))}"


def _export_source(run: Run, target: Path) -> str:
    from workbench.core.modelling.source.text import source_of

    text = source_of(run.network)
    write_atomically(target, text)
    return f"Saved {target}: {run.network.name} in {len(text.splitlines())} lines"
