"""Varying pictures on any device: nothing mixes devices, nothing waits for the device, the lots come from the CPU."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from workbench.core.data.augment import AUGMENTATIONS, OPERATIONS, Lots, Pipeline, pipeline_of
from workbench.core.data.augment.changing import Erasing
from workbench.core.data.augment.moving import Rotation
from workbench.core.data.mixing import MIXINGS
from workbench.core.data.preprocessing import Framing

PIPELINES: dict[str, Any] = {name: Pipeline((OPERATIONS[name](),)) for name in OPERATIONS}
PIPELINES |= {f"preset {name}": pipeline_of(name) for name in AUGMENTATIONS}
PIPELINES["some turned"] = Pipeline((Rotation(degrees=30, probability=0.5, fill="mirror"),))
PIPELINES["noise"] = Pipeline((Erasing(probability=1, cover="noise"),))


def lots(count: int) -> Lots:
    return Lots(torch.Generator().manual_seed(0), count)


@pytest.mark.parametrize("name", [*PIPELINES])
@pytest.mark.parametrize("channels", [1, 3])
def test_pixels_of_another_device_stay_there_unread(name: str, channels: int) -> None:
    """Tensors of the meta device hold nothing to read and meet no others: reading or mixing them is an error."""
    pixels = torch.randint(0, 256, (16, 24, 24, channels), dtype=torch.uint8)
    framing = Framing(channels, 20, 20, 24)
    here = PIPELINES[name](pixels, framing, lots(16))
    there = PIPELINES[name](pixels.to("meta"), framing, lots(16))
    assert there.device.type == "meta"
    assert (there.shape, there.dtype) == (here.shape, here.dtype)


@pytest.mark.parametrize("name", [*MIXINGS])
def test_mixing_reads_nothing_from_the_device(name: str) -> None:
    images, targets = torch.zeros(8, 3, 12, 12, device="meta"), torch.zeros(8, 5, device="meta")
    mixed, soft = MIXINGS[name](images, targets, lots(8), 1.0)
    assert (mixed.shape, soft.shape) == (images.shape, targets.shape)


def test_no_number_is_float64() -> None:
    """Some devices have none."""
    pixels = torch.randint(0, 256, (8, 16, 16, 3), dtype=torch.uint8)
    before = torch.get_default_dtype()
    for name, pipeline in PIPELINES.items():
        with DoubleSpy() as spy:
            pipeline(pixels, Framing(3, 16, 16), lots(8))
        assert not spy.found, f"{name}: {spy.found}"
    assert torch.get_default_dtype() == before


class DoubleSpy(torch.utils._python_dispatch.TorchDispatchMode):
    """Notes every operator that returns float64."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        result = func(*args, **(kwargs or {}))
        if isinstance(result, torch.Tensor) and result.dtype == torch.float64:
            self.found.append(str(func))
        return result
