"""Kernels as pictures."""

from __future__ import annotations

import pytest
import torch

from workbench.core.inspection.colours import SIGNED, colour_table
from workbench.core.inspection.filters import filter_meaning, filter_sheet, filters
from workbench.core.modelling.compile import build_module
from workbench.core.modelling.opening import open_network
from workbench.errors import WorkbenchError


def test_filters_are_a_copy_of_the_weights() -> None:
    module = build_module(open_network("cifar10cnn"))
    kernels = filters(module, "conv2")
    assert kernels.shape == (64, 32, 3, 3) and not kernels.requires_grad
    kernels.zero_()
    assert module.conv2.weight.abs().sum() > 0


@pytest.mark.parametrize("node", ["relu1", "fc2", "input", "nowhere"])
def test_only_convolutions_have_filters(node: str) -> None:
    with pytest.raises(WorkbenchError, match=f"{node} has no filters"):
        filters(build_module(open_network("cifar10cnn")), node)


def test_kernels_on_colours_are_colours_around_mid_grey() -> None:
    weights = torch.zeros(2, 3, 2, 2)
    weights[0, 0, 0, 0], weights[1, 2, 1, 1], weights[1, 1, 1, 0] = 2.0, -2.0, 1.0
    sheet = filter_sheet(weights, columns=2)
    assert sheet.image.shape == (2, 5, 3)
    assert sheet.image[0, 0].tolist() == [255, 128, 128]
    assert sheet.image[0, 1].tolist() == [128, 128, 128]
    assert sheet.image[1, 4].tolist() == [128, 128, 0]
    assert sheet.image[1, 3].tolist() == [128, 191, 128]
    spot = sheet.spot(4, 1)
    assert spot is not None and (spot.channel, spot.value) == (1, (0.0, 0.0, -2.0))


def test_other_kernels_are_norms_or_the_inputs_of_one_output() -> None:
    weights = torch.zeros(4, 6, 1, 1)
    weights[2, 0], weights[2, 1] = 3.0, -4.0
    norms = filter_sheet(weights)
    assert norms.maps[:, 0, 0].tolist() == [0.0, 0.0, 5.0, 0.0]
    one = filter_sheet(weights, output=2)
    assert one.maps[:, 0, 0].tolist() == [3.0, -4.0, 0.0, 0.0, 0.0, 0.0]
    assert one.colouring.limits[0] == (-4.0, 4.0)
    assert one.image[0, 2].tolist() == colour_table(SIGNED)[0].tolist()


def test_kernels_on_one_input_are_signed() -> None:
    sheet = filter_sheet(torch.tensor([[[[-1.0, 1.0]]]]))
    assert sheet.image[0].tolist() == [colour_table(SIGNED)[0].tolist(), colour_table(SIGNED)[255].tolist()]


def test_all_zero_kernels_are_plain_grey() -> None:
    assert (filter_sheet(torch.zeros(1, 3, 3, 3)).image == 128).all()


def test_what_the_tiles_mean_is_said() -> None:
    assert "mid grey is zero" in filter_meaning(3)
    assert "norm" in filter_meaning(64)
    assert "output channel 7" in filter_meaning(64, 7)
