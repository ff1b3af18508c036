"""What the Inspect room asks of the core, on a background lane: what a network makes of a picture, and what it holds.

Nothing here is imported with torch; every function that needs it loads it when it runs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from workbench.core.graph.network import OUTPUT
from workbench.errors import WorkbenchError
from workbench.gui.viewer.intake import Picture, Source, taken_in
from workbench.gui.viewer.subjects import Progress, Subject

if TYPE_CHECKING:
    from workbench.core.inspection.evaluation import Evaluation


@dataclass(frozen=True)
class Verdict:
    """What the network takes a picture for, or why it cannot say: (class, name, probability), best first."""

    guesses: tuple[tuple[int, str, float], ...] = ()
    trouble: str = ""


def taken(subject: Subject, source: Source) -> tuple[Picture, Verdict]:
    """A picture from where it comes from, and what it is taken for."""
    picture = taken_in(subject, source)
    return picture, verdict(subject, picture)


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


def evaluation_of(subject: Subject, progress: Progress) -> Evaluation:
    """The evaluation on the held-out part."""
    from workbench.core.inspection.evaluation import evaluate

    assert subject.samples is not None
    return evaluate(subject.module, subject.samples, subject.preprocessing, classes=subject.classes, progress=progress)


def gives_scores(subject: Subject, node: str) -> bool:
    """Whether the values of a node are the scores of the classes."""
    outputs = subject.network.of_kind(OUTPUT)
    return bool(outputs) and (node == outputs[0].name or node in outputs[0].inputs)
