"""Augmentation of whole batches, against torchvision's one picture at a time."""

from __future__ import annotations

from collections import Counter

import pytest
import torch
from torchvision.transforms import v2

from workbench.core.data.augment import AUGMENTATIONS, Lots, pipeline_of
from workbench.core.data.augment.moving import Crop, HorizontalFlip, VerticalFlip
from workbench.core.data.augment.operation import Fill
from workbench.core.data.augment.pipeline import Pipeline
from workbench.core.data.preprocessing import Framing
from workbench.errors import WorkbenchError

SIZE = Framing(1, 32, 32)


def lots(count: int, seed: int = 0) -> Lots:
    return Lots(torch.Generator().manual_seed(seed), count)


def varied(name: str, pixels: torch.Tensor, framing: Framing = SIZE, seed: int = 0) -> torch.Tensor:
    return pipeline_of(name)(pixels, framing, lots(len(pixels), seed))


def numbered() -> torch.Tensor:
    """A picture whose pixels tell their place: column + 1 in the first channel, row + 1 in the second."""
    column, row = torch.meshgrid(torch.arange(1, 33), torch.arange(1, 33), indexing="xy")
    return torch.stack([column, row], dim=-1).to(torch.uint8)


def placed(picture: torch.Tensor) -> tuple[int, int, bool]:
    """(down, right, mirrored) of a crop of `numbered()` with padding 4, as offsets into the padded picture."""
    middle, below = picture[16, 16].tolist(), picture[17, 17].tolist()
    mirrored = below[0] < middle[0]
    column = picture[16, 15].tolist()[0] if mirrored else middle[0]
    return middle[1] - 1 - 16 + 4, column - 1 - 16 + 4, mirrored


def chi_square(left: Counter[object], right: Counter[object]) -> float:
    """The two-sample statistic per degree of freedom: about 1 when both follow one distribution."""
    keys = set(left) | set(right)
    return sum((left[key] - right[key]) ** 2 / (left[key] + right[key]) for key in keys) / (len(keys) - 1)


@pytest.mark.parametrize("name", [*AUGMENTATIONS])
@pytest.mark.parametrize(
    "framing", [Framing(3, 32, 32), Framing(3, 20, 28), Framing(1, 1, 1), Framing(4, 24, 24, 32)], ids=str
)
def test_every_augmentation_gives_pictures_of_the_input(name: str, framing: Framing) -> None:
    stored = torch.randint(0, 256, (9, *Framing(3, 32, 32).stored_size, framing.channels), dtype=torch.uint8)
    before = stored.clone()
    result = varied(name, stored, framing)
    assert result.shape == (9, framing.height, framing.width, framing.channels)
    assert result.dtype in (torch.uint8, torch.float32)
    assert result.min() >= 0
    assert result.max() <= 255
    assert torch.equal(stored, before), "the stored pictures were changed"


@pytest.mark.parametrize("name", [*AUGMENTATIONS])
def test_every_augmentation_says_what_it_assumes_about_labels(name: str) -> None:
    assert AUGMENTATIONS.help(name).endswith(".")
    assert "Assumes " in AUGMENTATIONS.help(name)


@pytest.mark.parametrize("name", [name for name in [*AUGMENTATIONS] if name != "none"])
def test_every_picture_of_a_batch_has_its_own_lot(name: str) -> None:
    one = torch.randint(0, 256, (1, 32, 32, 1), dtype=torch.uint8, generator=torch.Generator().manual_seed(1))
    results = varied(name, one.expand(64, 32, 32, 1).contiguous())
    different = {tuple(picture.flatten().tolist()) for picture in results}
    assert len(different) >= (2 if name == "flip" else 40)


@pytest.mark.parametrize("name", [*AUGMENTATIONS])
def test_the_seed_decides(name: str) -> None:
    stored = torch.randint(0, 256, (16, 40, 40, 1), dtype=torch.uint8)
    assert torch.equal(varied(name, stored, seed=5), varied(name, stored, seed=5))
    assert torch.equal(varied(name, stored, seed=5), varied(name, stored, seed=6)) == (name == "none")


def test_flip_and_crop_are_distributed_as_torchvisions() -> None:
    count = 20_000
    framing = Framing(2, 32, 32)
    ours = Counter(map(placed, varied("flip-crop", numbered().expand(count, 32, 32, 2).contiguous(), framing)))
    torch.manual_seed(0)
    reference = v2.Compose([v2.RandomCrop(32, padding=4), v2.RandomHorizontalFlip()])
    picture = numbered().permute(2, 0, 1)
    theirs = Counter(placed(reference(picture).permute(1, 2, 0)) for _ in range(count))
    assert set(ours) == set(theirs)
    assert len(ours) == 9 * 9 * 2
    assert chi_square(ours, theirs) < 1.5  # 161 degrees of freedom: above 1.3 once in a hundred


def test_every_crop_is_a_shifted_picture_on_black() -> None:
    framing = Framing(2, 32, 32)
    padded = torch.nn.functional.pad(numbered(), (0, 0, 4, 4, 4, 4))
    for result in varied("flip-crop", numbered().expand(200, 32, 32, 2).contiguous(), framing):
        down, right, mirrored = placed(result)
        expected = padded[down : down + 32, right : right + 32]
        assert torch.equal(result, expected.flip(1) if mirrored else expected)


def test_crops_of_other_devices_are_the_same_crops() -> None:
    """On the CPU NumPy picks the crops; elsewhere torch does, with this very expression."""
    from workbench.core.data.augment.resampling import _chosen

    crops = torch.randint(0, 256, (40, 9, 9, 5, 6, 3), dtype=torch.uint8)
    right, down = places = torch.randint(9, (2, 40))
    assert torch.equal(_chosen(crops, places.T.numpy()), crops[torch.arange(40), down, right])


@pytest.mark.parametrize("dtype", [torch.uint8, torch.float32])
@pytest.mark.parametrize("fill", ["black", "edge", "mirror"])
def test_crops_do_not_depend_on_how_pixels_lie_in_memory(dtype: torch.dtype, fill: Fill) -> None:
    stored = torch.randint(0, 256, (30, 11, 13, 3)).to(dtype)
    planes = stored.permute(0, 3, 1, 2).contiguous().permute(0, 2, 3, 1)
    part = torch.nn.functional.pad(stored, (0, 2, 1, 2, 3, 4))[:, 3:14, 1:14, :3]
    pipeline = Pipeline((Crop(padding=0.25, fill=fill), HorizontalFlip(), VerticalFlip()))
    framing = Framing(3, 9, 8)
    first, *others = (
        pipeline(pixels, framing, Lots(torch.Generator().manual_seed(2), 30)) for pixels in (stored, planes, part)
    )
    assert first.shape == (30, 9, 8, 3)
    assert all(torch.equal(first, other) for other in others)
    assert torch.equal(stored, part), "what is stored stays as it is"


def test_the_lots_of_a_seed_stay_those_they_were() -> None:
    """Runs that were begun with an earlier version go on with the same pictures."""
    stored = torch.randint(0, 256, (50, 32, 32, 1), dtype=torch.uint8)
    generator = torch.Generator().manual_seed(4)
    down, right = (torch.randint(9, (50,), generator=generator) for _ in range(2))
    mirrored = torch.rand(50, generator=generator) < 0.5
    padded = torch.nn.functional.pad(stored, (0, 0, 4, 4, 4, 4))
    for number, result in enumerate(varied("flip-crop", stored, seed=4)):
        expected = padded[number, down[number] : down[number] + 32, right[number] : right[number] + 32]
        assert torch.equal(result, expected.flip(1) if mirrored[number] else expected)


def test_medical_and_digits_never_mirror_and_aerial_turns_by_any_angle() -> None:
    stored = torch.zeros(400, 32, 32, 1, dtype=torch.uint8)
    stored[:, 4:14, 4:14] = 255  # a spot at the top left
    for name, quarters in (("medical", {0}), ("digits", {0}), ("flip", {0, 1}), ("aerial", {0, 1, 2, 3})):
        pixels = varied(name, stored).to(torch.float32)[..., 0]
        sums = torch.stack(
            [pixels[:, rows][:, :, columns].sum(dim=(1, 2)) for rows in HALVES for columns in HALVES], dim=1
        )
        assert set(sums.argmax(dim=1).tolist()) == quarters, name


HALVES = (slice(0, 16), slice(16, 32))


def test_flip_mirrors_half_and_changes_nothing_else() -> None:
    framing = Framing(2, 32, 32)
    results = varied("flip", numbered().expand(4000, 32, 32, 2).contiguous(), framing)
    mirrored = (results == numbered().flip(1)).all(dim=3).all(dim=2).all(dim=1)
    straight = (results == numbered()).all(dim=3).all(dim=2).all(dim=1)
    assert (mirrored ^ straight).all()
    assert abs(mirrored.float().mean().item() - 0.5) < 0.03


def test_large_stored_pictures_are_cropped_without_black() -> None:
    stored = torch.full((200, 64, 64, 1), 9, dtype=torch.uint8)
    assert varied("flip-crop", stored, Framing(1, 32, 32, 64)).min() == 9


def test_unknown_names_are_refused_with_the_known_ones() -> None:
    with pytest.raises(WorkbenchError, match=r"no augmentation mixup\. Possible are none, flip"):
        AUGMENTATIONS["mixup"]
