"""What a verb of the command line is, and how one is defined: one decorated function in one file.

    @verb("describe", "NET", "shapes, parameters, cost and problems of a network", arguments=_arguments)
    def describe(options: Namespace) -> int | None: ...

Whatever a verb needs of the core it imports when it runs: `workbench --help` must not load torch.
"""

from __future__ import annotations

import argparse
from argparse import Namespace
from collections.abc import Callable
from dataclasses import dataclass
from typing import NoReturn

from workbench.errors import WorkbenchError


class Parser(argparse.ArgumentParser):
    """A parser whose complaints are errors of the workbench: one sentence, exit status 2."""

    def error(self, message: str) -> NoReturn:
        """Raise `WorkbenchError` with argparse's sentence."""
        raise WorkbenchError(message, hint=f"`{self.prog} --help` shows what is possible.")


Run = Callable[[Namespace], int | None]
Arguments = Callable[[Parser], None]


@dataclass(frozen=True)
class Verb:
    """One verb: what follows it on the command line, what it does, its arguments and its function."""

    name: str
    usage: str
    summary: str
    arguments: Arguments
    run: Run

    def parser(self) -> Parser:
        """The parser of what follows the verb."""
        parser = Parser(prog=f"workbench {self.name}", description=_sentence(self.summary), allow_abbrev=False)
        self.arguments(parser)
        return parser


VERBS: dict[str, Verb] = {}


def verb(name: str, usage: str, summary: str, *, arguments: Arguments) -> Callable[[Run], Run]:
    """Register a function as a verb; it returns its exit status, None meaning 0."""

    def register(run: Run) -> Run:
        VERBS[name] = Verb(name, usage, summary, arguments, run)
        return run

    return register


def json_option(parser: Parser) -> None:
    """The `--json` of every verb that reports."""
    parser.add_argument("--json", action="store_true", help="print the result as JSON")


def _sentence(text: str) -> str:
    return text[0].upper() + text[1:] + "."
