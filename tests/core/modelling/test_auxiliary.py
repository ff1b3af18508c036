"""Auxiliary heads: kept or dropped by choice, and said; with torchvision's own keys, numbers and normalization."""

from __future__ import annotations

import pytest
import torch
import torchvision

from workbench.core.modelling.auxiliary import AUXILIARY, HALVES, opening_notes
from workbench.core.modelling.compile import build_module
from workbench.core.modelling.describe import describe
from workbench.core.modelling.opening import open_network, torchvision_module
from workbench.core.modelling.shapes import analyse

WHOLE = {"googlenet": 13_004_888, "inception_v3": 27_161_264}
"""Parameters with the auxiliary heads (torchvision's documentation of the weights, and the networks themselves)."""
IMAGENET = ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))


def normalized(pictures: torch.Tensor, figures: tuple[tuple[float, ...], tuple[float, ...]]) -> torch.Tensor:
    mean, deviation = (torch.tensor(values).view(1, 3, 1, 1) for values in figures)
    return (pictures - mean) / deviation


@pytest.mark.parametrize("name", AUXILIARY)
def test_kept_heads_have_torchvisions_keys_in_its_order_and_load_strictly(name: str) -> None:
    network = open_network(f"{name}+aux")
    original = torchvision_module(name).state_dict()
    made = build_module(network, device="meta")
    assert list(made.state_dict()) == list(original)
    made.load_state_dict(original, strict=True, assign=True)
    assert analyse(network).parameters == WHOLE[name]
    assert analyse(network).output_shape == (1000,)


@pytest.mark.parametrize("name", AUXILIARY)
def test_the_note_says_what_was_done_and_how_large_the_heads_are(name: str) -> None:
    difference = WHOLE[name] - describe(open_network(name)).totals.parameters
    assert difference == AUXILIARY[name].parameters
    assert "dropped" in opening_notes(name)[0]
    assert f"{difference:,}" in opening_notes(name)[0]
    assert "kept" in opening_notes(f"{name}+aux")[0]
    assert opening_notes("resnet18") == ()


def test_heads_do_not_change_the_output_and_a_training_step_leaves_them_alone() -> None:
    torch.manual_seed(0)
    original = torchvision.models.googlenet(weights=None, init_weights=False, aux_logits=True).eval()
    made = build_module(open_network("googlenet+aux")).eval()
    made.load_state_dict(original.state_dict(), strict=True)
    pictures = torch.rand(2, 3, 96, 96)
    with torch.no_grad():
        assert torch.equal(made(pictures), original(pictures))
    made(pictures).sum().backward()
    assert made.get_submodule("aux1.fc2").weight.grad is None
    assert made.get_submodule("fc").weight.grad is not None


def test_the_normalization_that_is_told_is_torchvisions_detour() -> None:
    torch.manual_seed(0)
    original = torchvision.models.googlenet(weights=None, init_weights=False, transform_input=True).eval()
    made = build_module(open_network("googlenet+aux")).eval()
    made.load_state_dict(original.state_dict(), strict=True)
    pictures = torch.rand(2, 3, 96, 96)
    with torch.no_grad():
        wanted = original(normalized(pictures, IMAGENET))
        right, wrong = ((made(normalized(pictures, each)) - wanted).abs().max() for each in (HALVES, IMAGENET))
    assert right < wrong / 100
