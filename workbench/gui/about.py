"""The texts of the Help menu."""

from __future__ import annotations

import html
import platform
import sys
from importlib.metadata import PackageNotFoundError, version

from workbench.paths import runs_folder


def about_text() -> str:
    """What this is and what it runs on, as rich text."""
    from workbench.core.data.jpegs import decoder_name

    rows = [("Version", _version("cnn-workbench")), ("Python", platform.python_version())]
    rows += [(title, _version(name)) for title, name in (("Qt", "PySide6-Essentials"), ("PyTorch", "torch"))]
    rows += [("JPEG files", f"decoded by {decoder_name()}")]
    rows += [("System", f"{platform.system()} {platform.release()}"), ("Runs", str(runs_folder()))]
    if getattr(sys, "frozen", False):
        rows.append(("Program", sys.executable))
    return (
        "<h3>CNN Workbench</h3><p>See, build, train, look inside, fine-tune and export convolutional networks.</p>"
        + _table(rows)
        + "<p>MIT licence. Qt is used under the LGPL, version 3.</p>"
    )


def _table(rows: list[tuple[str, str]]) -> str:
    cells = "".join(
        f"<tr><td><b>{html.escape(left)}</b>&nbsp;&nbsp;&nbsp;</td><td>{html.escape(right)}</td></tr>"
        for left, right in rows
    )
    return f"<table cellpadding='3'>{cells}</table>"


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not known"
