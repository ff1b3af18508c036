"""The process that starts the ranks of a run on this machine, through torch's elastic launcher.

When a rank is killed the launcher ends the others and starts all of them again; they go on from the last checkpoint.
The first rank has this process's standard input and output: it is told what the user wants and says what happens.
"""

from __future__ import annotations

import os
import sys
import uuid
from collections.abc import Sequence

from workbench.core.runs.child import CHILD
from workbench.machine import own_program

DONE, FAILED = 0, 1
RESTARTS = 3
"""So often ranks are started again after one of them was gone."""
HERE = "localhost"


def main(arguments: Sequence[str]) -> int:
    """Train the run in a folder with a number of ranks; what ends it, the first rank tells."""
    folder, ranks = arguments
    from torch.distributed.elastic.multiprocessing.errors import ChildFailedError
    from torch.distributed.launcher.api import LaunchConfig, elastic_launch

    os.environ.setdefault("OMP_NUM_THREADS", str(max(1, (os.cpu_count() or 1) // int(ranks))))
    config = LaunchConfig(
        min_nodes=1,
        max_nodes=1,
        nproc_per_node=int(ranks),
        run_id=uuid.uuid4().hex,
        rdzv_backend="c10d",
        rdzv_endpoint=f"{HERE}:0",
        local_addr=HERE,
        max_restarts=RESTARTS,
    )
    program, *words = own_program()
    try:
        elastic_launch(config, program)(*words, CHILD, folder)
    except ChildFailedError as error:
        rank, failure = error.get_first_failure()
        how = f"was ended by signal {-failure.exitcode}" if failure.exitcode < 0 else "has failed"
        sys.stderr.write(f"rank {rank} {how}, also after {RESTARTS} restarts\n")
        return FAILED
    return DONE
