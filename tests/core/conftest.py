"""A server of files with bad manners."""

from __future__ import annotations

import http.server
import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest


@dataclass
class FileServer:
    """Serves `files` by their names; `manners` says how.

    "stalls" and "truncates" break the first connection in the middle, "no ranges" sends everything again, "other range"
    goes on elsewhere, "lies" sends zeros, "missing" knows no file, "breaks" breaks every connection.
    """

    files: dict[str, bytes]
    manners: str = "good"
    requests: list[str | None] = field(default_factory=list)
    address: str = ""
    going: threading.Event = field(default_factory=threading.Event)

    @property
    def content(self) -> bytes:
        """The first file."""
        return next(iter(self.files.values()))

    @property
    def url(self) -> str:
        """The address of the first file."""
        return f"{self.address}/{next(iter(self.files))}"


@pytest.fixture
def serve() -> Iterator[Callable[[dict[str, bytes]], FileServer]]:
    """Starts a server of files by name."""
    servers: list[tuple[FileServer, http.server.ThreadingHTTPServer, threading.Thread]] = []

    def start(files: dict[str, bytes]) -> FileServer:
        served = FileServer(files)
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _handler(served))
        served.address = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        servers.append((served, server, thread))
        return served

    yield start
    for served, server, thread in servers:
        served.going.set()
        server.shutdown()
        server.server_close()
        thread.join()


def _handler(served: FileServer) -> type[http.server.BaseHTTPRequestHandler]:
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            served.requests.append(self.headers["Range"])
            content = served.files.get(self.path.rsplit("/", 1)[-1])
            if served.manners == "missing" or content is None:
                self.send_error(404)
                return
            start = self._start()
            body = content[start:]
            self.send_response(206 if start else 200)
            if served.manners == "other range":
                self.send_header("Content-Range", f"bytes 0-{len(content) - 1}/{len(content)}")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self._send(body)

        def _start(self) -> int:
            asked = re.match(r"bytes=(\d+)-", self.headers["Range"] or "")
            return int(asked[1]) if asked and served.manners != "no ranges" else 0

        def _send(self, body: bytes) -> None:
            first_time = len(served.requests) == 1
            if served.manners == "lies":
                body = bytes(len(body))
            breaks = served.manners in ("truncates", "no ranges", "other range") and first_time
            if breaks or served.manners == "breaks":
                body = body[: len(body) // 2]
            if served.manners == "stalls" and first_time:
                self.wfile.write(body[: len(body) // 2])
                self.wfile.flush()
                served.going.wait()
                return
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Keep the test's output clean."""

    return Handler
