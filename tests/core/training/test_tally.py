"""Counting passes a few at a time against counting each by itself."""

from __future__ import annotations

import pytest
import torch

from workbench.core.training import tally
from workbench.core.training.metrics import Pass
from workbench.core.training.ranks import ALONE
from workbench.core.training.tally import Tally

CPU = torch.device("cpu")


def passes(*, mixed: bool) -> list[Pass]:
    """Passes of batches of several sizes, the last one small, with losses of all sizes."""
    generator = torch.Generator().manual_seed(0)
    made = []
    for number in range(37):
        count = 128 if number < 36 else 5
        logits = torch.randn(count, 10, generator=generator)
        shares = torch.rand(count, 10, generator=generator)
        loss = torch.rand((), generator=generator) * 10 ** (number % 5 - 2)
        made.append(Pass(loss, logits, shares if mixed else shares.argmax(dim=1)))
    return made


def counted(of: list[Pass]) -> Tally:
    told = Tally(ALONE, CPU)
    for each in of:
        told.passes.clear()
        told.add(*each)
        told.end_step()
    return told


@pytest.mark.parametrize("mixed", [False, True])
def test_the_means_are_those_by_hand(mixed: bool) -> None:
    given = passes(mixed=mixed)
    loss = hits = images = 0.0
    for each in given:
        labels = each.targets.argmax(dim=1) if mixed else each.targets
        loss += float(each.loss * len(labels))  # a float32 product, summed in float64
        hits += sum(int(row.argmax()) == int(label) for row, label in zip(each.logits, labels, strict=True))
        images += len(labels)
    means = counted(given).epoch_means()
    assert (means.loss, means.accuracy, means.images) == (loss / images, hits / images, images)


def test_how_many_are_counted_together_changes_no_bit(monkeypatch: pytest.MonkeyPatch) -> None:
    given = passes(mixed=False)
    together = counted(given).state()
    monkeypatch.setattr(tally, "COUNTED_TOGETHER", 1)
    assert counted(given).state() == together
    monkeypatch.setattr(tally, "COUNTED_TOGETHER", 1000)
    assert counted(given).state() == together


def test_a_pass_that_is_attempted_again_counts_once() -> None:
    told, (first, second, *_) = Tally(ALONE, CPU), passes(mixed=False)
    told.add(*first)
    told.passes.clear()  # as a step begins once more
    told.add(*second)
    told.end_step()
    assert told.epoch_means().images == len(second.targets)
    assert told.take_recent().images == len(second.targets) and told.take_recent().images == 0
