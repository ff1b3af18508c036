"""`workbench describe`: shapes, parameters, cost, receptive fields, memory and problems of a network."""

from __future__ import annotations

from argparse import Namespace
from typing import TYPE_CHECKING

from workbench.cli.opening import NETWORK_HELP, code_options, opened, shape
from workbench.cli.report import compact, print_facts, print_json, print_table
from workbench.cli.stages import print_kinds, print_stages
from workbench.cli.verbs import Parser, json_option, verb
from workbench.errors import WorkbenchError

if TYPE_CHECKING:
    from workbench.core.modelling.describe import Description, NodeRecord


def _arguments(parser: Parser) -> None:
    parser.add_argument("network", metavar="NET", help=NETWORK_HELP)
    parser.add_argument("--input", metavar="CxHxW", help="another input shape, such as 3x64x64")
    parser.add_argument("--classes", type=int, metavar="N", help="a head for that many classes")
    parser.add_argument("--batch", type=int, default=128, metavar="N", help="pictures in a training step (128)")
    parser.add_argument("--optimizer", default="adamw", metavar="NAME", help="for the training memory (adamw)")
    parser.add_argument("--precision", choices=("fp32", "bf16"), default="fp32", help="for the training memory")
    code_options(parser)
    json_option(parser)


@verb("describe", "NET", "shapes, parameters, cost, memory and problems of a network", arguments=_arguments)
def describe(options: Namespace) -> None:
    """Print the description of a network, as a table or as JSON."""
    import msgspec

    from workbench.core.modelling.auxiliary import opening_notes
    from workbench.core.modelling.describe import describe as described
    from workbench.core.modelling.describe import reshaped
    from workbench.core.modelling.landmarks.catalog import idea_of
    from workbench.core.training.choices import choice_problem

    problem = choice_problem("optimizer", options.optimizer)
    if problem or min(options.batch, 1 if options.classes is None else options.classes) < 1:
        raise WorkbenchError(str(problem or "--batch and --classes begin at 1"))
    network = opened(options, input_shape=shape(options.input))
    network = reshaped(network, input_shape=shape(options.input), classes=options.classes)
    description = described(network, batch=options.batch, optimizer=options.optimizer, precision=options.precision)
    notes, idea = opening_notes(options.network), idea_of(options.network)
    description = msgspec.structs.replace(description, notes=notes, idea=idea)
    if options.json:
        print_json(description)
    else:
        _print(description, options)


def _print(description: Description, options: Namespace) -> None:
    print(f"{description.network}, input {_size(description.input)}\n")
    headings = ("name", "kind", "output", ">parameters", ">MACs", "receptive field")
    print_table(headings, map(_cells, description.nodes))
    print()
    print_facts(_facts(description, options))
    print_stages(description)
    print_kinds(description)
    lines = [*(f"note: {note}" for note in description.notes), *_problem_lines(description)]
    if lines:
        print("\n" + "\n".join(lines))


def _cells(node: NodeRecord) -> list[str]:
    field = node.receptive_field
    return [
        node.name,
        node.kind,
        _size(node.output_shape),
        f"{node.parameters:,}" if node.parameters else "",
        compact(node.macs) if node.macs else "",
        "x".join(map(str, field.size)) if field else "",
    ]


def _facts(description: Description, options: Namespace) -> list[tuple[str, str]]:
    totals = description.totals
    facts = [("parameters", f"{totals.parameters:,}"), ("multiply-adds", f"{compact(totals.macs)} for one picture")]
    if totals.receptive_field:
        facts.append(("receptive field", " x ".join(map(str, totals.receptive_field)) + " pixels"))
    memory = totals.training_memory
    if memory:
        step = f"batch {options.batch}, {options.optimizer}, {options.precision}"
        facts.append(("training memory", f"{compact(memory.total, 'B')} ({step})"))
    if description.idea:
        facts.append(("idea", description.idea))
    return facts


def _problem_lines(description: Description) -> list[str]:
    lines = []
    for name, problems in [("", description.problems), *((node.name, node.problems) for node in description.nodes)]:
        for problem in problems:
            reason = f" ({problem.reason})" if problem.reason else ""
            remedy = f" → {problem.remedy}" if problem.remedy else ""
            lines.append(f"{problem.level}: {name}{': ' if name else ''}{problem.title}{reason}{remedy}")
    return lines


def _size(shape: tuple[int, ...] | None) -> str:
    return "x".join(map(str, shape)) if shape else "?"
