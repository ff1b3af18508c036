"""Faults of a training: what memory that is short makes of a step, and what each fault is called."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import nn

from workbench.core.graph.network import Network, Node, chain
from workbench.core.runs.folder import Run
from workbench.core.runs.runner import create_run, resume, walk
from workbench.core.training import beginning, fitting, session
from workbench.core.training.control import Control
from workbench.core.training.events import RunEvent, RunFailed, RunFinished, StepDone, Warned
from workbench.core.training.faults import in_words, is_lost_device, is_out_of_memory
from workbench.core.training.plan import TrainingPlan, changed

PLAN = TrainingPlan(network="tiny", data="digits", epochs=1, batch_size=64, learning_rate=5e-3, precision="fp32")
SHORT = "CUDA out of memory. Tried to allocate 2.00 GiB."


def network(*, norm: bool = False) -> Network:
    nodes = [Node("input", "Input", {"shape": [1, 8, 8]}), Node("conv", "Conv2d", {"out_channels": 6, "padding": 1})]
    nodes += [Node("bn", "BatchNorm2d")] if norm else []
    nodes += [Node("relu", "ReLU"), Node("flatten", "Flatten"), Node("fc", "Linear"), Node("output", "Output")]
    return chain("tiny", nodes)


@pytest.fixture
def memory(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Lets networks run out of memory with more than so many pictures in training, or in validation."""

    def limit(
        *, training: int = 10_000, validation: int = 10_000, error: type[Exception] = torch.OutOfMemoryError
    ) -> None:
        real = beginning.new_module

        def made(job: beginning.TrainingJob) -> nn.Module:
            module = real(job)

            def short(layer: nn.Module, inputs: tuple[torch.Tensor, ...]) -> None:
                if len(inputs[0]) > (training if torch.is_grad_enabled() else validation):
                    raise error(SHORT)

            module.get_submodule("fc").register_forward_pre_hook(short)
            return module

        monkeypatch.setattr(session, "new_module", made)

    return limit


def trained(plan: TrainingPlan, folder: Path, net: Network | None = None) -> tuple[Run, list[RunEvent]]:
    run = create_run(plan, net or network(), folder)
    return run, list(walk(run))


def losses(events: list[RunEvent]) -> list[float]:
    return [event.loss for event in events if isinstance(event, StepDone)]


def same_bits(one: Run, two: Run) -> bool:
    first, second = one.weights("last"), two.weights("last")
    return all(torch.equal(first[key], second[key]) for key in first)


@pytest.mark.parametrize("error", [torch.OutOfMemoryError, MemoryError, RuntimeError])
def test_a_step_that_does_not_fit_is_made_of_smaller_parts_and_says_so(
    tmp_path: Path, memory: Callable[..., None], error: type[Exception]
) -> None:
    memory(training=20, error=error)
    run, events = trained(PLAN, tmp_path / "run")
    assert run.state == "complete"
    warned = [event for event in events if isinstance(event, Warned)]
    assert [event.title.split(" pictures")[0] for event in warned] == ["64", "32"]
    assert "16 at a time" in warned[-1].reason
    assert SHORT in warned[-1].reason
    assert "normalization" not in warned[-1].reason


def test_what_onednn_cannot_make_in_memory_that_is_short_is_tried_in_smaller_parts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Alone its error says nothing of memory; behind one that does, it is believed to."""
    real = beginning.new_module

    def made(job: beginning.TrainingJob) -> nn.Module:
        module = real(job)

        def short(layer: nn.Module, inputs: tuple[torch.Tensor, ...]) -> None:
            if torch.is_grad_enabled() and len(inputs[0]) > first:
                raise RuntimeError(SHORT)
            if torch.is_grad_enabled() and len(inputs[0]) > 20:
                raise RuntimeError("could not create a primitive")

        module.get_submodule("fc").register_forward_pre_hook(short)
        return module

    monkeypatch.setattr(session, "new_module", made)
    first = 40
    run, events = trained(PLAN, tmp_path / "short")
    warned = [event for event in events if isinstance(event, Warned)]
    assert run.state == "complete" and "could not create a primitive" in warned[-1].reason
    first = 64
    run, events = trained(PLAN, tmp_path / "strange")
    failed = events[-1]
    assert isinstance(failed, RunFailed) and failed.reason == "could not create a primitive"
    assert failed.title == "The training stopped on an error", "nobody knows that memory is short"


def test_smaller_parts_are_bit_for_bit_the_run_that_was_planned_so(tmp_path: Path, memory: Callable[..., None]) -> None:
    """With the same steps, and without normalization hardly another run than with enough memory."""
    _, plenty = trained(PLAN, tmp_path / "whole")
    planned, _ = trained(changed(PLAN, batch_size=16, accumulation=4), tmp_path / "planned")
    memory(training=20)
    short, events = trained(PLAN, tmp_path / "short")
    assert same_bits(short, planned)
    assert len(losses(events)) == len(losses(plenty))
    assert losses(events) == pytest.approx(losses(plenty), rel=1e-4)


def test_what_a_failed_attempt_has_counted_is_taken_back(tmp_path: Path, memory: Callable[..., None]) -> None:
    """Normalization counts its batches, and the failed attempts were three more: none of them may stay."""
    planned, _ = trained(changed(PLAN, batch_size=8, accumulation=8), tmp_path / "planned", network(norm=True))
    memory(training=10)
    short, events = trained(PLAN, tmp_path / "short", network(norm=True))
    assert same_bits(short, planned)
    assert short.weights("last")["bn.num_batches_tracked"] == planned.weights("last")["bn.num_batches_tracked"]
    assert any("batch normalization" in event.reason for event in events if isinstance(event, Warned))


def test_a_halved_run_goes_on_in_the_same_parts(tmp_path: Path, memory: Callable[..., None]) -> None:
    memory(training=20)
    whole, _ = trained(changed(PLAN, epochs=2), tmp_path / "whole", network(norm=True))
    run, control = create_run(changed(PLAN, epochs=2), network(norm=True), tmp_path / "run"), Control()
    for event in walk(run, control):
        if isinstance(event, StepDone) and event.step == 9:
            control.stop()
    again = list(resume(run.path))
    assert not any(isinstance(event, Warned) for event in again)
    assert same_bits(whole, run)


@pytest.mark.parametrize(("norm", "said"), [(False, "one picture"), (True, "2 pictures")])
def test_a_picture_that_does_not_fit_ends_the_run_with_the_reason(
    tmp_path: Path, memory: Callable[..., None], norm: bool, said: str
) -> None:
    memory(training=0)
    run, events = trained(PLAN, tmp_path / "run", network(norm=norm))
    last = events[-1]
    assert isinstance(last, RunFailed)
    assert said in last.title
    assert SHORT in last.reason
    assert "smaller" in last.hint
    assert run.state == "failed"


def test_validation_fits_too(tmp_path: Path, memory: Callable[..., None]) -> None:
    whole, _ = trained(PLAN, tmp_path / "whole")
    memory(validation=33)
    run, events = trained(PLAN, tmp_path / "run")
    assert isinstance(events[-1], RunFinished)
    assert run.epochs[0].validation_loss == pytest.approx(whole.epochs[0].validation_loss, rel=1e-5)
    assert run.epochs[0].validation_accuracy == whole.epochs[0].validation_accuracy


def test_an_error_that_is_not_about_memory_is_not_tried_again(tmp_path: Path, memory: Callable[..., None]) -> None:
    class OwnError(Exception):
        pass

    memory(training=0, error=OwnError)
    run, events = trained(PLAN, tmp_path / "run")
    assert isinstance(events[-1], RunFailed)
    assert events[-1].title == "The training stopped on an error"
    assert not any(isinstance(event, Warned) for event in events)
    assert "OwnError" in (run.path / "log.txt").read_text()


SAID: list[tuple[Exception, str]] = [
    (torch.OutOfMemoryError(SHORT), "memory of the device"),
    (MemoryError("numpy"), "The memory is not enough"),
    (
        RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory: you tried"),
        "memory",
    ),
    (RuntimeError("MPS backend out of memory"), "memory of the device"),
    (RuntimeError("CUDA error: an illegal memory access was encountered"), "stopped computing"),
    (RuntimeError("CUDA error: device-side assert triggered"), "stopped computing"),
    (RuntimeError("CUDA error: out of memory"), "memory of the device"),
    (ValueError("whatever"), "stopped on an error"),
]


@pytest.mark.parametrize(("error", "title"), SAID, ids=lambda value: str(value)[:30])
def test_each_fault_has_its_words(error: Exception, title: str) -> None:
    told = in_words(error, log="log.txt")
    assert title in told.title
    assert told.reason == str(error)
    assert told.hint
    assert is_out_of_memory(error) == ("memory" in title)
    assert is_lost_device(error) == ("computing" in title)


def test_a_lost_device_ends_the_run_and_leaves_the_program(tmp_path: Path, memory: Callable[..., None]) -> None:
    class LostError(RuntimeError):
        def __init__(self, _said: str) -> None:
            super().__init__("CUDA error: unspecified launch failure")

    memory(training=0, error=LostError)
    run, events = trained(PLAN, tmp_path / "run")
    assert isinstance(events[-1], RunFailed)
    assert "resume" in events[-1].hint
    assert run.state == "failed"


def test_attempts_free_what_they_held() -> None:
    """A second attempt must have the memory of the first: nothing may hold its error."""
    import weakref

    held: list[weakref.ref[nn.Linear]] = []

    def work() -> None:
        large = nn.Linear(3, 3)
        held.append(weakref.ref(large))
        if len(held) == 1:
            raise torch.OutOfMemoryError(SHORT)

    assert fitting.shortage(work) == SHORT
    assert held[0]() is None
    assert fitting.shortage(work) == ""


@pytest.mark.parametrize(("before", "after"), [(64, 32), (33, 17), (3, 2), (2, 1)])
def test_half_of_an_odd_number_is_rounded_up(before: int, after: int) -> None:
    assert fitting.halved(before, least=1, reason="") == after
