"""What is measured while a run trains: against a second way to compute it, and without moving a bit of the training."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from sklearn.calibration import calibration_curve
from sklearn.metrics import confusion_matrix, top_k_accuracy_score

from workbench.core.graph.network import Network, Node, chain
from workbench.core.runs.folder import Run
from workbench.core.runs.runner import create_run, resume, walk
from workbench.core.training import measures
from workbench.core.training.clock import Clock
from workbench.core.training.control import Control
from workbench.core.training.events import (
    EpochJudged,
    LayerMeasures,
    LayersMeasured,
    RunEvent,
    RunFinished,
    StepDone,
    from_line,
    to_line,
)
from workbench.core.training.judging import BINS, TABLED_CLASSES, Judge
from workbench.core.training.plan import TrainingPlan, changed

PLAN = TrainingPlan(network="tiny", data="digits", epochs=2, batch_size=64, learning_rate=5e-3, precision="fp32")
STEPS = 23
CPU = torch.device("cpu")


def network() -> Network:
    nodes = [
        Node("input", "Input", {"shape": [1, 8, 8]}),
        Node("body.conv", "Conv2d", {"out_channels": 6, "padding": 1}),
        Node("body.bn", "BatchNorm2d"),
        Node("relu", "ReLU"),
        Node("flatten", "Flatten"),
        Node("dropout", "Dropout"),
        Node("fc", "Linear"),
        Node("output", "Output"),
    ]
    return chain("tiny", nodes)


def trained(plan: TrainingPlan, folder: Path) -> tuple[Run, list[RunEvent]]:
    run = create_run(plan, network(), folder)
    events = list(walk(run))
    assert isinstance(events[-1], RunFinished), events[-1]
    return run, events


def measured(events: list[Any]) -> list[LayersMeasured]:
    return [event for event in events if isinstance(event, LayersMeasured)]


EXTRAS: list[dict[str, Any]] = [
    {},
    {"accumulation": 2, "clip_norm": 0.1},
    {"recompute": ("body",)},
    {"averaging": "ema"},
]


@pytest.mark.parametrize("extra", EXTRAS, ids=["plain", "accumulation", "recompute", "ema"])
def test_measuring_does_not_move_a_bit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, extra: dict[str, Any]) -> None:
    plan = changed(PLAN, **extra)
    with_, events = trained(plan, tmp_path / "with")
    monkeypatch.setattr(measures, "is_due", lambda session: False)
    without, silent = trained(plan, tmp_path / "without")
    assert measured(events)
    assert not measured(silent)
    for which in ("last", "best"):
        one, two = with_.weights(which), without.weights(which)
        assert all(torch.equal(one[key], two[key]) for key in one)
    told = [[event.loss for event in each if isinstance(event, StepDone)] for each in (events, silent)]
    assert told[0] == told[1]


@pytest.mark.parametrize("recompute", [(), ("body",)])
def test_a_few_steps_of_each_epoch_are_measured_with_every_layer(tmp_path: Path, recompute: tuple[str, ...]) -> None:
    _, events = trained(changed(PLAN, recompute=recompute), tmp_path / "run")
    steps = [(event.epoch, event.step) for event in measured(events)]
    assert len(steps) == len(set(steps)) == 2 * len(range(1, STEPS, STEPS // measures.SAMPLES_PER_EPOCH))
    assert all((epoch - 1) * STEPS < step <= epoch * STEPS for epoch, step in steps)
    names = [layer.name for layer in measured(events)[0].layers]
    assert set(names) >= {"input", "body.conv", "body.bn", "relu", "flatten", "dropout", "fc"}
    assert from_line(to_line(measured(events)[0])) == measured(events)[0]


def test_the_figures_are_those_of_the_step(tmp_path: Path) -> None:
    """SGD without momentum: a weight changes by the rate times its gradient; dropout halves; the input is normal."""
    plan = changed(PLAN, optimizer="sgd", momentum=0.0, weight_decay=0.0, schedule="constant", learning_rate=0.1)
    _, events = trained(plan, tmp_path / "run")
    for event in measured(events):
        layers = {layer.name: layer for layer in event.layers}
        for name in ("body.conv", "fc"):
            found = layers[name]
            assert found.gradient is not None and found.update is not None and found.weight is not None
            assert found.update == pytest.approx(0.1 * found.gradient, rel=1e-3)
            assert 0.1 < found.weight < 10
        assert layers["input"].mean == pytest.approx(0, abs=0.1)
        assert layers["input"].deviation == pytest.approx(1, abs=0.1)
        assert layers["body.bn"].deviation == pytest.approx(1, abs=0.3)
        zeros, dropped = layers["relu"].zeros, layers["dropout"].zeros
        assert zeros is not None and dropped is not None
        assert dropped == pytest.approx(zeros + 0.5 * (1 - zeros), abs=0.05)
        assert layers["relu"].dead == 0


def test_gradients_are_measured_before_they_are_cut(tmp_path: Path) -> None:
    _, whole = trained(changed(PLAN, epochs=1), tmp_path / "whole")
    _, cut = trained(changed(PLAN, epochs=1, clip_norm=1e-3), tmp_path / "cut")
    first, second = ({layer.name: layer for layer in measured(events)[0].layers} for events in (whole, cut))
    assert first["fc"].gradient and second["fc"].gradient
    assert second["fc"].gradient > 0.1


@pytest.mark.parametrize("shape", [(4, 3, 5, 5), (4, 7, 3), (4, 3)])
def test_dead_channels_are_those_that_no_picture_wakes(shape: tuple[int, ...]) -> None:
    value = torch.rand(shape) + 0.1
    channel = 2 if len(shape) == 3 else 1
    value.select(channel, 1).zero_()
    mean, deviation, zeros, dead = measures._statistics(value).tolist()
    assert dead == pytest.approx(1 / 3)
    assert zeros == pytest.approx(1 / 3)
    assert mean == pytest.approx(float(value.mean()), rel=1e-5)
    assert deviation == pytest.approx(float(value.numpy().std()), rel=1e-4)


def test_of_a_large_activation_the_first_pictures_stand_for_all() -> None:
    value = torch.rand(64, 32, 32, 32)
    assert torch.equal(measures._statistics(value), measures._statistics(value[: measures.LEAST_PICTURES]))
    assert not torch.equal(measures._statistics(value[:, :1]), measures._statistics(value[:16, :1]))


def test_a_layer_that_memory_is_too_short_for_is_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def short(_value: torch.Tensor) -> torch.Tensor:
        raise torch.OutOfMemoryError("CUDA out of memory.")

    plain, _ = trained(PLAN, tmp_path / "plain")
    monkeypatch.setattr(measures, "_statistics", short)
    run, events = trained(PLAN, tmp_path / "run")
    assert {layer.name for layer in measured(events)[0].layers} == {"body.conv", "fc"}
    one, two = plain.weights("last"), run.weights("last")
    assert all(torch.equal(one[key], two[key]) for key in one)


def test_nothing_measured_is_lost_by_a_stop_nor_told_twice(tmp_path: Path) -> None:
    plan = changed(PLAN, batch_size=8)  # more steps than reports
    _, events = trained(plan, tmp_path / "whole")
    run, control = create_run(plan, network(), tmp_path / "run"), Control()
    for event in walk(run, control):
        if isinstance(event, LayersMeasured):
            control.stop()
    assert isinstance(list(resume(run.path))[-1], RunFinished)
    stopped = [(event.step, event.epoch, event.layers) for event in measured(list(run.events()))]
    assert stopped == [(event.step, event.epoch, event.layers) for event in measured(events)]


# -- judging -----------------------------------------------------------------------------------------------------------


def test_a_judgement_is_what_other_libraries_say() -> None:
    chance = torch.Generator().manual_seed(0)
    logits = 2 * torch.randn(600, 9, generator=chance)
    labels = torch.randint(8, (600,), generator=chance)  # class 8 has no picture
    logits[torch.arange(600), labels] += 2
    judge = Judge(9, CPU)
    for some, wanted in zip(logits.split(250), labels.split(250), strict=True):
        judge.add(some, wanted)
    told, guess = judge.judgement(), logits.argmax(1)
    assert told.top5 == pytest.approx(top_k_accuracy_score(labels, logits.numpy(), k=5, labels=np.arange(9)))
    matrix = confusion_matrix(labels, guess, labels=np.arange(9))
    wanted_shares = [*(matrix.diagonal()[:8] / matrix.sum(1)[:8]), None]
    assert told.class_accuracy == pytest.approx(tuple(wanted_shares))
    assert told.predicted == pytest.approx(tuple(matrix.sum(0) / 600))
    assert told.calibration_error == pytest.approx(_calibration_error(logits, labels), abs=1e-6)
    assert np.array_equal(told.confusion, matrix)
    assert sum(share * abs(sure - right) for share, sure, right in told.reliability) == pytest.approx(
        told.calibration_error, abs=1e-4
    )


def test_the_bins_of_the_confidence_are_those_of_scikit_learn() -> None:
    logits = 3 * torch.randn(500, 4, generator=torch.Generator().manual_seed(1))
    labels, judge = torch.arange(500) % 4, Judge(4, CPU)
    judge.add(logits, labels)
    sure, guess = logits.softmax(1).max(1)
    right, confidence = calibration_curve((guess == labels).numpy(), sure.numpy(), n_bins=BINS)
    filled = [row for row in judge.judgement().reliability if row[0] > 0]
    assert [row[1:] for row in filled] == [pytest.approx(row, abs=1e-4) for row in zip(confidence, right, strict=True)]
    assert sum(row[0] for row in filled) == pytest.approx(1, abs=1e-3)


def test_the_confusion_of_many_classes_is_not_told() -> None:
    judge = Judge(TABLED_CLASSES + 1, CPU)
    judge.add(torch.eye(TABLED_CLASSES + 1), torch.arange(TABLED_CLASSES + 1))
    assert judge.judgement().confusion == ()


def _calibration_error(logits: torch.Tensor, labels: torch.Tensor) -> float:
    """The formula of the paper, bin by bin."""
    sure, guess = (each.numpy() for each in logits.softmax(1).max(1))
    right, error = guess == labels.numpy(), 0.0
    for number in range(BINS):
        inside = (sure > number / BINS) & (sure <= (number + 1) / BINS)
        if inside.any():
            error += inside.mean() * abs(sure[inside].mean() - right[inside].mean())
    return error


@pytest.mark.parametrize(("scale", "right", "error"), [(100.0, 1.0, 0.0), (100.0, 0.0, 1.0)])
def test_the_sure_are_calibrated_when_they_are_right(scale: float, right: float, error: float) -> None:
    logits, judge = scale * torch.eye(3), Judge(3, CPU)
    labels = torch.arange(3) if right else torch.tensor([1, 2, 0])
    judge.add(logits, labels)
    assert judge.judgement().calibration_error == pytest.approx(error)
    assert judge.judgement().top5 == 1.0
    judge.clear()
    assert judge.judgement().class_accuracy == (None, None, None)


def test_a_run_judges_every_epoch_as_its_own_validation_says(tmp_path: Path) -> None:
    run, events = trained(PLAN, tmp_path / "run")
    judged = [event for event in events if isinstance(event, EpochJudged)]
    assert [event.epoch for event in judged] == [1, 2]
    labels = run.data().validation.labels
    counts = np.bincount(labels, minlength=10)
    for event, epoch in zip(judged, run.epochs, strict=True):
        assert event.step == epoch.step
        assert np.dot(event.class_accuracy, counts) / counts.sum() == pytest.approx(epoch.validation_accuracy)  # type: ignore[arg-type]
        assert epoch.validation_accuracy <= event.top5 <= 1
        assert sum(event.predicted) == pytest.approx(1)
        assert np.trace(event.confusion) / np.sum(event.confusion) == pytest.approx(epoch.validation_accuracy)
        assert from_line(to_line(event)) == event
        assert 0 <= event.waiting <= 1
        assert event.memory is None or event.memory > 1e7


def test_waiting_is_the_time_until_things_are_there(monkeypatch: pytest.MonkeyPatch) -> None:
    moment = [0.0]
    monkeypatch.setattr("workbench.core.training.clock.time.perf_counter", lambda: moment[0])

    def things() -> Any:
        for _ in range(3):
            moment[0] += 2.0
            yield None

    clock = Clock()
    for _ in clock.waiting_for(things()):
        moment[0] += 5.0
    assert clock.waited == 6.0
    clock.begin_epoch()
    assert clock.waited == 0.0


def test_a_layer_without_weights_has_no_gradient() -> None:
    assert LayerMeasures("relu").gradient is None
