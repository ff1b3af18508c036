"""Where and in which number format a run computes."""

from __future__ import annotations

import contextlib
import os
import time

import msgspec
import torch
from torch import nn

from workbench.errors import WorkbenchError, first_line
from workbench.files import BROKEN_JSON, write_atomically
from workbench.machine import peak_memory
from workbench.paths import cache_folder

KNOWN = "precision.json"


def choose_device(wanted: str) -> torch.device:
    """The device of that name, or for `auto` the best there is; raises `WorkbenchError` if it cannot be had."""
    if wanted == "auto":
        if torch.cuda.is_available():
            return torch.device("cuda")
        return torch.device("mps" if torch.backends.mps.is_available() else "cpu")
    try:
        device = torch.device(wanted)
        torch.zeros(1, device=device).item()  # the device called meta has no numbers to give back
    except (RuntimeError, AssertionError, NotImplementedError, ValueError) as error:
        raise WorkbenchError(f"The device {wanted} cannot be used", first_line(error), "Choose auto or cpu.") from error
    return device


def choose_precision(wanted: str, device: torch.device) -> str:
    """`fp32` or `bf16`; for `auto` whichever a timed convolution shows to be clearly faster on this device.

    On a processor without bf16 instructions bf16 is 26 to 499 times slower, so it is measured, never guessed;
    the answer is remembered for this device and version of torch.
    """
    if wanted != "auto":
        return wanted
    key = f"{device_name(device)} | {torch.__version__} | {torch.get_num_threads()} threads"
    known = _known_precisions()
    if known.get(key) not in ("fp32", "bf16"):
        known[key] = "bf16" if _gains_by_bf16(device) else "fp32"
        with contextlib.suppress(OSError, WorkbenchError):  # measured again the next time
            write_atomically(cache_folder() / KNOWN, msgspec.json.format(msgspec.json.encode(known), indent=1))
    return known[key]


def autocast(device: torch.device, precision: str) -> contextlib.AbstractContextManager[object]:
    """The context in which the forward pass runs; none at all in fp32, as it would cost every step something."""
    if precision == "fp32":
        return contextlib.nullcontext()
    return torch.autocast(device.type, dtype=torch.bfloat16)


def seed_chance(seed: int, device: torch.device) -> None:
    """Let the random numbers of the CPU and of one device begin anew, as `torch.manual_seed` does for all devices.

    That notes the whole call stack for each device that is not in use yet: 0.1 ms in every step.
    """
    torch.default_generator.manual_seed(seed)
    if device.type == "cuda":
        number = torch.cuda.current_device() if device.index is None else device.index
        torch.cuda.default_generators[number].manual_seed(seed)
    elif device.type == "mps":
        torch.mps.manual_seed(seed)


def device_name(device: torch.device) -> str:
    """What the device is called by its maker, as far as torch knows."""
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    if device.type == "cpu":
        return f"cpu {torch.backends.cpu.get_cpu_capability()}"
    return device.type


def used_memory(device: torch.device) -> int | None:
    """The most bytes that were in use so far, of the device or of this process; None where nobody knows."""
    if device.type == "cuda":
        return torch.cuda.max_memory_allocated(device)
    return peak_memory() if device.type == "cpu" else None


def load(device: torch.device) -> float | None:
    """How busy the device is, 0 to 1; for the CPU that of the whole machine in the last minute."""
    if device.type == "cuda":
        with contextlib.suppress(Exception):  # the maker's library that tells it is not on every machine
            return torch.cuda.utilization(device) / 100
    if device.type == "cpu" and hasattr(os, "getloadavg"):
        return min(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))
    return None


def _known_precisions() -> dict[str, str]:
    try:
        return msgspec.json.decode((cache_folder() / KNOWN).read_bytes(), type=dict[str, str])
    except (OSError, *BROKEN_JSON):
        return {}


def _gains_by_bf16(device: torch.device) -> bool:
    try:
        return _step_seconds(device, "fp32") > 1.2 * _step_seconds(device, "bf16")
    except RuntimeError:  # some devices have no bf16 at all
        return False


def _step_seconds(device: torch.device, precision: str) -> float:
    """The fastest of three small convolution steps, forward and backward, after one to warm up."""
    generator = torch.Generator().manual_seed(0)
    with torch.device("meta"):
        layer = nn.Conv2d(32, 32, 3, padding=1)
    layer = layer.to_empty(device=device).to(memory_format=torch.channels_last)
    for parameter in layer.parameters():
        parameter.data.fill_(0.01)
    images = torch.randn(16, 32, 32, 32, generator=generator).to(device, memory_format=torch.channels_last)
    return min(_timed_step(layer, images, precision) for _ in range(4))


def _timed_step(layer: nn.Module, images: torch.Tensor, precision: str) -> float:
    start = time.perf_counter()
    with autocast(images.device, precision):
        output = layer(images)
    output.float().square().mean().backward()
    if images.device.type != "cpu":
        getattr(torch, images.device.type).synchronize()
    return time.perf_counter() - start
