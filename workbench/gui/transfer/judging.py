"""What the result page shows, worked out on a lane."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.gui.transfer.pictures import Pixels

if TYPE_CHECKING:
    from workbench.core.data.images import ImagePart
    from workbench.core.data.preprocessing import Framing
    from workbench.core.inspection.evaluation import Evaluation

MOST_PICTURES = 200
"""So many wrong pictures are shown, the most confident mistakes first."""
BATCH = 32


@dataclass(frozen=True, eq=False)
class WrongPicture:
    """A picture as the network saw it, its file, and what it was taken for with which confidence."""

    pixels: Pixels
    file: str
    label: str
    predicted: str
    confidence: float


@dataclass(frozen=True, eq=False)
class Verdict:
    """How good a run is on its validation photos, and where it errs."""

    run: Path
    classes: tuple[str, ...]
    evaluation: Evaluation
    wrong: tuple[WrongPicture, ...]


def judge(path: Path, *, progress: Callable[[int, int], None]) -> Verdict:
    """Evaluate the best checkpoint of a run on its validation photos; raises `WorkbenchError` if it has none."""
    from workbench.core.data.sources import open_data
    from workbench.core.inspection.evaluation import evaluate
    from workbench.core.runs.folder import open_run

    run = open_run(path)
    module, preprocessing = run.module(), run.preprocessing
    data = open_data(run.plan.data, framing=preprocessing.framing, split=run.plan.split(), progress=progress)
    part = data.validation
    evaluation = evaluate(module, part, preprocessing, classes=data.classes, batch_size=BATCH, progress=progress)
    wrong = tuple(
        WrongPicture(
            _seen(part, mistake.index, preprocessing.framing),
            part.files[mistake.index] if part.files else "",
            data.classes[mistake.label],
            data.classes[mistake.predicted],
            mistake.confidence,
        )
        for mistake in evaluation.wrong[:MOST_PICTURES]
    )
    return Verdict(path, data.classes, evaluation, wrong)


def _seen(part: ImagePart, index: int, framing: Framing) -> Pixels:
    """The centre of a stored picture, which is what the network is given."""
    height, width = part.images.shape[1:3]
    top, left = (height - framing.height) // 2, (width - framing.width) // 2
    return part.images[index, top : top + framing.height, left : left + framing.width].copy()
