"""`workbench doctor`: what a run's own measures say of it, and what would mend it."""

from __future__ import annotations

from argparse import Namespace

from workbench.cli.report import print_json
from workbench.cli.verbs import Parser, json_option, verb


def _arguments(parser: Parser) -> None:
    parser.add_argument("run", metavar="RUN", help="the folder of a run, over or in training")
    json_option(parser)


@verb("doctor", "RUN", "advice on a training from what it measured", arguments=_arguments)
def doctor(options: Namespace) -> None:
    """Print each finding with its evidence and what would mend it in the next run."""
    from workbench.core.runs.folder import open_run
    from workbench.core.training.doctor.examination import examine
    from workbench.core.training.doctor.rule import Case

    run = open_run(options.run)
    problems = examine(Case(run.plan, run.network, run.events(), run.classes))
    findings = [
        {
            "where": problem.where,
            "level": problem.level,
            "title": problem.title,
            "reason": problem.reason,
            "remedies": [remedy.label for remedy in problem.remedies],
        }
        for problem in problems
    ]
    if options.json:
        print_json(findings)
        return
    for problem in problems:
        print(f"{problem.where}: {problem.title}\n    {problem.reason}")
        for remedy in problem.remedies:
            print(f"    - {remedy.label}")
    if not problems:
        print(f"Nothing in {run.name} calls for advice.")
