"""`workbench compare`: runs side by side, with mean and spread over seeds."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.cli.differences import are_networks, print_differences
from workbench.cli.report import duration, print_json, print_table, tell
from workbench.cli.verbs import Parser, json_option, verb

if TYPE_CHECKING:
    from workbench.core.runs.compare import Experiment, Figure

HEADINGS = (
    "runs",
    ">seeds",
    ">accuracy",
    ">last",
    ">loss",
    ">best epoch",
    ">epochs",
    ">time",
    ">pictures/s",
    "settings",
)


def _arguments(parser: Parser) -> None:
    parser.add_argument(
        "runs", metavar="RUN", nargs="+", help="folders of runs (those of one plan are told together), or two networks"
    )
    json_option(parser)


@verb(
    "compare",
    "RUN RUN...|NET NET",
    "runs side by side over seeds, or two networks layer by layer",
    arguments=_arguments,
)
def compare(options: Namespace) -> None:
    """Print a line for each experiment, the most accurate first."""
    if are_networks(options.runs):
        print_differences(options.runs, as_json=options.json)
        return
    from workbench.core.runs.compare import compare as compared
    from workbench.core.runs.folder import open_run

    experiments = compared([open_run(path) for path in options.runs])
    if options.json:
        print_json(experiments)
        return
    print_table(HEADINGS, map(_row, experiments))
    if any(len(experiment.runs) == 1 for experiment in experiments):
        tell("Of one seed the spread is not known: train with --seed 1, --seed 2 ... to see what is chance.")


def _row(experiment: Experiment) -> list[str]:
    first, others = Path(experiment.runs[0]).name, len(experiment.runs) - 1
    return [
        first + (f" and {others} more" if others else ""),
        str(len(experiment.runs)),
        share(experiment.accuracy),
        share(experiment.last_accuracy),
        number(experiment.loss, 3),
        number(experiment.best_epoch, 1),
        number(experiment.epochs, 0),
        time_taken(experiment.seconds),
        number(experiment.images_per_second, 0),
        ", ".join(f"{name} {_plain(value)}" for name, value in experiment.settings.items()),
    ]


def share(figure: Figure | None) -> str:
    """A mean with its spread, in per cent."""
    if figure is None:
        return ""
    spread = "" if figure.spread is None else f" ± {100 * figure.spread:.2f}"
    return f"{100 * figure.mean:.2f}{spread} %"


def number(figure: Figure | None, digits: int) -> str:
    """A mean with its spread."""
    if figure is None:
        return ""
    spread = "" if not figure.spread else f" ± {figure.spread:.{digits}f}"
    return f"{figure.mean:.{digits}f}{spread}"


def time_taken(figure: Figure | None) -> str:
    """A mean of seconds with its spread, in what unit can be read."""
    if figure is None:
        return ""
    spread = "" if figure.spread is None else f" ± {duration(figure.spread)}"
    return duration(figure.mean) + spread


def _plain(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
