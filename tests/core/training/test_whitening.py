"""The first convolution as the whitening of the pictures, and convolutions that begin by passing on."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import nn

from workbench.core.modelling.compile import build_module
from workbench.core.modelling.opening import open_network
from workbench.core.runs.runner import create_run, walk
from workbench.core.training.events import RunFinished
from workbench.core.training.initialization import INITIALIZATIONS
from workbench.core.training.plan import TrainingPlan, changed
from workbench.core.training.whitening import first_convolution, whiten_first, whitening_filters


def pictures(count: int = 60, channels: int = 3) -> torch.Tensor:
    """Pictures whose neighbouring pixels have much to do with one another."""
    noise = torch.randn(count, channels, 12, 12, generator=torch.Generator().manual_seed(0))
    return nn.functional.avg_pool2d(noise, 3, stride=1) * 3


def test_whitened_patches_have_unit_deviation_and_no_relation() -> None:
    answers = nn.functional.conv2d(pictures().double(), whitening_filters(pictures(), (2, 2)))
    rows = answers.permute(0, 2, 3, 1).reshape(-1, 12)
    covariance = rows.T @ rows / len(rows)
    assert torch.allclose(covariance - covariance.diag().diag(), torch.zeros(12, 12).double(), atol=1e-9)
    assert covariance.diag()[0] == pytest.approx(1, abs=1e-3)
    assert bool((covariance.diag() < 1).all())


def test_filters_come_strongest_first_and_with_both_signs() -> None:
    network = open_network("quicknet")
    module = build_module(network)
    whiten_first(module, network, pictures())
    weight = module.whiten.weight.detach()
    assert torch.equal(weight[:12], -weight[12:24])
    assert bool((module.whiten.bias == 0).all())
    lengths = weight[:12].flatten(1).norm(dim=1)
    assert torch.equal(lengths, lengths.sort().values), "the strongest direction wants the shortest filter"


def test_filters_beyond_both_signs_keep_their_beginning() -> None:
    network = open_network("cifar10net")
    module = build_module(network)
    before = module.conv1_1.weight.detach().clone()
    whiten_first(module, network, pictures())
    assert not torch.equal(module.conv1_1.weight[:32], before[:32])
    grey = open_network("lenet5")
    small = build_module(grey)
    kept = small.conv1.weight.detach().clone()
    whiten_first(small, grey, pictures(channels=1))
    assert small.conv1.weight.shape == kept.shape and not torch.equal(small.conv1.weight, kept)


def test_a_network_without_a_first_convolution_is_told() -> None:
    from workbench.core.training.plan import unknown_names

    network = open_network("quicknet")
    linear = network.with_nodes(node for node in network if node.kind in ("Input", "Output"))
    assert first_convolution(network) is not None and first_convolution(linear) is None
    plan = TrainingPlan(network="quicknet", whiten_first=True)
    assert not unknown_names(plan, network)
    assert [problem.where for problem in unknown_names(plan, linear)] == ["whiten_first"]


def test_dirac_convolutions_pass_on_what_they_get() -> None:
    layer = nn.Sequential(nn.Conv2d(4, 6, 3, padding=1, bias=False))
    INITIALIZATIONS["dirac"](layer)
    images = pictures(2, 4)
    assert torch.equal(layer(images)[:, :4], images)
    assert layer[0].weight[4:].abs().sum() > 0


def test_a_run_begins_whitened_and_trains(tmp_path: Path) -> None:
    plan = changed(TrainingPlan(network="lenet5", data="digits"), epochs=1, whiten_first=True, initialization="dirac")
    events = list(walk(create_run(plan, open_network("lenet5"), tmp_path / "run")))
    assert isinstance(events[-1], RunFinished), events[-1]
