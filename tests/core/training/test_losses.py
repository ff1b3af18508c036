"""Losses against PyTorch's own and torchvision's, with labels and with shares, with and without weights."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor
from torch.nn import functional
from torchvision.ops import sigmoid_focal_loss

from workbench.core.training.accumulation import parts
from workbench.core.training.losses import LOSSES, BinaryCrossEntropy, CrossEntropy, Focal, Loss

CLASSES = 5


@pytest.fixture
def logits() -> Tensor:
    return torch.randn(16, CLASSES, generator=torch.Generator().manual_seed(0)) * 3


@pytest.fixture
def labels() -> Tensor:
    return torch.randint(CLASSES, (16,), generator=torch.Generator().manual_seed(1))


@pytest.fixture
def shares(labels: Tensor) -> Tensor:
    hot = functional.one_hot(labels, CLASSES).float()
    return 0.7 * hot + 0.3 * hot.roll(1, 0)


WEIGHTS = torch.tensor([0.5, 1.0, 2.0, 0.1, 1.4])


@pytest.mark.parametrize("weights", [None, WEIGHTS], ids=["plain", "weighted"])
@pytest.mark.parametrize("smoothing", [0.0, 0.2])
def test_cross_entropy_is_pytorchs(
    logits: Tensor, labels: Tensor, shares: Tensor, smoothing: float, weights: Tensor | None
) -> None:
    ours, theirs = (
        CrossEntropy(label_smoothing=smoothing),
        torch.nn.CrossEntropyLoss(weights, label_smoothing=smoothing),
    )
    assert torch.equal(ours(logits, labels, weights), theirs(logits, labels))
    assert torch.equal(ours(logits, shares, weights), theirs(logits, shares))


@pytest.mark.parametrize("weights", [None, WEIGHTS], ids=["plain", "weighted"])
@pytest.mark.parametrize("smoothing", [0.0, 0.2])
def test_focal_loss_without_focus_is_cross_entropy(
    logits: Tensor, labels: Tensor, shares: Tensor, smoothing: float, weights: Tensor | None
) -> None:
    focal, plain = Focal(focus=0.0, label_smoothing=smoothing), CrossEntropy(label_smoothing=smoothing)
    for targets in (labels, shares):
        torch.testing.assert_close(focal(logits, targets, weights), plain(logits, targets, weights))


def test_focal_loss_is_the_published_formula(logits: Tensor, labels: Tensor) -> None:
    right = logits.softmax(dim=1)[torch.arange(16), labels]
    torch.testing.assert_close(Focal(focus=2.0)(logits, labels), (-((1 - right) ** 2) * right.log()).mean())


def test_focal_loss_of_two_classes_is_torchvisions(logits: Tensor) -> None:
    """The softmax of two scores is the sigmoid of their difference."""
    pair, labels = logits[:, :2], torch.arange(16) % 2
    theirs = sigmoid_focal_loss(pair[:, 1] - pair[:, 0], labels.float(), alpha=-1, gamma=2.0, reduction="mean")
    torch.testing.assert_close(Focal(focus=2.0)(pair, labels), theirs)


@pytest.mark.parametrize("focus", [0.5, 2.0])
def test_focal_loss_has_gradients_where_all_is_right(focus: float) -> None:
    sure = torch.tensor([[200.0, 0.0, 0.0]], requires_grad=True)
    Focal(focus=focus)(sure, torch.tensor([0])).backward()
    assert sure.grad is not None and sure.grad.isfinite().all()


@pytest.mark.parametrize("weights", [None, WEIGHTS], ids=["plain", "weighted"])
def test_binary_cross_entropy_is_pytorchs_on_one_hot_targets(
    logits: Tensor, labels: Tensor, shares: Tensor, weights: Tensor | None
) -> None:
    theirs = torch.nn.BCEWithLogitsLoss(weights)
    hot = functional.one_hot(labels, CLASSES).float()
    assert torch.equal(BinaryCrossEntropy()(logits, labels, weights), theirs(logits, hot))
    assert torch.equal(BinaryCrossEntropy()(logits, shares, weights), theirs(logits, shares))
    smooth = BinaryCrossEntropy(label_smoothing=0.1)(logits, labels, weights)
    torch.testing.assert_close(smooth, theirs(logits, hot * 0.9 + 0.1 / CLASSES))


@pytest.mark.parametrize("name", [*LOSSES])
def test_what_is_told_of_the_validation_is_not_smoothed(name: str, logits: Tensor, labels: Tensor) -> None:
    plain: Loss = LOSSES[name]()
    smoothed = LOSSES[name](label_smoothing=0.3)
    assert torch.equal(smoothed.plain()(logits, labels), plain(logits, labels))
    assert not torch.equal(smoothed(logits, labels), plain(logits, labels))


@pytest.mark.parametrize("weights", [None, WEIGHTS], ids=["plain", "weighted"])
@pytest.mark.parametrize("size", [1, 3, 5, 16])
@pytest.mark.parametrize("name", [*LOSSES])
def test_the_shares_of_parts_add_up_to_the_whole(
    name: str, size: int, weights: Tensor | None, logits: Tensor, labels: Tensor
) -> None:
    loss = LOSSES[name]()
    if name == "bce":
        weights = None  # its mean is over all scores, weighted or not
    made = parts(logits, labels, size, weights=weights)
    assert sum(len(wanted) for _, wanted, _ in made) == 16 and max(len(wanted) for _, wanted, _ in made) <= size
    total = sum(loss(some, wanted, weights) * (1 if share is None else share) for some, wanted, share in made)
    torch.testing.assert_close(torch.as_tensor(total), loss(logits, labels, weights))


def test_no_part_of_a_batch_is_a_single_picture() -> None:
    for count in range(2, 200):
        sizes = [len(wanted) for _, wanted, _ in parts(torch.zeros(count), torch.zeros(count, dtype=torch.int64), 8)]
        assert min(sizes) > 1 and max(sizes) <= 8
