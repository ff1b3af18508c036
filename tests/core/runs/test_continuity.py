"""Runs that go on under other conditions, plans that do not fit, and weights that are no numbers any more."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from msgspec.structs import replace

from workbench.core.data.preprocessing import Framing, Preprocessing
from workbench.core.graph.edits import remove_nodes, set_arguments
from workbench.core.graph.network import Network, Node, chain
from workbench.core.runs.folder import ENVIRONMENT, EVENTS, Run, list_runs
from workbench.core.runs.runner import create_run, walk
from workbench.core.training import checkpoint
from workbench.core.training.control import Control
from workbench.core.training.events import RunFailed, RunFinished, StepDone, Warned
from workbench.core.training.plan import Phase, TrainingPlan
from workbench.errors import WorkbenchError

PLAN = TrainingPlan(network="tiny", data="digits", epochs=2, batch_size=256, precision="fp32", device="cpu")


def tiny(side: int = 8, classes: int = 10) -> Network:
    return chain(
        "tiny",
        [
            Node("input", "Input", {"shape": [1, side, side]}),
            Node("body.conv", "Conv2d", {"out_channels": 4}),
            Node("body.bn", "BatchNorm2d"),
            Node("relu", "ReLU"),
            Node("flatten", "Flatten"),
            Node("fc", "Linear", {"out_features": classes}),
            Node("output", "Output"),
        ],
    )


def begun(plan: TrainingPlan, network: Network, folder: Path) -> Run:
    """A run that was stopped after its first step."""
    run, control = create_run(plan, network, folder), Control()
    for event in walk(run, control):
        assert not isinstance(event, RunFailed), event
        if isinstance(event, StepDone):
            control.stop()
    assert run.state == "stopped"
    return run


def end(run: Run) -> Any:
    return list(walk(run))[-1]


def warned(run: Run) -> list[str]:
    return [event.title for event in run.events() if isinstance(event, Warned)]


def save_pictures(path: Path, count: int, classes: int = 3) -> None:
    lots = np.random.default_rng(0)
    pictures, labels = lots.integers(0, 256, (count, 8, 8, 1), dtype=np.uint8), np.arange(count) % classes
    names = np.array([f"sort {number}" for number in range(classes)])
    np.savez(path, x_train=pictures, y_train=labels, x_test=pictures[:9], y_test=labels[:9], classes=names)


@pytest.mark.parametrize("batch_size", [256, 10])
def test_weights_that_are_no_numbers_never_replace_a_checkpoint(tmp_path: Path, batch_size: int) -> None:
    network = remove_nodes(tiny(), ["body.bn"])
    plan = replace(PLAN, optimizer="sgd", learning_rate=30.0, schedule="constant", epochs=50, batch_size=batch_size)
    run = create_run(plan, network, tmp_path / "run")
    assert isinstance(end(run), RunFailed)
    for line in (run.path / EVENTS).read_text().splitlines():
        told = json.loads(line)
        assert told["type"] not in ("step", "epoch") or None not in told.values(), "no number where a loss belongs"
    for which in ("last", "best"):
        if checkpoint.has_checkpoint(run.checkpoints / which):
            assert all(value.isfinite().all() for value in checkpoint.load_weights(run.checkpoints / which).values())


def test_a_run_that_goes_on_needs_its_starting_weights_no_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = begun(PLAN, tiny(), tmp_path / "first")
    monkeypatch.chdir(tmp_path)
    (first.checkpoints / "last" / checkpoint.WEIGHTS).rename(tmp_path / "w.safetensors")
    run = begun(replace(PLAN, weights="w.safetensors"), tiny(), tmp_path / "second")
    assert run.plan.weights == str(tmp_path / "w.safetensors")
    (tmp_path / "w.safetensors").unlink()
    assert isinstance(end(run), RunFinished)


@pytest.mark.parametrize(
    "changes",
    [{"phases": (Phase(epochs=1, learning_rate=1e-3, frozen=("bdy",)),)}, {"fresh": ("fc", "head")}],
)
def test_names_that_the_network_does_not_have_are_not_passed_over(tmp_path: Path, changes: dict[str, Any]) -> None:
    with pytest.raises(WorkbenchError, match=r"There is no (bdy|head) in tiny"):
        create_run(replace(PLAN, **changes), tiny(), tmp_path / "run")


def test_a_folder_that_is_called_like_a_data_set_does_not_take_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "digits").mkdir()
    save_pictures(tmp_path / "set.npz", 30)
    monkeypatch.chdir(tmp_path)

    def spec(data: str) -> str:
        return create_run(replace(PLAN, data=data), tiny(), tmp_path / f"run {len(list(tmp_path.iterdir()))}").plan.data

    assert spec("digits") == "digits"
    assert spec("set.npz") == str(tmp_path / "set.npz")
    assert spec("cifar10:set.npz") == f"cifar10:{tmp_path / 'set.npz'}"
    assert spec("nowhere.npz") == "nowhere.npz"


@pytest.mark.parametrize("content", [b"{", b"{}", b"[]", b"\xff\xfe", b"[" * 100_000])
def test_a_damaged_environment_ends_the_run_in_a_sentence(tmp_path: Path, content: bytes) -> None:
    run = begun(PLAN, tiny(), tmp_path / "run")
    (run.path / ENVIRONMENT).write_bytes(content)
    last = end(run)
    assert isinstance(last, RunFailed)
    assert "environment.json is damaged" in last.title


def test_another_number_of_threads_is_told(tmp_path: Path) -> None:
    run, threads = begun(PLAN, tiny(), tmp_path / "run"), torch.get_num_threads()
    torch.set_num_threads(threads + 1)
    try:
        assert isinstance(end(run), RunFinished)
    finally:
        torch.set_num_threads(threads)
    assert warned(run) == [f"The run goes on with the number of threads {threads + 1} instead of {threads}"]


def test_more_pictures_are_told_and_normalized_as_before(tmp_path: Path) -> None:
    save_pictures(tmp_path / "set.npz", 600)
    run = begun(replace(PLAN, data=str(tmp_path / "set.npz")), tiny(classes=3), tmp_path / "run")
    before = run.preprocessing
    save_pictures(tmp_path / "set.npz", 700)
    assert isinstance(end(run), RunFinished)
    assert warned(run) == ["The data has changed since the run began"]
    assert run.preprocessing == before


def test_other_classes_are_refused(tmp_path: Path) -> None:
    save_pictures(tmp_path / "set.npz", 600)
    run = begun(replace(PLAN, data=str(tmp_path / "set.npz")), tiny(classes=3), tmp_path / "run")
    with np.load(tmp_path / "set.npz") as held:
        parts = {name: held[name] for name in held.files}
    np.savez(tmp_path / "set.npz", **{**parts, "classes": np.array(["a", "b", "c"])})
    last = end(run)
    assert isinstance(last, RunFailed)
    assert "other classes" in last.title


def test_a_plan_that_frames_pictures_for_another_network_is_refused(tmp_path: Path) -> None:
    preprocessing = Preprocessing(Framing(1, 16, 16), (0.5,), (0.5,))
    last = end(create_run(replace(PLAN, preprocessing=preprocessing), tiny(), tmp_path / "run"))
    assert isinstance(last, RunFailed)
    assert "8 × 8" in last.title
    assert "16 × 16" in last.reason


@pytest.mark.parametrize(("mean", "std"), [((0.5,), (0.0,)), ((0.5,), (float("nan"),))])
def test_a_normalization_that_divides_by_nothing_is_refused(
    tmp_path: Path, mean: tuple[float, ...], std: tuple[float, ...]
) -> None:
    plan = replace(PLAN, preprocessing=Preprocessing(Framing(1, 8, 8), mean, std))
    with pytest.raises(WorkbenchError, match="preprocessing"):
        create_run(plan, tiny(), tmp_path / "run")


@pytest.mark.parametrize(("width", "word"), [(250_000, "memory"), (1_000_000, "computer")])
def test_what_no_memory_can_hold_is_refused_before_it_is_built(tmp_path: Path, width: int, word: str) -> None:
    nodes = [*remove_nodes(tiny(), ["fc", "output"])]
    nodes += [Node(f"fc{number}", "Linear", {"out_features": width}) for number in range(2)]
    nodes += [Node("fc", "Linear"), Node("output", "Output")]
    last = end(create_run(PLAN, chain("giant", nodes), tmp_path / "run"))
    assert isinstance(last, RunFailed)
    assert word in f"{last.title} {last.reason}"


@pytest.mark.parametrize("device", ["meta", "toaster", "cuda:99", ""])
def test_devices_that_cannot_compute_are_refused(tmp_path: Path, device: str) -> None:
    last = end(create_run(replace(PLAN, device=device), tiny(), tmp_path / "run"))
    assert isinstance(last, RunFailed)
    assert "cannot be used" in last.title


def test_weights_of_another_network_are_refused_by_key(tmp_path: Path) -> None:
    run = begun(PLAN, tiny(), tmp_path / "run")
    other = begun(PLAN, set_arguments(tiny(), "body.conv", {"out_channels": 8}), tmp_path / "other")
    weights = (other.checkpoints / "last" / checkpoint.WEIGHTS).read_bytes()
    (run.checkpoints / "last" / checkpoint.WEIGHTS).write_bytes(weights)
    with pytest.raises(WorkbenchError, match=r"body\.conv\.weight"):
        run.module("last")


def test_a_checkpoint_can_be_read_while_a_training_replaces_it(tmp_path: Path) -> None:
    folder, over = tmp_path / "checkpoints" / "last", threading.Event()
    module = torch.nn.Linear(2, 2)
    checkpoint.save_checkpoint(folder, module, {"step": 0})

    def save() -> None:
        for step in range(150):
            checkpoint.save_checkpoint(folder, module, {"step": step})
        over.set()

    saving = threading.Thread(target=save)
    saving.start()
    reads = 0
    while not over.is_set():
        assert torch.equal(checkpoint.load_weights(folder)["weight"], module.weight)
        assert checkpoint.load_state(folder)["step"] >= 0
        reads += 1
    saving.join()
    assert reads > 10


def test_a_run_is_walked_by_one_at_a_time(tmp_path: Path) -> None:
    run = create_run(PLAN, tiny(), tmp_path / "run")
    walking = walk(run)
    next(walking)
    log = (run.path / EVENTS).read_bytes()
    last = end(Run(run.path))
    assert isinstance(last, RunFailed)
    assert "already" in last.title
    assert (run.path / EVENTS).read_bytes() == log
    walking.close()
    assert isinstance(end(run), RunFinished)


def test_a_run_that_vanishes_while_runs_are_listed_does_no_harm(tmp_path: Path) -> None:
    create_run(PLAN, tiny(), tmp_path / "here")
    (tmp_path / "gone").mkdir()
    (tmp_path / "gone" / "plan.json").symlink_to(tmp_path / "nowhere")
    assert "here" in [run.name for run in list_runs(tmp_path)]
