"""A backbone small enough to train in a moment, with weights of its own."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

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


@pytest.fixture
def file_server(tiny_weights: Path, serve: Any) -> Any:
    """The tiny backbone's weights under a name with the digits of their hash; `backbone()` is published there."""
    content = tiny_weights.read_bytes()
    server = serve({f"tiny-{sha256(content).hexdigest()[:8]}.pth": content})
    server.backbone = lambda: replace(TINY, versions=lambda: (replace(TINY.versions()[0], url=server.url),))
    return server
