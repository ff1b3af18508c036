"""The memory of a training step against what autograd keeps, and against the fullest moment of a real step."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn
from torch.profiler import ProfilerActivity, profile

from workbench.core.graph.network import Network
from workbench.core.modelling.compile import build_module
from workbench.core.modelling.describe import reshaped
from workbench.core.modelling.memory import saved_bytes, step_memory, training_memory
from workbench.core.modelling.opening import open_network
from workbench.core.modelling.recompute import recomputing
from workbench.core.modelling.shapes import analyse
from workbench.core.modelling.trace import trace_module

LANDMARKS = ["resnet18", "resnet50", "mobilenet_v2", "vgg16", "densenet121"]
SIDE = 48


def small(name: str) -> Network:
    network = open_network(name)
    side = SIDE if (analyse(network).input_shape or (0, 0))[1] > SIDE else None
    return reshaped(network, input_shape=(3, side, side)) if side and name in LANDMARKS else network


def pictures(network: Network, batch: int, device: str = "cpu") -> Tensor:
    return torch.rand(batch, *(analyse(network).input_shape or ()), device=device)


def really_saved(network: Network, batch: int) -> int:
    """Bytes of the distinct storages that autograd keeps, without parameters, buffers and the batch."""
    module, images = build_module(network).train(), pictures(network, batch)
    ignored = {value.untyped_storage().data_ptr() for value in [*module.state_dict().values(), images]}
    kept: dict[int, Tensor] = {}

    def pack(tensor: Tensor) -> Tensor:
        kept[tensor.untyped_storage().data_ptr()] = tensor
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        output = module(images)
    assert output.requires_grad
    return sum(tensor.untyped_storage().nbytes() for pointer, tensor in kept.items() if pointer not in ignored)


TUTORIAL = ["cifar10net", "lenet5", "mini_resnet"]
CASES = [(name, batch) for name in (*TUTORIAL, *LANDMARKS) for batch in (2, 3)] + [("vit_b_16", 1)]


@pytest.mark.parametrize("layer", [nn.BatchNorm2d(3), nn.BatchNorm2d(3, affine=False, track_running_stats=False)])
def test_batch_normalization_keeps_what_it_really_keeps(layer: nn.Module) -> None:
    network = trace_module(nn.Sequential(nn.Conv2d(3, 3, 1), layer, nn.ReLU(inplace=True)), input_shape=(3, 8, 8))
    assert sum(saved_bytes(network, batch=4).values()) == really_saved(network, 4)


def test_both_at_once_are_what_each_tells() -> None:
    network = small("resnet18")
    saved, memory = step_memory(network, batch=2, precision="bf16")
    assert saved == saved_bytes(network, batch=2, precision="bf16")
    assert memory == training_memory(network, batch=2, precision="bf16")


@pytest.mark.parametrize(("name", "batch"), CASES)
def test_activation_memory_is_what_autograd_keeps(name: str, batch: int) -> None:
    network = small(name)
    assert sum(saved_bytes(network, batch=batch).values()) == pytest.approx(really_saved(network, batch), rel=0.02)


def step_of(module: nn.Module, images: Tensor, optimizer: torch.optim.Optimizer) -> Callable[[], None]:
    labels = torch.zeros(len(images), dtype=torch.long, device=images.device)

    def step() -> None:
        optimizer.zero_grad(set_to_none=True)
        nn.functional.cross_entropy(module(images), labels).backward()
        optimizer.step()

    step()  # the optimizer's numbers are there from the second step on
    optimizer.zero_grad(set_to_none=True)
    return step


def state_bytes(module: nn.Module, optimizer: torch.optim.Optimizer) -> int:
    states = [value for state in optimizer.state.values() for value in state.values() if torch.is_tensor(value)]
    return sum(value.nbytes for value in [*module.state_dict().values(), *states])


def most_allocated(step: Callable[[], None]) -> int:
    """The most bytes that were alive at once during a step, beyond those before it."""
    with profile(activities=[ProfilerActivity.CPU], profile_memory=True) as profiled:
        step()
    assert profiled.profiler is not None and profiled.profiler.kineto_results is not None
    events = [event for event in profiled.profiler.kineto_results.events() if event.name() == "[memory]"]
    alive = most = 0
    for event in sorted(events, key=lambda event: event.start_ns()):
        alive += event.nbytes()
        most = max(most, alive)
    return most


@pytest.mark.parametrize(("name", "batch"), [("mini_resnet", 16), ("resnet18", 6), ("mobilenet_v2", 6)])
@pytest.mark.parametrize("optimizer", ["adamw", "sgd"])
def test_the_total_is_the_fullest_moment_of_a_real_step(name: str, batch: int, optimizer: str) -> None:
    network = small(name)
    module, images = build_module(network).train(), pictures(network, batch)
    chosen: torch.optim.Optimizer = (
        torch.optim.AdamW(module.parameters(), fused=True)
        if optimizer == "adamw"
        else torch.optim.SGD(module.parameters(), lr=0.01, momentum=0.9, fused=True)
    )
    step = step_of(module, images, chosen)
    real = state_bytes(module, chosen) + images.nbytes + most_allocated(step)
    assert training_memory(network, batch=batch, optimizer=optimizer).total == pytest.approx(real, rel=0.1)


def test_recomputing_saves_what_it_is_told_to_save() -> None:
    network, groups = small("mini_resnet"), ("layer1", "layer2", "layer3")
    module, images = build_module(network).train(), pictures(network, 32)
    chosen = torch.optim.AdamW(module.parameters(), fused=True)
    step = step_of(recomputing(module, groups), images, chosen)
    real = state_bytes(module, chosen) + images.nbytes + most_allocated(step)
    told = training_memory(network, batch=32, recompute=groups).total
    assert told == pytest.approx(real, rel=0.15)
    assert told < training_memory(network, batch=32).total


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
@pytest.mark.parametrize("name", ["mini_resnet", *LANDMARKS])
@pytest.mark.parametrize("batch", [32, 64])
def test_the_total_is_what_a_gpu_allocates(name: str, batch: int) -> None:
    network = open_network(name)
    module, images = build_module(network, device="cuda").train(), pictures(network, batch, "cuda")
    step = step_of(module, images, torch.optim.AdamW(module.parameters(), fused=True))
    torch.cuda.reset_peak_memory_stats()
    step()
    told = training_memory(network, batch=batch).total
    assert told == pytest.approx(torch.cuda.max_memory_allocated(), rel=0.1)
