"""`workbench runs command`: how to train a run on other machines."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.cli.report import print_json
from workbench.cli.verbs import Parser, json_option, verb
from workbench.errors import WorkbenchError

if TYPE_CHECKING:
    from workbench.core.training.plan import TrainingPlan


def _arguments(parser: Parser) -> None:
    parser.add_argument("what", choices=("command",), help="command: what to start where, so that it trains there")
    parser.add_argument("run", metavar="RUN|PLAN", help="the folder of a run, or a training plan")
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--slurm", action="store_true", help="a script for sbatch")
    where.add_argument("--hosts", metavar="A,B", help="a command for each of these hosts; all meet at the first")
    parser.add_argument("--nodes", type=int, metavar="N", default=1, help="hosts of the SLURM job (1)")
    parser.add_argument("--gpus", type=int, metavar="N", default=1, help="ranks on each host, one for each GPU (1)")
    parser.add_argument("--port", type=int, metavar="N", help="a free port of the first host (29400)")
    parser.add_argument("--out", type=Path, metavar="RUN", help="of a plan: the folder that its run gets")
    json_option(parser)


@verb("runs", "command RUN", "the commands that train a run on several hosts, or under SLURM", arguments=_arguments)
def runs(options: Namespace) -> int | None:
    """Print a script, or a command for each host."""
    from workbench.core.runs.commands import PORT, Hosts, host_commands, slurm_script
    from workbench.core.runs.meeting import too_many_ranks

    words, plan, name = _words(options)
    names = [part.strip() for part in (options.hosts or "").split(",")]
    if problem := too_many_ranks(plan, options.gpus * (options.nodes if options.slurm else len(names))):
        raise problem
    if options.slurm:
        script = slurm_script(words, name, Hosts(options.nodes, options.gpus, graphics=plan.device != "cpu"))
        print_json({"script": script}) if options.json else print(script, end="")
        return None
    commands = host_commands(words, names, ranks=options.gpus, port=options.port or PORT)
    if options.json:
        print_json({"commands": commands})
        return None
    for host, command in commands.items():
        print(f"# on {host}\n{command}")
    return None


def _words(options: Namespace) -> tuple[list[str], TrainingPlan, str]:
    """The verb that trains what was named, its plan, and what to call it."""
    from workbench.core.runs.folder import open_run
    from workbench.core.training.plan_files import plan_from_json

    path = Path(options.run).resolve()
    if path.is_file():
        if options.out is None:
            raise WorkbenchError(
                "--out says where the run of a plan lies", "hosts that are started again go on with it"
            )
        plan, out = plan_from_json(path.read_bytes(), source=options.run), options.out.resolve()
        return ["train", str(path), "--out", str(out)], plan, out.name
    return ["resume", str(path)], open_run(path).plan, path.name
