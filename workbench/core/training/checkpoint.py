"""Checkpoints: a folder with the weights (safetensors) and, to go on from, the state of the training.

A new checkpoint is written beside the old one and takes its place by renaming; whenever the program is killed, one of
the two is complete. Nothing is ever unpickled: weights are safetensors, the state is read with `weights_only=True`.
"""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

import safetensors
import torch
from safetensors.torch import load, save_file
from torch import Tensor, nn

from workbench.errors import WorkbenchError, first_line
from workbench.files import cannot_write, sync, sync_folder

WEIGHTS, STATE = "weights.safetensors", "state.pt"
NO_SPACE = 1 << 20
"""With fewer free bytes than this a disk counts as full."""
ATTEMPTS = 5
"""A training can replace a small checkpoint more than once while another program reads it."""
Read = TypeVar("Read")


def save_checkpoint(folder: Path, module: nn.Module, state: Mapping[str, Any]) -> None:
    """Replace the checkpoint in `folder`; raises `WorkbenchError`, the old one kept, if there is no space."""
    fresh, old = _beside(folder, "new"), _beside(folder, "old")
    weights = plain_weights(module)
    try:
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(parents=True)
        save_file(weights, fresh / WEIGHTS)
        torch.save(dict(state), fresh / STATE)
        for path in (fresh / WEIGHTS, fresh / STATE):
            sync(path)
        sync_folder(fresh)
        _exchange(folder, fresh, old)
    except (OSError, RuntimeError, safetensors.SafetensorError) as error:
        fault = _in_words_of_the_system(error, folder.parent)
        shutil.rmtree(fresh, ignore_errors=True)
        raise cannot_write(folder, fault) from error


def _in_words_of_the_system(error: Exception, place: Path) -> OSError:
    """The fault as the system would tell it: of a full disk torch speaks in terms of its own code."""
    if isinstance(error, OSError):
        return error
    if shutil.disk_usage(place).free < NO_SPACE:
        return OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    return OSError(first_line(error))


def has_checkpoint(folder: Path) -> bool:
    """Whether there is a complete checkpoint."""
    return _complete(folder) is not None


def load_weights(folder: Path) -> dict[str, Tensor]:
    """The weights of a checkpoint on the CPU, by node name."""
    return _read(folder, lambda path: load_weight_file(path / WEIGHTS))


def load_state(folder: Path) -> dict[str, Any]:
    """The state of the training of a checkpoint."""
    return _read(folder, _load_state)


def load_weight_file(path: Path) -> dict[str, Tensor]:
    """The tensors of a `.safetensors` file or of a state dict saved by `torch.save`; raises `WorkbenchError`."""
    try:
        if path.suffix == ".safetensors":
            return load(path.read_bytes())  # mapped into memory, a file could not be replaced on Windows
        loaded = torch.load(path, map_location="cpu", weights_only=True)
    except FileNotFoundError as error:
        raise WorkbenchError(f"There is no file {path}") from error
    except Exception as error:  # whatever a broken file provokes in the two readers
        raise WorkbenchError(f"{path.name} is not a file of weights", first_line(error)) from error
    state = loaded.get("state_dict", loaded) if isinstance(loaded, dict) else loaded
    if not isinstance(state, dict) or not all(isinstance(value, Tensor) for value in state.values()):
        raise WorkbenchError(f"{path.name} is not a file of weights", "it does not hold tensors by name")
    return state


def plain_weights(module: nn.Module) -> dict[str, Tensor]:
    """The state dict on the CPU, contiguous, so that a file does not depend on the device or the memory format."""
    return {key: value.detach().cpu().contiguous() for key, value in module.state_dict().items()}


def _read(folder: Path, read: Callable[[Path], Read]) -> Read:
    """Read from a checkpoint, again if it failed: a training may just have put the next one into its place."""
    for _ in range(ATTEMPTS - 1):
        with suppress(WorkbenchError):
            return read(_existing(folder))
    return read(_existing(folder))


def _load_state(path: Path) -> dict[str, Any]:
    try:
        state = torch.load(path / STATE, map_location="cpu", weights_only=True)
    except Exception as error:  # torch.load raises what the broken file makes it raise
        raise WorkbenchError(f"The checkpoint in {path} is damaged", first_line(error)) from error
    if not isinstance(state, dict):
        raise WorkbenchError(f"The checkpoint in {path} is damaged", "it does not hold the state of a training")
    return state


def _existing(folder: Path) -> Path:
    found = _complete(folder)
    if found is None:
        raise WorkbenchError(
            f"There is no {folder.name} checkpoint in {folder.parent.parent.name}", "nothing was saved yet"
        )
    return found


def _complete(folder: Path) -> Path | None:
    """The checkpoint itself, or the old one if the program was killed between two renames."""
    candidates = (folder, _beside(folder, "old"))
    return next((path for path in candidates if (path / WEIGHTS).is_file() and (path / STATE).is_file()), None)


def _beside(folder: Path, suffix: str) -> Path:
    return folder.with_name(f".{folder.name}.{suffix}")


def _exchange(folder: Path, fresh: Path, old: Path) -> None:
    if folder.exists():
        shutil.rmtree(old, ignore_errors=True)
        folder.rename(old)
    fresh.rename(folder)
    sync_folder(folder.parent)  # only when the new one is sure to stay does the old one go
    shutil.rmtree(old, ignore_errors=True)
