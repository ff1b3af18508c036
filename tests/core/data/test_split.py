"""Splits: stratified, seeded, groups whole."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.core.data.sources import open_data
from workbench.core.data.split import Split, held_out, held_out_groups, split_keys

LABELS = st.lists(st.integers(0, 3), min_size=1, max_size=80)


@given(LABELS, st.integers(0, 40), st.floats(0.05, 0.6), st.integers(0, 5))
def test_groups_stay_whole_and_no_class_gives_more_than_its_share(
    labels: list[int], names: int, share: float, seed: int
) -> None:
    given_labels = np.array(labels)
    groups = np.random.default_rng(seed).integers(0, names + 1, len(labels))
    held = held_out_groups(given_labels, groups, share=share, keys=split_keys(len(labels), seed))
    for group in np.unique(groups):
        assert len(np.unique(held[groups == group])) == 1
    plain = held_out(given_labels, share=share, seed=seed)[1]
    most, given_ = np.bincount(given_labels[plain], minlength=4), np.bincount(given_labels[held], minlength=4)
    assert (given_ <= most).all()


@given(LABELS, st.floats(0.05, 0.6), st.integers(0, 5))
def test_without_groups_the_split_is_stratified(labels: list[int], share: float, seed: int) -> None:
    given_labels = np.array(labels)
    train, validation = held_out(given_labels, share=share, seed=seed)
    assert sorted([*train, *validation]) == list(range(len(labels)))
    for label, count in enumerate(np.bincount(given_labels)):
        inside = int((given_labels[validation] == label).sum())
        assert count < 2 or 1 <= inside < count
        assert abs(inside - share * count) <= 1


def test_the_digits_are_split_as_they_always_were() -> None:
    _, validation = held_out(np.arange(50) % 5, share=0.2, seed=0)
    random = np.random.default_rng(0).random(50)
    wanted = [sorted(range(label, 50, 5), key=lambda number: random[number])[:2] for label in range(5)]
    assert validation.tolist() == sorted(number for chosen in wanted for number in chosen)


def test_a_share_splits_the_training_part_of_a_set_with_parts_of_its_own() -> None:
    own, split = open_data("digits"), open_data("digits", split=Split(share=0.1))
    assert len(split.train) + len(split.validation) == len(own.train)
    assert len(split.validation) == pytest.approx(0.1 * len(own.train), abs=1)
    assert split.split == Split(share=0.1)
    assert any("own part" in problem.title for problem in split.problems)
    again, other = (open_data("digits", split=Split(share=0.1, seed=seed)) for seed in (0, 1))
    assert np.array_equal(again.validation.images, split.validation.images)
    assert not np.array_equal(other.validation.labels, split.validation.labels)
