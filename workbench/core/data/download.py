"""Downloading one file so that a part of it is never mistaken for the whole."""

from __future__ import annotations

import hashlib
import http.client
import re
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import IO

from workbench.errors import WorkbenchError
from workbench.files import cannot_write

Progress = Callable[[int, int], None]
"""Called with the bytes there are and the bytes there will be (0 while that is unknown); it may raise to cancel."""
CHUNK = 1 << 16
AGENT = "cnn-workbench"


class DownloadCancelled(Exception):  # noqa: N818 - not an error
    """The user no longer wants the file. What has come is kept, and the next download goes on from there."""


def download(
    url: str,
    path: Path,
    *,
    checksum: str = "",
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
    timeout: float = 5.0,
    attempts: int = 4,
) -> Path:
    """Fetch `url` to `path`, which appears only when it is whole and is the file it should be.

    That is told by `checksum` (`md5:...` or `sha256:...`), and without one by the SHA-256 digits in the file's name, if
    it has any. A connection that stalls for `timeout` seconds or ends early is taken up again where it ended; after
    `attempts` connections in a row that brought nothing it raises `WorkbenchError`, and `DownloadCancelled` when told
    to stop.
    """
    part = path.with_name(path.name + ".part")
    fruitless = 0
    while True:
        before = size_of(part)
        try:
            if _connect(url, part, progress or _silent, cancelled or _never, timeout):
                break
            reason = "the connection ended before the file was whole"
        except (OSError, http.client.HTTPException) as error:
            reason = _refused(url, error) or _words(error)
        fruitless = 0 if size_of(part) > before else fruitless + 1
        if fruitless >= attempts:
            raise _unreachable(url, reason)
    _accept(part, path, url, checksum)
    return path


def has_right_hash(path: Path, name: str) -> bool:
    """Whether the SHA-256 begins with the digits in a name like `resnet18-f37072fd.pth` (true if it has none)."""
    digits = re.search(r"-([0-9a-f]{8,})\.", name)
    return digits is None or hash_of(path, "sha256").startswith(digits[1])


def has_checksum(path: Path, checksum: str) -> bool:
    """Whether a file has the checksum `md5:...` or `sha256:...`."""
    method, _, digits = checksum.partition(":")
    return hash_of(path, method) == digits


def hash_of(path: Path, method: str) -> str:
    """The hash of a file as hexadecimal digits."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, method).hexdigest()


def size_of(path: Path) -> int:
    """The bytes of a file, 0 if there is none."""
    return path.stat().st_size if path.is_file() else 0


def _connect(url: str, part: Path, progress: Progress, cancelled: Callable[[], bool], timeout: float) -> bool:
    """Append what one connection brings; True when the part is whole."""
    if cancelled():
        raise DownloadCancelled
    done = size_of(part)
    headers = {"User-Agent": AGENT, **({"Range": f"bytes={done}-"} if done else {})}
    with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=timeout) as response:
        if not _takes_up(response, done):
            done = 0  # the server does not take up; it sends everything again
        length = response.headers["Content-Length"]
        total = done + int(length) if length else 0
        with _open(part, "ab" if done else "wb") as stream:
            while chunk := response.read1(CHUNK):  # what there is, without waiting for a full chunk
                _write(stream, chunk, part)
                done += len(chunk)
                progress(done, total)
                if cancelled():
                    raise DownloadCancelled
    return done >= total


def _takes_up(response: http.client.HTTPResponse, done: int) -> bool:
    """Whether an answer goes on where the part ends."""
    if response.status != http.HTTPStatus.PARTIAL_CONTENT:
        return False
    start = re.match(r"bytes (\d+)-", response.headers["Content-Range"] or f"bytes {done}-")
    if start is None or int(start[1]) != done:
        raise http.client.HTTPException("the server sent another part of the file than it was asked for")
    return True


def _open(part: Path, mode: str) -> IO[bytes]:
    try:
        part.parent.mkdir(parents=True, exist_ok=True)
        return part.open(mode)
    except OSError as error:
        raise cannot_write(part, error) from error


def _write(stream: IO[bytes], chunk: bytes, part: Path) -> None:
    try:
        stream.write(chunk)
        stream.flush()
    except OSError as error:
        raise cannot_write(part, error) from error


def _refused(url: str, error: Exception) -> str:
    """A reason if another attempt may help; raises `WorkbenchError` if the server will not give the file."""
    if isinstance(error, urllib.error.HTTPError):
        if error.code == http.HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
            return "the server has no more than what came before"
        if error.code < 500:
            raise _unreachable(url, f"the server answered {error.code} {error.reason}") from error
    return ""


def _words(error: Exception) -> str:
    """What went wrong, without the numbers that systems give to errors."""
    cause = getattr(error, "reason", error)
    text = cause.strerror if isinstance(cause, OSError) and cause.strerror else str(cause)
    return text[:1].lower() + text[1:] if text else type(error).__name__


def _accept(part: Path, path: Path, url: str, checksum: str) -> None:
    if not (has_checksum(part, checksum) if checksum else has_right_hash(part, path.name)):
        part.unlink()
        method = checksum.partition(":")[0].upper() if checksum else "SHA-256"
        raise WorkbenchError(
            "The download is not the file it should be",
            f"what came from {url} does not have the {method} it should have",
            "A proxy or a login page may have answered in its place: try again, or choose a local copy",
        )
    try:
        part.replace(path)
    except OSError as error:
        raise cannot_write(path, error) from error


def _unreachable(url: str, reason: str) -> WorkbenchError:
    hint = "Check the connection and try again, or fetch the file elsewhere and choose it here"
    return WorkbenchError(f"Could not download {url}", reason, hint)


def _silent(done: int, total: int) -> None:
    """Nobody wants to know."""


def _never() -> bool:
    return False
