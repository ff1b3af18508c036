"""The command line: finds the verb, runs it, and turns what goes wrong into a sentence and an exit status."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Sequence

from workbench.cli import (
    bench,
    check,
    compare,
    convert,
    describe,
    doctor,
    evaluation,
    export,
    find_batch,
    find_rate,
    inspection,
    networks,
    prove_resume,
    queue,
    runs,
    source,
    sweep,
    training,
    transfer,
)
from workbench.cli.report import sentence, tell
from workbench.cli.verbs import VERBS
from workbench.errors import WorkbenchError

FILES = (
    networks,
    describe,
    source,
    convert,
    check,
    training,
    runs,
    queue,
    sweep,
    find_batch,
    find_rate,
    prove_resume,
    evaluation,
    compare,
    doctor,
    inspection,
    transfer,
    export,
    bench,
)
"""The modules whose import fills the verbs, in the order of the help."""

WINDOW_VERBS = (
    ("open", "FILE", "open the window on a network file"),
    ("tour", "--out DIR", "a screenshot of every room of the window"),
)
"""Verbs that need the window; the program runs them itself before it comes here."""

DONE, OUR_FAULT, WRONG_REQUEST, INTERRUPTED = 0, 1, 2, 130


def main(arguments: Sequence[str]) -> int:
    """Run the verb that `arguments` begin with and return the exit status."""
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    try:
        return _run(list(arguments))
    except WorkbenchError as error:
        tell(f"workbench: {sentence(error)}")
        return WRONG_REQUEST
    except KeyboardInterrupt:
        tell("Interrupted.")
        return INTERRUPTED
    except BrokenPipeError:  # whoever read our output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except Exception as error:
        _confess(error)
        return OUR_FAULT


def help_text() -> str:
    """What `workbench --help` prints."""
    ordered = sorted(VERBS.values(), key=lambda each: FILES.index(sys.modules[each.run.__module__]))
    verbs = [(f"{each.name} {each.usage}", each.summary) for each in ordered]
    verbs += [(f"{name} {usage}", summary) for name, usage, summary in WINDOW_VERBS]
    width = max(len(usage) for usage, _ in verbs)
    lines = [
        "See, build, train, look inside, fine-tune and export convolutional networks.",
        "",
        f"  {'workbench':<{width + 10}}  open the window",
        *(f"  workbench {usage:<{width}}  {summary}" for usage, summary in verbs),
        "",
        "NET is a ready network (`workbench networks`; googlenet+aux has its auxiliary heads), a network file, an ONNX",
        "file, or FILE.py:Class, a module of your own, whose code runs when you say so (--yes).",
        "DATA is shapes or digits (built in), a published set (cifar10, fashion-mnist ...; cifar10:PATH for a copy of",
        "your own), an .npz file, a table of files and labels, or a folder of pictures, one folder for each class.",
        "`workbench VERB --help` explains one verb.",
        "Exit status: 0 done, 1 our fault, 2 wrong request, 130 interrupted (a training can be resumed).",
    ]
    return "\n".join(lines)


def _run(arguments: list[str]) -> int:
    if not arguments or arguments[0] in ("-h", "--help", "help"):
        print(help_text())
        return DONE
    if arguments[0] == "--version":
        print(_version())
        return DONE
    chosen = VERBS.get(arguments[0])
    if chosen is None:
        raise _unknown(arguments[0])
    try:
        options = chosen.parser().parse_args(arguments[1:])
    except SystemExit:  # --help has been printed
        return DONE
    status = chosen.run(options) or DONE
    sys.stdout.flush()
    return status


def _unknown(word: str) -> WorkbenchError:
    import difflib

    names = [*VERBS, *(name for name, _, _ in WINDOW_VERBS)]
    close = difflib.get_close_matches(word, names, n=1)
    hint = f"Did you mean `workbench {close[0]}`?" if close else "`workbench --help` lists what there is."
    return WorkbenchError(f"There is no verb {word}", hint=hint)


def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return f"CNN Workbench {version('cnn-workbench')}"
    except PackageNotFoundError:
        return "CNN Workbench"


def _confess(error: Exception) -> None:
    """Say that the fault is ours and where the trace is; the trace itself is for whoever mends it."""
    reason = f"{type(error).__name__}: {(str(error).strip().splitlines() or [''])[0]}"
    trace = traceback.format_exc()
    try:
        path = _keep(trace)
    except (OSError, WorkbenchError):
        tell(trace)
        tell(f"workbench: This is a fault of the workbench, not yours ({reason}).")
    else:
        tell(f"workbench: This is a fault of the workbench, not yours ({reason}). The trace is in {path}.")


def _keep(trace: str) -> str:
    import time

    from workbench.files import write_atomically
    from workbench.paths import cache_folder

    path = cache_folder() / "faults" / time.strftime("%Y%m%d-%H%M%S.txt")
    write_atomically(path, f"workbench {' '.join(sys.argv[1:])}\n\n{trace}")
    return str(path)
