"""`workbench prove-resume`: the experiment that shows that an interrupted run loses nothing."""

from __future__ import annotations

import contextlib
import tempfile
from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.cli.report import print_facts, print_json, tell
from workbench.cli.training import plan_options, prepared
from workbench.cli.verbs import Parser, json_option, verb

if TYPE_CHECKING:
    from workbench.core.runs.proof import Proof

PROVED, NOT_PROVED = 0, 1


def _arguments(parser: Parser) -> None:
    plan_options(parser)
    parser.add_argument("--interruptions", type=int, default=3, metavar="N", help="stops and kills in turn (3)")
    parser.add_argument("--out", type=Path, metavar="DIR", help="a new folder that keeps the runs (they are removed)")
    json_option(parser)


@verb(
    "prove-resume",
    "NET|PLAN --data DATA",
    "train twice, once with stops and kills, and count the bits that differ",
    arguments=_arguments,
)
def prove_resume(options: Namespace) -> int:
    """Make the experiment and print what it came to."""
    from workbench.core.runs.proof import prove_resume as proof_of

    plan, network, _ = prepared(options)
    with _folder(options.out) as folder:
        proof = proof_of(plan, network, folder, interruptions=options.interruptions, note=tell)
    _print(proof, as_json=options.json)
    return NOT_PROVED if proof.difference.differing_bits else PROVED


@contextlib.contextmanager
def _folder(wanted: Path | None) -> Iterator[Path]:
    if wanted is not None:
        yield wanted
        return
    with tempfile.TemporaryDirectory(prefix="workbench-proof-") as name:
        yield Path(name)


def _print(proof: Proof, *, as_json: bool) -> None:
    import msgspec

    if as_json:
        print_json({**msgspec.structs.asdict(proof), "verdict": proof.verdict})
        return
    difference = proof.difference
    cuts = ", ".join(f"{cut.how} after step {cut.step:,}" for cut in proof.interruptions)
    facts = [
        ("differing bits", f"{difference.differing_bits:,} of {difference.compared_bits:,}"),
        ("interruptions", f"{cuts or 'none: the run is too short'} (of {proof.steps:,})"),
        ("computed on", f"{proof.device} {proof.precision}, torch {proof.torch}, {proof.threads} threads"),
    ]
    if difference.places:
        facts.append(("first in", ", ".join(difference.places)))
    print_facts(facts)
    print(f"\n{proof.verdict}")
    if not difference.differing_bits:
        print("On another device, with another torch or number of threads the last bits may differ; a run says so.")
