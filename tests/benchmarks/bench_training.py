"""What an open window costs a training: the same run in the Train room and by itself, beside the bare network.

    python tests/benchmarks/bench_training.py [--rounds 3] [--images 49920] [--clock wall|cpu]

The window draws offscreen, with curves, measures and checkpoints. Arms run in turn, each in a fresh process. The goal
is 92 % of the bare network in the window. What a training is worth against the loop of a course tells
`workbench bench training`, what the loop adds to a step `workbench bench overhead`.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from training_arms import Round, compare, figure

from workbench.core.benchmarks.benchmark import Work
from workbench.core.benchmarks.training import bare_auto, engine_auto, set_of_shapes
from workbench.core.modelling.opening import open_network
from workbench.core.training.plan import changed


def window(work: Work) -> float:
    """Images per second of a run that the Train room has started; tells what the window's thread took of them."""
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    from PySide6.QtWidgets import QApplication

    from workbench.gui.training.room import TrainRoom
    from workbench.gui.workspace import Workspace

    app = QApplication([])
    with tempfile.TemporaryDirectory() as folder:
        os.environ.update(WORKBENCH_RUNS=f"{folder}/runs", WORKBENCH_CONFIG=f"{folder}/config")
        workspace = Workspace()
        workspace.document.open(open_network(work.network))
        workspace.data = str(set_of_shapes(work.images, Path(folder)))
        room = TrainRoom(workspace)
        room.resize(1200, 800)
        room.show()
        plan = changed(room.form.plan(), epochs=1, batch_size=work.batch, augmentation="flip-crop")
        room.form.set_values(changed(plan, device=work.device))
        room.train()
        assert room.run is not None, "the window refuses the plan"
        times: list[tuple[float, float]] = []  # on the clock, and of this thread: at the first step, and at the end

        def note() -> None:
            assert room.run is not None
            if room.run.standing == "training" or room.run.is_over:
                times.append((work.now(), time.thread_time()))
            if room.run.is_over:
                app.quit()

        room.run.standing_changed.connect(note)
        app.exec()
        assert room.run.standing == "complete", room.run.failure
        workspace.close()
    (begun, before), (over, after) = times[0], times[-1]
    print(f"the window's thread used {after - before:.2f} of {over - begun:.2f} s ({work.clock})", file=sys.stderr)
    return work.rate(over - begun)


RUNS = {"network": bare_auto, "run": engine_auto, "window": window}


def told(rounds: Sequence[Round]) -> Iterator[str]:
    """Medians, and the median within a round of the share of the bare network."""
    for arm in RUNS:
        share = statistics.median(each[arm] / each["network"] for each in rounds)
        yield f"{arm:8} {figure(rounds, arm)}   {share:6.1%} of the network"


if __name__ == "__main__":
    compare(__file__, __doc__, RUNS, tell=told)
