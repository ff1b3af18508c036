"""A comparison of runs as a table that people read, copy and paste: what differs first, then what was reached."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from workbench.core.runs.compare import Experiment, Figure

Part = Literal["what", "setting", "result"]
NONE = "–"


@dataclass(frozen=True)
class Row:
    """One thing that is told of each experiment; `best` are the columns that nobody surpasses."""

    name: str
    values: tuple[str, ...]
    part: Part
    best: tuple[int, ...] = ()


@dataclass(frozen=True)
class Result:
    """A figure of the comparison: its name, where it stands, how it is written, and whether more is better."""

    name: str
    figure: Callable[[Experiment], Figure | None]
    text: Callable[[float], str]
    better: Literal["more", "less", "neither"] = "neither"


RESULTS = (
    Result("Best accuracy", lambda one: one.accuracy, lambda value: f"{100 * value:.2f} %", "more"),
    Result("Last accuracy", lambda one: one.last_accuracy, lambda value: f"{100 * value:.2f} %", "more"),
    Result("Lowest loss", lambda one: one.loss, lambda value: f"{value:.4f}", "less"),
    Result("Best epoch", lambda one: one.best_epoch, lambda value: f"{value:.3g}"),
    Result("Epochs", lambda one: one.epochs, lambda value: f"{value:.4g}"),
    Result("Seconds", lambda one: one.seconds, lambda value: f"{value:,.1f}", "less"),
    Result("Pictures a second", lambda one: one.images_per_second, lambda value: f"{value:,.0f}", "more"),
)


def comparison_table(experiments: Sequence[Experiment]) -> tuple[Row, ...]:
    """The rows of the table; each experiment is a column."""
    names = dict.fromkeys(name for one in experiments for name in one.settings)
    return (
        Row("Runs", tuple(_runs(one) for one in experiments), "what"),
        Row("Seeds", tuple(", ".join(map(str, one.seeds)) for one in experiments), "what"),
        Row("State", tuple(", ".join(dict.fromkeys(one.states)) for one in experiments), "what"),
        *(Row(name, tuple(_setting(one, name) for one in experiments), "setting") for name in names),
        *(_result(result, experiments) for result in RESULTS),
        Row("Parameters", tuple(f"{one.parameters:,}" if one.parameters else NONE for one in experiments), "result"),
    )


def as_markdown(rows: Sequence[Row]) -> str:
    """The table for a page of notes; the best values are bold."""
    first, *others = rows
    lines = [_line(["", *map(_escaped, first.values)]), _line(["---"] * (len(first.values) + 1))]
    for row in others:
        values = [f"**{_escaped(text)}**" if n in row.best else _escaped(text) for n, text in enumerate(row.values)]
        lines.append(_line([_escaped(row.name), *values]))
    return "\n".join(lines) + "\n"


def as_text(rows: Sequence[Row]) -> str:
    """The table in columns of letters of equal width."""
    cells = [(row.name, *row.values) for row in rows]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = ["  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip() for line in cells]
    return "\n".join(lines) + "\n"


def _runs(one: Experiment) -> str:
    return ", ".join(Path(path).name for path in one.runs)


def _setting(one: Experiment, name: str) -> str:
    value: Any = one.settings.get(name, NONE)
    return f"{value:g}" if isinstance(value, float) else "none" if value in (None, "", [], ()) else str(value)


def _result(result: Result, experiments: Sequence[Experiment]) -> Row:
    figures = [result.figure(one) for one in experiments]
    texts = tuple(NONE if figure is None else _with_spread(figure, result.text) for figure in figures)
    return Row(result.name, texts, "result", _best(result, figures))


def _with_spread(figure: Figure, text: Callable[[float], str]) -> str:
    """The mean, and the deviation over the seeds where there are some."""
    if figure.spread is None:
        return text(figure.mean)
    return f"{text(figure.mean).removesuffix(' %')} ± {text(figure.spread)}"


def _best(result: Result, figures: Sequence[Figure | None]) -> tuple[int, ...]:
    """The columns with the best mean, if one differs from another at all."""
    known = {figure.mean for figure in figures if figure is not None}
    if result.better == "neither" or len(known) < 2:
        return ()
    best = max(known) if result.better == "more" else min(known)
    return tuple(number for number, figure in enumerate(figures) if figure is not None and figure.mean == best)


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _escaped(text: str) -> str:
    """A bar would end the cell, a star begin what is bold."""
    return text.replace("\\", "\\\\").replace("|", "\\|").replace("*", "\\*")
