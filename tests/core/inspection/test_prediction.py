"""What a network takes a picture for, trained or not."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from workbench.core.inspection.prediction import predict, strongest_guesses
from workbench.core.inspection.untrained import untrained_module
from workbench.core.modelling.opening import open_network
from workbench.core.modelling.zoo import READY
from workbench.errors import WorkbenchError


def test_probabilities_are_the_softmax_in_evaluation_mode() -> None:
    module = untrained_module(open_network("cifar10net")).train()
    images = torch.randn(3, 3, 32, 32)
    probabilities = predict(module, images)
    assert module.training
    with torch.no_grad():
        torch.testing.assert_close(probabilities, module.eval()(images).softmax(dim=1))
    torch.testing.assert_close(probabilities.sum(dim=1), torch.ones(3))


def test_the_strongest_guesses_have_names_or_numbers() -> None:
    guesses = strongest_guesses(torch.tensor([0.1, 0.2, 0.7]), ("cat", "dog"), 2)
    assert [(guess.index, guess.name) for guess in guesses] == [(2, "class 2"), (1, "dog")]
    assert guesses[0].probability == pytest.approx(0.7)
    assert len(strongest_guesses(torch.tensor([0.4, 0.6]), ("cat", "dog"), 5)) == 2


def test_a_network_without_scores_and_an_unfit_picture_are_refused() -> None:
    with pytest.raises(WorkbenchError, match="16 × 32 × 32 values"):
        predict(untrained_module(open_network("tiny_cnn")), torch.randn(1, 3, 32, 32))
    with pytest.raises(WorkbenchError, match="cannot run on a picture of 1 × 32 × 32"):
        predict(untrained_module(open_network("cifar10cnn")), torch.randn(1, 1, 32, 32))


@pytest.mark.parametrize("name", [name for name in READY if name != "residual_stack"])
def test_untrained_weights_are_pytorchs_and_leave_the_random_numbers_alone(name: str) -> None:
    before = torch.random.get_rng_state()
    module = untrained_module(open_network(name))
    assert torch.equal(torch.random.get_rng_state(), before)
    again = untrained_module(open_network(name))
    for (key, value), other in zip(module.state_dict().items(), again.state_dict().values(), strict=True):
        assert value.isfinite().all() and torch.equal(value, other), key
    for layer in module.modules():
        if isinstance(layer, (nn.Conv2d, nn.Linear)) and layer.weight.numel() > 300:
            fresh = type(layer)(*_sizes(layer))
            assert layer.weight.std().item() == pytest.approx(fresh.weight.std().item(), rel=0.25)


def _sizes(layer: nn.Conv2d | nn.Linear) -> tuple[int, ...]:
    if isinstance(layer, nn.Linear):
        return layer.in_features, layer.out_features
    return layer.in_channels, layer.out_channels, layer.kernel_size[0]
