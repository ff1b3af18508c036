"""The shares of the stages, and the counts by kind, against sums over the nodes and published numbers."""

from __future__ import annotations

import pytest

from workbench.core.graph.edits import set_arguments
from workbench.core.modelling.describe import describe
from workbench.core.modelling.opening import open_network
from workbench.core.modelling.shapes import analyse
from workbench.core.modelling.stages import stage_name


@pytest.mark.parametrize("name", ["resnet18", "lenet5", "swin_t"])
def test_the_stages_are_the_whole_network(name: str) -> None:
    record = describe(open_network(name), batch=2)
    assert sum(stage.nodes for stage in record.stages) == len(record.nodes)
    assert sum(stage.parameters for stage in record.stages) == record.totals.parameters
    assert sum(stage.macs for stage in record.stages) == record.totals.macs
    assert record.totals.training_memory is not None
    assert sum(stage.activation_bytes for stage in record.stages) == record.totals.training_memory.activations
    assert sum(stage.share for stage in record.stages) == pytest.approx(1)


def test_a_resnet_has_the_stages_of_its_paper() -> None:
    stages = {stage.name: stage for stage in describe(open_network("resnet18"), batch=2).stages}
    assert list(stages) == ["224 × 224", "112 × 112", "56 × 56", "28 × 28", "14 × 14", "7 × 7", "1 × 1", "vector"]
    per_value = 2 * 4 * 2**20  # batch, bytes
    assert stages["112 × 112"].activation_bytes * 2**20 == pytest.approx(2 * 64 * 112**2 * per_value, rel=0.01)
    assert stages["56 × 56"].share < stages["112 × 112"].share + stages["28 × 28"].share


def test_a_network_with_errors_has_its_stages_without_memory() -> None:
    record = describe(set_arguments(open_network("resnet18"), "layer3.0.conv1", {"groups": 7}))
    assert record.totals.training_memory is None
    assert {stage.name: stage.share for stage in record.stages}["56 × 56"] == 0
    assert sum(stage.macs for stage in record.stages) == record.totals.macs > 0


def test_counts_by_kind() -> None:
    totals = describe(open_network("resnet50"), batch=2).totals
    assert {kind: totals.by_kind[kind]["count"] for kind in ("Conv2d", "BatchNorm2d", "Add", "Linear")} == {
        "Conv2d": 53,
        "BatchNorm2d": 53,
        "Add": 16,
        "Linear": 1,
    }
    assert sum(found["parameters"] for found in totals.by_kind.values()) == totals.parameters


@pytest.mark.parametrize(("name", "giga_macs"), [("vit_b_16", 17.564), ("swin_t", 4.491)])
def test_attention_is_counted_as_published(name: str, giga_macs: float) -> None:
    """The numbers of torchvision's table of weights."""
    assert analyse(open_network(name)).macs / 1e9 == pytest.approx(giga_macs, abs=0.03)


def test_names_of_stages() -> None:
    names = [stage_name(shape) for shape in ((64, 56, 48), (56, 56, 96), (197, 768), (10,), (4, 49, 49, 3))]
    assert names == ["56 × 48", "56 × 56", "197 tokens", "vector", "49 × 3"]
