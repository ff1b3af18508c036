"""The options of a plan's parts: phases, groups of parameters, augmentation steps, each in a line."""

from __future__ import annotations

from argparse import Namespace
from typing import TYPE_CHECKING, Any

from workbench.cli.verbs import Parser

if TYPE_CHECKING:
    from workbench.core.training.plan import TrainingPlan


def part_options(parser: Parser) -> None:
    """`--phase`, `--group` and `--augmentation-steps`."""
    from workbench.core.data.augment import OPERATIONS
    from workbench.core.training.spelling import GROUP_EXAMPLE, PHASE_EXAMPLE, STEPS_EXAMPLE

    parser.add_argument(
        "--phase",
        action="append",
        metavar="PHASE",
        dest="phase_lines",
        help=f'a part of the run, once for each in turn: "{PHASE_EXAMPLE}"; epochs must be given, lr is that of --lr '
        "where it is missing, train and freeze take NAME,NAME, bn is train, affine or frozen, group=PATTERN:rate=X is "
        "as --group in this phase alone",
    )
    parser.add_argument(
        "--group",
        action="append",
        metavar="PATTERN:rate=X,decay=X",
        dest="group_lines",
        help=f'multiplies the rate or the decay of some parameters, once for each: "{GROUP_EXAMPLE}"; the first '
        "pattern that fits a parameter counts",
    )
    parser.add_argument(
        "--augmentation-steps",
        metavar="STEPS",
        dest="step_line",
        help=f'operations used instead of the named augmentation: "{STEPS_EXAMPLE}"; there are {", ".join(OPERATIONS)}',
    )


def with_parts(plan: TrainingPlan, options: Namespace) -> TrainingPlan:
    """The plan with the parts that the command line names; lines that are given replace what a plan holds."""
    from workbench.core.training.plan import changed
    from workbench.core.training.spelling import group_from, phase_from, steps_from

    values: dict[str, Any] = {}
    if options.phase_lines:
        rate = plan.learning_rate
        values["phases"] = tuple(phase_from(line, learning_rate=rate) for line in options.phase_lines)
    if options.group_lines:
        values["groups"] = tuple(group_from(line) for line in options.group_lines)
    if options.step_line is not None:
        values["augmentation_steps"] = steps_from(options.step_line)
    return changed(plan, **values)
