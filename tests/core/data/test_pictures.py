"""Reading picture files of every sort."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from workbench.core.data import pictures
from workbench.core.data.pictures import UnusablePictureError, open_picture, read_picture, upright_pixels
from workbench.errors import WorkbenchError

GRADIENT = np.arange(12 * 8 * 3, dtype=np.uint8).reshape(8, 12, 3)


def test_every_odd_file_is_read_or_refused_as_its_manifest_says(shared: Path) -> None:
    folder = shared / "data" / "odd_images"
    manifest = json.loads((folder / "manifest.json").read_text())
    wrong = []
    for name, facts in manifest.items():
        try:
            image = read_picture(folder / name)
        except UnusablePictureError as error:
            assert str(error)
            wrong += [(name, str(error))] if facts["loads"] else []
            continue
        turned = facts.get("exif_orientation", 1) >= 5
        size = tuple(reversed(facts["size"])) if turned else tuple(facts["size"])
        if not facts["loads"] or image.size != size or upright_pixels(image, 3).mode != "RGB":
            wrong.append((name, image.size))
    assert len(manifest) > 50
    assert not wrong


@pytest.mark.parametrize("orientation", range(1, 9))
def test_pictures_stand_upright_whatever_the_camera_did(shared: Path, orientation: int) -> None:
    kind = "Portrait" if orientation % 2 else "Landscape"
    straight = {"Portrait": "Portrait_1", "Landscape": "Landscape_0"}[kind]
    folder = shared / "data" / "odd_images"
    turned = read_picture(folder / f"exif_{kind}_{orientation}.jpg").convert("L").resize((30, 30))
    upright = read_picture(folder / f"exif_{straight}.jpg").convert("L").resize((30, 30))
    difference = np.abs(np.asarray(turned, int) - np.asarray(upright, int)).mean()
    assert difference < 6, f"mean difference {difference}"


def test_deep_grey_is_scaled_not_clipped(tmp_path: Path) -> None:
    deep = np.array([[0, 32768, 65535]], np.uint16)
    Image.fromarray(deep).save(tmp_path / "deep.png")
    assert np.asarray(read_picture(tmp_path / "deep.png")).tolist() == [[0, 128, 255]]


@pytest.mark.parametrize("top", [1.0, 255.0])
def test_floating_point_pictures_are_scaled(tmp_path: Path, top: float) -> None:
    Image.fromarray(np.array([[0, top / 2, top]], np.float32)).save(tmp_path / "float.tif")
    assert np.asarray(read_picture(tmp_path / "float.tif")).tolist() == [[0, 128, 255]]


def test_cmyk_and_palette_become_rgb(tmp_path: Path) -> None:
    red = Image.new("RGB", (4, 4), (255, 0, 0))
    red.convert("CMYK").save(tmp_path / "cmyk.tif")
    red.convert("P").save(tmp_path / "palette.gif")
    for name in ("cmyk.tif", "palette.gif"):
        assert upright_pixels(read_picture(tmp_path / name), 3).getpixel((1, 1)) == (255, 0, 0)


def test_what_is_transparent_shows_white() -> None:
    image = Image.new("RGBA", (2, 1), (10, 20, 30, 0))
    image.putpixel((1, 0), (10, 20, 30, 255))
    assert np.asarray(upright_pixels(image, 3)).tolist() == [[[255, 255, 255], [10, 20, 30]]]
    assert np.asarray(upright_pixels(image, 1)).tolist() == [[255, 18]]


def test_a_bomb_is_refused_before_it_is_decoded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Image.fromarray(GRADIENT).save(tmp_path / "large.png")
    monkeypatch.setattr(pictures, "MAX_PIXELS", 95)
    monkeypatch.setattr(Image.Image, "load", lambda self: pytest.fail("it was decoded"))
    with pytest.raises(UnusablePictureError, match="12 × 8 pixels are too many"):
        read_picture(tmp_path / "large.png")


@pytest.mark.parametrize(
    ("content", "reason"),
    [(b"", "the file is empty"), (b"hello", "it is not a picture"), (b"%!PS-Adobe-3.0 EPSF-3.0\n", "not a picture")],
)
def test_the_reason_is_given(tmp_path: Path, content: bytes, reason: str) -> None:
    (tmp_path / "odd.png").write_bytes(content)
    with pytest.raises(WorkbenchError, match=reason) as caught:
        open_picture(tmp_path / "odd.png")
    assert "odd.png" in caught.value.title


def test_a_file_cut_short_is_refused(tmp_path: Path) -> None:
    whole = tmp_path / "whole.jpg"
    Image.fromarray(np.random.default_rng(0).integers(0, 255, (64, 64, 3), np.uint8)).save(whole)
    (tmp_path / "half.jpg").write_bytes(whole.read_bytes()[:1500])
    with pytest.raises(UnusablePictureError, match="cut short"):
        read_picture(tmp_path / "half.jpg")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(WorkbenchError, match=r"Could not read .*gone\.png.*no such file"):
        open_picture(tmp_path / "gone.png")


def compressed(path: Path, compression: str) -> bytes:
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
    Image.fromarray(noise).save(path, "TIFF", compression=compression)
    return path.read_bytes()


@pytest.mark.parametrize("compression", ["tiff_lzw", "tiff_deflate", "jpeg", "lzma"])
def test_a_damaged_tiff_is_told_in_a_sentence(tmp_path: Path, compression: str) -> None:
    path = tmp_path / "damaged.tif"
    content = compressed(path, compression)
    path.write_bytes(content[:8] + bytes([255] * 200) + content[208:])
    with pytest.raises(UnusablePictureError, match=r"^it is damaged: its pixels cannot be decoded$"):
        read_picture(path)


PRINTING = """
import io, os, sys, threading
from pathlib import Path
from workbench.core.data.pictures import UnusablePictureError, read_picture
def read():
    for path in Path(sys.argv[1]).iterdir():
        try:
            read_picture(path)
        except UnusablePictureError:
            pass
threads = [threading.Thread(target=read) for _ in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print("ours", file=sys.stderr)
os.write(2, b"ours too")
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Pillow's libtiff cannot be reached there")
def test_decoders_print_nothing_and_what_others_print_arrives(tmp_path: Path) -> None:
    for compression in ("tiff_lzw", "tiff_deflate", "jpeg", "lzma"):
        path = tmp_path / f"{compression}.tif"
        content = compressed(path, compression)
        path.write_bytes(content[:8] + bytes([255] * 200) + content[208:])
    channels = b"\x15\x01\x03\x00\x01\x00\x00\x00"
    samples = compressed(tmp_path / "samples.tif", "raw")
    assert channels + b"\x03" in samples
    (tmp_path / "samples.tif").write_bytes(samples.replace(channels + b"\x03", channels + b"\xff"))
    ran = subprocess.run([sys.executable, "-c", PRINTING, str(tmp_path)], capture_output=True, text=True, check=True)
    assert ran.stderr == "ours\nours too"
