"""Making a run and walking its training loop: events go to the run's log first, then to whoever walks.

A run that was stopped, failed or killed goes on from its last checkpoint when it is walked again.
"""

from __future__ import annotations

import platform
import time
import traceback
from collections.abc import Iterator
from pathlib import Path

import msgspec

from workbench.core.data.images import ImageData
from workbench.core.data.preprocessing import Preprocessing
from workbench.core.graph.network import Network
from workbench.core.graph.storage import to_json
from workbench.core.runs.folder import DATA, ENVIRONMENT, EVENTS, LOG, NETWORK, PLAN, DataCard, Run, open_run
from workbench.core.training.control import Control
from workbench.core.training.events import RunEvent, RunFailed, Warned, to_line
from workbench.core.training.plan import TrainingPlan, changed, plan_to_json
from workbench.errors import Problem, WorkbenchError
from workbench.files import cannot_write, write_atomically

NAMED_SKIPS = 20
"""So many unusable files are named one by one in the events; all of them stand in `data.json`."""


def train(plan: TrainingPlan, *, out: Path | str, control: Control | None = None) -> Iterator[RunEvent]:
    """Make a run of a plan in a new folder and train it, yielding what happens.

    Raises `WorkbenchError` at the first event if the plan is not possible; faults of the training are events.
    """
    from workbench.core.modelling.opening import open_network

    run = create_run(plan, open_network(plan.network), Path(out))
    yield from walk(run, control)


def create_run(plan: TrainingPlan, network: Network, out: Path) -> Run:
    """A new run folder with its plan and its network; raises `WorkbenchError` for a bad plan or a folder in use."""
    refuse(plan.field_problems())
    if (out / PLAN).exists():
        raise WorkbenchError(f"{out} already holds a run", hint=f"Continue it with `workbench resume {out}`.")
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise WorkbenchError(f"{out} is in use", "a run wants a new or empty folder")
    write_atomically(out / NETWORK, to_json(network))
    write_atomically(out / PLAN, plan_to_json(changed(plan, network=network.name, data=absolute(plan.data))))
    return Run(out)


def resume(path: Path | str, control: Control | None = None) -> Iterator[RunEvent]:
    """Go on with a run from its last checkpoint; raises `WorkbenchError` if it is complete."""
    run = open_run(path)
    if run.state == "complete":
        raise WorkbenchError(f"{run.name} is complete", "all epochs of its plan are done")
    yield from walk(run, control)


def walk(run: Run, control: Control | None = None) -> Iterator[RunEvent]:
    """Train a run from where it stands; every event is in the log before it is yielded, faults are events too."""
    log = run.path / EVENTS
    try:
        _end_last_line(log)
        for event in _guarded(run, control or Control()):
            _append(log, to_line(event))
            yield event
    except WorkbenchError as error:  # the log itself cannot be written
        yield RunFailed(time=time.time(), title=error.title, reason=error.reason, hint=error.hint)


def refuse(problems: tuple[Problem, ...]) -> None:
    """Raise `WorkbenchError` for the first of the problems, if there are any."""
    if problems:
        raise WorkbenchError(problems[0].title, problems[0].reason)


def absolute(spec: str) -> str:
    """A data spec that is a path, made independent of the working directory."""
    return str(Path(spec).resolve()) if Path(spec).exists() else spec


def _guarded(run: Run, control: Control) -> Iterator[RunEvent]:
    try:
        yield from _events(run, control)
    except WorkbenchError as error:
        _append(run.path / LOG, f"{error}\n".encode())
        yield RunFailed(time=time.time(), title=error.title, reason=error.reason, hint=error.hint)
    except MemoryError as error:
        yield _failed(run, "The memory is not enough", error, "Try a smaller batch.")
    except RuntimeError as error:
        if "out of memory" in str(error).lower():
            yield _failed(run, "The memory of the device is not enough", error, "Try a smaller batch.")
        else:
            yield _failed(run, "The training stopped on an error", error, f"The trace is in {run.path / LOG}.")
    except Exception as error:
        yield _failed(run, "The training stopped on an error", error, f"The trace is in {run.path / LOG}.")


def _failed(run: Run, title: str, error: Exception, hint: str) -> RunFailed:
    _append(run.path / LOG, traceback.format_exc().encode())
    reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
    return RunFailed(time=time.time(), title=title, reason=reason, hint=hint)


def _events(run: Run, control: Control) -> Iterator[RunEvent]:
    from workbench.core.training.device import choose_device, choose_precision
    from workbench.core.training.heap import kept_heap
    from workbench.core.training.loop import training_loop
    from workbench.core.training.session import TrainingJob

    plan, network = run.plan, run.network
    device = choose_device(plan.device)
    precision = _precision_so_far(run) or choose_precision(plan.precision, device)
    data, preprocessing = _open_data(plan, network)
    _write_cards(run, data, preprocessing, {"device": str(device), "precision": precision})
    yield from _warnings(data.problems)
    job = TrainingJob(plan, network, data, preprocessing, run.checkpoints, device, precision)
    with kept_heap():
        yield from training_loop(job, control)


def _open_data(plan: TrainingPlan, network: Network) -> tuple[ImageData, Preprocessing]:
    """The data framed for the network, and the preprocessing: the plan's, or with the data's own statistics."""
    from workbench.core.data.sources import open_data
    from workbench.core.data.statistics import statistics
    from workbench.core.training.compatibility import framing_of, output_problem

    framing = plan.preprocessing.framing if plan.preprocessing else framing_of(network)
    data = open_data(plan.data, framing=framing)
    refuse(tuple(filter(None, [output_problem(network, data.classes)])))
    return data, plan.preprocessing or Preprocessing(framing, *statistics(data.train))


def _write_cards(run: Run, data: ImageData, preprocessing: Preprocessing, chosen: dict[str, str]) -> None:
    import torch
    import torchvision

    card = DataCard(
        data.name,
        run.plan.data,
        data.classes,
        len(data.train),
        len(data.validation),
        preprocessing,
        tuple(map(str, data.problems)),
    )
    environment = {
        **chosen,
        "python": platform.python_version(),
        "platform": platform.platform(),
        "torch": str(torch.__version__),  # a subclass of str that msgspec refuses
        "torchvision": str(torchvision.__version__),
        "threads": torch.get_num_threads(),
    }
    write_atomically(run.path / DATA, _pretty(card))
    write_atomically(run.path / ENVIRONMENT, _pretty(environment))


def _precision_so_far(run: Run) -> str | None:
    """The precision an earlier part of the run was computed in: it is part of what makes numbers equal."""
    path = run.path / ENVIRONMENT
    if not path.is_file():
        return None
    try:
        found = msgspec.json.decode(path.read_bytes(), type=dict[str, str | int])
    except msgspec.MsgspecError as error:
        raise WorkbenchError(f"{path} is damaged", str(error)) from error
    return str(found["precision"])


def _warnings(problems: tuple[Problem, ...]) -> Iterator[Warned]:
    for problem in problems[:NAMED_SKIPS]:
        yield Warned(time=time.time(), title=f"{problem.where}: {problem.title}", reason=problem.reason)
    if len(problems) > NAMED_SKIPS:
        yield Warned(time=time.time(), title=f"and {len(problems) - NAMED_SKIPS} more files could not be used")


def _append(path: Path, line: bytes) -> None:
    try:
        with path.open("ab") as stream:
            stream.write(line)
    except OSError as error:
        raise cannot_write(path, error) from error


def _end_last_line(path: Path) -> None:
    """Give a line that a kill cut short its line end, so that the next event starts on its own."""
    if path.is_file() and not path.read_bytes().endswith(b"\n"):
        _append(path, b"\n")


def _pretty(record: object) -> bytes:
    return msgspec.json.format(msgspec.json.encode(record), indent=1) + b"\n"
