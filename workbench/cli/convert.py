"""`workbench convert`: a module of somebody's own, or an ONNX file, as a network file with its weights beside it."""

from __future__ import annotations

from argparse import Namespace
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.cli.opening import arguments, code_options, consent, shape
from workbench.cli.report import clear_progress, print_facts, print_json, progress, tell
from workbench.cli.verbs import Parser, json_option, verb
from workbench.errors import WorkbenchError

if TYPE_CHECKING:
    from workbench.core.modelling.foreign import Opened


def _arguments(parser: Parser) -> None:
    parser.add_argument("source", metavar="FILE.py:Class|FILE.onnx", help="a class, or a function that makes a module")
    parser.add_argument("-o", "--out", type=Path, metavar="NET", required=True, help="the network file to write")
    parser.add_argument("--input", metavar="CxHxW", help="the pictures it takes (the first usual size it runs with)")
    weights = "FILE.py: its trained weights; FILE.onnx: where to write those it holds (beside NET)"
    parser.add_argument("--weights", type=Path, metavar="PATH", help=weights)
    code_options(parser)
    json_option(parser)


@verb("convert", "FILE.py:Class|FILE.onnx -o NET", "any traceable module as a network file", arguments=_arguments)
def convert(options: Namespace) -> None:
    """Write the network file and the weights, and say what was done."""
    from workbench.core.graph.storage import save_network
    from workbench.core.modelling.weight_files import write_weights

    is_onnx = options.source.endswith(".onnx")
    found = _opened(options)
    path = save_network(found.network, options.out)
    beside = path.with_name(path.name.removesuffix(".json").removesuffix(".network") + ".safetensors")
    weights = write_weights(found.weights, options.weights if is_onnx and options.weights else beside)
    _report(options, found, path, weights)


def _opened(options: Namespace) -> Opened:
    from workbench.core.modelling.foreign import code_in, open_code
    from workbench.core.training.checkpoint import load_weight_file

    if options.source.endswith(".onnx"):
        from workbench.core.modelling.onnx_import import open_onnx

        return open_onnx(Path(options.source), input_shape=shape(options.input))
    code = code_in(options.source)
    if code is None:
        hint = "Write FILE.py:Class or FILE.onnx."
        raise WorkbenchError(f"{options.source} is neither a class in a file of Python nor an ONNX file", hint=hint)
    code = replace(code, arguments=arguments(options), input_shape=shape(options.input))
    weights = load_weight_file(options.weights) if options.weights else None
    may_run = consent(options)
    return open_code(code, consent=lambda path: may_run(path) and _say_so(path), given_weights=weights)


def _say_so(path: Path) -> bool:
    progress(f"Running {path.name} ...")
    return True


def _report(options: Namespace, found: Opened, path: Path, weights: Path) -> None:
    clear_progress()
    network = found.network
    record: dict[str, Any] = {
        "network": str(path),
        "weights": str(weights),
        "nodes": len(network),
        "tensors": len(found.weights),
        "difference": found.difference,
        "notes": list(found.notes),
    }
    if options.json:
        print_json(record)
        return
    facts = [("network", f"{path}, {len(network)} nodes"), ("weights", f"{weights}, {len(found.weights)} tensors")]
    if found.difference is not None:
        facts.append(("check", f"outputs compared with the source, largest difference {found.difference:g}"))
    print_facts(facts)
    for note in found.notes:
        tell(f"note: {note}")
