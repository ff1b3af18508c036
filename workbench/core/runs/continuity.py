"""What the parts of a run must have in common: device and number format, libraries, data and its preprocessing.

Each part writes it down; a later one that differs goes on and says so, as long as what was learned still counts.
"""

from __future__ import annotations

import platform
import time
from collections.abc import Iterator
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

import msgspec

from workbench.core.runs.folder import DATA, ENVIRONMENT, DataCard, Run
from workbench.core.training.events import Warned
from workbench.errors import WorkbenchError
from workbench.files import BROKEN_JSON, read_file, write_atomically

if TYPE_CHECKING:
    import torch


class Environment(msgspec.Struct, frozen=True):
    """Where a part of a run was computed."""

    device: str
    precision: str
    torch: str
    threads: int
    torchvision: str = ""
    python: str = ""
    platform: str = ""
    ranks: int = 1


DECISIVE = {
    "device": "the device",
    "torch": "torch",
    "threads": "the number of threads",
    "ranks": "the number of ranks",
}
"""What decides the last bits of a number, besides the precision, which a run keeps."""


def environment_here(device: torch.device, precision: str, *, ranks: int = 1) -> Environment:
    """The environment of this process."""
    import torch

    return Environment(
        str(device),
        precision,
        str(torch.__version__),  # a subclass of str that msgspec refuses
        torch.get_num_threads(),
        _torchvision(),
        platform.python_version(),
        platform.platform(),
        ranks,
    )


def _torchvision() -> str:
    """Its version, from the records of the installation: importing it takes twice as long as importing torch."""
    with suppress(PackageNotFoundError):
        return version("torchvision")
    import torchvision  # a frozen program may have no records

    return str(torchvision.__version__)


def earlier_environment(run: Run) -> Environment | None:
    """The environment of the part before, or None at the beginning; raises `WorkbenchError` if it is damaged."""
    path = run.path / ENVIRONMENT
    if not path.is_file():
        return None
    try:
        return msgspec.json.decode(read_file(path), type=Environment)
    except BROKEN_JSON as error:
        raise WorkbenchError(f"{path} is damaged", str(error), "Without it the run begins anew.") from error


def earlier_data(run: Run) -> DataCard | None:
    """The data of the part before, or None at the beginning."""
    return run.data_card if (run.path / DATA).is_file() else None


def write_down(run: Run, card: DataCard, environment: Environment) -> None:
    """Note what this part of the run is computed with."""
    write_atomically(run.path / DATA, _pretty(card))
    write_atomically(run.path / ENVIRONMENT, _pretty(environment))


def environment_changes(before: Environment, now: Environment) -> Iterator[Warned]:
    """What is different here from where the part before was computed."""
    for field, name in DECISIVE.items():
        old, new = getattr(before, field), getattr(now, field)
        if old != new:
            reason = "the last bits of the numbers can differ from those of a run that was never interrupted"
            yield Warned(time=time.time(), title=f"The run goes on with {name} {new} instead of {old}", reason=reason)


def data_changes(before: DataCard, now: DataCard) -> Iterator[Warned]:
    """What is different in the data; raises `WorkbenchError` for other classes, to which nothing learned applies."""
    if before.classes != now.classes:
        reason = f"{', '.join(before.classes[:10])} then; {', '.join(now.classes[:10])} now"
        raise WorkbenchError("The data has other classes than when the run began", reason, "Begin a new run.")
    then, today = (f"{card.train_images:,} + {card.validation_images:,}" for card in (before, now))
    if then != today:
        reason = f"{then} pictures to train and validate on then; {today} now"
        yield Warned(time=time.time(), title="The data has changed since the run began", reason=reason)
    elif before.content and before.content != now.content:
        reason = "as many pictures as then, but others, with other labels or in other parts"
        yield Warned(time=time.time(), title="The data has changed since the run began", reason=reason)


def _pretty(record: msgspec.Struct) -> bytes:
    return msgspec.json.format(msgspec.json.encode(record), indent=1) + b"\n"
