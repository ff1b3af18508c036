"""`workbench train` and `workbench resume`."""

from __future__ import annotations

import re
import time
from argparse import Namespace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.cli.data import fetched_data, opened_data
from workbench.cli.fields import add_fields, given
from workbench.cli.following import follow, isolation_option, ranks_option, walker
from workbench.cli.opening import code_options, consent, opened
from workbench.cli.plan_parts import part_options, with_parts
from workbench.cli.rank import started_as_ranks, train_as_rank
from workbench.cli.report import tell
from workbench.cli.verbs import Parser, json_option, verb
from workbench.errors import WorkbenchError

if TYPE_CHECKING:
    from workbench.core.data.images import ImageData
    from workbench.core.graph.network import Network
    from workbench.core.runs.folder import Run
    from workbench.core.training.plan import TrainingPlan

ELSEWHERE = ("network", "data")
"""Fields of a plan that are no options of their own here."""


def data_help() -> str:
    """Every spelling of `--data`."""
    from workbench.core.data.sources import data_forms

    return "; ".join(f"{form}: {description.rstrip('.')}" for form, description in data_forms()).replace("%", "%%")


def _recipes() -> str:
    """What `--recipe` offers."""
    from workbench.core.training.recipes import RECIPES

    named = (f"{name}: {RECIPES.help(name).rstrip('.')}" for name in RECIPES)
    return ("a named way to train, which other options change; " + "; ".join(named)).replace("%", "%%")


def plan_options(parser: Parser) -> None:
    """The options of every verb that trains a plan."""
    from workbench.core.training.plan import TrainingPlan

    parser.add_argument("network", metavar="NET|PLAN", help="a ready network, a network file, or a training plan")
    parser.add_argument("--data", metavar="DATA", help=data_help())
    parser.add_argument("--recipe", metavar="NAME", help=_recipes())
    add_fields(parser, TrainingPlan, but=ELSEWHERE)
    part_options(parser)
    code_options(parser)


def _train_arguments(parser: Parser) -> None:
    plan_options(parser)
    parser.add_argument("--out", type=Path, metavar="RUN", help="the folder of the run (a new one among your runs)")
    isolation_option(parser)
    ranks_option(parser)
    json_option(parser)


@verb("train", "NET|PLAN --data DATA", "train a network; Ctrl+C stops it with a checkpoint", arguments=_train_arguments)
def train(options: Namespace) -> int:
    """Make a run and train it to its end."""
    from workbench.core.runs.meeting import too_many_ranks
    from workbench.core.runs.runner import create_run

    if started_as_ranks():
        return train_as_rank(options, partial(_made, options))
    plan, network, data = prepared(options)
    if problem := too_many_ranks(plan, options.ranks or 1):
        raise problem
    out = options.out or new_run_folder(f"{network.name}-{_short(plan.data)}")
    walk = walker(isolated=options.isolated, data=data, ranks=options.ranks)
    return follow(create_run(plan, network, out), walk, as_json=options.json)


def _made(options: Namespace) -> Run:
    """The run that `train` makes for ranks; the one in its folder if they were started again."""
    from workbench.core.runs.folder import PLAN, open_run
    from workbench.core.runs.runner import create_run

    if not options.out:
        raise WorkbenchError("--out says where the run lies", "ranks that are started again go on with it")
    if (options.out / PLAN).is_file():
        return open_run(options.out)
    plan, network, _ = prepared(options)
    return create_run(plan, network, options.out)


def prepared(options: Namespace) -> tuple[TrainingPlan, Network, ImageData]:
    """The plan that `plan_options` ask for, its network with a head for the data, and the data."""
    from workbench.core.runs.runner import refuse

    plan, network = _requested(options)
    refuse(*plan.field_problems())
    network, data = _fitted(network, plan, may_change=not _is_file(plan.network))
    _tell_colours(network, data, plan)
    return plan, network, data


def _resume_arguments(parser: Parser) -> None:
    parser.add_argument("run", metavar="RUN", help="the folder of a run that was stopped, failed or killed")
    isolation_option(parser)
    ranks_option(parser)
    json_option(parser)


@verb("resume", "RUN", "go on with a run from its last checkpoint", arguments=_resume_arguments)
def resume(options: Namespace) -> int:
    """Train a run that was interrupted to its end."""
    from workbench.core.runs.folder import open_run

    if started_as_ranks():
        return train_as_rank(options, partial(open_run, options.run))
    run = open_run(options.run)
    if run.state == "complete":
        hint = f"`workbench evaluate {options.run}` says how good it is."
        raise WorkbenchError(f"{run.name} is complete", "all epochs of its plan are done", hint)
    fetched_data(run.plan.data)
    return follow(run, walker(isolated=options.isolated, ranks=options.ranks), as_json=options.json)


def new_run_folder(name: str) -> Path:
    """A folder for a run that does not exist yet, among the user's runs."""
    from workbench.paths import runs_folder

    return runs_folder() / f"{name}-{time.strftime('%Y%m%d-%H%M%S')}"


def _requested(options: Namespace) -> tuple[TrainingPlan, Network]:
    """The plan and the network that the command line asks for."""
    from workbench.core.graph.storage import load_network
    from workbench.core.modelling.opening import open_network
    from workbench.core.training.plan import TrainingPlan, changed

    fields = given(options, TrainingPlan)
    if _is_plan(options.network):
        plan, beside = _read_plan(Path(options.network))
        plan = _by_recipe(plan, options.recipe)
        fields.pop("network", None)
        _refuse_phase_options(plan, options)
        plan = with_parts(changed(plan, **fields), options)
        return plan, load_network(beside) if beside.is_file() else open_network(plan.network, consent=consent(options))
    if not options.data:
        raise WorkbenchError("--data says what to train on", hint="For a first try: --data shapes")
    plan = _by_recipe(TrainingPlan(), options.recipe)
    _refuse_phase_options(plan, options)
    return with_parts(changed(plan, **fields), options), opened(options)


def _by_recipe(plan: TrainingPlan, recipe: str | None) -> TrainingPlan:
    """The plan with the settings of the recipe, if one was named."""
    from workbench.core.training.recipes import RECIPES

    return plan if recipe is None else RECIPES[recipe](plan)


def _read_plan(path: Path) -> tuple[TrainingPlan, Path]:
    """A plan, and where the network lies if the plan is that of a run."""
    from workbench.core.runs.folder import NETWORK
    from workbench.core.training.plan_files import plan_from_json

    return plan_from_json(path.read_bytes(), source=str(path)), path.parent / NETWORK


def _refuse_phase_options(plan: TrainingPlan, options: Namespace) -> None:
    """Epochs and rates that would not count are a mistake; a rate does where the line of a phase leaves it out."""
    if options.phase_lines and options.epochs is not None:
        raise WorkbenchError("Phases have epochs of their own", "--epochs would not count beside --phase")
    if plan.phases and not options.phase_lines and (options.epochs, options.learning_rate) != (None, None):
        raise WorkbenchError(
            "This plan has phases with epochs and rates of their own", "--epochs and --lr would not count"
        )


def _is_file(reference: str) -> bool:
    return reference.endswith(".json") or ".py:" in reference or Path(reference).is_file()


def _is_plan(reference: str) -> bool:
    """Whether a file holds JSON that is no network file."""
    path = Path(reference)
    return path.suffix == ".json" and path.is_file() and b'"cnn-workbench/network"' not in path.read_bytes()[:4096]


def _fitted(network: Network, plan: TrainingPlan, *, may_change: bool) -> tuple[Network, ImageData]:
    """The network with a head for the data's classes, and the data; a network of the user's own is not changed."""
    from workbench.core.graph.network import OUTPUT
    from workbench.core.training.compatibility import framing_of, output_problem

    framing = plan.preprocessing.framing if plan.preprocessing else framing_of(network)
    data = opened_data(plan.data, framing, split=plan.split())
    problem = output_problem(network, data.classes)
    if problem is None:
        return network, data
    if problem.remedy is None or not may_change or network[problem.where].kind == OUTPUT:
        raise WorkbenchError(problem.title, problem.reason)
    count = len(data.classes)
    tell(f"The data has {count} classes: {problem.where} of {network.name} now gives {count} scores.")
    return problem.remedy.edit(network), data


def _tell_colours(network: Network, data: ImageData, plan: TrainingPlan) -> None:
    """Say that pictures are turned from grey to colour, or back: nobody would notice otherwise."""
    from workbench.core.data.index import index_of
    from workbench.core.data.sources import open_index
    from workbench.core.training.compatibility import channels_of, colour_problem

    turned_grey = data.image_shape[0] == 1
    index = open_index(plan.data) if turned_grey else index_of(data)
    problem = colour_problem(network, channels_of(index))
    if problem is not None:
        tell(f"{problem.title}: {problem.reason}.")


def _short(data: str) -> str:
    """A data set's name as a part of a folder's name."""
    name = Path(data).stem if Path(data).exists() else data
    return re.sub(r"[^\w.-]+", "-", name).strip("-.") or "data"
