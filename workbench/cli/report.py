"""What the command line prints: results on standard output, progress and notes on standard error."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Sequence
from typing import Any

from workbench.errors import Problem, WorkbenchError


def tell(text: str) -> None:
    """A note for the person who watches; results go to `print`."""
    clear_progress()
    print(text, file=sys.stderr, flush=True)


def progress(text: str) -> None:
    """A line that the next one overwrites; nothing where no person watches."""
    if sys.stderr.isatty():
        print(f"\r\x1b[K{text}", end="", file=sys.stderr, flush=True)


def clear_progress() -> None:
    """Take the progress line away."""
    progress("")


class Counter:
    """Progress of a count, told to `progress` at most ten times a second."""

    def __init__(self, what: str) -> None:
        self.what = what
        self._told = 0.0

    def __call__(self, done: int, total: int) -> None:
        """Say how many are done."""
        now = time.monotonic()
        if 0 < total <= done:
            clear_progress()
        elif now - self._told > 0.1:
            self._told = now
            progress(f"{self.what} {done:,}" + (f" of {total:,}" if total else ""))


def sentence(error: WorkbenchError) -> str:
    """An error as it is told in a line: what happened, why, and what to do."""
    title = error.title.rstrip(".")
    text = f"{title}: {error.reason}" if error.reason else title
    return " ".join(_ended(part) for part in (text, error.hint) if part)


def print_json(value: Any) -> None:
    """A record or plain value as indented JSON; a path is a string."""
    import msgspec

    print(msgspec.json.format(msgspec.json.encode(value, enc_hook=str), indent=1).decode())


def print_table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Aligned columns; a heading that begins with `>` is of a column of numbers, aligned to the right."""
    lines = [[heading.removeprefix(">") for heading in headings], *map(list, rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(headings))]
    for line in lines:
        cells = (
            cell.rjust(width) if heading.startswith(">") else cell.ljust(width)
            for cell, width, heading in zip(line, widths, headings, strict=True)
        )
        print("  ".join(cells).rstrip())


def print_facts(facts: Iterable[tuple[str, str]]) -> None:
    """Names and values, one a line, the values aligned."""
    facts = list(facts)
    width = max(len(name) for name, _ in facts)
    for name, value in facts:
        print(f"{name:<{width}}  {value}")


def print_problems(problems: Iterable[Problem]) -> None:
    """Each problem on a line of its own."""
    for problem in problems:
        print(f"{problem.level}: {problem}")


def compact(number: float, unit: str = "") -> str:
    """Three digits and a letter: `1.81 G`."""
    for letter, size in (("T", 1e12), ("G", 1e9), ("M", 1e6), ("k", 1e3)):
        if abs(number) >= size:
            return f"{number / size:.3g} {letter}{unit}"
    return f"{number:.3g} {unit}".rstrip()


def duration(seconds: float) -> str:
    """`42 s`, `3:07 min` or `2:15 h`."""
    if seconds < 60:
        return f"{seconds:.0f} s" if seconds >= 10 else f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02d} min" if minutes < 60 else f"{minutes // 60}:{minutes % 60:02d} h"


def percent(share: float) -> str:
    """A share between 0 and 1 as `61.2 %`."""
    return f"{share * 100:.1f} %"


def _ended(text: str) -> str:
    return text if text[-1] in ".!?" else text + "."
