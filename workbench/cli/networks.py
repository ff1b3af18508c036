"""`workbench networks`: what can be opened by name."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator
from typing import Any

from workbench.cli.report import print_json, print_table, progress
from workbench.cli.verbs import json_option, verb


@verb("networks", "", "every ready network: name, family, input, parameters, source", arguments=json_option)
def networks(options: Namespace) -> None:
    """Print the ready networks, as a table or as JSON."""
    progress("Counting parameters ...")
    records = [*_tutorial_networks(), *_torchvision_networks()]
    progress("")
    if options.json:
        print_json(records)
        return
    headings = ("name", "family", "input", ">parameters", "source", "idea")
    print_table(headings, map(_cells, records))


def _cells(record: dict[str, Any]) -> list[str]:
    shape = "x".join(map(str, record["input"]))
    parameters = f"{record['parameters']:,}"
    return [record["name"], record["family"], shape, parameters, record["source"], record["idea"]]


def _tutorial_networks() -> Iterator[dict[str, Any]]:
    from workbench.core.modelling.shapes import analyse
    from workbench.core.modelling.zoo import READY

    for ready in READY.values():
        analysis = analyse(ready.build())
        yield {
            "name": ready.name,
            "family": ready.family,
            "input": list(analysis.input_shape or ()),
            "parameters": analysis.parameters,
            "source": ready.source,
            "idea": ready.idea,
        }


def _torchvision_networks() -> Iterator[dict[str, Any]]:
    """torchvision's, counted without tracing them; auxiliary heads are counted where they are opened."""
    from workbench.core.modelling.auxiliary import keeps_heads, opening_notes
    from workbench.core.modelling.opening import torchvision_input, torchvision_module, torchvision_names

    for name in torchvision_names():
        module = torchvision_module(name)
        weights = [
            parameter
            for key, parameter in module.named_parameters()
            if keeps_heads(name) or not key.lower().startswith("aux")
        ]
        yield {
            "name": name,
            "family": type(module).__name__,
            "input": list(torchvision_input(name)),
            "parameters": sum(parameter.numel() for parameter in weights),
            "source": "torchvision",
            "idea": "".join(opening_notes(name)[:1]),
        }
