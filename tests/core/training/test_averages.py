"""Averages of weights against torch's own, and normalization measured anew."""

from __future__ import annotations

import copy

import pytest
import torch
from torch import nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn, update_bn

from workbench.core.training.averages import measure_norms
from workbench.core.training.averaging import AVERAGINGS, EMA, SWA


def network() -> nn.Sequential:
    torch.manual_seed(0)
    return nn.Sequential(nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.Flatten(), nn.Linear(4 * 36, 3))


def images(seed: int = 0) -> torch.Tensor:
    return torch.randn(8, 1, 8, 8, generator=torch.Generator().manual_seed(seed))


def move(module: nn.Module, seed: int) -> None:
    """A step of a training: weights change, statistics move."""
    generator = torch.Generator().manual_seed(seed)
    module.train()(images(seed))
    with torch.no_grad():
        for parameter in module.parameters():
            parameter += 0.1 * torch.randn(parameter.shape, generator=generator)


def equal(one: nn.Module, two: nn.Module) -> bool:
    first, second = one.state_dict(), two.state_dict()
    return first.keys() == second.keys() and all(torch.equal(first[key], second[key]) for key in first)


def test_without_averaging_there_is_nothing() -> None:
    assert AVERAGINGS["none"]().begin(network(), 3) is None


@pytest.mark.parametrize("every", [1, 3])
def test_the_moving_average_is_torchs(every: int) -> None:
    module = network()
    ours = EMA(ema_decay=0.9, ema_every=every, ema_ramp=False).begin(module, 5)
    theirs = AveragedModel(module, multi_avg_fn=get_ema_multi_avg_fn(0.9), use_buffers=True)
    assert ours is not None and ours.module is None
    for step in range(1, 10):
        move(module, step)
        ours.after_step(module, step)
        ours.after_epoch(module, step, [])
        if step % every == 0:
            theirs.update_parameters(module)
    assert ours.module is not None
    counted = "1.num_batches_tracked"
    for key, value in theirs.module.state_dict().items():
        assert key == counted or torch.equal(ours.module.state_dict()[key], value)
    assert ours.module.state_dict()[counted] == 9


def test_the_ramp_forgets_the_first_weights_quickly() -> None:
    shares = [EMA(ema_decay=0.99).share(additions) for additions in (1, 10, 100, 10_000)]
    assert shares == [2 / 11, 11 / 20, 101 / 110, 0.99]


def test_the_plain_mean_is_the_mean_over_the_last_epochs() -> None:
    module, states = network(), []
    ours = SWA(swa_start=0.5).begin(module, 6)
    assert ours is not None
    for epoch in range(1, 7):
        move(module, epoch)
        ours.after_step(module, epoch)
        ours.after_epoch(module, epoch, [images(1), images(2)])
        states.append(copy.deepcopy(module.state_dict()))
        assert (ours.module is None) == (epoch < 4)
    assert ours.module is not None
    for name in ("0.weight", "1.bias", "4.weight"):
        mean = torch.stack([state[name] for state in states[3:]]).mean(dim=0)
        torch.testing.assert_close(ours.module.state_dict()[name], mean)
    reference = copy.deepcopy(ours.module)
    update_bn([images(1), images(2)], reference)
    assert equal(ours.module, reference)
    assert not ours.module.training and not ours.module[1].training  # type: ignore[index]


def test_frozen_statistics_stay() -> None:
    module = network()
    ours = SWA(swa_start=0.0).begin(module, 2)
    assert ours is not None
    move(module, 1)
    module[1].eval()
    before = {key: value.clone() for key, value in module[1].state_dict().items()}
    for epoch in (1, 2):
        ours.after_epoch(module, epoch, [images(5)])
    assert ours.module is not None
    held = ours.module.get_submodule("1").state_dict()
    assert all(torch.equal(held[key], before[key]) for key in before)


def test_measuring_leaves_momentum_and_other_layers_alone() -> None:
    module = nn.Sequential(
        nn.Dropout(0.5), nn.BatchNorm2d(1, momentum=0.3), nn.BatchNorm2d(1, track_running_stats=False)
    )
    measure_norms(module, {"1", "2"}, [images(1)])
    assert module[1].momentum == 0.3 and not any(layer.training for layer in module)
    torch.testing.assert_close(module[1].running_mean, images(1).mean().reshape(1))  # without dropout


@pytest.mark.parametrize("averaging", [EMA(ema_every=2), SWA(swa_start=0.0)])
def test_an_average_goes_on_as_if_never_interrupted(averaging: EMA | SWA) -> None:
    whole, parted = network(), network()
    one, two = averaging.begin(whole, 4), averaging.begin(parted, 4)
    assert one is not None and two is not None
    for step in range(1, 9):
        for module, averages in ((whole, one), (parted, two)):
            move(module, step)
            averages.after_step(module, step)
            averages.after_epoch(module, step, [images(3)])
        again = averaging.begin(parted, 4)
        assert again is not None
        again.restore({key: value.clone() for key, value in two.state().items()})
        two = again
    assert one.module is not None and two.module is not None and equal(one.module, two.module)
