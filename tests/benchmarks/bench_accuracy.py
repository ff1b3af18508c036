"""How good a recipe makes a network, and how fast: accuracy after every epoch and wall time, over several seeds.

    python tests/benchmarks/bench_accuracy.py --recipe fast --network cifar10net --data cifar10:PATH --seeds 3

Prints one line for each epoch, one for each run, and at the end mean and deviation of the best and the last accuracy.
`--set` changes fields or options of the plan: `--set learning_rate=0.2 momentum=0.95`; `--out` takes it all as JSON.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any


def run(recipe: str, options: argparse.Namespace, seed: int, folder: Path) -> dict[str, Any]:
    """Train once; the curve of validation accuracies, the wall time and the seconds of training alone."""
    from workbench.core.modelling.opening import open_network
    from workbench.core.runs.runner import create_run, walk
    from workbench.core.training.events import EpochDone, RunFailed
    from workbench.core.training.plan import TrainingPlan, changed
    from workbench.core.training.recipes import RECIPES

    plan = TrainingPlan(network=options.network, data=options.data, seed=seed, device=options.device)
    plan = changed(RECIPES[recipe](plan), precision=options.precision, **settings(options.set))
    plan = changed(plan, epochs=options.epochs) if options.epochs else plan
    curve, start = [], time.perf_counter()
    for event in walk(create_run(plan, open_network(plan.network), folder)):
        if isinstance(event, RunFailed):
            raise SystemExit(f"{event.title} {event.reason} {event.hint}")
        if isinstance(event, EpochDone):
            curve.append(event.validation_accuracy)
            seconds = time.perf_counter() - start
            speed = f"{event.images_per_second:,.0f} images/s"
            loss = f"loss {event.train_loss:.3f}"
            print(f"  {event.epoch:3} {loss}  {100 * curve[-1]:6.2f} %  {seconds:7.1f} s  {speed}", flush=True)
    return {"recipe": recipe, "seed": seed, "curve": curve, "seconds": time.perf_counter() - start}


def settings(given: list[str]) -> dict[str, Any]:
    """`name=value` pairs; values are JSON where they can be."""
    found: dict[str, Any] = {}
    for name, _, value in (pair.partition("=") for pair in given):
        try:
            found[name] = json.loads(value)
        except ValueError:
            found[name] = value
    return found


def main() -> None:
    """Train every recipe with every seed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--recipe", nargs="+", default=["fast"])
    parser.add_argument("--network", default="cifar10net")
    parser.add_argument("--data", default="shapes")
    parser.add_argument("--epochs", type=int)
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--device", default="auto")
    parser.add_argument("--precision", default="auto", choices=("auto", "fp32", "bf16"))
    parser.add_argument("--set", nargs="*", default=[], metavar="NAME=VALUE")
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    done: list[dict[str, Any]] = []
    for recipe in options.recipe:
        for seed in range(options.seeds):
            print(f"{recipe} on {options.network} and {options.data}, seed {seed}", flush=True)
            with tempfile.TemporaryDirectory() as folder:
                done.append(run(recipe, options, seed, Path(folder) / "run"))
        report(recipe, [each for each in done if each["recipe"] == recipe])
    if options.out:
        options.out.write_text(json.dumps(done, indent=1))


def report(recipe: str, runs: list[dict[str, Any]]) -> None:
    """Mean and deviation over the seeds."""
    for name, figures in (
        ("best", [100 * max(each["curve"]) for each in runs]),
        ("last", [100 * each["curve"][-1] for each in runs]),
    ):
        deviation = statistics.stdev(figures) if len(figures) > 1 else 0.0
        print(f"{recipe}: {name} {statistics.mean(figures):.2f} % ± {deviation:.2f}")
    print(f"{recipe}: {statistics.mean(each['seconds'] for each in runs):.1f} s a run")


if __name__ == "__main__":
    main()
