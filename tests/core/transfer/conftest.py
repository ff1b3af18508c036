"""A backbone small enough to train in a moment, with weights of its own, and a server of files with bad manners."""

from __future__ import annotations

import http.server
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path

import pytest
import torch

from workbench.core.data.preprocessing import Framing, Preprocessing
from workbench.core.graph.network import Network
from workbench.core.modelling.compile import build_module
from workbench.core.modelling.sketch import Sketch
from workbench.core.transfer.backbones import Backbone, PublishedWeights


def tiny_network() -> Network:
    net = Sketch("tiny", (3, 16, 16))
    for number, width in ((0, 8), (3, 16)):
        net.add(f"features.{number}", "Conv2d", out_channels=width, padding=1)
        net.add(f"features.{number + 1}", "BatchNorm2d")
        net.add(f"features.{number + 2}", "ReLU")
    net.global_pool()
    net.add("dropout", "Dropout", p=0.1)
    net.add("classifier", "Linear", out_features=10)
    return net.finish()


PREPROCESSING = Preprocessing(Framing(3, 16, 16, 18), (0.5, 0.5, 0.5), (0.25, 0.25, 0.25))
TINY = Backbone(
    "tiny",
    "For tests.",
    parameters=sum(parameter.numel() for parameter in build_module(tiny_network()).parameters()),
    head="classifier",
    stages=("features",),
    versions=lambda: (PublishedWeights("V1", "http://127.0.0.1:9/tiny-00000000.pth", 0.5, 0.1, PREPROCESSING),),
    network=tiny_network,
)


@pytest.fixture(autouse=True)
def own_torch_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """No test sees the weights that the machine has, or leaves any there."""
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))
    return tmp_path / "torch" / "hub" / "checkpoints"


@pytest.fixture
def tiny() -> Backbone:
    return TINY


@pytest.fixture
def tiny_weights(tmp_path: Path) -> Path:
    """Weights of the tiny backbone in which nothing is as a fresh module has it."""
    torch.manual_seed(7)
    module = build_module(tiny_network())
    for value in module.state_dict().values():
        if value.is_floating_point():
            value.copy_(torch.rand_like(value) + 0.1)
    path = tmp_path / "tiny.pth"
    torch.save(module.state_dict(), path)
    return path


@dataclass
class FileServer:
    """Serves `content` under any path that ends in the digits of its hash; `manners` says how."""

    content: bytes
    manners: str = "good"
    requests: list[str | None] = field(default_factory=list)
    address: str = ""
    going: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        return f"{self.address}/tiny-{sha256(self.content).hexdigest()[:8]}.pth"

    def backbone(self) -> Backbone:
        return replace(TINY, versions=lambda: (replace(TINY.versions()[0], url=self.url),))


@pytest.fixture
def file_server(tiny_weights: Path) -> Iterator[FileServer]:
    served = FileServer(tiny_weights.read_bytes())
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _handler(served))
    served.address = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield served
    served.going.set()
    server.shutdown()
    server.server_close()
    thread.join()


def _handler(served: FileServer) -> type[http.server.BaseHTTPRequestHandler]:
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            served.requests.append(self.headers["Range"])
            if served.manners == "missing":
                self.send_error(404)
                return
            start = self._start()
            body = served.content[start:]
            self.send_response(206 if start else 200)
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
            if served.manners in ("truncates", "no ranges") and first_time:
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
