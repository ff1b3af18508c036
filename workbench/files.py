"""Writing files so that a crash, a full disk or a kill never leaves half of one."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path

from workbench.errors import WorkbenchError


def write_atomically(path: Path, content: bytes | str) -> None:
    """Replace `path` by `content` in one step: a reader sees the old file or the new one, never a part.

    Raises `WorkbenchError` when the place cannot be written (no space, no permission); the old file is then untouched.
    """
    data = content.encode() if isinstance(content, str) else content
    replace_atomically(path, lambda temporary: temporary.write_bytes(data))


def replace_atomically(path: Path, write: Callable[[Path], object]) -> None:
    """Let `write` fill a temporary file beside `path`, then rename it over `path`."""
    temporary: Path | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".tmp")
        os.close(handle)
        temporary = Path(name)
        write(temporary)
        _sync(temporary)
        temporary.chmod(0o644)
        temporary.replace(path)
    except OSError as error:
        raise cannot_write(path, error) from error
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)


def cannot_write(path: Path, error: OSError) -> WorkbenchError:
    """The sentence for a place that cannot be written."""
    return WorkbenchError(
        f"Could not write {path}", error.strerror or str(error), "Choose another place or free some space there."
    )


def _sync(path: Path) -> None:
    with path.open("rb+") as stream:
        os.fsync(stream.fileno())
