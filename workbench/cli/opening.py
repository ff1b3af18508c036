"""What every verb that takes NET shares: the question before a stranger's code runs, and the arguments of its class."""

from __future__ import annotations

import re
import sys
from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.cli.report import clear_progress
from workbench.cli.verbs import Parser
from workbench.errors import WorkbenchError

if TYPE_CHECKING:
    from workbench.core.graph.network import Network
    from workbench.core.modelling.foreign import Consent

NETWORK_HELP = "a ready network, a network file, FILE.py:Class or FILE.onnx"


def code_options(parser: Parser) -> None:
    """What goes with FILE.py:Class."""
    parser.add_argument(
        "--arguments", metavar="JSON", help='of the class in FILE.py:Class, such as {"num_classes": 10}'
    )
    parser.add_argument("--yes", action="store_true", help="run the code in FILE.py without asking")


def opened(options: Namespace, *, input_shape: tuple[int, ...] | None = None) -> Network:
    """The network that the command line names."""
    from workbench.core.modelling.opening import open_network

    return open_network(
        options.network, consent=consent(options), input_shape=input_shape, arguments=arguments(options)
    )


def consent(options: Namespace) -> Consent:
    """Asks on a terminal; raises `WorkbenchError` where nobody can be asked and `--yes` is not said."""

    def ask(path: Path) -> bool:
        if options.yes:
            return True
        if getattr(options, "json", False) or not sys.stdin.isatty():
            raise WorkbenchError(f"Opening {path} runs the code in it", hint="Say --yes if you trust it.")
        clear_progress()
        print(f"Opening {path} runs the code in it. Run it? [y/N] ", end="", file=sys.stderr, flush=True)
        return sys.stdin.readline().strip().lower() in ("y", "yes")

    return ask


def arguments(options: Namespace) -> dict[str, Any]:
    """What `--arguments` holds."""
    import msgspec

    try:
        return msgspec.json.decode(options.arguments or "{}", type=dict[str, Any])
    except msgspec.MsgspecError as error:
        hint = """Write them as '{"num_classes": 10}'."""
        raise WorkbenchError("--arguments is no JSON object", str(error), hint) from error


def shape(text: str | None) -> tuple[int, ...] | None:
    """What `--input` says: channels, height and width."""
    if text is None:
        return None
    if not re.fullmatch(r"[1-9]\d*(x[1-9]\d*){2}", text):
        raise WorkbenchError(f"--input {text} is no input shape", hint="Write channels, height and width as 3x32x32.")
    return tuple(int(side) for side in text.split("x"))
