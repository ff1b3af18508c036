"""Writing a trained network's weights to a file of its own, and proving that the file computes the same.

Both formats carry what is needed to use them without us: class names, preprocessing and the network.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol

import msgspec
import safetensors
import safetensors.torch
import torch
from torch import Tensor, nn

from workbench.core.data.preprocessing import Preprocessing
from workbench.core.graph.network import Network
from workbench.core.graph.storage import from_json, to_json
from workbench.core.modelling.compile import build_module
from workbench.core.training.events import EpochDone, RunEvent
from workbench.errors import WorkbenchError
from workbench.files import replace_atomically

Format = Literal["safetensors", "pt"]
FORMATS: dict[Format, str] = {"safetensors": "safetensors", "pt": "PyTorch .pt"}
"""The formats and what a person calls them."""

CHECK_PICTURES = 8
"""How many random pictures the reloaded file is compared on."""


class TrainedRun(Protocol):
    """What an export needs of a run."""

    @property
    def name(self) -> str: ...
    @property
    def network(self) -> Network: ...
    @property
    def classes(self) -> Sequence[str]: ...
    @property
    def preprocessing(self) -> Preprocessing: ...
    def module(self, which: Literal["best", "last"] = "best") -> nn.Module: ...
    def events(self) -> Sequence[RunEvent]: ...


@dataclass(frozen=True)
class ExportReport:
    """What was written, and the largest difference between the outputs of the run and of the reloaded file."""

    path: Path
    format: Format
    size: int
    tensors: int
    parameters: int
    pictures: int
    max_difference: float


@dataclass(frozen=True)
class Contents:
    """What a weights file holds, whatever its format."""

    state: dict[str, Tensor]
    classes: tuple[str, ...]
    preprocessing: Preprocessing
    network: Network
    accuracy: float | None = None


def export_weights(
    run: TrainedRun, path: Path | str, *, to: Format = "safetensors", which: Literal["best", "last"] = "best"
) -> ExportReport:
    """Write the weights of a run's best (or last) checkpoint, reload them and compare.

    Nothing is left at `path`, or what was there before, when it cannot be written or does not compute the same.
    Raises `WorkbenchError` for a run without a checkpoint and for a place that cannot be written.
    """
    if to not in FORMATS:
        raise WorkbenchError(f"There is no export format {to}", hint=f"Choose one of {', '.join(FORMATS)}.")
    path = Path(path)
    module = run.module(which=which).eval()
    contents = _contents(run, module, which)
    write, _ = _FILES[to]
    differences: list[float] = []

    def write_and_check(temporary: Path) -> None:
        temporary.write_bytes(write(contents))
        differences.append(_difference(module, read_weights(temporary, to=to)))

    replace_atomically(path, write_and_check)
    numbers = sum(parameter.numel() for parameter in module.parameters())
    size = path.stat().st_size
    return ExportReport(path, to, size, len(contents.state), numbers, CHECK_PICTURES, differences[0])


def read_weights(path: Path, *, to: Format) -> Contents:
    """What a file written by `export_weights` holds; it is never unpickled freely."""
    return _FILES[to][1](path)


def _contents(run: TrainedRun, module: nn.Module, which: Literal["best", "last"]) -> Contents:
    state = {name: tensor.detach().cpu().contiguous().clone() for name, tensor in module.state_dict().items()}
    accuracies = [event.validation_accuracy for event in run.events() if isinstance(event, EpochDone)]
    accuracy = (max(accuracies) if which == "best" else accuracies[-1]) if accuracies else None
    return Contents(state, tuple(run.classes), run.preprocessing, run.network, accuracy)


def _to_safetensors(contents: Contents) -> bytes:
    metadata = {
        "format": "pt",
        "classes": msgspec.json.encode(contents.classes).decode(),
        "preprocessing": msgspec.json.encode(contents.preprocessing).decode(),
        "network": to_json(contents.network).decode(),
    }
    if contents.accuracy is not None:
        metadata["accuracy"] = f"{contents.accuracy:.6f}"
    return safetensors.torch.save(contents.state, metadata)


def _from_safetensors(path: Path) -> Contents:
    with safetensors.safe_open(path, framework="pt") as file:
        metadata = file.metadata()
        state = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - not a mapping
    accuracy = float(metadata["accuracy"]) if "accuracy" in metadata else None
    return Contents(
        state,
        msgspec.json.decode(metadata["classes"], type=tuple[str, ...]),
        msgspec.json.decode(metadata["preprocessing"], type=Preprocessing),
        from_json(metadata["network"].encode(), source=path.name),
        accuracy,
    )


def _to_pt(contents: Contents) -> bytes:
    buffer = io.BytesIO()
    torch.save(
        {
            "state_dict": contents.state,
            "classes": list(contents.classes),
            "preprocessing": msgspec.to_builtins(contents.preprocessing),
            "network": msgspec.json.decode(to_json(contents.network)),
            "accuracy": contents.accuracy,
        },
        buffer,
    )
    return buffer.getvalue()


def _from_pt(path: Path) -> Contents:
    held: Mapping[str, Any] = torch.load(path, weights_only=True, map_location="cpu")
    return Contents(
        dict(held["state_dict"]),
        tuple(held["classes"]),
        msgspec.convert(held["preprocessing"], Preprocessing),
        from_json(msgspec.json.encode(held["network"]), source=path.name),
        held["accuracy"],
    )


_FILES: dict[Format, tuple[Callable[[Contents], bytes], Callable[[Path], Contents]]] = {
    "safetensors": (_to_safetensors, _from_safetensors),
    "pt": (_to_pt, _from_pt),
}


def _difference(module: nn.Module, reloaded: Contents) -> float:
    """The largest difference on a batch of noise; raises `WorkbenchError` unless it is zero."""
    other = build_module(reloaded.network, device="meta")  # draws no random numbers: a training may need its own
    other.load_state_dict(reloaded.state, strict=True, assign=True)
    framing = reloaded.preprocessing.framing
    shape = (CHECK_PICTURES, framing.channels, framing.height, framing.width)
    pictures = torch.randn(shape, generator=torch.Generator().manual_seed(0))
    with torch.inference_mode():
        expected, got = module.eval()(pictures), other.eval()(pictures)
    difference = 0.0 if _same_bits(expected, got) else float((expected - got).abs().max())
    if difference != 0.0:
        raise WorkbenchError(
            "The exported file does not compute the same", f"its outputs differ by up to {difference:.3g}"
        )
    return difference


def _same_bits(first: Tensor, second: Tensor) -> bool:
    """Whether two outputs are equal bit for bit, so that NaN equals NaN."""
    return first.numpy().tobytes() == second.numpy().tobytes()
