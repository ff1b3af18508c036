"""Tile sheets: where each value lies, which colour it gets, and what the sheet says about it."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from workbench.core.inspection.colours import COLOUR_MAPS, NOT_FINITE, SIGNED, colour_table
from workbench.core.inspection.feature_maps import (
    GAP_COLOUR,
    bar_sheet,
    best_columns,
    best_layout,
    strongest,
    tile_sheet,
)

MAPS = torch.tensor([[[0.0, 1.0], [2.0, 4.0]], [[-8.0, 0.0], [0.0, 8.0]], [[3.0, 3.0], [3.0, 3.0]]])


def grey(sheet_image: np.ndarray) -> list[list[int]]:
    """The red channel with the gaps as -1."""
    gap = (sheet_image == GAP_COLOUR).all(axis=2)
    return np.where(gap, -1, sheet_image[..., 0].astype(int)).tolist()


def test_a_small_sheet_pixel_by_pixel() -> None:
    sheet = tile_sheet(MAPS, columns=2, scaling="shared", colours="grey")
    low, zero, one, two, three, four, high = 0, 128, 143, 159, 175, 191, 255
    assert (
        grey(sheet.image)
        == [
            [zero, one, -1, low, zero],
            [two, four, -1, zero, high],
            [-1, -1, -1, -1, -1],
            [three, three, -1, -1, -1],
            [three, three, -1, -1, -1],
        ]
        or np.abs(np.array(grey(sheet.image))[:2, :2] - [[127.5, 143.4], [159.4, 191.25]]).max() <= 0.5
    )
    assert (sheet.columns, sheet.rows, sheet.tile, sheet.channels) == (2, 2, (2, 2), (0, 1, 2))
    assert sheet.ranges == ((0.0, 4.0), (-8.0, 8.0), (3.0, 3.0))
    assert "-8 to 8" in sheet.caption


def test_each_tile_on_its_own_scale() -> None:
    sheet = tile_sheet(MAPS, columns=3, gap=0, scaling="each", colours="grey")
    assert grey(sheet.image) == [[0, 64, 0, 128, 0, 0], [128, 255, 128, 255, 0, 0]]
    assert "its own scale" in sheet.caption


def test_zero_is_the_middle_of_a_signed_map_however_it_is_scaled() -> None:
    middle = colour_table(SIGNED)[128].tolist()
    for scaling in ("each", "shared", "symmetric"):
        sheet = tile_sheet(MAPS[:2], columns=2, gap=0, scaling=scaling, colours=SIGNED)  # type: ignore[arg-type]
        assert sheet.image[0, 0].tolist() == middle
        assert sheet.image[1, 2].tolist() == middle
    assert tile_sheet(MAPS, scaling="symmetric").colouring.colours == SIGNED


def test_scale_repeats_pixels_and_spots_give_the_value_back() -> None:
    sheet = tile_sheet(MAPS, columns=2, scale=3, gap=2, order="strength")
    assert sheet.channels == (1, 2, 0), "mean absolute values 4, 3, 1.75"
    assert sheet.image.shape == (14, 14, 3)
    assert (sheet.image[0:3, 0:3] == sheet.image[0, 0]).all()
    spot = sheet.spot(5, 4)
    assert spot is not None and (spot.channel, spot.row, spot.column, spot.value) == (1, 1, 1, (8.0,))
    assert sheet.spot(6, 0) is None and sheet.spot(9, 9) is None and sheet.spot(-1, 0) is None
    assert sheet.box(1) == (8, 0, 6, 6)
    assert (sheet.crop(2) == sheet.image[8:14, 0:6]).all()


def test_values_stay_signed_and_unscaled() -> None:
    assert (tile_sheet(MAPS).maps == MAPS.numpy()).all()


def test_what_is_not_finite_is_marked_and_does_not_spoil_the_scale() -> None:
    maps = torch.tensor([[[0.0, float("nan")], [float("inf"), 2.0]]])
    sheet = tile_sheet(maps, colours="grey")
    assert sheet.image[0, 1].tolist() == sheet.image[1, 0].tolist() == list(NOT_FINITE)
    assert sheet.image[1, 1].tolist() == [255, 255, 255]
    assert sheet.ranges == ((0.0, 2.0),)


def test_half_precision_and_gradients_are_welcome() -> None:
    maps = torch.randn(2, 3, 3, dtype=torch.bfloat16, requires_grad=True)
    assert tile_sheet(maps).image.shape == (3, 7, 3)


def test_a_vector_is_refused_with_its_shape() -> None:
    with pytest.raises(ValueError, match=r"\(5,\)"):
        tile_sheet(torch.zeros(5))


@pytest.mark.parametrize(
    ("count", "tile", "area", "columns"),
    [(64, (8, 8), (1, 1), 8), (3, (4, 4), (1, 3), 3), (3, (4, 4), (3, 1), 1), (1, (9, 9), (5, 2), 1)],
)
def test_columns_that_make_tiles_largest(
    count: int, tile: tuple[int, int], area: tuple[int, int], columns: int
) -> None:
    assert best_columns(count, tile, area=area) == columns


def test_colour_maps_run_from_dark_to_bright_or_through_grey() -> None:
    for name in COLOUR_MAPS:
        table = colour_table(name).astype(int)
        brightness = table @ [299, 587, 114] / 1000
        rising = np.diff(brightness) >= -0.6
        assert rising.all() if name != SIGNED else rising[:127].all() and (np.diff(brightness)[128:] <= 0.6).all()


def test_a_vectors_strongest_values_and_its_bars() -> None:
    vector = torch.tensor([1.0, -3.0, 2.0, float("nan")])
    assert strongest(vector, 2) == [(2, 2.0), (0, 1.0)]
    image = bar_sheet(vector, height=10, width=2, gap=1)
    painted = (image != GAP_COLOUR).any(axis=2)
    assert image.shape == (10, 11, 3)
    assert painted.sum(axis=0).tolist() == [2, 2, 0, 6, 6, 0, 4, 4, 0, 0, 0]
    assert painted[:4, 0:2].sum() == 4 and painted[4:, 3:5].sum() == 12, "one above the zero line, one below"


@pytest.mark.parametrize(
    ("count", "tile", "area", "layout"),
    [
        (32, (32, 32), (520, 1000), (8, 3)),
        (4, (10, 10), (42, 42), (2, 2)),
        (4, (10, 10), (41, 41), (2, 1)),
        (3, (100, 100), (50, 400), (3, 1)),
        (1, (5, 5), (4, 4), (1, 1)),
    ],
)
def test_columns_and_scale_that_fill_an_area(
    count: int, tile: tuple[int, int], area: tuple[int, int], layout: tuple[int, int]
) -> None:
    columns, scale = best_layout(count, tile, area=area, gap=2)
    assert (columns, scale) == layout
    sheet = tile_sheet(torch.zeros(count, *tile), columns=columns, scale=scale, gap=2)
    smaller = min(area[0] / tile[0], area[1] / (tile[1] * count)) < 1 and scale == 1
    assert smaller or (sheet.image.shape[0] <= area[0] and sheet.image.shape[1] <= area[1])
