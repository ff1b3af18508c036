"""The exported file holds everything needed to use it and computes the same, bit for bit."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import msgspec
import pytest
import safetensors
import torch
from torch import nn

from workbench.core.data.preprocessing import Framing, Preprocessing
from workbench.core.export import weights
from workbench.core.export.weights import FORMATS, export_weights, read_weights
from workbench.core.graph.network import Network
from workbench.core.graph.storage import from_json
from workbench.core.modelling.compile import build_module
from workbench.core.modelling.zoo import READY
from workbench.core.training.events import EpochDone, RunEvent
from workbench.errors import WorkbenchError


def epoch_done(epoch: int, accuracy: float) -> EpochDone:
    return EpochDone(
        time=0.0,
        step=epoch,
        epoch=epoch,
        train_loss=1.0,
        train_accuracy=0.5,
        validation_loss=1.0,
        validation_accuracy=accuracy,
        images_per_second=1.0,
        seconds=1.0,
        remaining_seconds=0.0,
    )


PREPROCESSING = Preprocessing(Framing(3, 32, 32), (0.4, 0.5, 0.6), (0.2, 0.2, 0.3))


@dataclass
class FakeRun:
    """A run that never trained: a network with the weights it began with."""

    network: Network
    name: str = "fake"
    classes: tuple[str, ...] = tuple(f"class {number}" for number in range(10))
    preprocessing: Preprocessing = PREPROCESSING
    seed: int = 1
    log: list[RunEvent] = field(default_factory=lambda: [epoch_done(1, 0.75), epoch_done(2, 0.5)])

    def module(self, which: str = "best") -> nn.Module:
        torch.manual_seed(self.seed)
        return build_module(self.network).eval()

    def events(self) -> list[RunEvent]:
        return self.log


@pytest.fixture
def run() -> FakeRun:
    return FakeRun(READY["cifar10cnn"].build())


@pytest.mark.parametrize("to", FORMATS)
def test_the_reloaded_file_gives_equal_outputs(run: FakeRun, tmp_path: Path, to: weights.Format) -> None:
    report = export_weights(run, tmp_path / f"net.{to}", to=to)
    assert (report.max_difference, report.parameters, report.pictures) == (0.0, 102_602, 8)
    assert report.size == report.path.stat().st_size > 400_000
    contents = read_weights(report.path, to=to)
    assert contents.network == run.network
    assert contents.preprocessing == run.preprocessing
    assert contents.classes == run.classes
    assert contents.accuracy == pytest.approx(0.75)
    expected = run.module().state_dict()
    assert set(expected) == set(contents.state)
    assert all(torch.equal(expected[name], tensor) for name, tensor in contents.state.items())


def test_the_last_checkpoint_carries_its_own_accuracy(run: FakeRun, tmp_path: Path) -> None:
    report = export_weights(run, tmp_path / "net.pt", to="pt", which="last")
    assert read_weights(report.path, to="pt").accuracy == 0.5


def test_safetensors_can_be_used_without_the_workbench(run: FakeRun, tmp_path: Path) -> None:
    report = export_weights(run, tmp_path / "net.safetensors")
    with safetensors.safe_open(report.path, framework="numpy") as file:
        metadata = file.metadata()
        assert file.get_tensor("fc2.bias").shape == (10,)
    assert msgspec.json.decode(metadata["classes"])[0] == "class 0"
    assert msgspec.json.decode(metadata["preprocessing"])["mean"] == [0.4, 0.5, 0.6]
    assert from_json(metadata["network"].encode()) == run.network
    assert float(metadata["accuracy"]) == 0.75


def test_pt_loads_with_weights_only(run: FakeRun, tmp_path: Path) -> None:
    report = export_weights(run, tmp_path / "net.pt", to="pt")
    held = torch.load(report.path, weights_only=True)
    assert {"state_dict", "classes", "preprocessing", "network"} <= set(held)
    build_module(run.network).load_state_dict(held["state_dict"], strict=True)


def test_weights_that_are_not_numbers_are_exported_as_they_are(run: FakeRun, tmp_path: Path, monkeypatch) -> None:
    module = run.module()
    torch.nn.init.constant_(module.get_parameter("fc2.bias"), float("nan"))
    monkeypatch.setattr(run, "module", lambda which="best": module)
    assert export_weights(run, tmp_path / "net.pt", to="pt").max_difference == 0.0


def test_a_file_that_computes_something_else_is_refused_and_not_left(run: FakeRun, tmp_path: Path, monkeypatch) -> None:
    path = tmp_path / "net.safetensors"
    path.write_bytes(b"what was there")
    other = FakeRun(run.network, seed=2)
    wrong = export_weights(other, tmp_path / "other.safetensors").path.read_bytes()
    monkeypatch.setitem(weights._FILES, "safetensors", (lambda _: wrong, weights._from_safetensors))
    with pytest.raises(WorkbenchError, match="does not compute the same"):
        export_weights(run, path)
    assert path.read_bytes() == b"what was there"
    assert sorted(file.name for file in tmp_path.iterdir()) == ["net.safetensors", "other.safetensors"]


def test_a_place_that_cannot_be_written_is_named(run: FakeRun, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(WorkbenchError, match="Could not write"):
        export_weights(run, tmp_path / "file" / "net.pt", to="pt")


def test_an_unknown_format_is_refused_with_the_known_ones(run: FakeRun, tmp_path: Path) -> None:
    with pytest.raises(WorkbenchError, match="safetensors, pt"):
        export_weights(run, tmp_path / "net.xyz", to="xyz")  # type: ignore[arg-type]


def test_exporting_leaves_the_random_numbers_alone(run: FakeRun, tmp_path: Path, monkeypatch) -> None:
    module = run.module()
    monkeypatch.setattr(run, "module", lambda which="best": module)
    before = torch.random.get_rng_state()
    export_weights(run, tmp_path / "net.pt", to="pt")
    assert torch.equal(before, torch.random.get_rng_state())
