"""Where a training stopped having numbers: outputs, gradients, weights and statistics that break on purpose."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from workbench.core.graph.network import Network, Node, chain
from workbench.core.runs.folder import Run
from workbench.core.runs.runner import create_run, walk
from workbench.core.training import beginning, session
from workbench.core.training.checkpoint import load_state
from workbench.core.training.control import Control
from workbench.core.training.events import RunEvent, RunFailed, Warned
from workbench.core.training.plan import TrainingPlan, changed

PLAN = TrainingPlan(network="tiny", data="digits", epochs=2, batch_size=64, learning_rate=5e-3, precision="fp32")
STEPS = 23
"""Of an epoch of the digits."""


def network() -> Network:
    nodes = [
        Node("input", "Input", {"shape": [1, 8, 8]}),
        Node("conv", "Conv2d", {"out_channels": 6, "padding": 1}),
        Node("bn", "BatchNorm2d"),
        Node("relu", "ReLU"),
        Node("flatten", "Flatten"),
        Node("fc1", "Linear", {"out_features": 16}),
        Node("relu2", "ReLU"),
        Node("fc", "Linear"),
        Node("output", "Output"),
    ]
    return chain("tiny", nodes)


class Break:
    """Breaks a layer once it has been through so many training steps; counted by the batches that `bn` has tracked."""

    def __init__(self, module: nn.Module, step: int) -> None:
        self._counter, self._step = module.get_submodule("bn"), step

    def due(self) -> bool:
        return torch.is_grad_enabled() and int(self._counter.num_batches_tracked) == self._step  # type: ignore[arg-type]


class Overflows(torch.autograd.Function):
    """Gives its input; its gradient is infinite."""

    @staticmethod
    def forward(context: object, value: Tensor) -> Tensor:
        return value.clone()

    @staticmethod
    def backward(context: object, gradient: Tensor) -> Tensor:
        return gradient * float("inf")


def output_of(module: nn.Module, layer: str, step: int, value: float) -> None:
    at = Break(module, step)

    def broken(_layer: nn.Module, _inputs: object, output: Tensor) -> Tensor | None:
        return output.index_fill(0, torch.tensor([1]), value) if at.due() else None

    module.get_submodule(layer).register_forward_hook(broken)


def gradient_at(module: nn.Module, layer: str, step: int) -> None:
    at = Break(module, step)

    def broken(_layer: nn.Module, _inputs: object, output: Tensor) -> Tensor | None:
        return Overflows.apply(output) if at.due() else None

    module.get_submodule(layer).register_forward_hook(broken)


@pytest.fixture
def breaking(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[nn.Module], None]], None]:
    """Does something to each module that a training begins with."""

    def with_(change: Callable[[nn.Module], None]) -> None:
        real = beginning.new_module

        def made(job: beginning.TrainingJob) -> nn.Module:
            module = real(job)
            change(module)
            return module

        monkeypatch.setattr(session, "new_module", made)

    return with_


def failed(plan: TrainingPlan, folder: Path, net: Network | None = None) -> tuple[Run, RunFailed, list[RunEvent]]:
    run = create_run(plan, net or network(), folder)
    events = list(walk(run))
    last = events[-1]
    assert isinstance(last, RunFailed), last
    return run, last, events


@pytest.mark.parametrize(("value", "kind"), [(float("nan"), "nan"), (float("inf"), "inf")])
@pytest.mark.parametrize("step", [1, 12, STEPS, STEPS + 1, 2 * STEPS])
def test_the_first_layer_whose_output_is_no_number_is_named_with_its_step(
    tmp_path: Path, breaking: Callable[..., None], step: int, value: float, kind: str
) -> None:
    breaking(lambda module: output_of(module, "fc1", step, value))
    run, last, events = failed(PLAN, tmp_path / "run")
    assert f"in step {step} the output of fc1 is the first to hold {kind}" in last.reason
    assert ("last checkpoint is kept" in last.hint) == (step > STEPS), "before the end of the first epoch there is none"
    assert any(isinstance(event, Warned) and "repeated" in event.reason for event in events)
    if step > STEPS:
        assert load_state(run.checkpoints / "last")["epoch"] == 1
        assert all(value.isfinite().all() for value in run.weights("last").values())


def test_the_gradient_that_overflows_is_named_not_the_weights_that_it_spoils(
    tmp_path: Path, breaking: Callable[..., None]
) -> None:
    breaking(lambda module: gradient_at(module, "fc1", 9))
    _, last, _ = failed(PLAN, tmp_path / "run")
    assert "in step 9 the gradient at fc1.bias is the first to hold" in last.reason
    assert "clip" in last.hint


def test_a_gradient_of_weights_alone_is_named_by_its_weight(tmp_path: Path, breaking: Callable[..., None]) -> None:
    def due_in_backward(module: nn.Module) -> None:
        counter = module.get_submodule("bn")
        weight = module.get_parameter("fc1.weight")
        weight.register_hook(
            lambda gradient: gradient * float("nan") if int(counter.num_batches_tracked) == 9 else gradient  # type: ignore[arg-type]
        )

    breaking(due_in_backward)
    _, last, _ = failed(PLAN, tmp_path / "run")
    assert "in step 9 the gradient at fc1.weight is the first to hold nan" in last.reason


def test_a_rate_that_is_far_too_high_is_found_in_the_layers_it_blew_up(tmp_path: Path) -> None:
    plan = changed(PLAN, optimizer="sgd", learning_rate=100.0, schedule="constant", epochs=30)
    _, last, _ = failed(plan, tmp_path / "run")
    assert "is the first to hold" in last.reason or "has made" in last.reason
    assert any(node in last.reason for node in ("conv", "bn", "fc1", "fc"))
    assert "smaller learning rate" in last.hint
    assert "epoch" in last.title


def test_weights_that_break_without_a_broken_gradient_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = torch.optim.AdamW.step

    def step(optimizer: torch.optim.AdamW) -> None:
        real(optimizer)
        if next(iter(optimizer.state.values()))["step"] == 6:
            with torch.no_grad():
                optimizer.param_groups[0]["params"][4].view(-1)[3] = float("inf")

    monkeypatch.setattr(torch.optim.AdamW, "step", step)
    _, last, _ = failed(PLAN, tmp_path / "run")
    assert "step 6 has made fc1.weight inf, out of gradients that are numbers" in last.reason


def test_statistics_that_break_on_their_own_are_named(tmp_path: Path, breaking: Callable[..., None]) -> None:
    def change(module: nn.Module) -> None:
        at, norm = Break(module, 7), module.get_submodule("bn")

        def spoil(_layer: nn.Module, _inputs: object, _output: Tensor) -> None:
            if at.due():
                norm.running_var.data.fill_(float("inf"))  # type: ignore[union-attr, operator]

        norm.register_forward_hook(spoil)

    breaking(change)
    run, last, _ = failed(PLAN, tmp_path / "run")
    assert "step 7 has made bn.running_var inf" in last.reason
    assert not (run.checkpoints / "last").exists()


def test_a_validation_that_breaks_names_its_layer(tmp_path: Path, breaking: Callable[..., None]) -> None:
    def change(module: nn.Module) -> None:
        def spoil(layer: nn.Module, _inputs: object, output: Tensor) -> Tensor | None:
            return None if layer.training else output * float("nan")

        module.get_submodule("relu").register_forward_hook(spoil)

    breaking(change)
    _, last, _ = failed(PLAN, tmp_path / "run")
    assert last.title.startswith("The validation loss is nan")
    assert "on validation pictures the output of relu" in last.reason


def test_a_repetition_that_meets_nothing_leaves_the_plain_reason(tmp_path: Path, breaking: Callable[..., None]) -> None:
    made = []

    def once(module: nn.Module) -> None:
        made.append(module)
        if len(made) == 1:
            output_of(module, "fc1", 5, float("nan"))

    breaking(once)
    _, last, _ = failed(PLAN, tmp_path / "run")
    assert "beyond what numbers can hold" in last.reason


def test_a_repetition_that_fails_itself_hides_nothing(tmp_path: Path, breaking: Callable[..., None]) -> None:
    made = []

    def once(module: nn.Module) -> None:
        made.append(module)
        if len(made) > 1:
            raise ValueError("not again")
        output_of(module, "fc1", 5, float("nan"))

    breaking(once)
    _, last, _ = failed(PLAN, tmp_path / "run")
    assert last.title.startswith("The loss is nan")
    assert "beyond what numbers can hold" in last.reason


def test_a_user_who_stops_does_not_wait_for_the_repetition(tmp_path: Path, breaking: Callable[..., None]) -> None:
    breaking(lambda module: output_of(module, "fc1", 20, float("nan")))
    run, control = create_run(PLAN, network(), tmp_path / "run"), Control()
    last = None
    for last in walk(run, control):
        if isinstance(last, Warned):
            control.stop()
    assert isinstance(last, RunFailed)
    assert "beyond what numbers can hold" in last.reason


EXTRAS: list[dict[str, object]] = [{"accumulation": 3}, {"recompute": ("fc1",)}, {"mixing": "mixup"}]


@pytest.mark.parametrize("extra", EXTRAS, ids=lambda extra: next(iter(extra)))
def test_it_is_found_whatever_else_the_plan_does(
    tmp_path: Path, breaking: Callable[..., None], extra: dict[str, object]
) -> None:
    breaking(lambda module: output_of(module, "fc1", 6, float("nan")))
    _, last, _ = failed(changed(PLAN, batch_size=32, **extra), tmp_path / "run")
    assert "the output of fc1 is the first to hold nan" in last.reason
