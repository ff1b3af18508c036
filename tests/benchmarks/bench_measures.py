"""What a redraw of each page of measures costs, as a ratio to that of the loss and accuracy curves beside it.

A long run of a deep network: 200 epochs, 160 layers, 400 measured steps. The pages are drawn in turn, each after one
more event, so that whatever else the machine does touches all of them alike.
Run it with `python tests/benchmarks/bench_measures.py`.
"""

from __future__ import annotations

import math
import os
import random
import statistics
import time
from collections.abc import Iterator

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtWidgets import QApplication

from workbench.core.training.events import (
    EpochDone,
    EpochJudged,
    LayerMeasures,
    LayersMeasured,
    RunEvent,
    RunStarted,
    StepDone,
)
from workbench.gui import theme
from workbench.gui.training.history import RunHistory
from workbench.gui.training.measures.view import PAGES, Measures

EPOCHS, STEPS, LAYERS, CLASSES = 200, 100, 160, 30
CHANCE = random.Random(0)


def events() -> Iterator[RunEvent]:
    """A made-up run."""
    counts = {"total_steps": EPOCHS * STEPS, "steps_per_epoch": STEPS, "epochs": EPOCHS}
    pictures = {"train_images": 12_800, "validation_images": 1_000, "parameters": 1, "trainable": 1}
    yield RunStarted(time=0.0, step=0, **counts, **pictures, device="cpu", precision="fp32")
    for epoch in range(1, EPOCHS + 1):
        for step in range((epoch - 1) * STEPS + 2, epoch * STEPS + 1, 2):
            yield step_done(step, epoch)
            if step % (STEPS // 2) == 0:
                yield LayersMeasured(time=0.0, step=step, epoch=epoch, layers=tuple(map(layer, range(LAYERS))))
        yield judged(epoch)
        yield epoch_done(epoch)


def step_done(step: int, epoch: int) -> StepDone:
    loss = 2.3 * math.exp(-step / 4000) + CHANCE.random() / 10
    speed = {"images_per_second": 2000 + CHANCE.random(), "remaining_seconds": 1.0}
    return StepDone(time=0.0, step=step, epoch=epoch, loss=loss, accuracy=0.5, learning_rate=1e-3, **speed)


def layer(number: int) -> LayerMeasures:
    norms = {"gradient": CHANCE.random(), "weight": 1.0, "update": 10 ** CHANCE.gauss(-3, 0.3)} if number % 3 else {}
    return LayerMeasures(f"layer{number // 40}.{number}", CHANCE.gauss(0, 1), 1.0, CHANCE.random(), 0.0, **norms)


def judged(epoch: int) -> EpochJudged:
    shares = tuple(CHANCE.random() for _ in range(CLASSES))
    bins = tuple((1 / 15, (number + 0.5) / 15, CHANCE.random()) for number in range(15))
    confusion = tuple(tuple(CHANCE.randrange(9) for _ in range(CLASSES)) for _ in range(CLASSES))
    told = {"top5": 0.9, "calibration_error": 0.1, "class_accuracy": shares, "predicted": shares, "waiting": 0.1}
    return EpochJudged(time=0.0, step=epoch * STEPS, epoch=epoch, **told, reliability=bins, confusion=confusion)


def epoch_done(epoch: int) -> EpochDone:
    losses = {"train_loss": 1.0, "train_accuracy": 0.5, "validation_loss": 1.1, "validation_accuracy": 0.5}
    times = {"images_per_second": 2000.0, "seconds": 6.4, "remaining_seconds": 1.0}
    return EpochDone(time=0.0, step=epoch * STEPS, epoch=epoch, **losses, **times)


def main() -> None:
    """Print a line for each page."""
    app = QApplication([])
    theme.apply(app, "light")
    told = list(events())
    history, view = RunHistory(told[: -2 * STEPS]), Measures("bench")
    view.resize(900, 520)
    view.show()
    names = ["Curves", *(page.title for page in PAGES)]
    spent: dict[str, list[float]] = {name: [] for name in names}
    for event in told[-2 * STEPS :]:
        history.add([event])
        for place, name in enumerate(names):
            view.tabs.setCurrentIndex(place)
            for _ in range(3):
                app.processEvents()  # what going to the page draws is not counted
            began = time.process_time()
            view.draw(history)
            app.processEvents()
            spent[name].append(time.process_time() - began)
    base = statistics.fmean(spent["Curves"])
    for name, times in spent.items():
        mean = statistics.fmean(times)
        print(f"{name:12} {mean / base:5.2f} times the curves ({1e3 * mean:.1f} ms of CPU)")


if __name__ == "__main__":
    main()
