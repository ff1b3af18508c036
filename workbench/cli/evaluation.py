"""`workbench evaluate`: how good a run is, class by class, and where it errs."""

from __future__ import annotations

from argparse import Namespace
from typing import TYPE_CHECKING, Any

from workbench.cli.data import opened_data
from workbench.cli.report import Counter, percent, print_facts, print_json, print_table, tell
from workbench.cli.verbs import Parser, json_option, verb
from workbench.errors import WorkbenchError

if TYPE_CHECKING:
    from workbench.core.data.images import ImageData, ImagePart
    from workbench.core.inspection.evaluation import Evaluation
    from workbench.core.runs.folder import Run


def _arguments(parser: Parser) -> None:
    parser.add_argument("run", metavar="RUN", help="the folder of a run")
    parser.add_argument("--data", metavar="DATA", help="other data with the same classes (the run's own)")
    parser.add_argument("--which", choices=("best", "last"), default="best", help="the checkpoint (best)")
    parser.add_argument("--device", default="auto", metavar="NAME", help="auto, cpu, cuda ... (auto)")
    json_option(parser)


@verb("evaluate", "RUN [--data DATA]", "accuracy on held-out pictures, class by class", arguments=_arguments)
def evaluate(options: Namespace) -> None:
    """Evaluate a run on the pictures held out."""
    from workbench.core.inspection.evaluation import evaluate as evaluated
    from workbench.core.runs.folder import open_run
    from workbench.core.training.device import choose_device

    run = open_run(options.run)
    module = run.module(which=options.which)
    part = _part(run, _data(run, options.data))
    evaluation = evaluated(
        module,
        part,
        run.preprocessing,
        classes=run.classes,
        device=choose_device(options.device),
        progress=Counter("Evaluated"),
    )
    if options.json:
        print_json(_record(run, evaluation, part))
    else:
        _print(run, evaluation)


def _data(run: Run, spec: str | None) -> ImageData:
    split = run.plan.split() if spec is None else None
    data = opened_data(spec or run.plan.data, run.preprocessing.framing, split=split)
    _tell_other_data(run, data)
    for problem in data.problems:
        tell(f"{problem.level}: {problem}")
    return data


def _tell_other_data(run: Run, data: ImageData) -> None:
    """Say when these are not the pictures that the run was validated on."""
    from workbench.core.data.content import membership

    seen = run.data_card.content
    if seen and seen != membership(data, Counter("Compared")):
        tell(f"warning: {data.name} is not what the run was trained and validated on: other pictures, labels or parts")


def _part(run: Run, data: ImageData) -> ImagePart:
    """The held-out pictures with the run's own class numbers, found by the names of the classes."""
    from dataclasses import replace

    import numpy as np

    if tuple(data.classes) == tuple(run.classes):
        return data.validation
    if not set(data.classes) <= set(run.classes):
        reason = f"it has {', '.join(data.classes[:5])}; the run knows {', '.join(run.classes[:5])}"
        raise WorkbenchError(f"{data.name} has other classes than the run", reason)
    numbers = np.array([run.classes.index(name) for name in data.classes])
    return replace(data.validation, labels=numbers[data.validation.labels])


def _record(run: Run, evaluation: Evaluation, part: ImagePart) -> dict[str, Any]:
    return {
        "run": str(run.path),
        "accuracy": evaluation.accuracy,
        "loss": evaluation.loss,
        "pictures": evaluation.count,
        "classes": list(run.classes),
        "confusion": evaluation.confusion.tolist(),
        "per_class": evaluation.per_class,
        "wrong": [
            {
                "index": wrong.index,
                "file": part.files[wrong.index] if part.files else None,
                "label": run.classes[wrong.label],
                "predicted": run.classes[wrong.predicted],
                "confidence": wrong.confidence,
            }
            for wrong in evaluation.wrong
        ],
    }


def _print(run: Run, evaluation: Evaluation) -> None:
    right = evaluation.count - len(evaluation.wrong)
    print_facts(
        [
            ("accuracy", f"{percent(evaluation.accuracy)} ({right:,} of {evaluation.count:,} held-out pictures)"),
            ("loss", f"{evaluation.loss:.4f}"),
        ]
    )
    print()
    headings = ("class", ">pictures", ">found", ">right when said", "most often taken for")
    rows = (
        [
            score.name,
            f"{score.count:,}",
            percent(score.recall),
            percent(score.precision),
            _taken_for(index, run, evaluation),
        ]
        for index, score in enumerate(evaluation.per_class)
    )
    print_table(headings, rows)


def _taken_for(index: int, run: Run, evaluation: Evaluation) -> str:
    """The class that pictures of this class are most often mistaken for."""
    row = evaluation.confusion[index].copy()
    row[index] = 0
    return f"{run.classes[int(row.argmax())]} ({int(row.max())})" if row.max() else ""
