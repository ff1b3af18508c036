"""The experiment that proves a resume: it finds single bits, and the interrupted run has none that differs."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from workbench.core.graph.network import Network, Node, chain
from workbench.core.runs.folder import Run
from workbench.core.runs.proof import (
    Difference,
    Interruption,
    Proof,
    compare_bits,
    differing_bits,
    moments,
    prove_resume,
)
from workbench.core.runs.runner import create_run, walk
from workbench.core.training import checkpoint
from workbench.core.training.plan import TrainingPlan
from workbench.errors import WorkbenchError

PLAN = TrainingPlan(
    network="tiny", data="digits", epochs=2, batch_size=240, precision="fp32", device="cpu", averaging="ema"
)


def tiny() -> Network:
    return chain(
        "tiny",
        [
            Node("input", "Input", {"shape": [1, 8, 8]}),
            Node("conv", "Conv2d", {"out_channels": 4}),
            Node("bn", "BatchNorm2d"),
            Node("flatten", "Flatten"),
            Node("dropout", "Dropout", {"p": 0.2}),
            Node("fc", "Linear"),
            Node("output", "Output"),
        ],
    )


def trained(folder: Path, seed: int = 0) -> Run:
    run = create_run(replace(PLAN, seed=seed), tiny(), folder)
    list(walk(run))
    assert run.state == "complete"
    return run


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return trained(tmp_path_factory.mktemp("runs") / "run")


@given(st.binary(min_size=1, max_size=40), st.data())
def test_bits_are_counted(content: bytes, data: st.DataObject) -> None:
    chosen = data.draw(st.sets(st.integers(0, 8 * len(content) - 1)))
    changed = bytearray(content)
    for bit in chosen:
        changed[bit // 8] ^= 1 << (bit % 8)
    assert differing_bits(content, bytes(changed)) == len(chosen)
    assert differing_bits(content, content + b"x") == 8 * (len(content) + 1)


def test_equal_runs_have_no_differing_bit_and_others_have(run: Run, tmp_path: Path) -> None:
    same = compare_bits(run, trained(tmp_path / "same"))
    weights = sum(value.numel() * value.element_size() for value in run.weights("last").values())
    assert same.differing_bits == 0 and same.places == ()
    assert same.compared_bits > 4 * 8 * weights, "last, best, two moments of AdamW and an average"
    other = compare_bits(run, trained(tmp_path / "other", seed=1))
    assert other.differing_bits > 1000 and other.places


@pytest.mark.parametrize("key", ["fc.bias", "bn.running_var", "bn.num_batches_tracked"])
def test_a_single_bit_in_the_weights_is_found(run: Run, tmp_path: Path, key: str) -> None:
    from safetensors.torch import save_file

    shutil.copytree(run.path, tmp_path / "copy")
    weights = run.weights("last")
    weights[key].view(-1).view(torch.uint8)[0] ^= 4
    save_file(weights, tmp_path / "copy" / "checkpoints" / "last" / checkpoint.WEIGHTS)
    assert compare_bits(run, Run(tmp_path / "copy")) == Difference(
        compare_bits(run, run).compared_bits, 1, (f"weights.last.{key}",)
    )


def test_what_the_optimizer_knows_and_what_was_told_count_too(run: Run, tmp_path: Path) -> None:
    shutil.copytree(run.path, tmp_path / "copy")
    state = checkpoint.load_state(run.checkpoints / "last")
    state["optimizer"]["state"][0]["exp_avg"][0] += 1e-3
    state["seconds"] += 1
    torch.save(state, tmp_path / "copy" / "checkpoints" / "last" / checkpoint.STATE)
    difference = compare_bits(run, Run(tmp_path / "copy"))
    assert difference.places == ("state.optimizer.state.0.exp_avg",)
    log = (tmp_path / "copy" / "events.jsonl").read_bytes().splitlines(keepends=True)
    (tmp_path / "copy" / "events.jsonl").write_bytes(b"".join(line for line in log if b'"type":"epoch"' not in line))
    assert any(place.startswith("events") for place in compare_bits(run, Run(tmp_path / "copy")).places)


def test_moments_follow_from_the_seed() -> None:
    assert moments(10, 3, 0) == moments(10, 3, 0) != moments(10, 3, 1)
    assert moments(1, 3, 0) == [] and len(moments(3, 9, 0)) == 2
    assert all(0 < step < 50 for step in moments(50, 20, 7))


def test_the_verdict_tells_a_fault_from_a_device_that_never_computes_the_same_twice() -> None:
    equal, other = Difference(100, 0), Difference(100, 3, ("weights",))
    proof = Proof(other, (Interruption(3, "killed"),), 9, "cuda", "fp32", "2", 1)
    assert "bit for bit" in Proof(equal, (), 9, "cpu", "fp32", "2", 1).verdict
    assert "resuming has lost" in Proof(other, (), 9, "cuda", "fp32", "2", 1, equal).verdict
    assert "nothing can be proved" in Proof(other, (), 9, "cuda", "fp32", "2", 1, other).verdict
    assert proof.interruptions[0].how == "killed"


@pytest.mark.slow
def test_an_interrupted_run_has_no_differing_bit(tmp_path: Path) -> None:
    notes: list[str] = []
    proof = prove_resume(PLAN, tiny(), tmp_path, interruptions=2, note=notes.append)
    assert proof.difference.differing_bits == 0 and proof.difference.compared_bits > 10_000
    assert [cut.how for cut in proof.interruptions] == ["stopped", "killed"]
    assert proof.steps == 12 and proof.repeated is None and any("Killed after step" in note for note in notes)
    assert len(Run(tmp_path / "interrupted").epochs) == 2


def test_a_plan_that_cannot_be_trained_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(WorkbenchError, match=r"nowhere\.npz"):
        prove_resume(replace(PLAN, data="nowhere.npz"), tiny(), tmp_path)
