"""Schedules against PyTorch's own schedulers, optimizers by what they are."""

from __future__ import annotations

import pytest
import torch
from torch.optim import lr_scheduler

from workbench.core.training.optimization import INITIALIZATIONS, OPTIMIZERS, SCHEDULES
from workbench.core.training.plan import TrainingPlan


def reference(name: str, optimizer: torch.optim.Optimizer, plan: TrainingPlan, epochs: int) -> lr_scheduler.LRScheduler:
    return {
        "constant": lambda: lr_scheduler.ConstantLR(optimizer, factor=1.0),
        "step": lambda: lr_scheduler.StepLR(optimizer, step_size=plan.step_size, gamma=plan.gamma),
        "cosine": lambda: lr_scheduler.CosineAnnealingLR(optimizer, T_max=epochs),
    }[name]()


@pytest.mark.parametrize("name", [*SCHEDULES])
def test_schedule_equals_pytorchs_at_every_epoch(name: str) -> None:
    plan, epochs = TrainingPlan(learning_rate=0.1, step_size=3, gamma=0.5), 12
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=0.1)
    scheduler = reference(name, optimizer, plan, epochs)
    for epoch in range(epochs):
        assert 0.1 * SCHEDULES[name](plan, epoch, epochs) == pytest.approx(optimizer.param_groups[0]["lr"], abs=1e-12)
        optimizer.step()
        scheduler.step()


@pytest.mark.parametrize("name", [*OPTIMIZERS])
def test_optimizer_goes_downhill(name: str) -> None:
    weight = torch.nn.Parameter(torch.tensor([3.0, -2.0]))
    optimizer = OPTIMIZERS[name]([weight], TrainingPlan(learning_rate=0.05, weight_decay=0.0))
    for _ in range(200):
        optimizer.zero_grad()
        weight.square().sum().backward()
        optimizer.step()
    assert weight.square().sum() < 0.1


def test_kaiming_fan_out_has_the_published_deviation() -> None:
    torch.manual_seed(0)
    layer = torch.nn.Conv2d(64, 128, 3)
    INITIALIZATIONS["kaiming-fan-out"](torch.nn.Sequential(layer))
    assert layer.weight.std().item() == pytest.approx((2 / (128 * 9)) ** 0.5, rel=0.02)
    assert layer.bias is not None
    assert layer.bias.abs().max() == 0
