"""Tables that name picture files and their labels: CSV (also with tabs or semicolons) and JSON lines."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from workbench.core.data.folders import TRAIN_NAMES, VALIDATION_NAMES
from workbench.core.data.index import DataIndex, indexed
from workbench.core.data.registry import Request, file_source
from workbench.errors import Problem, WorkbenchError
from workbench.files import BROKEN_JSON, read_file

CSV, JSON_LINES = (".csv", ".tsv"), (".jsonl", ".ndjson")
PATH_COLUMNS = ("path", "file", "filename", "file_name", "image", "image_path", "filepath", "picture")
LABEL_COLUMNS = ("label", "class", "category", "class_name", "target", "y")
PART_COLUMNS = ("split", "part", "set", "subset", "fold")
FORM = "A table has a column path and a column label, and if it likes a column split with train and val."

Row = tuple[str, str, str, str]
"""Path, label, part, group."""
TOLD_EVERY = 1000


def _is_table(path: Path) -> bool:
    return path.suffix.lower() in CSV + JSON_LINES and path.is_file()


@file_source("table", "A table of picture files and labels", form="FILE.csv|FILE.jsonl", recognizes=_is_table)
def table(request: Request) -> DataIndex:
    """The pictures that a table names."""
    return list_table(Path(request.argument).expanduser(), request)


def list_table(path: Path, request: Request) -> DataIndex:
    """What a table names; its paths count from its own folder.

    The columns are found by their names (`path`, `label`, `split` and their likes), or where the first line has none of
    them, are the first two. Without a column `split` a fifth of every class is held out. Rows without a path or a label
    are problems. Raises `WorkbenchError` for a table that cannot be read, or that lacks the column of the request.
    """
    rows, problems = [], []
    columns: dict[str, None] = {}
    for number, row in enumerate(_rows(path, request.column.strip().lower(), columns), 1):
        if all(row[:2]):
            rows.append(row)
        else:
            missing = "label" if row[0] else "path"
            problems.append(Problem(f"{path}:{number}", f"Row {number} is not used", f"it has no {missing}", "warning"))
        if number % TOLD_EVERY == 0:
            request.tell(number, 0)
    _refuse_missing(path, request.column, columns)
    rows, others = _used_parts(path, rows)
    files = [str(path.parent / row[0]) for row in rows]
    held = np.array([row[2] in VALIDATION_NAMES for row in rows], bool)
    groups = [row[3] for row in rows] if request.column else []
    return indexed(
        path,
        files,
        [row[1] for row in rows],
        held=held if held.any() else None,
        problems=(*others, *problems),
        columns=list(columns),
        groups=groups,
    )


def _refuse_missing(path: Path, column: str, columns: Collection[str]) -> None:
    """Raise `WorkbenchError` where the column that names groups is not there."""
    if column and column.strip().lower() not in columns:
        hint = f"It has {', '.join(columns)}." if columns else "Its first line names no columns."
        raise WorkbenchError(f"{path} has no column {column}", "the groups of a split are asked from it", hint)


def _used_parts(path: Path, rows: list[Row]) -> tuple[list[Row], list[Problem]]:
    """The rows to train on and those of the first part to validate on; the others are counted."""
    parts = {row[2] for row in rows}
    held = next((name for name in VALIDATION_NAMES if name in parts), None)
    used = {"", *TRAIN_NAMES, held}
    others = sorted(parts - used)
    problems = []
    for name in others:
        count = sum(row[2] == name for row in rows)
        reason = f"the part {held} is validated on" if name in VALIDATION_NAMES else "no part of that name is known"
        problems.append(Problem(str(path), f"{count:,} rows of the part {name} are not used", reason, "info"))
    return [row for row in rows if row[2] in used], problems


def _rows(path: Path, group: str, columns: dict[str, None]) -> Iterator[Row]:
    """The rows, each with its entry in the column `group`; the names of all columns come into `columns`."""
    return _json_rows(path, group, columns) if path.suffix.lower() in JSON_LINES else _csv_rows(path, group, columns)


def _json_rows(path: Path, group: str, columns: dict[str, None]) -> Iterator[Row]:
    decoder = msgspec.json.Decoder(dict[str, Any])
    for number, line in enumerate(_text(path).splitlines(), 1):
        if not line.strip():
            continue
        try:
            record = {name.strip().lower(): value for name, value in decoder.decode(line).items()}
        except BROKEN_JSON as error:
            raise _unreadable(path, f"line {number}: {error}") from error
        names = _columns(tuple(record))
        if names is None:
            raise _unreadable(path, f"line {number} has {', '.join(record) or 'nothing'}")
        columns |= dict.fromkeys(record)
        yield _row([_written(record.get(name)) if name else "" for name in (*names, group)])


def _csv_rows(path: Path, group: str, columns: dict[str, None]) -> Iterator[Row]:
    text = _text(path)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text))
    try:
        first = next(lines, None)
        if first is None:
            raise _unreadable(path, "it is empty")
        heads = [cell.strip().lower() for cell in first]
        names = _columns(heads)
        if names is None and len(first) < 2:
            raise _unreadable(path, "its first line has one column")
        columns |= dict.fromkeys([] if names is None else filter(None, heads))
        places = (0, 1, None, None) if names is None else [_place(heads, name) for name in (*names, group)]
        for cells in [first] if names is None else []:
            yield _row(_picked(cells, places))
        for cells in lines:
            if any(cells):
                yield _row(_picked(cells, places))
    except csv.Error as error:
        raise _unreadable(path, f"line {lines.line_num}: {error}") from error


def _place(heads: Sequence[str], name: str) -> int | None:
    return heads.index(name) if name in heads else None


def _picked(cells: Sequence[str], places: Sequence[int | None]) -> list[str]:
    return [cells[place].strip() if place is not None and place < len(cells) else "" for place in places]


def _row(cells: Sequence[str]) -> Row:
    path, label, part, group = cells
    return path, label, part.lower(), group


def _columns(heads: Sequence[str]) -> tuple[str, str, str] | None:
    """The names of the columns of path, label and part ("" if there is none), or None without the first two."""
    path, label, part = (
        next((name for name in names if name in heads), "") for names in (PATH_COLUMNS, LABEL_COLUMNS, PART_COLUMNS)
    )
    return (path, label, part) if path and label else None


def _written(value: Mapping[str, Any] | str | float | None) -> str:
    return "" if value is None else str(value).strip()


def _delimiter(text: str) -> str:
    """What stands most often in the first line among comma, semicolon and tab."""
    first = text.split("\n", 1)[0]
    return max(",;\t", key=first.count)


def _text(path: Path) -> str:
    try:
        return read_file(path).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _unreadable(path, f"byte {error.start} is not UTF-8") from error


def _unreadable(path: Path, reason: str) -> WorkbenchError:
    return WorkbenchError(f"{path} is no table of pictures", reason, FORM)
