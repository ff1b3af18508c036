"""The largest batch that fits: the search against every border, the estimate against the free memory."""

from __future__ import annotations

import msgspec
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from workbench import machine
from workbench.core.modelling.memory import training_memory
from workbench.core.modelling.opening import open_network
from workbench.core.training import batch_finder
from workbench.core.training.batch_finder import FittingBatch, find_batch, largest_fitting
from workbench.core.training.control import Control
from workbench.core.training.plan import TrainingPlan, changed
from workbench.core.training.trial_steps import Measured, TrialSteps
from workbench.errors import WorkbenchError

CPU = torch.device("cpu")
PLAN = TrainingPlan(network="cifar10cnn", batch_size=128)


@given(border=st.integers(0, 3000), most=st.integers(1, 2500))
def test_the_search_finds_every_border_without_trying_much_more(border: int, most: int) -> None:
    tried: list[int] = []

    def fits(count: int) -> bool:
        tried.append(count)
        return count <= border

    assert largest_fitting(fits, most=most) == min(border, most)
    assert len(tried) <= 2 * max(1, min(border, most)).bit_length() + 2
    assert len(set(tried)) == len(tried)
    assert max(tried) <= max(1, min(most, 2 * border))


def test_the_estimate_is_the_largest_that_the_free_memory_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    network = open_network("cifar10cnn")
    free = training_memory(network, batch=300, optimizer=PLAN.optimizer).total / batch_finder.SHARE
    monkeypatch.setattr(batch_finder, "free_memory", lambda: free)
    monkeypatch.setattr(TrialSteps, "measure", lambda _self, batch: Measured(batch, 90, 100))
    found = find_batch(PLAN, network, device=CPU, precision="fp32")
    assert found.batch == 264  # nine tenths of 300, as a multiple of 8
    assert found.known == "estimated"
    assert found.predicted <= batch_finder.SHARE * free
    assert "estimated, not tried" in found.reason


def test_no_more_pictures_than_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch_finder, "free_memory", lambda: 1e15)
    found = find_batch(PLAN, open_network("cifar10cnn"), device=CPU, precision="fp32", pictures=37)
    assert (found.batch, found.known) == (37, "all pictures")


def test_nothing_fits_into_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch_finder, "free_memory", lambda: 0.0)
    with pytest.raises(WorkbenchError, match="Not even"):
        find_batch(PLAN, open_network("cifar10cnn"), device=CPU, precision="fp32")


def test_it_can_be_stopped() -> None:
    control = Control()
    control.stop()
    with pytest.raises(WorkbenchError, match="stopped"):
        find_batch(PLAN, open_network("cifar10cnn"), device=CPU, precision="fp32", control=control)


def test_real_steps_are_taken_and_their_shortage_is_told() -> None:
    """The trial of a graphics device, here on the CPU with an allocator that gives out at 12 pictures."""
    network = open_network("lenet5")
    trial = batch_finder._Trial(PLAN, network, CPU, "fp32")
    taken: list[int] = []

    class Short(TrialSteps):
        def take(self, batch: int) -> None:
            taken.append(batch)
            super().take(batch)
            if batch > 12:
                raise torch.OutOfMemoryError("CUDA out of memory.")

    trial.steps = Short(PLAN, network, CPU, "fp32")
    assert largest_fitting(trial.fits, most=100) == 12
    assert max(taken) == 16
    assert "CUDA out of memory" in trial.reason


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_on_a_device_the_border_is_where_steps_fail() -> None:
    network = open_network("cifar10cnn")
    found = find_batch(PLAN, network, device=torch.device("cuda"), precision="fp32", pictures=512)
    assert found.batch == 512


def test_the_proposal_is_an_edit_of_the_plan() -> None:
    problem = FittingBatch(96, "tried", "because").proposal(PLAN)
    assert problem.remedy is not None
    assert problem.remedy.edit(PLAN) == msgspec.structs.replace(PLAN, batch_size=96)


def test_free_memory_is_some_of_all() -> None:
    assert 0 < machine.free_memory() <= machine.total_memory()


def test_a_container_has_no_more_than_its_limit(tmp_path: object) -> None:
    from pathlib import Path

    place = Path(str(tmp_path))
    assert machine._left_to_the_group(place) is None
    (place / "memory.max").write_text("max\n")
    (place / "memory.current").write_text("1000\n")
    assert machine._left_to_the_group(place) is None
    (place / "memory.max").write_text("5000\n")
    assert machine._left_to_the_group(place) == 4000


@pytest.mark.parametrize(
    ("name", "groups"), [("cifar10cnn", ()), ("mini_resnet", ()), ("mini_resnet", ("layer1", "layer2"))]
)
@pytest.mark.parametrize("optimizer", ["adamw", "sgd"])
def test_what_is_predicted_is_measured(name: str, groups: tuple[str, ...], optimizer: str) -> None:
    plan = changed(TrainingPlan(), optimizer=optimizer, recompute=groups)
    measured = TrialSteps(plan, open_network(name), CPU, "fp32").measure(16)
    assert measured.predicted == pytest.approx(measured.bytes, rel=0.15)


def test_computing_again_takes_less_as_predicted_and_as_measured() -> None:
    kept, again = (
        TrialSteps(changed(TrainingPlan(), recompute=groups), open_network("mini_resnet"), CPU, "fp32").measure(32)
        for groups in ((), ("layer1", "layer2", "layer3"))
    )
    assert again.bytes < kept.bytes and again.predicted < kept.predicted
    saved, told = kept.bytes - again.bytes, kept.predicted - again.predicted
    assert told == pytest.approx(saved, rel=0.25)


def test_a_step_that_takes_more_than_predicted_makes_the_batch_smaller(monkeypatch: pytest.MonkeyPatch) -> None:
    network = open_network("cifar10cnn")
    free = training_memory(network, batch=300, optimizer=PLAN.optimizer).total / batch_finder.SHARE
    monkeypatch.setattr(batch_finder, "free_memory", lambda: free)
    monkeypatch.setattr(TrialSteps, "measure", lambda _self, batch: Measured(batch, 200, 100))
    found = find_batch(PLAN, network, device=CPU, precision="fp32")
    assert found.batch < 150 and found.predicted <= batch_finder.SHARE * free


def test_the_random_numbers_go_on_where_they_were() -> None:
    torch.manual_seed(3)
    before = torch.get_rng_state()
    tried: list[int] = []
    find_batch(PLAN, open_network("cifar10cnn"), device=CPU, precision="fp32", pictures=5, progress=tried.append)
    assert torch.equal(torch.get_rng_state(), before) and tried == [1, 2, 4, 5]
