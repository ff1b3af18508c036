"""Faults that end a run, in words: what happened and what to do. The program goes on after each of them."""

from __future__ import annotations

import torch

from workbench.errors import WorkbenchError, first_line

SMALLER = "Try a smaller batch, or a smaller network."
_SHORT = ("out of memory", "can't allocate memory", "not enough memory", "cannot allocate memory")
_UNCLEAR = ("could not create a primitive", "could not create a memory")
"""What oneDNN says when it gets no memory, and also for what it cannot compute at all."""
_LOST = ("cuda error", "hip error", "device-side assert", "device lost", "nccl error", "driver error")


class DivergenceError(WorkbenchError):
    """The numbers of a training are none any more; `step` is the number of steps done when it was noticed."""

    def __init__(self, what: str, *, epoch: int, step: int) -> None:
        super().__init__(
            f"{what} in epoch {epoch}",
            "the weights have grown beyond what numbers can hold",
            "Try a smaller learning rate; the last checkpoint is kept.",
        )
        self.step = step


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an error says that memory was not enough, the device's or the machine's.

    PyTorch has an error of its own for devices; for the CPU and for MPS it raises a `RuntimeError` that says so.
    """
    if isinstance(error, MemoryError | torch.OutOfMemoryError):
        return True
    return isinstance(error, RuntimeError) and _speaks_of(error, _SHORT)


def may_be_out_of_memory(error: BaseException) -> bool:
    """Whether memory may have been not enough; to be asked where it is known to be short already."""
    return is_out_of_memory(error) or (isinstance(error, RuntimeError) and _speaks_of(error, _UNCLEAR))


def is_lost_device(error: BaseException) -> bool:
    """Whether an error says that a device does not compute any more: no later call to it in this process will."""
    return isinstance(error, RuntimeError) and not is_out_of_memory(error) and _speaks_of(error, _LOST)


def in_words(error: Exception, *, log: str) -> WorkbenchError:
    """An error of somebody else's code as the user is told of it; `log` names the file that holds the trace."""
    if isinstance(error, WorkbenchError):
        return error
    reason = first_line(error)
    if isinstance(error, MemoryError):
        return WorkbenchError("The memory is not enough", reason, SMALLER)
    if is_out_of_memory(error):
        return WorkbenchError("The memory of the device is not enough", reason, SMALLER)
    if is_lost_device(error):
        hint = "Start the program again, then resume the run: its last checkpoint is kept."
        return WorkbenchError("The device has stopped computing", reason, hint)
    return WorkbenchError("The training stopped on an error", reason, f"The trace is in {log}.")


def _speaks_of(error: BaseException, words: tuple[str, ...]) -> bool:
    said = str(error).lower()
    return any(word in said for word in words)
