"""Every operation: what holds for all of them, and what each of them must do beyond torchvision's."""

from __future__ import annotations

import math
from typing import Any

import msgspec
import pytest
import torch
from torchvision.transforms.v2 import functional

from workbench.core.data.augment import (
    OPERATIONS,
    Lots,
    Operation,
    Pipeline,
    Step,
    idle_steps,
    parse,
    pipeline_of,
    step,
    step_problems,
)
from workbench.core.data.augment.changing import Blur, ColorJitter, Erasing, Grayscale
from workbench.core.data.augment.matrices import perspective, shifts
from workbench.core.data.augment.moving import Affine, Crop, HorizontalFlip, Perspective, Rotation, VerticalFlip
from workbench.core.data.augment.operation import Change
from workbench.core.data.augment.resampling import PADDING, resampled
from workbench.core.data.preprocessing import Framing
from workbench.core.layers.arguments import arguments
from workbench.errors import Problem, WorkbenchError

NAMES = [*OPERATIONS]
IDLE: dict[str, dict[str, Any]] = {
    "horizontal-flip": {"probability": 0},
    "vertical-flip": {"probability": 0},
    "crop": {"padding": 0},
    "resized-crop": {"smallest": 1, "stretch": 1},
    "rotation": {"degrees": 0},
    "affine": {"degrees": 0, "translate": 0, "scale": 0},
    "perspective": {"probability": 0},
    "color-jitter": {"brightness": 0, "contrast": 0, "saturation": 0},
    "grayscale": {"probability": 0},
    "blur": {"probability": 0},
    "erasing": {"probability": 0},
}
"""Arguments with which an operation leaves pictures as they are; RandAugment and TrivialAugment always do something."""


def lots(count: int, seed: int = 0) -> Lots:
    return Lots(torch.Generator().manual_seed(seed), count)


def noise(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.randint(0, 256, shape, dtype=torch.uint8, generator=torch.Generator().manual_seed(seed))


def smooth(count: int, height: int, width: int) -> torch.Tensor:
    """Colourful float pictures without hard edges, 0 to 255."""
    coarse = noise(count, 3, 4, 4).to(torch.float32)
    return functional.resize(coarse, [height, width], antialias=False).permute(0, 2, 3, 1).contiguous()


def vary(operation: Operation, pixels: torch.Tensor, seed: int = 0) -> torch.Tensor:
    count, height, width, channels = pixels.shape
    return Pipeline((operation,))(pixels, Framing(channels, height, width), lots(count, seed))


def planes(pixels: torch.Tensor) -> torch.Tensor:
    """As torchvision takes float pictures: channels first, 0 to 1."""
    return pixels.permute(0, 3, 1, 2).to(torch.float32) / 255


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "shape", [(5, 16, 16, 3), (1, 16, 16, 1), (3, 1, 1, 3), (2, 2, 9, 3), (4, 7, 3, 4), (1, 40, 24, 2)], ids=str
)
def test_any_size_channels_and_count(name: str, shape: tuple[int, ...]) -> None:
    operation, stored = OPERATIONS[name](), noise(*shape)
    before = stored.clone()
    for seed in range(3):
        result = vary(operation, stored, seed)
        assert result.shape == stored.shape
        assert result.dtype in (torch.uint8, torch.float32)
        assert result.isfinite().all()
        assert result.min() >= 0
        assert result.max() <= 255
    assert torch.equal(stored, before), "the stored pictures were changed"


@pytest.mark.parametrize("name", NAMES)
def test_memory_format_and_number_type_do_not_matter(name: str) -> None:
    stored, operation = noise(6, 12, 14, 3), OPERATIONS[name]()
    expected = vary(operation, stored).to(torch.float32)
    other_order = stored.permute(0, 3, 1, 2).contiguous().permute(0, 2, 3, 1)
    real = stored.to(torch.float32)
    for pixels in (other_order, real):
        assert torch.allclose(vary(operation, pixels).to(torch.float32), expected, atol=1e-3)
    assert torch.equal(real, stored.to(torch.float32)), "the stored pictures were changed"


@pytest.mark.parametrize("name", [*IDLE])
@pytest.mark.parametrize("channels", [1, 3])
def test_no_strength_leaves_every_value_as_it_is(name: str, channels: int) -> None:
    stored = noise(9, 13, 18 if name != "resized-crop" else 13, channels)
    result = vary(msgspec.convert(IDLE[name], OPERATIONS[name]), stored)
    assert torch.equal(result.to(torch.uint8), stored)
    assert torch.equal(result.to(torch.float32), stored.to(torch.float32))
    if not issubclass(OPERATIONS[name], Change):
        assert result.dtype == torch.uint8


def test_operations_without_a_way_to_do_nothing_are_two() -> None:
    assert set(NAMES) - set(IDLE) == {"rand-augment", "trivial-augment"}


@pytest.mark.parametrize("name", NAMES)
def test_each_says_what_it_is_for_and_has_fields_for_a_form(name: str) -> None:
    assert OPERATIONS.help(name).endswith(".")
    for argument in arguments(OPERATIONS[name]):
        assert argument.form in ("integer", "number", "choice")
        assert argument.help
        assert argument.default is not None
        if argument.form != "choice":
            assert argument.minimum is not None
            assert argument.maximum is not None


@pytest.mark.parametrize("name", NAMES)
def test_steps_go_through_a_file(name: str) -> None:
    operation = msgspec.convert(IDLE.get(name, {"fill": "edge"}), OPERATIONS[name])
    written = msgspec.json.encode(step(operation))
    assert parse(msgspec.json.decode(written, type=Step)) == operation


@pytest.mark.parametrize("name", NAMES)
def test_every_limit_is_kept(name: str) -> None:
    for argument in arguments(OPERATIONS[name]):
        if argument.form == "choice":
            continue
        assert argument.maximum is not None
        found = parse(Step(name, {argument.name: argument.maximum + 1}), "steps.3")
        assert isinstance(found, Problem)
        assert found.where == "steps.3"
        assert argument.name in found.reason


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        (Step("swirl"), "choose one of color-jitter, "),
        (Step("crop", {"pading": 0.1}), "pading"),
        (Step("affine", {"degrees": "ten"}), "degrees: it must be a number, not a text"),
        (Step("erasing", {"smallest": 0.5, "largest": 0.1}), "the smallest box is larger than the largest"),
        (Step("blur", {"weakest": 3.0}), "the weakest blur is stronger"),
        (Step("resized-crop", {"largest": 0.05}), "the smallest part is larger"),
    ],
)
def test_impossible_steps_are_problems_in_their_place(given: Step, reason: str) -> None:
    (problem,) = step_problems([Step("crop"), given], "augmentation_steps")
    assert problem.where == "augmentation_steps.1"
    assert reason in problem.reason
    with pytest.raises(WorkbenchError, match="The augmentation is not possible"):
        pipeline_of("none", [given])


def test_steps_replace_the_preset() -> None:
    assert pipeline_of("general", [Step("crop", {"padding": 0.2})]).operations == (Crop(padding=0.2),)
    assert pipeline_of("flip").operations == (HorizontalFlip(),)


def test_operations_on_colours_say_that_gray_pictures_have_none() -> None:
    pipeline = Pipeline((HorizontalFlip(), Grayscale()))
    assert idle_steps(pipeline, 3) == ()
    (note,) = idle_steps(pipeline, 1)
    assert (note.where, note.level) == ("grayscale", "info")
    stored = noise(4, 8, 8, 1)
    assert torch.equal(vary(Grayscale(probability=1), stored).to(torch.uint8), stored)
    only_colours = ColorJitter(brightness=0, contrast=0, saturation=1, hue=0.5)
    assert torch.equal(vary(only_colours, stored).to(torch.uint8), stored)


def test_corners_on_one_line_leave_the_picture() -> None:
    line = torch.tensor([[[0.0, 0.0], [5.0, 0.0], [9.0, 0.0], [3.0, 0.0]]])
    assert torch.equal(perspective(line, (9, 9)), torch.eye(3)[None])
    folded = vary(Perspective(distortion=1, probability=1), noise(50, 2, 2, 1))
    assert folded.isfinite().all()


@pytest.mark.parametrize("fill", [*PADDING])
@pytest.mark.parametrize("offset", [(0, 0), (3, -2), (-20, 5), (400, -300), (-9, 9)])
def test_whole_moves_copy_what_sampling_would_read(fill: Any, offset: tuple[int, int]) -> None:
    pixels = noise(4, 9, 11, 3)
    matrices = shifts(*(torch.full((4,), float(side)) for side in offset))
    matrices[1, 0, 0], matrices[1, 0, 2] = -1, 11 + offset[0]
    matrices[2, 1, 1], matrices[2, 1, 2] = -1, 9 + offset[1]
    matrices[3, :2, 2] += torch.tensor([1.0, 2.0])
    moved = resampled(pixels, matrices, (8, 10), fill)
    assert moved.dtype == torch.uint8
    nearly = matrices.clone()
    nearly[:, 0, 2] += 1e-4
    sampled = resampled(pixels, nearly, (8, 10), fill)
    assert sampled.dtype == torch.float32
    assert (sampled - moved).abs().max() < 0.5


def test_pictures_that_move_by_whole_pixels_stay_exact_beside_others() -> None:
    pixels = noise(40, 16, 16, 3)
    result = vary(Rotation(degrees=40, probability=0.5), pixels)
    same = (result == pixels).flatten(1).all(dim=1)
    assert 8 < same.sum() < 32


def test_moves_that_follow_each_other_are_sampled_once(monkeypatch: pytest.MonkeyPatch) -> None:
    from workbench.core.data.augment import pipeline as module

    seen: list[str] = []

    def counted(*given: Any) -> torch.Tensor:
        seen.append(given[3])
        return resampled(*given)

    monkeypatch.setattr(module, "resampled", counted)
    pixels = noise(3, 20, 20, 3)
    operations = (HorizontalFlip(), Affine(fill="edge"), VerticalFlip(), Rotation(fill="mirror"), Blur(), Crop())
    assert Pipeline(operations)(pixels, Framing(3, 16, 16), lots(3)).shape == (3, 16, 16, 3)
    assert seen == ["edge", "mirror", "black"]


def test_two_moves_at_once_are_the_two_in_turn() -> None:
    pixels = smooth(8, 32, 32)
    both = Pipeline((Rotation(degrees=30), HorizontalFlip()))(pixels, Framing(3, 32, 32), lots(8))
    draw = lots(8)
    turned = Pipeline((Rotation(degrees=30),))(pixels, Framing(3, 32, 32), draw)
    in_turn = Pipeline((HorizontalFlip(),))(turned, Framing(3, 32, 32), draw)
    assert torch.allclose(both, in_turn, atol=0.05)


def test_a_turn_shows_stored_pixels_beyond_the_crop() -> None:
    stored = torch.full((30, 32, 32, 1), 200, dtype=torch.uint8)
    result = Pipeline((Rotation(degrees=180),))(stored, Framing(1, 20, 20, 32), lots(30))
    assert result.min() > 199, "no black corners where there are pixels"


@pytest.mark.parametrize("cover", ["black", "mean", "noise"])
def test_erasing_covers_one_box_and_nothing_else(cover: Any) -> None:
    stored = torch.full((60, 20, 24, 1), 100, dtype=torch.uint8) + noise(60, 20, 24, 1) // 32
    result = vary(Erasing(probability=1, cover=cover), stored)
    changed = (result != stored)[..., 0]
    assert changed.flatten(1).any(dim=1).float().mean() > 0.9
    for picture in changed[:, ..., None].permute(0, 3, 1, 2)[:, 0]:
        rows, columns = picture.any(dim=1).nonzero()[:, 0], picture.any(dim=0).nonzero()[:, 0]
        if len(rows):
            box = (len(range(rows[0], rows[-1] + 1)), len(range(columns[0], columns[-1] + 1)))
            assert box[0] < 20
            assert box[1] < 24
            if cover != "noise":
                assert picture.sum() >= 0.8 * box[0] * box[1], "a whole box"


def test_strong_limits_of_the_color_jitter_are_kept() -> None:
    stored = torch.full((500, 2, 2, 1), 100, dtype=torch.uint8)
    values = vary(ColorJitter(brightness=0.3, contrast=0, saturation=0), stored)[:, 0, 0, 0]
    assert 70 <= values.min() < 72
    assert 128 < values.max() <= 130
    half = vary(ColorJitter(brightness=0.3, contrast=0, saturation=0, probability=0.5), stored)[:, 0, 0, 0]
    assert 0.42 < (half == 100).float().mean() < 0.58
    assert math.isclose(float(values.mean()), 100, abs_tol=2)
