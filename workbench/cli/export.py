"""`workbench export`: a run's weights as a file of its own, reloaded and compared."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.cli.report import compact, print_facts, print_json
from workbench.cli.verbs import Parser, json_option, verb

if TYPE_CHECKING:
    from workbench.core.runs.folder import Run


def _arguments(parser: Parser) -> None:
    parser.add_argument("run", metavar="RUN", help="the folder of a run")
    parser.add_argument(
        "--to", default="safetensors", metavar="FORMAT", help="safetensors (usual), pt, source, tensorboard"
    )
    parser.add_argument("--which", choices=("best", "last"), default="best", help="the checkpoint (best)")
    parser.add_argument("-o", "--out", type=Path, metavar="PATH", required=True, help="the file to write, or a folder")
    json_option(parser)


@verb(
    "export",
    "RUN --to safetensors|pt|source|tensorboard -o PATH",
    "a run's weights, checked, its network or its log",
    arguments=_arguments,
)
def export(options: Namespace) -> None:
    """Write the weights of a run, the source of its network or its log, and say what was written."""
    from workbench.core.export.weights import export_weights
    from workbench.core.runs.folder import open_run

    run = open_run(options.run)
    if options.to == "source":
        _export_source(options, run)
        return
    if options.to == "tensorboard":
        _export_log(options, run)
        return
    path = options.out / f"{run.name}.{options.to}" if options.out.is_dir() else options.out
    report = export_weights(run, path, to=options.to, which=options.which)
    if options.json:
        print_json(report)
        return
    check = f"reloaded, {report.pictures} pictures compared, largest difference {report.max_difference:g}"
    print_facts(
        [
            ("file", str(report.path)),
            ("size", f"{compact(report.size, 'B')}, {report.tensors} tensors, {report.parameters:,} parameters"),
            ("check", check),
        ]
    )


def _export_log(options: Namespace, run: Run) -> None:
    """Write what a run has told for TensorBoard."""
    from workbench.core.runs.reports import export_tensorboard

    folder = export_tensorboard(run, options.out)
    if options.json:
        print_json({"path": str(folder), "format": "tensorboard", "events": len(run.events())})
    else:
        print_facts([("folder", str(folder)), ("look at it", f"tensorboard --logdir {folder}")])


def _export_source(options: Namespace, run: Run) -> None:
    """Write the network of a run as PyTorch."""
    from workbench.core.modelling.source.text import source_of
    from workbench.files import write_atomically

    text = source_of(run.network)
    path = options.out / f"{run.name}.py" if options.out.is_dir() else options.out
    write_atomically(path, text)
    facts = {"path": str(path), "format": "source", "lines": len(text.splitlines())}
    if options.json:
        print_json(facts)
    else:
        print_facts([("file", str(path)), ("size", f"{facts['lines']} lines")])
