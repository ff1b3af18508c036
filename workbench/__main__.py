"""The program: a window without arguments, the command line with them."""

from __future__ import annotations

import os

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # spinning torch threads make a busy machine 2 to 10 times slower

import multiprocessing
import sys
from collections.abc import Sequence

from workbench.errors import WorkbenchError

DONE, WRONG_REQUEST = 0, 2


def main(argv: Sequence[str] | None = None) -> int:
    """Open the window, or do what the arguments ask for; returns the exit status."""
    multiprocessing.freeze_support()
    arguments = list(sys.argv[1:] if argv is None else argv)
    if not arguments:
        return _window()
    if arguments[0] in ("open", "tour") and not {"-h", "--help"} & set(arguments):
        return _open(arguments[1:]) if arguments[0] == "open" else _tour(arguments[1:])
    if arguments[0] == "--open-module":  # in a process of its own: see core/modelling/foreign.py
        from workbench.core.modelling import foreign_child

        return foreign_child.main(arguments[1:])
    if arguments[0] == "--preview-networks":  # in a process of its own: see core/modelling/preview_child.py
        from workbench.core.modelling import preview_child

        return preview_child.main(arguments[1:])
    if arguments[0] == "--walk-run":  # in a process of its own: see core/runs/child.py
        from workbench.core.runs import child_process

        return child_process.main(arguments[1:])
    if arguments[0] == "--launch-ranks":  # see core/runs/launching.py
        from workbench.core.runs import launching

        return launching.main(arguments[1:])
    from workbench.cli import commands

    return commands.main(["--help"] if arguments[0] in ("open", "tour") else arguments)


def _window(reference: str | None = None) -> int:
    problem = _start_problem()
    if problem:
        return problem
    from workbench.gui.application import run

    return run(reference)


def _open(arguments: Sequence[str]) -> int:
    """`workbench open FILE`; what cannot be opened is said before there is a window."""
    if len(arguments) != 1:
        return _refuse("`workbench open FILE` takes one network file.")
    from workbench.core.modelling.foreign import code_in
    from workbench.core.modelling.opening import open_network

    try:
        if code_in(arguments[0]) is None:  # the window asks before code runs
            open_network(arguments[0])
    except WorkbenchError as error:
        return _refuse(str(error))
    return _window(arguments[0])


def _tour(arguments: Sequence[str]) -> int:
    """`workbench tour`: needs Qt but no display."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    problem = _start_problem()
    if problem:
        return problem
    from workbench.gui.tour import main as take_tour

    try:
        return take_tour(list(arguments))
    except WorkbenchError as error:
        return _refuse(str(error))


def _start_problem() -> int:
    """Say why no window can be opened here and return the exit status; 0 if one can."""
    from workbench.gui.qtguard import start_problem

    problem = start_problem()
    if problem is None:
        return DONE
    print(f"workbench: {problem.text}", file=sys.stderr)
    return problem.status


def _refuse(sentence: str) -> int:
    print(f"workbench: {sentence}", file=sys.stderr)
    return WRONG_REQUEST


if __name__ == "__main__":
    sys.exit(main())
