"""Opening torchvision's networks: same keys, same numbers; and what happens where tracing stops."""

from __future__ import annotations

import pytest
import torch
import torchvision
from torch import Tensor, nn

from workbench.core.modelling.compile import build_module
from workbench.core.modelling.heads import with_classes
from workbench.core.modelling.opening import open_network, torchvision_network
from workbench.core.modelling.shapes import analyse
from workbench.core.modelling.trace import trace_module
from workbench.errors import WorkbenchError


@pytest.mark.parametrize("name", ["resnet18", "mobilenet_v2", "squeezenet1_1", "densenet121"])
def test_traced_network_has_the_keys_and_the_outputs_of_the_original(name: str) -> None:
    torch.manual_seed(0)
    original = torchvision.models.get_model(name, weights=None).eval()
    module = build_module(torchvision_network(name)).eval()
    assert list(module.state_dict()) == list(original.state_dict())
    module.load_state_dict(original.state_dict(), strict=True)
    images = torch.randn(1, 3, 224, 224)
    with torch.no_grad():
        assert torch.equal(module(images), original(images))


def test_published_weights_give_the_published_outputs(shared) -> None:  # type: ignore[no-untyped-def]
    import numpy

    reference = numpy.load(shared / "weights" / "reference_io.npz")
    module = build_module(open_network("squeezenet1_1")).eval()
    module.load_state_dict(torch.load(shared / "weights" / "squeezenet1_1_fp32.pth", weights_only=True), strict=True)
    with torch.no_grad():
        outputs = module(torch.from_numpy(reference["x"]))
    key = next(name for name in reference.files if "squeeze" in name)
    assert torch.allclose(outputs, torch.from_numpy(reference[key]), atol=1e-3)


@pytest.mark.parametrize(("classes", "trainable"), [(5, 2_565), (10, 5_130)])
def test_head_of_resnet18_for_other_classes(classes: int, trainable: int) -> None:
    report = analyse(with_classes(open_network("resnet18"), classes))
    assert report.nodes["fc"].parameters == trainable
    assert report.output_shape == (classes,)


class Branching(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return x if x.sum() > 0 else -x


class Unusual(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return torch.fft.rfft(x)


def test_where_tracing_stops_the_reason_is_told() -> None:
    with pytest.raises(WorkbenchError, match="cannot be traced"):
        trace_module(Branching(), input_shape=(3, 8, 8))


def test_an_operation_without_a_kind_is_named() -> None:
    with pytest.raises(WorkbenchError, match="rfft"):
        trace_module(Unusual(), input_shape=(3, 8, 8))
