"""`workbench networks`: what can be opened by name."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterable, Iterator
from typing import Any

from workbench.cli.report import print_json, print_table, progress
from workbench.cli.verbs import json_option, verb


@verb(
    "networks", "", "every ready network: name, family, year, input, parameters, accuracy, idea", arguments=json_option
)
def networks(options: Namespace) -> None:
    """Print the ready networks, as a table or as JSON."""
    progress("Counting parameters ...")
    records = [*_tutorial_networks(), *_torchvision_networks()]
    progress("")
    if options.json:
        print_json(records)
        return
    headings = ("name", "family", "year", "input", ">parameters", ">GMACs", ">ImageNet", "source", "idea")
    print_table(headings, map(_cells, records))


def _cells(record: dict[str, Any]) -> list[str]:
    accuracy, gmacs = record["accuracy"], record["gmacs"]
    return [
        record["name"],
        record["family"],
        str(record["year"]),
        "x".join(map(str, record["input"])),
        f"{record['parameters']:,}",
        "" if gmacs is None else f"{gmacs:.3f}",
        "" if accuracy is None else f"{accuracy:.1f} %",
        record["source"],
        record["idea"],
    ]


def _tutorial_networks() -> Iterator[dict[str, Any]]:
    from workbench.core.modelling.zoo import READY

    return _records(READY, "course")


def _torchvision_networks() -> Iterator[dict[str, Any]]:
    from workbench.core.modelling.opening import torchvision_names

    return _records(torchvision_names(), "torchvision")


def _records(names: Iterable[str], source: str) -> Iterator[dict[str, Any]]:
    """A record for each name: what is counted, what was published, and what is known of the idea."""
    from workbench.core.modelling.auxiliary import opening_notes
    from workbench.core.modelling.landmarks.catalog import known
    from workbench.core.modelling.landmarks.figures import family, figures

    for name in names:
        found, about = figures(name), known(name)
        mark = about.landmark if about else None
        yield {
            "name": name,
            "family": family(name),
            "input": list(found.input),
            "parameters": found.parameters,
            "source": source,
            "idea": about.idea if about else "",
            "landmark": mark.name if mark else None,
            "title": mark.title if mark else "",
            "year": mark.year if mark else None,
            "authors": mark.authors if mark else "",
            "paper": mark.paper if mark else "",
            "reference": mark.reference if mark else "",
            "look": about.look if about else "",
            "gmacs": found.gmacs,
            "accuracy": found.accuracy,
            "top5": found.top5,
            "weights": found.weights,
            "notes": list(opening_notes(name)),
        }
