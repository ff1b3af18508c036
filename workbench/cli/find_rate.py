"""`workbench find-rate`: a learning rate by experiment, with a band over seeds."""

from __future__ import annotations

from argparse import Namespace
from dataclasses import asdict
from typing import TYPE_CHECKING

from workbench.cli.report import Counter, print_facts, print_json, print_table
from workbench.cli.training import plan_options, prepared
from workbench.cli.verbs import Parser, json_option, verb
from workbench.errors import WorkbenchError

if TYPE_CHECKING:
    from workbench.core.training.rate_curve import RateCurve

LINES = 20
"""The table has about so many lines."""


def _arguments(parser: Parser) -> None:
    plan_options(parser)
    parser.add_argument("--seeds", type=int, default=3, metavar="N", help="trainings, each with a seed of its own (3)")
    parser.add_argument("--steps", type=int, default=100, metavar="N", help="rates that are tried, a step each (100)")
    json_option(parser)


@verb("find-rate", "NET|PLAN --data DATA", "a learning rate from trainings with rising rates", arguments=_arguments)
def find_rate(options: Namespace) -> None:
    """Search, print the curve, and end with the rate or with the reason why there is none."""
    from workbench.core.training.lr_finder import find_rate as search

    if options.seeds < 1 or options.steps < 10:
        raise WorkbenchError("A search takes at least 1 seed and 10 steps")
    plan, network, data = prepared(options)
    curve = search(
        plan, network, data, seeds=options.seeds, steps=options.steps, progress=Counter("Looking for a rate: steps")
    )
    _print(curve, as_json=options.json)
    if curve.refusal:
        hint = "The curve says nothing: choose the rate yourself."
        raise WorkbenchError(curve.refusal.title, curve.refusal.reason, hint)


def _print(curve: RateCurve, *, as_json: bool) -> None:
    if as_json:
        refusal = curve.refusal and {"title": curve.refusal.title, "reason": curve.refusal.reason}
        print_json({**asdict(curve), "refusal": refusal})
        return
    every = max(1, len(curve.middle) // LINES)
    points = zip(curve.rates, curve.middle, curve.low, curve.high, strict=False)
    rows = [[f"{rate:.1e}", *(f"{loss:.3f}" for loss in losses)] for rate, *losses in [*points][::every]]
    print_table((">rate", ">loss", ">lowest", ">highest"), rows)
    if curve.suggestion is not None:
        print()
        print_facts([("learning rate", f"{curve.suggestion:g}"), ("use it", f"--lr {curve.suggestion:g}")])
