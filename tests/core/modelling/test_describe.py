"""The description: its form, and the memory of a step against what autograd really keeps."""

from __future__ import annotations

import msgspec
import pytest
import torch

from workbench.core.graph.edits import set_arguments
from workbench.core.modelling.compile import build_module
from workbench.core.modelling.describe import describe, reshaped
from workbench.core.modelling.memory import saved_bytes
from workbench.core.modelling.opening import open_network


def really_saved(name: str, batch: int) -> int:
    """Bytes of the distinct storages that autograd keeps in a real forward pass, without parameters and the batch."""
    module = build_module(open_network(name)).train()
    images = torch.zeros(batch, *open_network(name).of_kind("Input")[0].arguments["shape"])
    ignored = {value.untyped_storage().data_ptr() for value in [*module.state_dict().values(), images]}
    kept: dict[int, torch.Tensor] = {}

    def pack(tensor: torch.Tensor) -> torch.Tensor:
        kept[tensor.untyped_storage().data_ptr()] = tensor
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        output = module(images)
    assert output.requires_grad
    return sum(tensor.untyped_storage().nbytes() for pointer, tensor in kept.items() if pointer not in ignored)


@pytest.mark.parametrize("name", ["cifar10net", "lenet5", "mini_resnet"])
@pytest.mark.parametrize("batch", [1, 8])
def test_activation_memory_is_what_autograd_keeps(name: str, batch: int) -> None:
    predicted = sum(saved_bytes(open_network(name), batch=batch).values())
    assert predicted == pytest.approx(really_saved(name, batch), rel=0.1)


def test_description_has_the_documented_fields() -> None:
    record = msgspec.to_builtins(describe(open_network("lenet5")))
    assert record["input"] == (1, 32, 32)
    assert set(record["nodes"][1]) == {
        *("name", "kind", "inputs", "output_shape", "parameters", "trainable", "macs"),
        *("activation_bytes", "receptive_field", "problems"),
    }
    assert set(record["totals"]) == {
        *("parameters", "trainable", "macs", "receptive_field", "by_kind", "training_memory", "problems"),
    }
    assert record["totals"]["by_kind"]["Conv2d"] == {"count": 2, "parameters": 156 + 2_416}


def test_a_broken_network_is_described_as_far_as_it_is_known() -> None:
    record = describe(set_arguments(open_network("lenet5"), "conv2", {"kernel_size": 99}))
    assert record.totals.training_memory is None
    assert record.totals.problems == 1
    assert next(node for node in record.nodes if node.name == "conv2").problems[0].level == "error"


def test_reshaped_changes_input_and_classes() -> None:
    record = describe(reshaped(open_network("cifar10cnn"), input_shape=(1, 28, 28), classes=7))
    assert record.input == (1, 28, 28)
    assert record.nodes[-1].output_shape == (7,)
