"""Plain JPEG files decoded by libjpeg-turbo itself: Pillow's pixels and refusals, whatever the file."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from PIL import Image

from workbench.core.data import jpegs
from workbench.core.data.jpegs import Head, decoder_name, plain_head, plain_pixels, turbo
from workbench.core.data.pictures import MAX_PIXELS, UnusablePictureError, read_picture, read_pixels

NOISE = np.random.default_rng(0).integers(0, 256, (51, 70, 3), np.uint8)
needs_turbo = pytest.mark.skipif(turbo() is None, reason="needs simplejpeg")


@pytest.fixture
def asked_again() -> Iterator[None]:
    """Forget which decoder there is, before and after."""
    turbo.cache_clear()
    yield
    turbo.cache_clear()


def saved(path: Path, image: Image.Image | None = None, **options: Any) -> Path:
    (image or Image.fromarray(NOISE)).save(path, "JPEG", **options)
    return path


def pillows(path: Path) -> np.ndarray[Any, Any] | str:
    """What `read_picture` says: pixels `(height, width, channels)`, or why there are none."""
    try:
        pixels = np.asarray(read_picture(path))
    except UnusablePictureError as error:
        return str(error)
    return pixels if pixels.ndim == 3 else pixels[..., None]


def ours(path: Path) -> np.ndarray[Any, Any] | str:
    try:
        pixels = np.asarray(read_pixels(path))
    except UnusablePictureError as error:
        return str(error)
    return pixels if pixels.ndim == 3 else pixels[..., None]


def same(path: Path) -> bool:
    left, right = ours(path), pillows(path)
    return left == right if isinstance(left, str) or isinstance(right, str) else np.array_equal(left, right)


def test_every_file_has_pillows_pixels_or_its_refusal(shared: Path) -> None:
    files = [path for path in (shared / "data" / "odd_images").rglob("*") if path.is_file() and path.suffix != ".json"]
    assert len(files) > 50
    assert [path.name for path in files if not same(path)] == []


@needs_turbo
def test_photos_are_plain_and_have_pillows_pixels(shared: Path) -> None:
    files = sorted((shared / "data" / "hymenoptera_256").rglob("*.jpg"))
    plain = [(path, plain_pixels(path, most_pixels=MAX_PIXELS)) for path in files]
    assert sum(pixels is not None for _, pixels in plain) > 0.9 * len(files) > 300
    assert [
        path.name for path, pixels in plain if pixels is not None and not np.array_equal(pixels, pillows(path))
    ] == []


@needs_turbo
@pytest.mark.parametrize("subsampling", ["4:4:4", "4:2:2", "4:2:0"])
@pytest.mark.parametrize("progressive", [False, True])
@pytest.mark.parametrize("options", [{"quality": 30}, {"quality": 95, "restart_marker_rows": 1}, {"comment": b"bees"}])
def test_plain_files_have_pillows_bits(
    tmp_path: Path, subsampling: str, progressive: bool, options: dict[str, Any]
) -> None:
    path = saved(tmp_path / "plain.jpg", subsampling=subsampling, progressive=progressive, **options)
    pixels = plain_pixels(path, most_pixels=MAX_PIXELS)
    assert pixels is not None
    assert np.array_equal(pixels, pillows(path))


@needs_turbo
@pytest.mark.parametrize("size", [(1, 1), (1, 40), (17, 1), (8, 16), (1003, 7)])
@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_every_size_of_grey_and_colour(tmp_path: Path, size: tuple[int, int], mode: str) -> None:
    image = Image.fromarray(NOISE).resize(size).convert(mode)
    path = saved(tmp_path / "plain.jpg", image)
    pixels = plain_pixels(path, most_pixels=MAX_PIXELS)
    assert pixels is not None
    assert pixels.shape == (size[1], size[0], len(mode))
    assert np.array_equal(pixels, pillows(path))


def test_what_is_not_plain_is_pillows(tmp_path: Path) -> None:
    turned = Image.Exif()
    turned[0x0112] = 6
    image = Image.fromarray(NOISE)
    odd = [
        saved(tmp_path / "turned.jpg", exif=turned),
        saved(tmp_path / "profile.jpg", icc_profile=b"a profile"),
        saved(tmp_path / "print.jpg", image.convert("CMYK")),
        saved(tmp_path / "no_jfif.jpg", keep_rgb=True),
    ]
    image.save(tmp_path / "other.png")
    for path in (*odd, tmp_path / "other.png", tmp_path, tmp_path / "gone.jpg"):
        assert plain_pixels(path, most_pixels=MAX_PIXELS) is None
    assert ours(odd[0]).shape == (70, 51, 3)
    assert all(map(same, odd))


@pytest.mark.parametrize("progressive", [False, True])
def test_files_cut_short_anywhere_are_refused_alike(tmp_path: Path, progressive: bool) -> None:
    content = saved(tmp_path / "whole.jpg", progressive=progressive).read_bytes()
    for length in {*range(0, 700, 23), *range(700, len(content), 97), len(content) - 1, len(content) - 2}:
        path = tmp_path / "cut.jpg"
        path.write_bytes(content[:length])
        assert same(path), length


def test_damaged_bytes_are_treated_alike(tmp_path: Path) -> None:
    content = bytearray(saved(tmp_path / "whole.jpg", quality=60).read_bytes())
    numbers = np.random.default_rng(1)
    for number in range(300):
        damaged = bytearray(content)
        damaged[numbers.integers(2, 700 if number % 2 else len(content))] = numbers.integers(256)
        path = tmp_path / "damaged.jpg"
        path.write_bytes(damaged)
        assert same(path), number


def test_a_head_is_read_and_nothing_else_is(tmp_path: Path) -> None:
    content = saved(tmp_path / "plain.jpg", Image.fromarray(NOISE).convert("L")).read_bytes()
    assert plain_head(content) == Head(51, 70, 1)
    for length in range(content.index(b"\xff\xda")):
        assert plain_head(content[:length]) is None
    assert plain_head(jpegs.START + b"\xff\xfe\x00\x00" * 10**6) is None
    frame = content.index(b"\xff\xc0")
    assert plain_head(content[:frame] + content[frame : frame + 13] + content[frame:]) is None, "two frames"


@needs_turbo
def test_a_bomb_is_left_to_pillow_before_it_is_decoded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = saved(tmp_path / "plain.jpg")
    monkeypatch.setattr(jpegs, "turbo", lambda: lambda *_: pytest.fail("it was decoded"))
    assert plain_pixels(path, most_pixels=51 * 70 - 1) is None
    monkeypatch.setattr(jpegs, "MOST_BYTES", 100)
    assert plain_pixels(path, most_pixels=MAX_PIXELS) is None


@pytest.mark.parametrize("decoder", [None, lambda content, _colours: np.zeros((45, 59, 3), np.uint8)])
def test_without_a_decoder_that_agrees_pillow_decodes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, asked_again: None, decoder: Any
) -> None:
    path = saved(tmp_path / "plain.jpg")
    module = SimpleNamespace(decode_jpeg=decoder) if decoder else None
    monkeypatch.setitem(sys.modules, "simplejpeg", module)
    assert decoder_name() == "Pillow"
    assert plain_pixels(path, most_pixels=MAX_PIXELS) is None
    assert same(path)


@needs_turbo
def test_a_decoder_that_agrees_is_named() -> None:
    assert decoder_name() == "simplejpeg"


def test_a_decoder_that_fails_leaves_the_file_to_pillow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(content: bytes, _colours: str) -> None:
        Image.open(io.BytesIO(content)).verify()
        raise ValueError("Corrupt JPEG data")

    path = saved(tmp_path / "plain.jpg")
    monkeypatch.setattr(jpegs, "turbo", lambda: fails)
    assert plain_pixels(path, most_pixels=MAX_PIXELS) is None
    assert same(path)
