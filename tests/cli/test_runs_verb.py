"""The commands for other machines: they parse, they are quoted, and the plain one really trains."""

from __future__ import annotations

import os
import shlex
import socket
import subprocess
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from workbench.core.modelling.opening import open_network
from workbench.core.runs.folder import open_run
from workbench.core.runs.runner import create_run
from workbench.core.training.plan import TrainingPlan
from workbench.errors import WorkbenchError
from workbench.machine import own_environment

PLAN = TrainingPlan(network="lenet5", data="digits", epochs=1, batch_size=64, precision="fp32", device="cpu")


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """A run not begun yet, in a folder whose name wants quotes."""
    return create_run(PLAN, open_network("lenet5"), tmp_path / "a run's folder").path


def bash(script: str, *options: str, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, **variables}
    return subprocess.run(
        ["bash", *options], input=script, text=True, capture_output=True, env=environment, check=False
    )


def test_the_script_parses_and_starts_one_launcher_on_each_host(workbench: Any, run: Path, tmp_path: Path) -> None:
    answer = workbench("runs", "command", run, "--slurm", "--nodes", "2", "--gpus", "4")
    assert answer.status == 0, answer.err
    parsed = bash(answer.out, "-n")
    assert (parsed.returncode, parsed.stderr) == (0, "")
    lines = answer.out.splitlines()
    assert lines[0] == "#!/bin/bash"
    assert {"#SBATCH --nodes=2", "#SBATCH --ntasks-per-node=1", "#SBATCH --cpus-per-task=4"} < set(lines)
    assert "#SBATCH --job-name=a-run-s-folder" in lines
    for name, body in {"scontrol": "printf 'node7\\nnode8\\n'", "srun": "printf '%s\\n' \"$@\""}.items():
        (tmp_path / name).write_text(f"#!/bin/bash\n{body}\n")
        (tmp_path / name).chmod(0o755)
    found = bash(
        answer.out,
        PATH=f"{tmp_path}:{os.environ['PATH']}",
        SLURM_JOB_ID="40007",
        SLURM_JOB_NODELIST="node[7-8]",
        SLURM_NNODES="2",
    )
    assert found.returncode == 0, found.stderr
    words = found.stdout.splitlines()
    assert words[1:5] == ["-m", "torch.distributed.run", "--nnodes=2", "--nproc-per-node=4"]
    assert {"--rdzv-endpoint=node7:20007", "--rdzv-id=40007"} < set(words)
    assert words[-4:] == ["-m", "workbench", "resume", str(run)]


def test_graphics_processors_are_asked_for_unless_the_plan_wants_none(workbench: Any, tmp_path: Path) -> None:
    run = create_run(replace(PLAN, device="auto"), open_network("lenet5"), tmp_path / "run")
    script = workbench("runs", "command", run.path, "--slurm", "--gpus", "8", "--json").json["script"]
    assert "#SBATCH --gpus-per-node=8" in script and "cpus-per-task" not in script


def test_each_host_has_a_command_and_all_meet_at_the_first(workbench: Any, run: Path) -> None:
    commands = workbench("runs", "command", run, "--hosts", "a,b", "--port", "31000", "--json").json["commands"]
    assert list(commands) == ["a", "b"]
    for number, (host, command) in enumerate(commands.items()):
        words = shlex.split(command)
        assert {"--nnodes=2", "--rdzv-endpoint=a:31000", f"--rdzv-conf=is_host={1 - number}"} < set(words)
        assert f"--local-addr={host}" in words and words[-1] == str(run)
    assert "# on b" in workbench("runs", "command", run, "--hosts", "a,b").out


def test_a_plan_is_trained_into_a_folder_that_was_named(workbench: Any, run: Path, tmp_path: Path) -> None:
    plan = run / "plan.json"
    refused = workbench("runs", "command", plan, "--slurm")
    assert refused.status == 2 and "--out says where" in refused.err
    script = workbench("runs", "command", plan, "--slurm", "--out", tmp_path / "new").out
    assert shlex.split(script.splitlines()[-1])[-4:] == ["train", str(plan), "--out", str(tmp_path / "new")]


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (("--hosts", "a,a"), "no names of their own"),
        (("--hosts", "a,"), "no names of their own"),
        (("--slurm", "--nodes", "0"), "train nothing"),
        (("--slurm", "--nodes", "9", "--gpus", "8"), "cannot be divided between 72 ranks"),
        ((), "required"),
    ],
)
def test_what_cannot_train_is_refused(workbench: Any, run: Path, words: tuple[str, ...], part: str) -> None:
    answer = workbench("runs", "command", run, *words)
    assert (answer.status, answer.out) == (2, "") and part in answer.err


def test_ranks_are_counted_before_a_run_is_made(workbench: Any, tmp_path: Path) -> None:
    words = ("train", "lenet5", "--data", "digits", "--batch", "5", "--out", tmp_path / "run")
    assert "between 3 ranks" in workbench(*words, "--ranks", "3").err
    assert not (tmp_path / "run").exists()
    assert "trains nothing" in workbench(*words, "--ranks", "0").err


@pytest.mark.slow
def test_the_plain_command_trains_with_two_ranks(workbench: Any, run: Path) -> None:
    with socket.socket() as free:
        free.bind(("localhost", 0))
        port = str(free.getsockname()[1])
    words = ("runs", "command", run, "--hosts", "localhost", "--gpus", "2", "--port", port, "--json")
    (command,) = workbench(*words).json["commands"].values()
    done = bash(command, **own_environment())
    assert done.returncode == 0, done.stderr
    assert open_run(run).state == "complete"
    assert "61,706 parameters" in done.stderr and done.stdout.startswith("run ")
    assert WorkbenchError.__name__ not in done.stderr
