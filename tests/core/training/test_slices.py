"""How steps are divided: every picture once, the same work for all ranks, nothing that depends on their number."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from workbench.core.data.augment import OPERATIONS, Lots
from workbench.core.data.augment.operation import Step
from workbench.core.data.augment.pipeline import pipeline_of
from workbench.core.data.batches import step_lots
from workbench.core.data.mixing import MIXINGS, one_hot
from workbench.core.data.preprocessing import Framing
from workbench.core.training.slices import LEAST, Slicing

COUNT = 11


@given(st.integers(1, 300), st.integers(1, 9), st.integers(1, 70))
def test_every_picture_is_in_one_slice_and_all_ranks_make_as_many_parts(count: int, size: int, most: int) -> None:
    slices = [Slicing(rank, size, mixed=False).of(count) for rank in range(size)]
    assert torch.cat([each.places for each in slices if each.own]).tolist() == list(range(count))
    assert all(len(each.places) == each.own for each in slices if each.own)
    assert all(0 < len(each.places) <= LEAST for each in slices if not each.own)
    owned = [each.own for each in slices if each.own]
    assert max(owned) - min(owned) <= 1
    assert {each.largest for each in slices} == {max(owned)}
    if size > 1 and count >= LEAST:
        assert min(owned) >= LEAST
    assert all(each.part_size(most) <= max(most, LEAST) for each in slices)


@given(st.integers(2, 300), st.integers(1, 9))
def test_a_neighbour_comes_along_where_pictures_are_mixed(count: int, size: int) -> None:
    for rank in range(size):
        plain, mixed = (Slicing(rank, size, mixed=mixed).of(count) for mixed in (False, True))
        assert mixed.places.tolist() == [(int(plain.places[0]) - 1) % count, *plain.places.tolist()]
        images, _ = mixed.without_neighbour(mixed.places, mixed.places)
        assert images.tolist() == plain.places.tolist()
        assert mixed.part_size(7) == plain.part_size(7)


@pytest.mark.parametrize("name", sorted(OPERATIONS))
@pytest.mark.parametrize("rank", [0, 1, 2])
def test_a_slice_is_varied_as_in_the_whole_step(name: str, rank: int) -> None:
    framing = Framing(channels=3, height=20, width=20)
    pixels = torch.randint(0, 256, (COUNT, 20, 20, 3), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))
    pipeline, places = pipeline_of("none", [Step(name)]), Slicing(rank, 3, mixed=True).places(COUNT)
    whole = pipeline(pixels, framing, step_lots((1, 2, 3), COUNT))
    part = pipeline(pixels[places], framing, step_lots((1, 2, 3), COUNT, places=places))
    torch.testing.assert_close(part, whole[places], rtol=0, atol=1e-3)


@pytest.mark.parametrize("name", sorted(MIXINGS))
@pytest.mark.parametrize("rank", [0, 1, 2])
def test_a_slice_is_mixed_as_in_the_whole_step(name: str, rank: int) -> None:
    images, labels = torch.rand(COUNT, 3, 8, 8), one_hot(torch.arange(COUNT) % 4, 4)
    mine = Slicing(rank, 3, mixed=True).of(COUNT)

    def lots(places: torch.Tensor | None) -> Lots:
        return step_lots((1, 2, 3), COUNT, purpose="mixing", places=places)

    whole = MIXINGS[name](images, labels, lots(None), 0.5)
    part = mine.without_neighbour(*MIXINGS[name](images[mine.places], labels[mine.places], lots(mine.places), 0.5))
    own = mine.places[1:]
    assert torch.equal(part[0], whole[0][own])
    assert torch.equal(part[1], whole[1][own])
