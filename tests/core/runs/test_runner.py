"""Whole runs on a tiny network: they learn, stop, go on bit for bit, survive kills, and fail with a reason."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import textwrap
from collections import namedtuple
from collections.abc import Iterable
from pathlib import Path

import pytest
import torch
from PIL import Image

from workbench.core.graph.edits import set_arguments
from workbench.core.graph.network import Network, Node, chain
from workbench.core.modelling.opening import open_network
from workbench.core.runs.folder import Run, list_runs, open_run
from workbench.core.runs.runner import create_run, resume, train, walk
from workbench.core.training import checkpoint
from workbench.core.training.control import Control
from workbench.core.training.events import (
    AnyEvent,
    CheckpointSaved,
    EpochDone,
    RunEvent,
    RunFailed,
    RunFinished,
    RunStarted,
    StepDone,
)
from workbench.core.training.plan import Phase, TrainingPlan
from workbench.errors import WorkbenchError

PLAN = TrainingPlan(network="tiny", data="digits", epochs=2, batch_size=64, learning_rate=5e-3, precision="fp32")


def tiny() -> Network:
    """A network that trains in a moment, with everything that could break exactness: BatchNorm and dropout."""
    return chain(
        "tiny",
        [
            Node("input", "Input", {"shape": [1, 8, 8]}),
            Node("body.conv", "Conv2d", {"out_channels": 8, "padding": 1}),
            Node("body.bn", "BatchNorm2d"),
            Node("relu", "ReLU"),
            Node("flatten", "Flatten"),
            Node("dropout", "Dropout", {"p": 0.2}),
            Node("fc", "Linear"),
            Node("output", "Output"),
        ],
    )


def fields(plan: TrainingPlan, **changes: object) -> TrainingPlan:
    from msgspec.structs import replace

    return replace(plan, **changes)


def finished(events: Iterable[RunEvent]) -> RunFinished:
    last = list(events)[-1]
    assert isinstance(last, RunFinished), last
    return last


def same_weights(first: Run, second: Run) -> bool:
    one, two = first.weights("last"), second.weights("last")
    return one.keys() == two.keys() and all(torch.equal(one[key], two[key]) for key in one)


def told(run: Run) -> list[tuple[object, ...]]:
    """What a run says of its learning, without times."""
    found: list[tuple[object, ...]] = []
    for event in run.events():
        if isinstance(event, StepDone):
            found.append((event.step, event.loss, event.accuracy, event.learning_rate))
        if isinstance(event, EpochDone):
            found.append((event.epoch, event.train_loss, event.validation_loss, event.validation_accuracy))
    return found


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """An uninterrupted run to compare with."""
    run = create_run(PLAN, tiny(), tmp_path_factory.mktemp("runs") / "whole")
    finished(walk(run))
    return run


def test_a_run_tells_what_it_does_in_order(whole: Run) -> None:
    events = whole.events()
    sorts = [type(event) for event in events]
    assert sorts[0] is RunStarted
    assert sorts[-1] is RunFinished
    assert sorts.count(EpochDone) == 2
    started = events[0]
    assert isinstance(started, RunStarted)
    assert started.total_steps == 2 * started.steps_per_epoch
    assert [event.step for event in events if isinstance(event, StepDone)][-1] == started.total_steps
    assert whole.state == "complete"


def test_a_run_learns_and_its_best_weights_are_as_good_as_it_says(whole: Run) -> None:
    best = max(epoch.validation_accuracy for epoch in whole.epochs)
    assert best > 0.6
    part, module = whole.data().validation, whole.module("best")
    from workbench.core.data.preprocessing import to_tensor

    with torch.no_grad():
        hits = module(to_tensor(part.images, whole.preprocessing)).argmax(1) == torch.from_numpy(part.labels)
    assert hits.double().mean().item() == pytest.approx(best, abs=1e-9)


def test_equal_seeds_give_equal_bits_and_others_do_not(whole: Run, tmp_path: Path) -> None:
    torch.rand(17)  # the state of the global generator must not matter
    again, other = create_run(PLAN, tiny(), tmp_path / "a"), create_run(fields(PLAN, seed=1), tiny(), tmp_path / "b")
    finished(walk(again))
    finished(walk(other))
    assert same_weights(whole, again)
    assert told(whole) == told(again)
    assert not same_weights(whole, other)


@pytest.mark.parametrize("stop_after", [1, 7, 22, 23, 30])
def test_stopped_and_resumed_is_bit_for_bit_the_uninterrupted_run(whole: Run, tmp_path: Path, stop_after: int) -> None:
    run, control = create_run(PLAN, tiny(), tmp_path / "run"), Control()
    for event in walk(run, control):
        if isinstance(event, StepDone) and event.step == stop_after:
            control.stop()
    assert run.state == "stopped"
    assert not same_weights(whole, run)
    assert finished(resume(run.path)).best_accuracy == finished(iter(whole.events())).best_accuracy
    assert same_weights(whole, run)
    assert told(run) == told(whole)


def test_a_stop_after_the_last_step_of_an_epoch_ends_the_epoch_first(tmp_path: Path) -> None:
    run, control = create_run(PLAN, tiny(), tmp_path / "run"), Control()
    events = []
    for event in walk(run, control):
        events.append(event)
        if isinstance(event, StepDone) and event.step == 23:
            control.stop()
    assert [type(event).__name__ for event in events[-5:]] == [
        "EpochDone",
        "CheckpointSaved",
        "CheckpointSaved",
        "CheckpointSaved",
        "RunFinished",
    ]
    assert finished(events).epoch == 1


def test_a_stop_before_the_first_step_trains_nothing(tmp_path: Path) -> None:
    run, control = create_run(PLAN, tiny(), tmp_path / "run"), Control()
    control.stop()
    assert finished(walk(run, control)).step == 0


def test_a_walk_that_is_dropped_goes_on_from_the_last_epoch(whole: Run, tmp_path: Path) -> None:
    run = create_run(PLAN, tiny(), tmp_path / "run")
    walking = walk(run)
    for event in walking:
        if isinstance(event, StepDone) and event.epoch == 2:
            break
    walking.close()
    assert run.state == "unfinished"
    finished(walk(run))
    assert same_weights(whole, run)
    assert told(run) == told(whole)


def test_a_killed_process_leaves_a_run_that_resumes_bit_for_bit(whole: Run, tmp_path: Path) -> None:
    run = create_run(PLAN, tiny(), tmp_path / "run")
    code = f"""
        import os, signal
        from workbench.core.runs.folder import open_run
        from workbench.core.runs.runner import walk
        from workbench.core.training.events import StepDone
        for event in walk(open_run({str(run.path)!r})):
            if isinstance(event, StepDone) and event.step == 30:
                os.kill(os.getpid(), signal.SIGKILL)
    """
    killed = subprocess.run([sys.executable, "-c", textwrap.dedent(code)], check=False, env=os.environ)
    assert killed.returncode == -signal.SIGKILL
    finished(walk(run))
    assert same_weights(whole, run)
    assert told(run) == told(whole)


def test_a_kill_between_the_two_renames_of_a_checkpoint_loses_nothing(whole: Run, tmp_path: Path) -> None:
    run = create_run(PLAN, tiny(), tmp_path / "run")
    finished(walk(run))
    last = run.checkpoints / "last"
    last.rename(last.with_name(".last.old"))
    assert checkpoint.has_checkpoint(last)
    assert same_weights(whole, run)


def test_pause_holds_the_run_and_stop_ends_a_paused_one(tmp_path: Path) -> None:
    import threading

    run, control, seen = create_run(PLAN, tiny(), tmp_path / "run"), Control(), threading.Event()
    steps: list[AnyEvent] = []

    def work() -> None:
        for event in walk(run, control):
            if isinstance(event, StepDone):
                steps.append(event)
                if event.step == 3:
                    control.pause()
                    seen.set()

    thread = threading.Thread(target=work)
    thread.start()
    assert seen.wait(30)
    held = len(steps)
    thread.join(0.2)
    assert thread.is_alive()
    assert len(steps) == held
    control.stop()
    thread.join(60)
    assert not thread.is_alive()
    assert run.state == "stopped"


@pytest.mark.parametrize("frozen", [("body",), ("body.conv", "body.bn")])
def test_frozen_means_not_one_bit_moves(tmp_path: Path, frozen: tuple[str, ...]) -> None:
    start = create_run(fields(PLAN, epochs=1), tiny(), tmp_path / "start")
    finished(walk(start))
    weights = start.checkpoints / "last" / checkpoint.WEIGHTS
    phase = Phase(epochs=1, learning_rate=1e-2, frozen=frozen)
    run = create_run(fields(PLAN, weights=str(weights), phases=(phase,)), tiny(), tmp_path / "tuned")
    finished(walk(run))
    before, after = start.weights("last"), run.weights("last")
    moved = {key for key in before if not torch.equal(before[key], after[key])}
    assert moved == {"fc.weight", "fc.bias"}


def test_frozen_norms_keep_their_statistics_but_train_their_scale(tmp_path: Path) -> None:
    phase = Phase(epochs=1, learning_rate=1e-2, norm="affine")
    run = create_run(fields(PLAN, phases=(phase,)), tiny(), tmp_path / "run")
    finished(walk(run))
    weights = run.weights("last")
    assert torch.equal(weights["body.bn.running_mean"], torch.zeros(8))
    assert not torch.equal(weights["body.bn.weight"], torch.ones(8))


def test_phases_follow_one_another_and_resume_across_their_border(tmp_path: Path) -> None:
    phases = (
        Phase(epochs=1, learning_rate=1e-2, frozen=("body",)),
        Phase(epochs=2, learning_rate=1e-3, norm="affine"),
    )
    plan = fields(PLAN, phases=phases)
    straight, broken, control = (
        create_run(plan, tiny(), tmp_path / "a"),
        create_run(plan, tiny(), tmp_path / "b"),
        Control(),
    )
    finished(walk(straight))
    for event in walk(broken, control):
        if isinstance(event, CheckpointSaved) and event.epoch == 1:
            control.stop()
    finished(walk(broken))
    assert same_weights(straight, broken)
    assert told(straight) == told(broken)
    rates = [event.learning_rate for event in straight.events() if isinstance(event, StepDone)]
    assert max(rates) == 1e-2
    assert min(rates) < 1e-4


def test_a_loss_that_is_no_number_ends_the_run_with_a_hint_and_keeps_the_last_checkpoint(tmp_path: Path) -> None:
    run = create_run(
        fields(PLAN, optimizer="sgd", learning_rate=100.0, schedule="constant", epochs=30), tiny(), tmp_path / "run"
    )
    last = list(walk(run))[-1]
    assert isinstance(last, RunFailed)
    assert "smaller learning rate" in last.hint
    assert run.state == "failed"


def test_a_full_disk_ends_the_run_with_the_reason_and_keeps_the_old_checkpoint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = create_run(PLAN, tiny(), tmp_path / "run")
    real = checkpoint.save_file

    def full(tensors: dict[str, torch.Tensor], path: Path) -> None:
        if checkpoint.has_checkpoint(run.checkpoints / "last"):
            raise OSError(errno.ENOSPC, "No space left on device")
        real(tensors, path)

    monkeypatch.setattr(checkpoint, "save_file", full)
    last = list(walk(run))[-1]
    assert isinstance(last, RunFailed)
    assert "No space left" in last.reason
    monkeypatch.undo()
    assert checkpoint.load_state(run.checkpoints / "last")["epoch"] == 1


def test_a_full_disk_that_torch_meets_is_told_in_plain_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(state: object, path: Path) -> None:
        raise RuntimeError("[enforce fail at inline_container.cc:668] . unexpected pos 64 vs 0")

    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(checkpoint.torch, "save", full)
    monkeypatch.setattr(checkpoint.shutil, "disk_usage", lambda path: usage(1, 1, 0))
    with pytest.raises(WorkbenchError, match="No space left on device"):
        checkpoint.save_checkpoint(tmp_path / "last", torch.nn.Linear(2, 2), {})
    assert not any(tmp_path.iterdir())


def test_a_network_that_does_not_fit_the_data_is_refused_with_the_numbers(tmp_path: Path) -> None:
    network = set_arguments(tiny(), "fc", {"out_features": 7})
    last = list(walk(create_run(PLAN, network, tmp_path / "run")))[-1]
    assert isinstance(last, RunFailed)
    assert "7" in last.title
    assert "10" in last.title
    assert "fc" in last.reason


def test_a_network_that_cannot_run_names_the_node_and_the_reason(tmp_path: Path) -> None:
    network = set_arguments(tiny(), "body.conv", {"kernel_size": 40})
    last = list(walk(create_run(PLAN, network, tmp_path / "run")))[-1]
    assert isinstance(last, RunFailed)
    assert "body.conv" in last.title


def test_bad_plans_and_used_folders_are_refused_before_anything_is_written(tmp_path: Path) -> None:
    with pytest.raises(WorkbenchError, match="epochs"):
        create_run(fields(PLAN, epochs=0), tiny(), tmp_path / "bad")
    assert not (tmp_path / "bad").exists()
    create_run(PLAN, tiny(), tmp_path / "run")
    with pytest.raises(WorkbenchError, match="resume"):
        create_run(PLAN, tiny(), tmp_path / "run")
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "mine.txt").write_text("keep")
    with pytest.raises(WorkbenchError, match="in use"):
        create_run(PLAN, tiny(), tmp_path / "notes")


def test_a_complete_run_is_not_resumed(whole: Run) -> None:
    with pytest.raises(WorkbenchError, match="complete"):
        next(resume(whole.path))


def test_weights_that_do_not_fit_are_refused_by_key(tmp_path: Path) -> None:
    torch.save({"fc.weight": torch.zeros(10, 512)}, tmp_path / "w.pth")
    run = create_run(fields(PLAN, weights=str(tmp_path / "w.pth")), tiny(), tmp_path / "run")
    last = list(walk(run))[-1]
    assert isinstance(last, RunFailed)
    assert "body.conv.weight" in last.reason


def test_a_pickle_is_never_executed(tmp_path: Path) -> None:
    import pickle

    class Evil:
        def __reduce__(self) -> tuple[object, ...]:
            return (Path(tmp_path / "hacked").write_text, ("x",))

    (tmp_path / "w.pth").write_bytes(pickle.dumps(Evil()))
    with pytest.raises(WorkbenchError, match="not a file of weights"):
        checkpoint.load_weight_file(tmp_path / "w.pth")
    assert not (tmp_path / "hacked").exists()


def test_opening_a_run_gives_everything_to_use_it(whole: Run) -> None:
    run = open_run(whole.path)
    assert run.network == tiny()
    assert run.classes == tuple("0123456789")
    state = torch.get_rng_state()
    module = run.module("best")
    assert torch.equal(state, torch.get_rng_state())
    assert not module.training
    assert run.preprocess(Image.new("RGB", (30, 20), "white")).shape == (1, 1, 8, 8)


def test_runs_are_listed_newest_first_and_strangers_left_out(tmp_path: Path) -> None:
    for number, name in enumerate(["old", "new"]):
        run = create_run(PLAN, tiny(), tmp_path / name)
        os.utime(run.path / "plan.json", (number, number))
    (tmp_path / "something else").mkdir()
    assert [run.name for run in list_runs(tmp_path)] == ["new", "old"]
    assert list_runs(tmp_path / "nowhere") == []


@pytest.mark.parametrize("name", ["nowhere", ""])
def test_what_is_no_run_is_said(tmp_path: Path, name: str) -> None:
    with pytest.raises(WorkbenchError, match="is not a run"):
        open_run(tmp_path / name)


def test_the_public_train_is_the_same_loop(tmp_path: Path) -> None:
    plan = TrainingPlan(network="lenet5", data="digits", epochs=1, batch_size=256, precision="fp32")
    assert open_network("lenet5").name == "lenet5"
    assert finished(train(plan, out=tmp_path / "run")).epoch == 1
