"""Networks before training: PyTorch's own first weights, the same each time, and nobody's random numbers touched."""

from __future__ import annotations

import pytest
import torch

from workbench.core.inspection.untrained import untrained_module
from workbench.core.modelling.compile import build_module
from workbench.core.modelling.opening import open_network


@pytest.mark.parametrize("name", ["mini_resnet", "lenet5", "convnext_tiny", "vit_b_32", "swin_t", "swin_v2_t"])
def test_untrained_weights_are_pytorchs_own_and_no_accident(name: str) -> None:
    network = open_network(name)
    torch.manual_seed(5)
    before = torch.get_rng_state()
    ours, other = untrained_module(network, seed=5).state_dict(), untrained_module(network, seed=6).state_dict()
    assert torch.equal(before, torch.get_rng_state())
    theirs = build_module(network).state_dict()  # drawn from the generator of the process, which has the same seed
    assert ours.keys() == theirs.keys()
    assert all(torch.equal(ours[key], theirs[key]) for key in ours)
    assert any(not torch.equal(ours[key], other[key]) for key in ours)
