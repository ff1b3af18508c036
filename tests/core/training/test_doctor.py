"""Every rule of the doctor: a training that provokes it, near misses that must not, remedies that can be planned."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from workbench.core.data.preprocessing import Framing, Preprocessing
from workbench.core.graph.network import Network, Node, chain
from workbench.core.modelling.compile import build_module
from workbench.core.runs.runner import create_run, walk
from workbench.core.training.doctor.examination import examine
from workbench.core.training.doctor.rule import RULES, Case, NetworkRemedy, PlanRemedy
from workbench.core.training.events import (
    EpochDone,
    EpochJudged,
    LayerMeasures,
    LayersMeasured,
    RunEvent,
    RunFailed,
    RunFinished,
    StepDone,
)
from workbench.core.training.plan import Phase, TrainingPlan, changed
from workbench.errors import Problem

PLAN = TrainingPlan(network="tiny", data="digits", epochs=10, batch_size=64, learning_rate=1e-2, precision="fp32")


def network(*extra: Node, activation: str = "ReLU", norm: bool = True) -> Network:
    nodes = [Node("input", "Input", {"shape": [1, 8, 8]}), Node("conv", "Conv2d", {"out_channels": 6})]
    nodes += [Node("bn", "BatchNorm2d")] if norm else []
    nodes += [
        Node("act", activation),
        Node("flatten", "Flatten"),
        Node("fc", "Linear"),
        *extra,
        Node("output", "Output"),
    ]
    return chain("tiny", nodes)


# -- made-up events ----------------------------------------------------------------------------------------------------


def epochs(
    train: list[float], validation: list[float], accuracy: float = 0.9, validated: float | None = None
) -> list[RunEvent]:
    return [
        EpochDone(
            time=0,
            step=10 * number,
            epoch=number,
            train_loss=loss,
            train_accuracy=accuracy,
            validation_loss=held,
            validation_accuracy=max(0.0, accuracy - held / 100) if validated is None else validated,
            images_per_second=1,
            seconds=1,
            remaining_seconds=1,
        )
        for number, (loss, held) in enumerate(zip(train, validation, strict=True), start=1)
    ]


def step(loss: float = 2.3, rate: float = 1e-2) -> StepDone:
    return StepDone(
        time=0, step=1, epoch=1, loss=loss, accuracy=0, learning_rate=rate, images_per_second=1, remaining_seconds=1
    )


def layer(name: str, *, dead: float = 0.0, gradient: float = 0.1, update: float = 1e-3) -> LayerMeasures:
    if name not in ("conv", "fc"):
        return LayerMeasures(name, 0.0, 1.0, dead, dead)
    return LayerMeasures(name, 0.0, 1.0, dead, dead, gradient, 1.0, update)


def layers(*found: LayerMeasures, times: int = 4, first: int = 1) -> list[RunEvent]:
    return [LayersMeasured(time=0, step=first + number, epoch=first, layers=found) for number in range(times)]


def judged(predicted: list[float], right: list[float | None], waiting: float = 0.0) -> EpochJudged:
    return EpochJudged(
        time=0,
        step=10,
        epoch=1,
        top5=1.0,
        calibration_error=0.0,
        class_accuracy=tuple(right),
        predicted=tuple(predicted),
        waiting=waiting,
    )


def over() -> RunFinished:
    return RunFinished(time=0, step=100, epoch=10, stopped=False, best_accuracy=0.5, best_epoch=1, seconds=1)


def pictures(mean: float, deviation: float) -> LayerMeasures:
    return LayerMeasures("input", mean, deviation, 0.0, 0.0)


@dataclass(frozen=True)
class Given:
    """A rule, what is given to it, and where it must find something; "" where it must not."""

    rule: str
    where: str
    events: list[RunEvent] = field(default_factory=list)
    plan: TrainingPlan = PLAN
    network: Network = field(default_factory=network)


def planned(**values: Any) -> TrainingPlan:
    return changed(PLAN, **values)


FALLING = [1.0 - 0.05 * number for number in range(10)]
FIXED = Preprocessing(Framing(1, 8, 8), (0.0,), (1.0,))
GIVEN = {
    "half of the channels dead": Given("dead units", "act", layers(layer("act", dead=0.6))),
    "a few dead": Given("dead units", "", layers(layer("act", dead=0.3))),
    "dead in one batch only": Given(
        "dead units", "", [*layers(layer("act", dead=0.9), times=3), *layers(layer("act", dead=0.1), times=1)]
    ),
    "dead by chance in tiny batches": Given("dead units", "", layers(layer("act", dead=0.9)), planned(batch_size=4)),
    "no ReLU": Given("dead units", "", layers(layer("act", dead=0.9)), network=network(activation="Tanh")),
    "nothing reaches conv": Given(
        "vanishing gradients", "conv", layers(layer("conv", gradient=1e-8), layer("fc", gradient=0.1))
    ),
    "less reaches conv": Given(
        "vanishing gradients", "", layers(layer("conv", gradient=1e-4), layer("fc", gradient=0.1))
    ),
    "less reaches the head": Given(
        "vanishing gradients", "", layers(layer("conv", gradient=0.1), layer("fc", gradient=1e-8))
    ),
    "suddenly long": Given(
        "exploding gradients", "fc", [*layers(layer("fc"), times=9), *layers(layer("fc", gradient=50.0), times=1)]
    ),
    "always long": Given("exploding gradients", "fc", layers(layer("fc", gradient=5e3))),
    "of usual length": Given("exploding gradients", "", layers(layer("fc", gradient=5.0))),
    "long and cut": Given("exploding gradients", "", layers(layer("fc", gradient=5e3)), planned(clip_norm=1.0)),
    "steps of 10 % and no fall": Given(
        "rate too high", "learning_rate", [step(2.3), *layers(layer("fc", update=0.1)), *epochs([2.4], [2.4])]
    ),
    "steps of 10 % and a fall": Given(
        "rate too high", "", [step(2.3), *layers(layer("fc", update=0.1)), *epochs([1.9, 1.5], [2.0, 1.8])]
    ),
    "no fall with small steps": Given(
        "rate too high", "", [step(2.3), *layers(layer("fc", update=1e-3)), *epochs([2.4], [2.4])]
    ),
    "a loss that is no number": Given(
        "rate too high", "learning_rate", [step(2.3), RunFailed(time=0, title="The loss is nan in epoch 1")]
    ),
    "another failure": Given("rate too high", "", [step(2.3), RunFailed(time=0, title="Could not write x")]),
    "steps of nothing": Given("rate too low", "learning_rate", layers(layer("fc", update=1e-7))),
    "small steps": Given("rate too low", "", layers(layer("fc", update=1e-4))),
    "small steps at the end": Given("rate too low", "", layers(layer("fc", update=1e-7), first=9)),
    "no progress at a high rate": Given(
        "plateau", "schedule", [step(), *epochs([1.0] * 8, [1.1] * 8)], planned(schedule="constant")
    ),
    "no progress at a low rate": Given(
        "plateau", "", [step(), *epochs([1.0] * 8, [1.1] * 8), step(rate=1e-4)], planned(schedule="constant")
    ),
    "progress": Given("plateau", "", [step(), *epochs(FALLING, FALLING)], planned(schedule="constant")),
    "by heart": Given("overfitting", "augmentation", epochs(FALLING[:6], [1.0, 0.8, 0.9, 1.0, 1.1, 1.2])),
    "one bad epoch": Given("overfitting", "", epochs(FALLING[:6], [1.0, 0.9, 0.8, 0.7, 0.6, 1.2])),
    "both rise": Given("overfitting", "", epochs([1.0, 0.8, 0.9, 1.0, 1.1], [1.0, 0.8, 0.9, 1.0, 1.1])),
    "learned too little": Given("underfitting", "epochs", [*epochs([1.5, 1.4], [1.5, 1.4], 0.5), over()]),
    "still learning": Given("underfitting", "", epochs([1.5, 1.4], [1.5, 1.4], 0.5)),
    "learned enough": Given("underfitting", "", [*epochs([0.5, 0.3], [0.5, 0.3], 0.95), over()]),
    "known, but hardly with dropout": Given("underfitting", "", [*epochs([1.5, 1.1], [1.5, 0.9], 0.6, 0.83), over()]),
    "one class for all": Given("class collapse", "class_weights", [judged([0.95, 0.05, 0, 0], [1.0, 0.1, 0, 0])]),
    "a frequent class of two": Given("class collapse", "", [judged([0.9, 0.1], [1.0, 0.8])]),
    "a frequent class": Given("class collapse", "", [judged([0.85, 0.1, 0.05], [1.0, 0.6, 0.5])]),
    "waiting": Given("data-bound", "data", [judged([1.0], [1.0], waiting=0.7)], planned(augmentation="strong")),
    "hardly waiting": Given("data-bound", "", [judged([1.0], [1.0], waiting=0.2)]),
    "pixels from 0 to 255": Given(
        "wrong normalization", "preprocessing", layers(pictures(120.0, 60.0)), planned(preprocessing=FIXED)
    ),
    "pixels from 0 to 1": Given("wrong normalization", "preprocessing", layers(pictures(0.4, 0.2))),
    "mixed pictures": Given("wrong normalization", "", layers(pictures(-0.1, 0.7))),
    "pairs": Given("tiny batches", "batch_size", plan=planned(batch_size=2, accumulation=32)),
    "pairs without norm": Given("tiny batches", "", plan=planned(batch_size=2), network=network(norm=False)),
    "pairs with frozen norm": Given(
        "tiny batches",
        "",
        plan=planned(batch_size=2, phases=(Phase(epochs=1, learning_rate=0.1, norm="frozen"),)),
    ),
    "batches": Given("tiny batches", ""),
    "softmax": Given("softmax before loss", "softmax", network=network(Node("softmax", "Softmax"))),
    "scores": Given("softmax before loss", ""),
}


def found(given: Given) -> list[Problem]:
    return list(RULES[given.rule](Case(given.plan, given.network, given.events)))


@pytest.mark.parametrize("name", GIVEN)
def test_a_rule_speaks_on_evidence_and_only_then(name: str) -> None:
    given = GIVEN[name]
    assert [problem.where for problem in found(given)] == ([given.where] if given.where else [])


@pytest.mark.parametrize("name", [name for name, given in GIVEN.items() if given.where])
def test_a_finding_has_its_evidence_and_remedies_that_mend_it(name: str) -> None:
    given = GIVEN[name]
    (problem,) = found(given)
    assert any(letter.isdigit() for letter in problem.reason + problem.title)
    assert problem.level in ("warning", "info")
    for remedy in problem.remedies:
        if isinstance(remedy, PlanRemedy):
            plan = remedy.edit(given.plan)
            assert plan != given.plan
            assert not plan.field_problems()
        else:
            assert isinstance(remedy, NetworkRemedy)
            build_module(remedy.edit(given.network))
    assert problem.remedies or given.rule in ("data-bound", "wrong normalization")


@pytest.mark.parametrize("rule", list(RULES))
def test_every_rule_is_provoked_missed_explained_and_silent_before_a_run(rule: str) -> None:
    assert {bool(given.where) for given in GIVEN.values() if given.rule == rule} == {True, False}
    assert RULES.help(rule)
    assert list(RULES[rule](Case(PLAN, network()))) == []


def test_a_cause_explains_its_effects() -> None:
    events = [
        step(2.3),
        *layers(layer("fc", update=0.1)),
        judged([1.0, 0, 0, 0], [1.0, 0, 0, 0]),
        *epochs([2.4], [2.4]),
    ]
    assert [problem.where for problem in examine(Case(PLAN, network(), events))] == ["learning_rate"]


def test_remedies_of_a_plan_in_phases_change_every_phase() -> None:
    phases = (Phase(epochs=1, learning_rate=1e-2), Phase(epochs=1, learning_rate=1e-3))
    given = Given("rate too low", "", layers(layer("fc", update=1e-7)), planned(phases=phases))
    (problem,) = found(given)
    assert problem.remedy is not None
    assert [phase.learning_rate for phase in problem.remedy.edit(given.plan).phases] == pytest.approx([0.1, 0.01])


# -- real trainings ----------------------------------------------------------------------------------------------------


def examined(plan: TrainingPlan, net: Network, folder: Path) -> list[str]:
    run = create_run(plan, net, folder)
    return [problem.where for problem in examine(Case(plan, net, list(walk(run))))]


def spoiled(bias: float) -> Callable[[Any], None]:
    def initialize(module: Any) -> None:
        module.get_submodule("bn").bias.data.fill_(bias)

    return initialize


def test_a_healthy_training_is_left_alone(tmp_path: Path) -> None:
    assert examined(planned(epochs=3), network(), tmp_path / "run") == []


def test_real_relus_that_die_are_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from workbench.core.training import initialization

    monkeypatch.setitem(initialization.INITIALIZATIONS._definitions, "pytorch", spoiled(-50.0))
    assert "act" in examined(planned(epochs=1, learning_rate=1e-4), network(), tmp_path / "run")


def test_a_real_rate_that_is_too_high_is_found(tmp_path: Path) -> None:
    plan = planned(epochs=2, learning_rate=3.0, optimizer="adam")
    assert "learning_rate" in examined(plan, network(norm=False), tmp_path / "run")


def test_a_real_rate_that_is_too_low_is_found(tmp_path: Path) -> None:
    plan = planned(epochs=2, learning_rate=1e-8)
    assert "learning_rate" in examined(plan, network(), tmp_path / "run")


def test_real_pixels_that_nobody_normalized_are_found(tmp_path: Path) -> None:
    raw = Preprocessing(Framing(1, 8, 8), (0.0,), (0.01,))
    assert "preprocessing" in examined(planned(epochs=1, preprocessing=raw), network(), tmp_path / "run")


def test_real_gradients_that_vanish_are_found(tmp_path: Path) -> None:
    """Twelve sigmoids, each of which passes at most a quarter on."""
    nodes = [Node("input", "Input", {"shape": [1, 8, 8]}), Node("flatten", "Flatten")]
    for number in range(12):
        nodes += [Node(f"fc{number}", "Linear", {"out_features": 16}), Node(f"sigmoid{number}", "Sigmoid")]
    net = chain("deep", [*nodes, Node("fc", "Linear"), Node("output", "Output")])
    assert "fc0" in examined(planned(epochs=1), net, tmp_path / "run")
