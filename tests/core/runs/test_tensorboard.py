"""What TensorBoard reads of a run: the run's own figures, each step once, whatever happened to the training."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from workbench.core.graph.network import Network, Node, chain
from workbench.core.runs import reports
from workbench.core.runs.folder import Run
from workbench.core.runs.reports import export_tensorboard
from workbench.core.runs.runner import create_run, resume, walk
from workbench.core.training import tensorboard
from workbench.core.training.control import Control
from workbench.core.training.events import (
    EpochDone,
    EpochJudged,
    LayersMeasured,
    RunFinished,
    StepDone,
    Warned,
)
from workbench.core.training.plan import TrainingPlan, changed
from workbench.core.training.tensorboard import FOLDER, TensorBoardLog, confusion_picture
from workbench.errors import Problem, WorkbenchError

PLAN = TrainingPlan(network="tiny", data="digits", epochs=2, batch_size=64, precision="fp32", tensorboard=True)


def network() -> Network:
    nodes = [
        Node("input", "Input", {"shape": [1, 8, 8]}),
        Node("conv", "Conv2d", {"out_channels": 4}),
        Node("relu", "ReLU"),
        Node("flatten", "Flatten"),
        Node("fc", "Linear"),
        Node("output", "Output"),
    ]
    return chain("tiny", nodes)


def new_run(folder: Path, plan: TrainingPlan = PLAN) -> Run:
    return create_run(plan, network(), folder)


def told(folder: Path) -> dict[str, list[tuple[int, float]]]:
    """The scalars that TensorBoard itself reads: step and value by tag."""
    found = EventAccumulator(str(folder), size_guidance={"scalars": 0}).Reload()
    return {tag: [(point.step, point.value) for point in found.Scalars(tag)] for tag in found.Tags()["scalars"]}


def expected(run: Run) -> dict[str, list[tuple[int, float]]]:
    """Some of the same from the run's own log."""
    events = run.events()
    steps = [event for event in events if isinstance(event, StepDone)]
    epochs = [event for event in events if isinstance(event, EpochDone)]
    judged = [event for event in events if isinstance(event, EpochJudged)]
    gradients = [
        (event.step, layer.gradient)
        for event in events
        if isinstance(event, LayersMeasured)
        for layer in event.layers
        if layer.name == "conv" and layer.gradient is not None
    ]
    return {
        "loss/training": [(event.step, event.loss) for event in steps],
        "rate/learning_rate": [(event.step, event.learning_rate) for event in steps],
        "loss/validation": [(event.step, event.validation_loss) for event in epochs],
        "calibration/error": [(event.step, event.calibration_error) for event in judged],
        "gradient_norm/conv": gradients,
    }


def assert_same(found: dict[str, list[tuple[int, float]]], wanted: dict[str, list[tuple[int, float]]]) -> None:
    for tag, points in wanted.items():
        assert points, tag
        assert [step for step, _ in found[tag]] == [step for step, _ in points], tag
        assert [value for _, value in found[tag]] == pytest.approx([value for _, value in points], rel=1e-6)


def test_tensorboard_reads_what_the_run_tells(tmp_path: Path) -> None:
    run = new_run(tmp_path / "run")
    assert isinstance(list(walk(run))[-1], RunFinished)
    assert_same(told(run.path / FOLDER), expected(run))
    found = EventAccumulator(str(run.path / FOLDER), size_guidance={"images": 0, "tensors": 0}).Reload()
    assert {"network/text_summary", "plan/text_summary", "confusion/text_summary"} <= set(found.Tags()["tensors"])
    text = found.Tensors("network/text_summary")[0].tensor_proto.string_val[0].decode()
    assert "nn.Conv2d" in text
    assert [image.step for image in found.Images("confusion")] == [run.epochs[-1].step]


@pytest.mark.parametrize("after", [3, 30])
def test_a_stopped_run_that_goes_on_tells_each_step_once(tmp_path: Path, after: int) -> None:
    run, control = new_run(tmp_path / "run"), Control()
    for event in walk(run, control):
        if isinstance(event, StepDone) and event.step >= after:
            control.stop()
    assert isinstance(list(resume(run.path))[-1], RunFinished)
    assert_same(told(run.path / FOLDER), expected(run))


@pytest.mark.parametrize("after", [5, 40])
def test_a_killed_run_that_goes_on_tells_each_step_once(tmp_path: Path, after: int) -> None:
    """A generator that is closed says nothing more, as a killed process; what was after the checkpoint comes again."""
    run = new_run(tmp_path / "run")
    walked = walk(run)
    for event in walked:
        if isinstance(event, StepDone) and event.step >= after:
            break
    walked.close()  # type: ignore[attr-defined]
    assert isinstance(list(resume(run.path))[-1], RunFinished)
    assert_same(told(run.path / FOLDER), expected(run))


def test_a_run_that_is_over_can_be_written_too(tmp_path: Path) -> None:
    run = new_run(tmp_path / "run", changed(PLAN, tensorboard=False))
    list(walk(run))
    assert not (run.path / FOLDER).exists()
    folder = export_tensorboard(run, tmp_path / "board")
    assert_same(told(folder), expected(run))
    with pytest.raises(WorkbenchError, match="in use"):
        export_tensorboard(run, folder)


def test_writing_changes_nothing_of_the_training(tmp_path: Path) -> None:
    with_, without = new_run(tmp_path / "with"), new_run(tmp_path / "without", changed(PLAN, tensorboard=False))
    losses = [[event.loss for event in walk(run) if isinstance(event, StepDone)] for run in (with_, without)]
    assert losses[0] == losses[1]


def test_without_the_package_a_run_is_refused_and_an_old_one_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = new_run(tmp_path / "run", changed(PLAN, epochs=1))
    missing = Problem("tensorboard", "TensorBoard is not installed", "pip install tensorboard")
    monkeypatch.setattr(tensorboard, "find_spec", lambda name: None)
    assert tensorboard.missing_tensorboard() is not None
    monkeypatch.setattr(reports, "missing_tensorboard", lambda: missing)
    with pytest.raises(WorkbenchError, match="not installed"):
        new_run(tmp_path / "other")
    assert not (tmp_path / "other").exists()
    events = list(walk(run))
    assert isinstance(events[-1], RunFinished)
    assert "TensorBoard is not installed" in [event.title for event in events if isinstance(event, Warned)]
    with pytest.raises(WorkbenchError, match="not installed"):
        export_tensorboard(run, tmp_path / "board")


def test_a_full_disk_warns_once_and_the_training_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def take(self: TensorBoardLog, event: object) -> None:
        if isinstance(event, StepDone) and event.step >= 5:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(TensorBoardLog, "take", take)
    events = list(walk(new_run(tmp_path / "run", changed(PLAN, epochs=1))))
    assert isinstance(events[-1], RunFinished)
    assert len([event for event in events if isinstance(event, Warned)]) == 1
    assert [event.step for event in events if isinstance(event, StepDone)] == list(range(1, 24))


def test_the_picture_of_a_perfect_confusion_is_a_dark_diagonal() -> None:
    picture = confusion_picture(np.diag([3.0, 5.0, 0.0]))
    assert picture.shape == (3, 36, 36) and picture.dtype == np.uint8
    assert tuple(picture[:, 6, 6]) == tuple(picture[:, 18, 18]) == (8, 48, 107)
    assert tuple(picture[:, 30, 30]) == tuple(picture[:, 6, 18]) == (255, 255, 255)
