"""`workbench transfer`: a backbone that has learned to see, taught your own classes."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

from workbench.cli.data import opened_data
from workbench.cli.fields import add_fields, given
from workbench.cli.following import follow, isolation_option, walker
from workbench.cli.report import Counter, tell
from workbench.cli.training import new_run_folder
from workbench.cli.verbs import Parser, json_option, verb
from workbench.errors import WorkbenchError


def _arguments(parser: Parser) -> None:
    from workbench.core.transfer.backbones import BACKBONES
    from workbench.core.transfer.plan import TransferPlan
    from workbench.core.transfer.strategy import STRATEGIES

    strategies = "; ".join(f"{name}: {each.title}" for name, each in STRATEGIES.items())
    parser.add_argument("--backbone", metavar="NAME", default="mobilenet_v2", help=", ".join(BACKBONES))
    parser.add_argument("--data", metavar="DIR", help="a folder of photos with one folder for each class")
    parser.add_argument(
        "--weights", metavar="FILE", help="the backbone's weights (the published ones, downloaded once)"
    )
    parser.add_argument("--strategy", metavar="NAME", help=f"{strategies} (head)")
    add_fields(parser, TransferPlan, but=("backbone", "data", "weights", "strategy", "name"))
    parser.add_argument("--out", type=Path, metavar="RUN", help="the folder of the run (a new one among your runs)")
    isolation_option(parser)
    json_option(parser)


@verb("transfer", "--data DIR", "teach a trained backbone your own photos", arguments=_arguments)
def transfer(options: Namespace) -> int:
    """Make the run of a transfer plan and train it to its end."""
    from workbench.core.runs.runner import create_run
    from workbench.core.transfer.backbones import backbone_named
    from workbench.core.transfer.plan import TransferPlan, training_plan
    from workbench.core.transfer.weights import weights_source

    if not options.data:
        raise WorkbenchError("--data names the folder of photos", hint="It holds one folder for each class.")
    plan = TransferPlan(**given(options, TransferPlan))
    for problem in plan.problems():
        raise WorkbenchError(problem.title, problem.reason)
    source = weights_source(backbone_named(plan.backbone), file=plan.weights)
    if not source.recognized:
        tell(f"{source.path.name} is none of the published files; it is used as {source.published.version}.")
    data = opened_data(plan.data, source.preprocessing.framing, what="Reading photos")
    training, network = training_plan(plan, len(data.classes), progress=Counter("Downloading weights: bytes"))
    out = options.out or new_run_folder(plan.run_name())
    return follow(
        create_run(training, network, out), walker(isolated=options.isolated, data=data), as_json=options.json
    )
