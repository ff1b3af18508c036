"""The description: its form."""

from __future__ import annotations

import msgspec

from workbench.core.graph.edits import set_arguments
from workbench.core.modelling.describe import describe, reshaped
from workbench.core.modelling.opening import open_network


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
