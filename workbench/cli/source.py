"""`workbench source`: a network as the PyTorch module that a person would write."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

from workbench.cli.opening import NETWORK_HELP, code_options, opened
from workbench.cli.report import tell
from workbench.cli.verbs import Parser, verb


def _arguments(parser: Parser) -> None:
    parser.add_argument("network", metavar="NET", help=NETWORK_HELP)
    parser.add_argument("-o", "--out", type=Path, metavar="FILE", help="write it to this file instead of printing it")
    code_options(parser)


@verb("source", "NET [-o net.py]", "the network as readable PyTorch", arguments=_arguments)
def source(options: Namespace) -> None:
    """Print the source of a network, or write it to a file."""
    from workbench.core import source_of
    from workbench.files import write_atomically

    text = source_of(opened(options))
    if options.out is None:
        print(text, end="")
        return
    write_atomically(options.out, text)
    tell(f"{options.out}: {len(text.splitlines())} lines")
