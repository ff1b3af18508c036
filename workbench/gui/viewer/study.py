"""What the Inspect room asks of the core, on a background lane: open a run, take a picture in, see what becomes of it.

Nothing here is imported with torch; every function that needs it loads it when it runs.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from workbench.core.data.images import ImageData, ImagePart
from workbench.core.data.preprocessing import Framing, Preprocessing
from workbench.core.data.split import USUAL, Split
from workbench.core.graph.network import OUTPUT, Network
from workbench.core.modelling.shapes import Analysis
from workbench.errors import WorkbenchError
from workbench.gui.training.wording import percent

if TYPE_CHECKING:
    from PIL import Image

Progress = Callable[[int, int], None]
Pixels = npt.NDArray[np.uint8]
LARGEST_SHOWN = 512
"""Pixels of the longer side of the copy of a picture that is kept to be shown."""


Source = int | Path | tuple[bytes, tuple[int, int]]
"""Where a picture comes from: a sample, a file, or RGBA pixels with (width, height)."""


@dataclass(frozen=True)
class RunEntry:
    """A run as the list names it."""

    path: Path
    title: str
    usable: bool


@dataclass(frozen=True, eq=False)
class Subject:
    """A network with weights, and the pictures it can be shown. `module` is a `torch.fx.GraphModule`."""

    title: str
    note: str
    trained: bool
    network: Network
    module: Any
    analysis: Analysis
    preprocessing: Preprocessing
    classes: tuple[str, ...] = ()
    samples: ImagePart | None = None
    trouble: str = ""
    """Why there are no samples."""


@dataclass(frozen=True, eq=False)
class Picture:
    """One picture: as it was given, as the network sees it, and as the tensor `(1, channels, height, width)`."""

    name: str
    given: Pixels
    seen: Pixels
    tensor: Any
    label: int | None = None


@dataclass(frozen=True)
class Verdict:
    """What the network takes a picture for, or why it cannot say: (class, name, probability), best first."""

    guesses: tuple[tuple[int, str, float], ...] = ()
    trouble: str = ""


def run_entries(root: Path) -> list[RunEntry]:
    """All runs below a folder, newest first."""
    from workbench.core.runs.folder import list_runs

    return [_entry(run) for run in list_runs(root)]


def open_subject(path: Path, progress: Progress | None = None) -> Subject:
    """A run with its best weights; raises `WorkbenchError` if it has none yet.

    `progress` counts the pictures that are decoded and may raise to cancel.
    """
    from workbench.core.modelling.shapes import analyse
    from workbench.core.runs.folder import open_run

    run = open_run(path)
    samples, trouble = _samples(run, progress)
    return Subject(
        title=run.name,
        note=_weights_note(run),
        trained=True,
        network=run.network,
        module=run.module(which="best"),
        analysis=analyse(run.network),
        preprocessing=run.preprocessing,
        classes=run.classes,
        samples=samples,
        trouble=trouble,
    )


def untrained_subject(
    network: Network, spec: str, *, split: Split = USUAL, progress: Progress | None = None
) -> Subject:
    """A network with random weights and the pictures of a data set, framed for its input and split as asked.

    `progress` counts the pictures that are decoded and may raise to cancel.
    """
    from workbench.core.inspection.untrained import untrained_module
    from workbench.core.modelling.shapes import analyse

    module, analysis = untrained_module(network), analyse(network)
    channels, height, width = analysis.input_shape or (3, 32, 32)
    framing = Framing(channels, height, width)
    data, trouble = _data(spec, framing, split, progress)
    mean, std = _statistics(data, framing.channels)
    return Subject(
        title=network.name,
        note="Random weights: nothing has been learned yet.",
        trained=False,
        network=network,
        module=module,
        analysis=analysis,
        preprocessing=Preprocessing(framing, mean, std),
        classes=data.classes if data else (),
        samples=data.validation if data else None,
        trouble=trouble,
    )


def taken(subject: Subject, source: Source) -> tuple[Picture, Verdict]:
    """On the lane: a picture from where it comes from, and what it is taken for."""
    if isinstance(source, int):
        picture = sample_picture(subject, source)
    elif isinstance(source, Path):
        picture = file_picture(subject, source)
    else:
        picture = raw_picture(subject, *source)
    return picture, verdict(subject, picture)


def sample_picture(subject: Subject, index: int) -> Picture:
    """A picture of the held-out part."""
    from workbench.core.data.preprocessing import to_tensor

    assert subject.samples is not None
    image = subject.samples.images[index]
    tensor = to_tensor(image[None], subject.preprocessing)
    files = subject.samples.files
    name = Path(files[index]).name if files else f"Sample {index + 1}"
    return Picture(name, image, as_seen(tensor, subject.preprocessing), tensor, int(subject.samples.labels[index]))


def file_picture(subject: Subject, path: Path) -> Picture:
    """A picture file; raises `WorkbenchError` naming the file and what is wrong with it."""
    from PIL import Image, ImageOps, UnidentifiedImageError

    try:
        with Image.open(path) as stored:
            image = ImageOps.exif_transpose(stored)
            image.load()
    except UnidentifiedImageError as error:
        reason = "its contents are in no known picture format"
        raise WorkbenchError(f"{path.name} is not a picture", reason, "Choose a PNG or JPEG file.") from error
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise WorkbenchError(f"{path.name} cannot be read", reason, "Choose another file.") from error
    return image_picture(subject, image, path.name)


def raw_picture(subject: Subject, pixels: bytes, size: tuple[int, int]) -> Picture:
    """A picture from the clipboard: RGBA bytes, (width, height)."""
    from PIL import Image

    return image_picture(subject, Image.frombytes("RGBA", size, pixels), "Pasted picture")


def image_picture(subject: Subject, image: Image.Image, name: str) -> Picture:
    """Any picture, framed and normalized as the run's own pictures were."""
    from workbench.core.data.preprocessing import frame, to_tensor

    framed = frame(image, subject.preprocessing.framing)
    tensor = to_tensor(framed[None], subject.preprocessing)
    shown = image.convert("RGBA" if "A" in image.getbands() or "transparency" in image.info else "RGB")
    shown.thumbnail((LARGEST_SHOWN, LARGEST_SHOWN))
    return Picture(name, np.asarray(shown), as_seen(tensor, subject.preprocessing), tensor)


def as_seen(tensor: Any, preprocessing: Preprocessing) -> Pixels:
    """The normalized tensor turned back into pixels `(height, width, channels)`."""
    values = tensor[0].permute(1, 2, 0).numpy() * np.array(preprocessing.std) + np.array(preprocessing.mean)
    pixels: Pixels = np.rint(values * 255).clip(0, 255).astype(np.uint8)
    return pixels


def verdict(subject: Subject, picture: Picture) -> Verdict:
    """The five most probable classes."""
    from workbench.core.inspection.prediction import predict, strongest_guesses

    try:
        guesses = strongest_guesses(predict(subject.module, picture.tensor)[0], subject.classes)
    except WorkbenchError as error:
        return Verdict(trouble=str(error))
    return Verdict(tuple((guess.index, guess.name, guess.probability) for guess in guesses))


def maps_of(subject: Subject, picture: Picture, node: str) -> npt.NDArray[np.float32]:
    """The output of a node for a picture: `(channels, height, width)` or `(values,)`."""
    from workbench.core.inspection.capture import capture
    from workbench.core.inspection.feature_maps import as_values

    return as_values(capture(subject.module, picture.tensor, [node])[node][0])


def kernels_of(subject: Subject, node: str) -> npt.NDArray[np.float32]:
    """The kernels of a convolution `(out, in, height, width)`."""
    from workbench.core.inspection.feature_maps import as_values
    from workbench.core.inspection.filters import filters

    return as_values(filters(subject.module, node))


def evaluation_of(subject: Subject, progress: Progress) -> Any:
    """The evaluation on the held-out part."""
    from workbench.core.inspection.evaluation import evaluate

    assert subject.samples is not None
    return evaluate(subject.module, subject.samples, subject.preprocessing, classes=subject.classes, progress=progress)


def sentence(error: WorkbenchError) -> str:
    """Reason and hint of an error as sentences."""
    parts = (part[0].upper() + part[1:] for part in (error.reason, error.hint) if part)
    return " ".join(part if part[-1] in ".!?" else part + "." for part in parts)


def gives_scores(subject: Subject, node: str) -> bool:
    """Whether the values of a node are the scores of the classes."""
    outputs = subject.network.of_kind(OUTPUT)
    return bool(outputs) and (node == outputs[0].name or node in outputs[0].inputs)


def _entry(run: Any) -> RunEntry:
    try:
        usable = run.checkpoints.is_dir() and any(run.checkpoints.iterdir())
        return RunEntry(run.path, f"{run.name}  ·  {_note(run)}", usable)
    except WorkbenchError as error:
        return RunEntry(run.path, f"{run.name}  ·  damaged: {error.title}", usable=False)


def _note(run: Any) -> str:
    """Network, data and best accuracy of a run in a few words."""
    best = max((epoch.validation_accuracy for epoch in run.epochs), default=None)
    accuracy = "no epoch yet" if best is None else f"{percent(best)} on validation"
    return f"{run.network.name} on {Path(run.plan.data).name}, {accuracy}"


def _weights_note(run: Any) -> str:
    """Of which epoch the best weights are."""
    epochs = run.epochs
    best = max(epochs, key=lambda epoch: epoch.validation_accuracy, default=None)
    if best is None:
        return "Weights of the best checkpoint"
    return f"Weights of epoch {best.epoch}, the best of {len(epochs)}"


def _samples(run: Any, progress: Progress | None) -> tuple[ImagePart | None, str]:
    try:
        return run.data(progress).validation, ""
    except WorkbenchError as error:
        return None, str(error)


def _data(spec: str, framing: Framing, split: Split, progress: Progress | None) -> tuple[ImageData | None, str]:
    from workbench.core.data.sources import open_data

    try:
        return open_data(spec, framing=framing, split=split, progress=progress), ""
    except WorkbenchError as error:
        return None, str(error)


def _statistics(data: ImageData | None, channels: int) -> tuple[tuple[float, ...], tuple[float, ...]]:
    from workbench.core.data.statistics import statistics

    if data is None:
        return (0.5,) * channels, (0.25,) * channels
    return statistics(data.train)
