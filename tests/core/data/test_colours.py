"""The colours of a sample: counted right, cancelled, with files that cannot be read."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from workbench.core.data import colours
from workbench.core.data.sources import open_data, open_index


def test_small_pictures_are_counted_as_they_are() -> None:
    index, data = open_index("shapes"), open_data("shapes")
    numbers = np.arange(0, 700, 7)
    found = colours.colours_of(index, numbers)
    assert found is not None
    pixels = data.train.images[numbers]
    assert (found.used, found.of, found.unreadable) == (100, 100, 0)
    for channel in range(3):
        np.testing.assert_array_equal(found.counts[channel], np.bincount(pixels[..., channel].ravel(), minlength=256))
    np.testing.assert_allclose(found.moments[0], pixels.reshape(-1, 3).mean(axis=0) / 255)
    np.testing.assert_allclose(found.moments[1], pixels.reshape(-1, 3).std(axis=0) / 255)


def test_grey_pictures_have_one_channel() -> None:
    found = colours.colours_of(open_index("digits"), np.arange(50))
    assert found is not None
    assert found.counts.shape == (1, 256)


def test_a_large_choice_is_sampled_at_even_distances(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(colours, "SAMPLE", 20)
    seen: list[tuple[int, int]] = []
    found = colours.colours_of(
        open_index("shapes"), np.arange(1000), progress=lambda done, total: seen.append((done, total))
    )
    assert found is not None
    assert (found.used, found.of) == (20, 1000)
    assert seen == [(done, 20) for done in range(1, 21)]


def test_files_that_cannot_be_read_are_counted_apart(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        Image.new("RGB", (8, 8), "red").save(tmp_path / name / "good.png")
        (tmp_path / name / "broken.png").write_bytes(b"no picture")
    index = open_index(str(tmp_path))
    found = colours.colours_of(index, np.arange(4))
    assert found is not None
    assert (found.used, found.of, found.unreadable) == (2, 4, 2)
    assert found.counts[0, 255] == found.counts[1, 0] == 128
    broken = np.array([number for number, file in enumerate(index.files) if "broken" in file])
    assert colours.colours_of(index, broken) is None
    assert colours.colours_of(index, np.arange(0)) is None


def test_counting_can_be_cancelled() -> None:
    def stop(done: int, _total: int) -> None:
        if done == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        colours.colours_of(open_index("shapes"), np.arange(1000), progress=stop)
