"""A folder of pictures with faults whose names say what they are, made of shapes on textures."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
from PIL import Image, ImageEnhance, ImageFilter

from workbench.core.data.shapes import CLASSES, draw_shapes

SIDE = 96
CHANGES = {
    "jpeg": lambda image: _jpeg(image, 40),
    "half": lambda image: image.resize((SIDE // 2, SIDE // 2), Image.Resampling.BILINEAR),
    "bright": lambda image: ImageEnhance.Brightness(image).enhance(1.15),
    "dim": lambda image: ImageEnhance.Brightness(image).enhance(0.8),
    "same": lambda image: image,
}
"""What makes a near-duplicate."""


def plant(folder: Path, *, pictures: int = 240) -> dict[str, set[str]]:
    """Write train and val folders; for each rule the names of the pictures that it should find, from train or both."""
    drawn = draw_shapes(pictures, seed=5, size=SIDE)
    images = [Image.fromarray(pixels) for pixels in np.asarray(drawn.images)]
    for number, (image, label) in enumerate(zip(images, drawn.labels.tolist(), strict=True)):
        part = "val" if number % 4 == 0 else "train"
        _save(image, folder / part / CLASSES[label] / f"{number}.png")
    labels = drawn.labels.tolist()
    trained = [number for number in range(pictures) if number % 4]
    found: dict[str, set[str]] = {name: set() for name in ("duplicates", "leaks", "contradictions")}
    for at, (name, change) in enumerate(CHANGES.items()):
        for one in range(3):
            number = trained[20 + 3 * at + one]
            found["duplicates"].add(
                _copy(folder, "train", change(images[number]), labels[number], f"z-{name}-{number}")
            )
            number = trained[60 + 3 * at + one]
            _copy(folder, "val", change(images[number]), labels[number], f"z-{name}-{number}")
            found["leaks"].add(f"train/{CLASSES[labels[number]]}/{number}.png")
        number = trained[100 + at]
        other = (labels[number] + 1) % len(CLASSES)
        _copy(folder, "train", change(images[number]), other, f"z-{name}-{number}")
        names = [f"train/{CLASSES[labels[number]]}/{number}.png", f"train/{CLASSES[other]}/z-{name}-{number}.png"]
        found["contradictions"].add(max(names))
    found["blank"] = {_copy(folder, "train", _plain(grey), 0, f"plain-{grey}") for grey in (0, 90, 255)}
    dark = [ImageEnhance.Brightness(images[number]).enhance(0.16) for number in trained[120:123]]
    found["dark"] = {_copy(folder, "train", image, 1, f"dark-{at}") for at, image in enumerate(dark)}
    light = [Image.blend(images[number], _plain(255), 0.9) for number in trained[123:126]]
    found["bright"] = {_copy(folder, "train", image, 1, f"bright-{at}") for at, image in enumerate(light)}
    soft = [images[number].filter(ImageFilter.GaussianBlur(6)) for number in trained[126:132]]
    found["blurred"] = {_copy(folder, "train", image, 2, f"soft-{at}") for at, image in enumerate(soft)}
    for number in trained[120:132]:  # the dark, bright and soft ones would be near-duplicates of these
        (folder / "train" / CLASSES[labels[number]] / f"{number}.png").unlink()
    return found


def _plain(grey: int) -> Image.Image:
    return Image.new("RGB", (SIDE, SIDE), (grey, grey, grey))


def _jpeg(image: Image.Image, quality: int) -> Image.Image:
    stream = io.BytesIO()
    image.save(stream, "JPEG", quality=quality)
    return Image.open(stream).convert("RGB")


def _copy(folder: Path, part: str, image: Image.Image, label: int, name: str) -> str:
    place = Path(part) / CLASSES[label] / f"{name}.png"
    _save(image, folder / place)
    return place.as_posix()


def _save(image: Image.Image, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    image.save(path)
