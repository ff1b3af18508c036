"""Mixed pictures and labels, against torchvision's transforms of a batch."""

from __future__ import annotations

import pytest
import torch
from torchvision.transforms import v2

from workbench.core.data.augment import Lots
from workbench.core.data.mixing import MIXINGS, one_hot

MIXED = ["mixup", "cutmix", "mixup-or-cutmix"]


def lots(count: int, seed: int = 0) -> Lots:
    return Lots(torch.Generator().manual_seed(seed), count)


def numbered(count: int = 8, side: int = 12) -> tuple[torch.Tensor, torch.Tensor]:
    """Pictures that are all one value, their number, each of a class of its own."""
    images = torch.arange(count, dtype=torch.float32).view(-1, 1, 1, 1).expand(count, 3, side, side)
    return images.contiguous(memory_format=torch.channels_last), one_hot(torch.arange(count), count)


@pytest.mark.parametrize("name", [*MIXINGS])
@pytest.mark.parametrize("count", [1, 2, 8])
def test_targets_say_what_the_pictures_hold(name: str, count: int) -> None:
    images, targets = numbered(count)
    before = images.clone()
    mixed, soft = MIXINGS[name](images, targets, lots(count), 1.0)
    assert torch.equal(images, before), "the given pictures stay as they are"
    assert torch.allclose(soft.sum(dim=1), torch.ones(count))
    shown = mixed.mean(dim=(1, 2, 3))  # every picture is its number, so the mean is the number its label expects
    assert torch.allclose(shown, soft @ torch.arange(count, dtype=torch.float32), atol=1e-5)
    assert mixed.is_contiguous(memory_format=torch.channels_last)
    assert MIXINGS.help(name).endswith(".")


@pytest.mark.parametrize("name", MIXED)
def test_the_seed_decides_and_every_picture_has_its_own_share(name: str) -> None:
    images, targets = numbered(64)
    first, second, other = (MIXINGS[name](images, targets, lots(64, seed), 1.0)[1] for seed in (5, 5, 6))
    assert torch.equal(first, second)
    assert not torch.equal(first, other)
    assert len(set(first.diagonal().tolist())) > 20


def test_mixup_and_cutmix_are_torchvisions_for_the_same_share() -> None:
    images, targets = torch.rand(1 + 5, 3, 16, 16), one_hot(torch.arange(6), 6)
    mixed, soft = MIXINGS["mixup"](images, targets, lots(6), 0.4)
    for number, share in enumerate(soft.diagonal()):
        theirs = v2.MixUp(num_classes=6).transform(images, {"lam": float(share), "labels": targets, "batch_size": 6})
        assert torch.allclose(mixed[number], theirs[number], atol=1e-6)
    cut, _ = MIXINGS["cutmix"](images, targets, lots(6), 1.0)
    own, other = (cut == images).all(dim=1), (cut == images.roll(1, 0)).all(dim=1)
    assert (own | other).all(), "each pixel is from one of the two"


@pytest.mark.parametrize("alpha", [0.2, 1.0])
def test_shares_are_distributed_as_torchvisions(alpha: float) -> None:
    count = 4000
    images, targets = torch.zeros(count, 1, 32, 32), torch.zeros(count, 2)
    targets[::2, 0], targets[1::2, 1] = 1, 1
    torch.manual_seed(0)
    for name, theirs in (("mixup", v2.MixUp(alpha=alpha)), ("cutmix", v2.CutMix(alpha=alpha))):
        soft = MIXINGS[name](images, targets, lots(count), alpha)[1]
        ours = torch.where(targets > 0, soft, 0).sum(dim=1)
        key = "lam" if name == "mixup" else "lam_adjusted"
        reference = torch.tensor([theirs.make_params([torch.empty(2, 1, 32, 32)])[key] for _ in range(count)])
        assert kolmogorov_smirnov(ours, reference) < 1.95 * (2 / count) ** 0.5  # once in a thousand


def kolmogorov_smirnov(left: torch.Tensor, right: torch.Tensor) -> float:
    """The largest distance between two empirical distributions."""
    places = torch.cat([left, right])
    shares = [torch.searchsorted(side.sort()[0], places, right=True) / len(side) for side in (left, right)]
    return float((shares[0] - shares[1]).abs().max())
