"""The commands that train a run on several hosts: through torchrun by hand, or as a script for SLURM.

PyTorch's own description: https://docs.pytorch.org/docs/stable/elastic/run.html; SLURM's: https://slurm.schedmd.com/sbatch.html
"""

from __future__ import annotations

import shlex
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from workbench.core.runs.launching import RESTARTS
from workbench.errors import WorkbenchError

PORT = 29_400
"""torchrun's own."""
FIRST_PORT, PORTS = 20_000, 40_000
"""Two jobs on one host must not meet at one port, so a job's number decides."""
WARNING = 90
"""Seconds before its time is over in which a job can write a checkpoint."""


@dataclass(frozen=True)
class Hosts:
    """How many hosts, and how many ranks on each: one for each graphics processor, or so many on the processor."""

    count: int
    ranks: int
    graphics: bool = True

    def __post_init__(self) -> None:
        for what, number in (("hosts", self.count), ("ranks on a host", self.ranks)):
            if number < 1:
                raise WorkbenchError(f"{number} {what} train nothing", hint="Take at least one.")


def host_commands(words: Sequence[str], names: Sequence[str], *, ranks: int, port: int = PORT) -> dict[str, str]:
    """For each host the command to start there; `words` are those of the verb, as `resume RUN`.

    All hosts meet at the first one; its name must be one by which the others reach it.
    """
    if not names or not all(names) or len(set(names)) < len(names):
        raise WorkbenchError("The hosts have no names of their own", ", ".join(names), "Write them as --hosts a,b.")
    hosts = Hosts(len(names), ranks)
    return {
        name: " ".join(
            [
                *_torchrun(str(hosts.count), hosts.ranks),
                shlex.quote(f"--rdzv-endpoint={names[0]}:{port}"),
                shlex.quote(f"--rdzv-conf=is_host={int(name == names[0])}"),
                shlex.quote(f"--local-addr={name}"),
                f"--rdzv-id={port}",
                *_workbench(words),
            ]
        )
        for name in names
    }


def slurm_script(words: Sequence[str], name: str, hosts: Hosts) -> str:
    """A script for `sbatch`; a job that is stopped or put back into the queue goes on from its last checkpoint."""
    each = f"--gpus-per-node={hosts.ranks}" if hosts.graphics else f"--cpus-per-task={hosts.ranks}"
    run = [
        "srun",
        *_torchrun('"$SLURM_NNODES"', hosts.ranks),
        '--rdzv-endpoint="$first:$port"',
        '--rdzv-id="$SLURM_JOB_ID"',
        *_workbench(words),
    ]
    lines = [
        "#!/bin/bash",
        f"#SBATCH --job-name={_plain(name)}",
        f"#SBATCH --nodes={hosts.count}",
        "#SBATCH --ntasks-per-node=1",
        f"#SBATCH {each}",
        "#SBATCH --output=%x-%j.txt",
        f"#SBATCH --signal=TERM@{WARNING}",
        "#SBATCH --requeue",
        "set -euo pipefail",
        'first=$(scontrol show hostnames "$SLURM_JOB_NODELIST" | head -n 1)',
        f"port=$(({FIRST_PORT} + SLURM_JOB_ID % {PORTS}))",
        " ".join(run),
    ]
    return "\n".join(lines) + "\n"


def _torchrun(hosts: str, ranks: int) -> list[str]:
    """torchrun as the Python of this program starts it; raises `WorkbenchError` where there is none."""
    if getattr(sys, "frozen", False):
        hint = "Install the workbench on the hosts with `pip install .` and ask there."
        raise WorkbenchError("This program holds no Python that could start ranks", hint=hint)
    start = [shlex.quote(sys.executable), "-m", "torch.distributed.run", f"--nnodes={hosts}"]
    return [*start, f"--nproc-per-node={ranks}", "--rdzv-backend=c10d", f"--max-restarts={RESTARTS}"]


def _workbench(words: Sequence[str]) -> list[str]:
    return ["-m", "workbench", *map(shlex.quote, words)]


def _plain(name: str) -> str:
    """A name that a line of `#SBATCH` can hold."""
    return "".join(letter if letter.isalnum() or letter in "-_." else "-" for letter in name) or "run"
