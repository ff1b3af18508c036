"""`workbench find-batch`: the largest batch that fits into memory, with what a step takes, predicted and measured."""

from __future__ import annotations

from argparse import Namespace
from typing import TYPE_CHECKING, Any

from workbench.cli.report import print_facts, print_json, progress
from workbench.cli.training import plan_options, prepared
from workbench.cli.verbs import Parser, json_option, verb

if TYPE_CHECKING:
    from workbench.core.training.batch_finder import FittingBatch


def _arguments(parser: Parser) -> None:
    plan_options(parser)
    json_option(parser)


@verb("find-batch", "NET|PLAN --data DATA", "the largest batch that fits into memory", arguments=_arguments)
def find_batch(options: Namespace) -> None:
    """Search, and print the batch with what it rests on."""
    from workbench.core.training.batch_finder import find_batch as search
    from workbench.core.training.device import choose_device, choose_precision

    plan, network, data = prepared(options)
    device = choose_device(plan.device)
    precision = choose_precision(plan.precision, device)
    found = search(
        plan,
        network,
        device=device,
        precision=precision,
        pictures=len(data.train),
        progress=lambda batch: progress(f"Looking for a batch: {batch:,} pictures"),
    )
    progress("")
    _print(found, where=f"{device} {precision}", as_json=options.json)


def _print(found: FittingBatch, *, where: str, as_json: bool) -> None:
    if as_json:
        print_json({**_plain(found), "device": where.split()[0], "precision": where.split()[1]})
        return
    from workbench.machine import memory_size

    facts = [
        ("batch", f"{found.batch:,}"),
        ("why", found.reason),
        ("predicted", f"a step takes {memory_size(found.predicted)}"),
    ]
    if found.measured is not None:
        measured = found.measured
        told = f"{memory_size(measured.bytes)} with {measured.batch:,} pictures"
        facts.append(("measured", f"{told} ({memory_size(measured.predicted)} predicted)"))
    print_facts([*facts, ("device", where), ("use it", f"--batch {found.batch}")])


def _plain(found: FittingBatch) -> dict[str, Any]:
    measured = found.measured
    return {
        "batch": found.batch,
        "known": found.known,
        "reason": found.reason,
        "predicted_bytes": found.predicted,
        "measured": measured
        and {"batch": measured.batch, "bytes": measured.bytes, "predicted_bytes": measured.predicted},
    }
