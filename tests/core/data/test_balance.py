"""Weights and orders for classes of unequal size."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
import torch

from workbench.core.data.balance import CLASS_WEIGHTS, SAMPLINGS, class_weights
from workbench.core.data.batches import Batches
from workbench.core.data.images import ImagePart
from workbench.core.data.preprocessing import Framing, Preprocessing
from workbench.errors import WorkbenchError

LABELS = torch.tensor([0] * 70 + [2] * 25 + [3] * 5)


def order(sampling: str, labels: torch.Tensor = LABELS, seed: int = 0) -> torch.Tensor:
    return SAMPLINGS[sampling](labels, torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("weighting", [*CLASS_WEIGHTS])
def test_weights_are_one_in_the_mean_and_zero_for_classes_without_pictures(weighting: str) -> None:
    weights = class_weights(LABELS.numpy(), 5, weighting)
    assert weights[1] == weights[4] == 0
    assert sum(weights) == pytest.approx(3)
    assert weights[0] <= weights[2] <= weights[3]
    assert CLASS_WEIGHTS.help(weighting).endswith(".")


@pytest.mark.parametrize("weighting", [*CLASS_WEIGHTS])
def test_equal_classes_weigh_the_same(weighting: str) -> None:
    assert class_weights(np.arange(40) % 4, 4, weighting) == pytest.approx((1, 1, 1, 1))


def test_weights_are_those_of_the_formulas() -> None:
    inverse = class_weights(LABELS.numpy(), 4, "inverse")
    assert inverse[0] * 70 == pytest.approx(inverse[2] * 25) == pytest.approx(inverse[3] * 5)
    effective = class_weights(np.repeat([0, 1], [5000, 50]), 2, "effective")
    numbers = [(1 - 0.9999**count) / (1 - 0.9999) for count in (5000, 50)]
    assert effective[1] / effective[0] == pytest.approx(numbers[0] / numbers[1])


def test_unknown_weightings_are_refused_and_no_pictures_weigh_nothing() -> None:
    with pytest.raises(WorkbenchError, match="no class weighting heavy"):
        class_weights(LABELS.numpy(), 4, "heavy")
    assert class_weights(np.zeros(0, np.int64), 2, "inverse") == (0, 0)


@pytest.mark.parametrize("sampling", [*SAMPLINGS])
def test_orders_follow_from_the_generator_and_have_the_length_of_the_set(sampling: str) -> None:
    assert torch.equal(order(sampling), order(sampling))
    assert not torch.equal(order(sampling), order(sampling, seed=1))
    assert len(order(sampling)) == len(LABELS)
    assert len(order(sampling, LABELS[:0])) == 0
    assert SAMPLINGS.help(sampling).endswith(".")


def test_balanced_epochs_show_every_class_equally_often() -> None:
    picked = order("balanced")
    assert sorted(Counter(LABELS[picked].tolist()).values()) == [33, 33, 34]
    times = Counter(picked.tolist())
    for label in (0, 2, 3):
        members = (label == LABELS).nonzero()[:, 0].tolist()
        assert max(times[member] for member in members) - min(times[member] for member in members) <= 1
    halves = LABELS[picked[:50]]
    assert min(Counter(halves.tolist()).values()) > 8, "the order is shuffled"


def test_over_the_epochs_every_picture_of_a_large_class_is_shown() -> None:
    seen = {number for seed in range(12) for number in order("balanced", seed=seed).tolist()}
    assert seen == set(range(100))


def test_batches_take_their_order_from_the_sampling() -> None:
    part = ImagePart(np.zeros((100, 4, 4, 1), np.uint8), LABELS.numpy())
    preprocessing = Preprocessing(Framing(1, 4, 4), (0.5,), (0.5,))
    found = {}
    for sampling in ("shuffled", "balanced"):
        batches = Batches(part, preprocessing=preprocessing, batch_size=32, seed=0, sampling=sampling)
        found[sampling] = torch.cat([labels for _, labels in batches.epoch(1)])
        resumed = [labels for _, labels in batches.epoch(1, start=2)]
        assert torch.equal(torch.cat(resumed), found[sampling][64:])
    assert Counter(found["shuffled"].tolist()) == {0: 70, 2: 25, 3: 5}
    assert sorted(Counter(found["balanced"].tolist()).values()) == [33, 33, 34]
    with pytest.raises(WorkbenchError, match="no sampling rare"):
        Batches(part, preprocessing=preprocessing, batch_size=32, seed=0, sampling="rare")
