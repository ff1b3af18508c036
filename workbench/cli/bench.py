"""`workbench bench`: what the workbench is worth on this machine, as ratios."""

from __future__ import annotations

from argparse import Namespace
from typing import TYPE_CHECKING

from workbench.cli.report import clear_progress, print_json, print_table, progress
from workbench.cli.verbs import Parser, json_option, verb
from workbench.errors import WorkbenchError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from workbench.core.benchmarks.benchmark import Arm, ArmResult, Benchmark, Work


def _arguments(parser: Parser) -> None:
    parser.add_argument("names", nargs="*", metavar="NAME", help="training, overhead; all of them without a name")
    parser.add_argument("--rounds", type=int, default=3, metavar="N", help="every arm runs so often, in turn (3)")
    parser.add_argument("--network", default="cifar10net", metavar="NET", help="a ready network (cifar10net)")
    parser.add_argument("--images", type=int, default=49_920, metavar="N", help="pictures of an epoch (49920)")
    parser.add_argument("--batch", type=int, default=128, metavar="N", help="pictures in one step (128)")
    parser.add_argument("--device", default="cpu", metavar="NAME", help="cpu, cuda, auto (cpu)")
    parser.add_argument(
        "--clock", choices=("wall", "cpu"), default="wall", help="cpu: processor time, for a busy machine (wall)"
    )
    parser.add_argument("--arm", metavar="NAME", help="only this arm of one benchmark, in this process: its figure")
    json_option(parser)


@verb("bench", "[NAME...]", "the workbench against the usual ways on this machine, as ratios", arguments=_arguments)
def bench(options: Namespace) -> None:
    """Run benchmarks in fresh processes, arms in turn, and print medians and ratios."""
    from workbench.core.benchmarks.benchmark import Work

    chosen = _chosen(options)
    work = Work(options.network, options.images, options.batch, options.device, options.clock)
    if options.arm:
        print_json(_arm(chosen, options.arm).run(work))
        return
    found = {each.name: _measured(each, work, options.rounds) for each in chosen}
    if options.json:
        print_json({name: [_as_json(each) for each in results] for name, results in found.items()})
        return
    for each in chosen:
        _print(each, found[each.name])


def _chosen(options: Namespace) -> list[Benchmark]:
    from workbench.core.benchmarks.catalog import BENCHMARKS

    if unknown := [name for name in options.names if name not in BENCHMARKS]:
        raise WorkbenchError(f"There is no benchmark {unknown[0]}", hint=f"Possible are {', '.join(BENCHMARKS)}.")
    if min(options.rounds, options.images // max(1, options.batch), options.batch) < 1:
        raise WorkbenchError("A benchmark takes at least one round of one batch")
    if options.clock == "cpu" and options.device != "cpu":
        raise WorkbenchError("Processor time says nothing of another device", hint="Leave out --clock, or --device.")
    return [BENCHMARKS[name] for name in options.names or BENCHMARKS]


def _arm(chosen: list[Benchmark], name: str) -> Arm:
    arms = chosen[0].arms
    if len(chosen) != 1 or name not in arms:
        raise WorkbenchError(f"There is no arm {name}", hint=f"Name one benchmark and one of {', '.join(arms)}.")
    return arms[name]


def _measured(benchmark: Benchmark, work: Work, rounds: int) -> list[ArmResult]:
    from workbench.core.benchmarks.benchmark import measure, results

    told: list[tuple[str, float]] = []
    for arm, figure in measure(benchmark, work, rounds=rounds):
        told.append((arm, figure))
        progress(f"{benchmark.name}: {len(told)} of {rounds * len(benchmark.arms)}")
    clear_progress()
    return results(benchmark, told)


def _print(benchmark: Benchmark, found: Iterable[ArmResult]) -> None:
    print(f"{benchmark.name}: {benchmark.summary}\n")
    rows = [
        [each.arm, _figure(each.median), _figure(min(each.figures)), _figure(max(each.figures)), _ratios(each)]
        for each in found
    ]
    print_table(("arm", f">{benchmark.unit}", ">least", ">most", "ratio"), rows)


def _ratios(result: ArmResult) -> str:
    return ", ".join(f"× {ratio:.2f} of {base}" for base, ratio in result.ratios.items())


def _figure(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3f}"


def _as_json(result: ArmResult) -> dict[str, object]:
    return {
        "arm": result.arm,
        "unit": result.unit,
        "median": result.median,
        "figures": result.figures,
        "ratios": result.ratios,
    }
