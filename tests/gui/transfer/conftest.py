"""A folder of little pictures, a tiny backbone with weights, and the wizard on top of them."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from workbench.core.data.preprocessing import Framing, Preprocessing
from workbench.core.graph.network import Network
from workbench.core.modelling.sketch import Sketch
from workbench.core.transfer.backbones import Backbone, PublishedWeights
from workbench.gui.transfer.room import TransferRoom

COLOURS = {"blue": (40, 60, 200), "red": (200, 50, 40)}


def tiny_network() -> Network:
    net = Sketch("tiny", (3, 16, 16))
    net.add("features.0", "Conv2d", out_channels=8, padding=1)
    net.add("features.1", "BatchNorm2d")
    net.add("features.2", "ReLU")
    net.global_pool()
    net.add("classifier", "Linear", out_features=10)
    return net.finish()


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """Twelve squares of each colour, and a file that is no picture."""
    folder = tmp_path / "squares"
    numbers = np.random.default_rng(0)
    for name, colour in COLOURS.items():
        (folder / name).mkdir(parents=True)
        for number in range(12):
            pixels = numbers.normal(colour, 25, (64, 64, 3)).clip(0, 255).astype(np.uint8)
            Image.fromarray(pixels).save(folder / name / f"{number}.png")
    (folder / "red" / "broken.jpg").write_bytes(b"not a picture")
    return folder


@pytest.fixture
def tiny_weights(tmp_path: Path) -> Path:
    import torch

    from workbench.core.modelling.compile import build_module

    torch.manual_seed(3)
    path = tmp_path / "tiny.pth"
    torch.save(build_module(tiny_network()).state_dict(), path)
    return path


@pytest.fixture
def server(tiny_weights: Path) -> Iterator[str]:
    """The address of the tiny weights under a name that ends in the digits of their hash."""
    content = tiny_weights.read_bytes()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Keep the test's output clean."""

    running = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield f"http://127.0.0.1:{running.server_address[1]}/tiny-{sha256(content).hexdigest()[:8]}.pth"
    running.shutdown()
    running.server_close()
    thread.join()


@pytest.fixture
def room(qtbot, workspace, monkeypatch, tmp_path, server) -> TransferRoom:
    """The wizard with two tiny backbones: the weights of one can be fetched, those of the other cannot."""
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))
    preprocessing = Preprocessing(Framing(3, 16, 16, 18), (0.5, 0.5, 0.5), (0.25, 0.25, 0.25))

    def backbone(name: str, url: str) -> Backbone:
        versions = (PublishedWeights("V1", url, 0.5, 0.1, preprocessing),)
        return Backbone(name, "For tests.", 346, "classifier", ("features",), lambda: versions, tiny_network)

    table = {"tiny": backbone("tiny", server), "lost": backbone("lost", "http://127.0.0.1:9/lost-00000000.pth")}
    room = TransferRoom(workspace, backbones=table)
    qtbot.addWidget(room)
    room.resize(900, 600)
    room.show()
    room.enter()
    yield room
    room.close_room()
