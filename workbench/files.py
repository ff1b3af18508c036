"""Writing files so that a crash, a full disk or a kill never leaves half of one."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path

import msgspec

from workbench.errors import WorkbenchError

BROKEN_JSON = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)
"""What reading a record from JSON raises, whatever stands in the file."""


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
        sync(temporary)
        temporary.chmod(0o644)
        temporary.replace(path)
        sync_folder(path.parent)
    except OSError as error:
        raise cannot_write(path, error) from error
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)


def read_file(path: Path) -> bytes:
    """What a file holds; raises `WorkbenchError` if there is none or it cannot be read."""
    try:
        return path.read_bytes()
    except (OSError, ValueError) as error:  # a name with a zero byte is a ValueError
        raise WorkbenchError(f"Could not read {path}", getattr(error, "strerror", None) or str(error)) from error


def is_file(text: str) -> bool:
    """Whether a text is the path of a file; False for what cannot be a path at all."""
    try:
        return Path(text).is_file()
    except (OSError, ValueError):  # too long, or a part of it may not be looked at
        return False


def absolute_path(text: str) -> str:
    """The path of an existing file or folder, independent of the working directory; any other text as it is."""
    try:
        path = Path(text).expanduser()
        return str(path.resolve()) if path.exists() else text
    except (OSError, ValueError, RuntimeError):  # no path at all, or the home of nobody
        return text


def cannot_write(path: Path, error: OSError) -> WorkbenchError:
    """The sentence for a place that cannot be written."""
    return WorkbenchError(
        f"Could not write {path}", error.strerror or str(error), "Choose another place or free some space there."
    )


def sync(path: Path) -> None:
    """Wait until what a file holds lies on the disk."""
    with path.open("rb+") as stream:  # Windows flushes only what is open for writing
        os.fsync(stream.fileno())


def sync_folder(path: Path) -> None:
    """Wait until the names in a folder lie on the disk, where the system can be asked for that."""
    if os.name != "posix":
        return
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError:  # some network drives refuse
        pass
    finally:
        os.close(handle)
