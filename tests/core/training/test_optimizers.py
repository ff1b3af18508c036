"""Optimizers against PyTorch's own, groups of parameters, and Muon on convolutions."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import nn

from workbench.core.modelling.memory import training_memory
from workbench.core.modelling.muon import as_matrix
from workbench.core.modelling.opening import open_network
from workbench.core.modelling.optimizers import OPTIMIZERS, SGD, Muon, RMSprop
from workbench.core.training.grouping import parameter_groups
from workbench.core.training.plan import ParameterGroup, TrainingPlan

OPTIONS: dict[str, tuple[type[torch.optim.Optimizer], dict[str, Any]]] = {
    "adamw": (torch.optim.AdamW, {}),
    "sgd": (torch.optim.SGD, {"momentum": 0.9, "nesterov": True}),
    "adam": (torch.optim.Adam, {}),
    "rmsprop": (torch.optim.RMSprop, {}),
    "adagrad": (torch.optim.Adagrad, {}),
}


def network() -> nn.Sequential:
    torch.manual_seed(0)
    body = nn.Sequential(nn.Conv2d(3, 8, 3), nn.ReLU(), nn.BatchNorm2d(8), nn.Conv2d(8, 8, 3, groups=8), nn.ReLU())
    return nn.Sequential(body, nn.Conv2d(8, 12, 3), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(12, 4))


def trained(module: nn.Module, optimizer: Any, steps: int = 5) -> list[torch.Tensor]:
    images = torch.randn(4, 3, 12, 12, generator=torch.Generator().manual_seed(1))
    for _ in range(steps):
        optimizer.zero_grad()
        module(images).square().sum().backward()
        optimizer.step()
    return [parameter.detach().clone() for parameter in module.parameters()]


@pytest.mark.parametrize("name", [*OPTIONS])
def test_steps_are_those_of_pytorch(name: str) -> None:
    kind, options = OPTIONS[name]
    one, two = network(), network()
    groups = [{"params": [*one.parameters()], "lr": 0.01, "weight_decay": 0.1}]
    ours = trained(one, OPTIMIZERS[name]().build(groups))
    theirs = trained(two, kind(two.parameters(), lr=0.01, weight_decay=0.1, **options))
    for mine, reference in zip(ours, theirs, strict=True):
        torch.testing.assert_close(mine, reference)


@pytest.mark.parametrize("name", [*OPTIMIZERS])
def test_optimizer_goes_downhill(name: str) -> None:
    weight = nn.Parameter(torch.tensor([3.0, -2.0]))
    rate = 0.5 if name == "adagrad" else 0.05
    optimizer = OPTIMIZERS[name]().build([{"params": [weight], "lr": rate, "weight_decay": 0.0}])
    for _ in range(200):
        optimizer.zero_grad()
        weight.square().sum().backward()
        optimizer.step()
    assert weight.square().sum() < 0.1


@pytest.mark.parametrize("name", [*OPTIMIZERS])
@pytest.mark.parametrize("options", [{}, {"momentum": 0.5}, {"momentum": 0.0}])
def test_an_optimizer_keeps_as_many_numbers_as_it_says(name: str, options: dict[str, float]) -> None:
    if "momentum" not in OPTIMIZERS[name].__struct_fields__ or name == "muon":
        options = {}
    weight = nn.Parameter(torch.randn(6, 6))
    record = OPTIMIZERS[name](**options)
    optimizer = record.build([{"params": [weight], "lr": 0.1, "weight_decay": 0.0}], (weight,))
    weight.square().sum().backward()
    optimizer.step()
    assert isinstance(optimizer, torch.optim.Optimizer) or name == "muon"
    state = optimizer.state_dict()["adamw"] if name == "muon" else optimizer.state_dict()
    kept = [
        value for value in state["state"].get(0, {}).values() if isinstance(value, torch.Tensor) and value.numel() > 1
    ]
    assert len(kept) == record.states()


def test_memory_counts_what_an_optimizer_keeps() -> None:
    net = open_network("lenet5")
    for optimizer in (SGD(momentum=0.0), SGD(), RMSprop(momentum=0.5, centered=True), "adamw"):
        memory = training_memory(net, batch=2, optimizer=optimizer)
        states = OPTIMIZERS[optimizer]().states() if isinstance(optimizer, str) else optimizer.states()
        assert memory.optimizer == states * memory.gradients


# -- Muon --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("memory_format", [torch.contiguous_format, torch.channels_last])
def test_muon_steps_kernels_as_pytorch_steps_matrices(memory_format: torch.memory_format) -> None:
    module = network().to(memory_format=memory_format)
    head = [*module[4].parameters()]
    kernels = {"first": module[0][0].weight, "last": module[1].weight}
    twins = {name: nn.Parameter(kernel.detach().flatten(1).clone()) for name, kernel in kernels.items()}
    groups = [{"params": [*module.parameters()], "lr": 0.02, "weight_decay": 0.1}]
    ours = Muon().build(groups, head)
    theirs = torch.optim.Muon(twins.values(), lr=0.02, weight_decay=0.1, adjust_lr_fn="match_rms_adamw")
    images = torch.randn(4, 3, 12, 12).to(memory_format=memory_format)
    for _ in range(3):
        ours.zero_grad()
        module(images).square().sum().backward()
        for name, twin in twins.items():
            assert kernels[name].grad is not None
            twin.grad = kernels[name].grad.flatten(1).clone()
        ours.step()
        theirs.step()
    for name, twin in twins.items():
        torch.testing.assert_close(kernels[name].flatten(1), twin, rtol=0.02, atol=2e-3)  # it computes in bf16


def test_muon_leaves_head_norms_and_depthwise_kernels_to_adamw() -> None:
    one, two = network(), network()
    head = [*one[4].parameters()]
    groups = [{"params": [*one.parameters()], "lr": 0.01, "weight_decay": 0.1}]
    optimizer = Muon().build(groups, head)
    rest = [name for name, parameter in one.named_parameters() if parameter.ndim < 2]
    rest += ["0.3.weight", "4.weight"]
    images = torch.randn(4, 3, 12, 12)
    one(images).square().sum().backward()
    two(images).square().sum().backward()
    optimizer.step()
    torch.optim.AdamW(two.parameters(), lr=0.01, weight_decay=0.1).step()
    mine, reference = dict(one.named_parameters()), dict(two.named_parameters())
    for name in mine:
        assert torch.allclose(mine[name], reference[name], atol=1e-6) == (name in rest), name


def test_a_matrix_of_a_kernel_shares_its_memory() -> None:
    kernel = torch.randn(4, 3, 5, 5)
    for laid in (kernel, kernel.to(memory_format=torch.channels_last), torch.randn(4, 3), torch.randn(4, 3, 1, 1)):
        assert as_matrix(laid, laid).data_ptr() == laid.data_ptr()
        assert as_matrix(laid, laid).shape[0] == 4 and as_matrix(laid, laid).ndim == 2


# -- groups ------------------------------------------------------------------------------------------------------------


def found(module: nn.Module, plan: TrainingPlan) -> dict[str, tuple[float, float]]:
    """The rate multiplier and the decay of every parameter."""
    groups = parameter_groups(module, plan, plan.groups)
    names = {id(parameter): name for name, parameter in module.named_parameters()}
    pairs = zip(groups.groups, groups.rates, strict=True)
    return {names[id(each)]: (rate, group["weight_decay"]) for group, rate in pairs for each in group["params"]}


def test_without_wishes_there_is_one_group_in_the_order_of_the_network() -> None:
    module = network()
    (group,) = parameter_groups(module, TrainingPlan(), ()).groups
    assert [id(each) for each in group["params"]] == [id(each) for each in module.parameters()]


def test_decay_of_weights_spares_exactly_norms_and_biases() -> None:
    module = nn.Sequential(network(), nn.Unflatten(1, (1, 2, 2)), nn.LayerNorm([1, 2, 2]))
    decays = found(module, TrainingPlan(decay="weights", weight_decay=0.1))
    decayed = {name for name, (_, decay) in decays.items() if decay == 0.1}
    assert decayed == {"0.0.0.weight", "0.0.3.weight", "0.1.weight", "0.4.weight"}
    assert {decay for name, (_, decay) in decays.items() if name not in decayed} == {0.0}
    assert len(decays) == len([*module.parameters()])


def test_patterns_multiply_rates_and_decays_and_the_first_counts() -> None:
    groups = (ParameterGroup(pattern="0", rate=0.1), ParameterGroup(pattern="*.bias", rate=2.0, decay=0.0))
    rates = found(network(), TrainingPlan(weight_decay=0.5, groups=groups))
    assert rates["0.0.weight"] == rates["0.0.bias"] == (0.1, 0.5)
    assert rates["1.bias"] == rates["4.bias"] == (2.0, 0.0)
    assert rates["1.weight"] == (1.0, 0.5)


def test_kernels_of_held_length_step_as_in_the_speed_records() -> None:
    """Against the optimizer of `airbench94_muon.py` (github.com/KellerJordan/cifar10-airbench), written out."""
    kernel = nn.Parameter(torch.randn(6, 5, 3, 3, generator=torch.Generator().manual_seed(3)))
    expected, moving = kernel.detach().clone(), torch.zeros_like(kernel)
    options = {"momentum": 0.6, "ns_steps": 3, "hold_length": True}
    optimizer = Muon(**options).build([{"params": [kernel], "lr": 0.2, "weight_decay": 0.0}])
    for seed in range(3):
        kernel.grad = torch.randn(kernel.shape, generator=torch.Generator().manual_seed(seed))
        moving = 0.6 * moving + kernel.grad
        expected *= len(expected) ** 0.5 / expected.norm()
        expected -= 0.2 * orthogonalized((kernel.grad + 0.6 * moving).flatten(1)).view_as(expected)
        optimizer.step()
    torch.testing.assert_close(kernel.detach(), expected, rtol=0.02, atol=0.02)  # torch orthogonalizes in bfloat16


def orthogonalized(matrix: torch.Tensor) -> torch.Tensor:
    """Three Newton-Schulz steps in full precision."""
    matrix = matrix / matrix.norm()
    for _ in range(3):
        gram = matrix @ matrix.T
        matrix = 3.4445 * matrix + (-4.7750 * gram + 2.0315 * gram @ gram) @ matrix
    return matrix


def test_all_but_kernels_take_their_share_of_the_rate() -> None:
    module, twin = network(), network()
    rates = {"lr": 0.1, "weight_decay": 0.0}
    quarter = Muon(rest_rate=0.25).build([{"params": [*module.parameters()], **rates}], [*module[-1].parameters()])
    trained(module, quarter, steps=1)
    head = [*twin[-1].parameters()]
    adamw = torch.optim.AdamW(twin.parameters(), lr=0.025, weight_decay=0.0)
    trained(twin, adamw, steps=1)
    for ours, theirs in zip(module[-1].parameters(), head, strict=True):
        torch.testing.assert_close(ours, theirs)
    assert {group["lr"] for group in quarter.param_groups} == {0.1}
