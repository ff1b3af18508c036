"""Hashes and near-duplicates against a second way of finding them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from workbench.core.data import duplicates
from workbench.core.data.duplicates import difference_hash, distance, groups, near_duplicates
from workbench.core.data.health.measures import measure


def test_the_hash_is_that_of_pillow_and_plain_python() -> None:
    pictures = np.random.default_rng(0).integers(0, 256, (20, 64, 72, 1), np.uint8)
    for pixels, ours in zip(pictures, measure(pictures).hashes.tolist(), strict=True):
        small = np.asarray(Image.fromarray(pixels[..., 0]).convert("F").resize((9, 8), Image.Resampling.BOX))
        bits = [small[row, column + 1] - small[row, column] > 2 for row in range(8) for column in range(8)]
        assert ours == int("".join("01"[int(bit)] for bit in bits), 2)


def test_hashes_differ_in_bits() -> None:
    first, second = np.array([0, 2**64 - 1, 5], np.uint64), np.array([0, 0, 6], np.uint64)
    assert distance(first, second).tolist() == [0, 64, 2]


def test_plain_ground_with_noise_has_no_bits() -> None:
    grey = 200 + np.random.default_rng(0).random((4, 8, 9)).astype(np.float32)
    assert difference_hash(grey).tolist() == [0, 0, 0, 0]


@pytest.mark.parametrize("seed", range(3))
def test_pairs_are_those_of_comparing_all_with_all(seed: int) -> None:
    random = np.random.default_rng(seed)
    pictures = random.integers(0, 256, (120, 16, 16, 3), np.uint8)
    pictures[60:] = np.clip(
        pictures[:60] + random.normal(0, random.uniform(0, 30, (60, 1, 1, 1)), (60, 16, 16, 3)), 0, 255
    )
    found = measure(pictures)
    labels = random.integers(0, 3, 120)
    pairs = near_duplicates(found.hashes, found.thumbs, labels)
    flat = found.thumbs.reshape(120, -1).astype(float)
    flat = (flat - flat.mean(1, keepdims=True)) / flat.std(1, keepdims=True)
    allowed = duplicates._allowed(flat.astype(np.float32), labels)
    every = [
        (one, other)
        for one in range(120)
        for other in range(one + 1, 120)
        if np.sqrt(((flat[one] - flat[other]) ** 2).mean()) <= min(allowed[one], allowed[other])
        and (int(found.hashes[one]) ^ int(found.hashes[other])).bit_count() <= duplicates.MOST_BITS
    ]
    assert [tuple(pair) for pair in pairs.tolist()] == every
    assert 5 < len(every) < 60, "some are near enough, some are not"


def test_few_pictures_have_no_pairs() -> None:
    for count in (0, 1):
        found = measure(np.zeros((count, 8, 8, 3), np.uint8)) if count else None
        hashes, thumbs = (found.hashes, found.thumbs) if found else (np.zeros(0, np.uint64), np.zeros((0, 16, 16, 3)))
        assert near_duplicates(hashes, thumbs, np.zeros(count, np.int64)).shape == (0, 2)


@given(st.lists(st.tuples(st.integers(0, 19), st.integers(0, 19)), max_size=30))
def test_groups_are_what_is_connected(pairs: list[tuple[int, int]]) -> None:
    found = groups(20, np.array(pairs, np.int64).reshape(-1, 2))
    reached = [{number} for number in range(20)]
    for _ in range(20):
        for one, other in pairs:
            reached[one] |= reached[other]
            reached[other] |= reached[one]
    assert found.tolist() == [min(each) for each in reached]
