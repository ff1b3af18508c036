"""The rate finder: what it suggests, when it refuses and why, and that nothing of it stays."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from workbench.core.data.images import ImageData, ImagePart
from workbench.core.data.sources import open_data
from workbench.core.graph.network import Network, Node, chain
from workbench.core.runs.runner import create_run, walk
from workbench.core.training.lr_finder import find_rate, kept_chance, rising_losses, trial_job
from workbench.core.training.plan import Phase, TrainingPlan, changed
from workbench.core.training.rate_curve import RateCurve, judge, rate_ladder
from workbench.errors import WorkbenchError

PLAN = TrainingPlan(network="tiny", data="digits", batch_size=64, precision="fp32", device="cpu")
LADDER = rate_ladder(1e-6, 10.0, 100)
X = np.log10(LADDER)


def tiny() -> Network:
    nodes = [
        Node("input", "Input", {"shape": [1, 8, 8]}),
        Node("conv", "Conv2d", {"out_channels": 8, "padding": 1}),
        Node("relu", "ReLU"),
        Node("flatten", "Flatten"),
        Node("dropout", "Dropout", {"p": 0.1}),
        Node("fc", "Linear"),
    ]
    return chain("tiny", [*nodes, Node("output", "Output")])


@pytest.fixture(scope="module")
def digits() -> ImageData:
    return open_data("digits")


def fall(at: float, scatter: float, seed: int, *, end: int = 90) -> list[float]:
    """A loss that falls around a power of ten and breaks out two later."""
    lots = np.random.default_rng(seed)
    losses = 2.3 - 1.5 / (1 + np.exp(-5 * (X - at))) + np.exp(np.minimum(5 * (X - at - 2.5), 3.0))
    return [*(losses + lots.normal(0, scatter, len(X)))][:end]


# -- what a curve says -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("at", [-4.0, -3.0, -1.5])
def test_the_rate_is_where_the_loss_falls_fastest(at: float) -> None:
    curve = judge(LADDER, [fall(at, 0.03, seed) for seed in range(3)])
    assert curve.refusal is None and curve.suggestion == pytest.approx(10**at, rel=0.7)
    assert len(curve.middle) == len(curve.low) == len(curve.high) == 90
    assert all(low <= middle <= high for low, middle, high in zip(curve.low, curve.middle, curve.high, strict=True))


@pytest.mark.parametrize(
    ("losses", "title"),
    [
        ([[*np.random.default_rng(seed).normal(2.3, 0.3, 100)] for seed in range(3)], "does not fall"),
        ([[2.3] * 100], "does not fall"),
        ([[*(0.05 + np.exp(np.minimum(4 * (X + 2), 5)))][:80]], "does not fall"),
        ([[*(2.3 - 0.3 * np.maximum(0, X + 3))]], "still falls at the largest rate"),
        ([fall(-4.5, 0.01, 0), fall(-1.5, 0.01, 1)], "do not agree"),
        ([[2.3] * 8, [2.3] * 90], "breaks out at once"),
        ([[], []], "breaks out at once"),
    ],
    ids=["noise", "flat", "trained already", "no end", "two minds", "at once", "never a number"],
)
def test_a_curve_that_says_nothing_is_refused_with_its_reason(losses: list[list[float]], title: str) -> None:
    curve = judge(LADDER, losses)
    assert curve.suggestion is None
    assert curve.refusal is not None and title in curve.refusal.title and curve.refusal.reason
    assert curve.refusal.where == "learning_rate"


def test_weights_that_are_trained_already_are_told_from_labels_without_sense() -> None:
    trained = judge(LADDER, [[*(0.05 + np.exp(np.minimum(4 * (X + 2), 5)))]])
    senseless = judge(LADDER, [[2.3] * 100])
    assert trained.refusal is not None and "trained already" in trained.refusal.reason
    assert senseless.refusal is not None and "labels" in senseless.refusal.reason


# -- the experiment ----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def found(digits: ImageData) -> RateCurve:
    return find_rate(PLAN, tiny(), digits)


def test_a_rate_is_found_with_which_the_network_learns(found: RateCurve, tmp_path: Path) -> None:
    assert found.refusal is None and found.suggestion is not None
    assert len(found.losses) == 3 and all(len(each) > 50 for each in found.losses)
    assert 3e-4 < found.suggestion < 0.1, "Adam with a small network"

    def loss_after_training(rate: float) -> float:
        run = create_run(changed(PLAN, epochs=3, learning_rate=rate), tiny(), tmp_path / f"{rate}")
        list(walk(run))
        return run.epochs[-1].validation_loss

    assert loss_after_training(found.suggestion) < 0.5 * loss_after_training(found.suggestion / 100)


def test_the_same_seed_finds_the_same_and_the_ladder_is_as_asked(found: RateCurve, digits: ImageData) -> None:
    assert find_rate(PLAN, tiny(), digits) == found
    assert (found.rates[0], found.rates[-1], len(found.rates)) == (pytest.approx(1e-6), pytest.approx(10.0), 100)
    assert find_rate(changed(PLAN, seed=1), tiny(), digits, seeds=2).losses[0] == found.losses[1]


def test_the_first_losses_are_those_of_the_untouched_network(digits: ImageData, tmp_path: Path) -> None:
    """With rates of almost nothing each loss is that of the first weights on the run's own batches."""
    job = trial_job(changed(PLAN, optimizer="sgd"), tiny(), digits, tmp_path)
    ours = [*rising_losses(job, [1e-12] * 4)]
    run = create_run(changed(PLAN, optimizer="sgd", learning_rate=1e-12, epochs=1), tiny(), tmp_path / "run")
    told = [event.loss for event in walk(run) if type(event).__name__ == "StepDone"]
    assert ours == pytest.approx(told[:4], rel=1e-6)


def test_random_labels_are_refused(digits: ImageData) -> None:
    """More pictures of nothing than the search sees: there is not even something to remember."""
    lots = np.random.default_rng(0)
    noise = ImagePart(lots.integers(0, 256, (8000, 8, 8, 1), np.uint8), lots.integers(0, 10, 8000))
    curve = find_rate(PLAN, tiny(), dataclasses.replace(digits, train=noise))
    assert curve.suggestion is None and curve.refusal is not None and "does not fall" in curve.refusal.title


def test_no_random_number_and_no_file_is_left_changed(digits: ImageData, tmp_path: Path) -> None:
    before, generator = torch.get_rng_state(), np.random.get_state()[1].tolist()  # type: ignore[index,union-attr]
    files = sorted(tmp_path.rglob("*"))
    find_rate(PLAN, tiny(), digits, seeds=1, steps=10)
    assert torch.equal(torch.get_rng_state(), before)
    assert np.random.get_state()[1].tolist() == generator  # type: ignore[index,union-attr]
    assert sorted(tmp_path.rglob("*")) == files
    with pytest.raises(KeyError), kept_chance(torch.device("cpu")):
        torch.rand(3)
        raise KeyError
    assert torch.equal(torch.get_rng_state(), before)


def test_a_search_can_be_given_up(digits: ImageData) -> None:
    before = torch.get_rng_state()
    with pytest.raises(InterruptedError):
        find_rate(PLAN, tiny(), digits, progress=_until(5))
    assert torch.equal(torch.get_rng_state(), before)


def _until(last: int) -> Callable[[int, int], None]:
    def progress(done: int, total: int) -> None:
        assert total == 300
        if done >= last:
            raise InterruptedError

    return progress


def test_what_cannot_be_trained_cannot_be_searched(digits: ImageData) -> None:
    with pytest.raises(WorkbenchError, match="learning rate"):
        find_rate(changed(PLAN, learning_rate=-1.0), tiny(), digits)
    with pytest.raises(WorkbenchError, match="toaster"):
        find_rate(changed(PLAN, device="toaster"), tiny(), digits)
    with pytest.raises(WorkbenchError, match="Nothing would train"):
        phases = (Phase(epochs=1, learning_rate=1e-3, trainable=("relu",)),)
        find_rate(changed(PLAN, phases=phases), tiny(), digits)
