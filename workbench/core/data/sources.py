"""Opening a data set by whatever names it: a set by name, an `.npz` file, a table or a folder of pictures."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np

from workbench.core.data import digits, folders, npz, shapes, tables
from workbench.core.data.arranging import arranged_data, arranged_index, arrangement
from workbench.core.data.decisions import Decisions, read_decisions
from workbench.core.data.download import Progress as BytesProgress
from workbench.core.data.files import load_files
from workbench.core.data.fitting import fitted
from workbench.core.data.images import ImageData, Indices
from workbench.core.data.index import DataIndex, index_of
from workbench.core.data.preprocessing import Framing
from workbench.core.data.published import arrays, photos
from workbench.core.data.published.definition import Published
from workbench.core.data.published.fetching import fetch, is_here
from workbench.core.data.registry import SOURCES, Progress, Request, Source
from workbench.core.data.split import USUAL, Split
from workbench.errors import WorkbenchError
from workbench.files import absolute_path

FILES = (shapes, digits, arrays, photos, npz, tables, folders)
"""The modules whose import fills the registry."""


def data_sources() -> list[tuple[str, str]]:
    """(name, description) of the sets that are there without a file or a download."""
    return [(source.name, source.description) for source in SOURCES.values() if source.form == source.name]


def published_sets() -> list[Published]:
    """What is known of the sets that can be downloaded."""
    return [source.published for source in SOURCES.values() if source.published is not None]


def data_forms() -> list[tuple[str, str]]:
    """(spelling, description) of everything `open_data` understands, for help texts."""
    return [(source.form, source.description) for source in SOURCES.values()]


def open_data(
    spec: str, *, framing: Framing | None = None, split: Split = USUAL, progress: Progress | None = None
) -> ImageData:
    """The data set that `spec` stands for: `shapes`, `shapes:64`, `digits`, `cifar10`, `mnist:PATH`, a file, a folder.

    Nothing is downloaded: see `fetch_data`.

    With `framing`, the pictures fit it: its channels, and a square of `framing.resize` pixels when that is given (room
    for random crops; evaluation crops the centre), else exactly height by width. Without, pictures keep the set's own
    size (`digits` 1 x 8 x 8, `shapes` 3 x 32 x 32); a folder has none: RGB, short side 64, centre 64 x 64.
    What the user decided about the pictures counts (see `decisions`), and `split` says which are validated on.
    `progress(done, total)` counts pictures (total 0 while they are being found) and may raise to cancel. Raises
    `WorkbenchError` when there is no such set or it cannot be used.
    """
    source, argument = _find(spec.strip())
    request = Request(argument, framing, progress, split.group_column)
    decisions, groups_of = read_decisions(decisions_place(spec)), partial(_groups, progress=progress)
    if source.index is None:
        data = arranged_data(source.open(request), decisions, split, groups_of=groups_of)
    else:
        index = source.index(request)
        made = arrangement(index, decisions, split, groups_of=groups_of)
        data = load_files(arranged_index(index, made), framing=framing, progress=progress)
    data = replace(data, split=split)
    return fitted(data, framing, progress=progress) if framing else data


def open_index(
    spec: str, *, decisions: Decisions | None = None, column: str = "", progress: Progress | None = None
) -> DataIndex:
    """What a data set holds; picture files are listed, not decoded, so that this is quick for a huge folder too.

    What the user decided counts, unless `decisions` are given. The parts of a set that has none of its own may change
    when its pictures are opened and near-duplicates are found among them. `column` names the groups of a table. Raises
    as `open_data`, except for pictures that cannot be read: that is not known yet.
    """
    source, argument = _find(spec.strip())
    request = Request(argument, progress=progress, column=column)
    index = source.index(request) if source.index else index_of(source.open(request))
    known = read_decisions(decisions_place(spec)) if decisions is None else decisions
    if not known:
        return index
    return arranged_index(index, arrangement(index, known, Split(near_duplicates="anywhere"), groups_of=_alone))


def decisions_place(spec: str) -> str:
    """Where the decisions about a set belong: its file or folder, or its name."""
    source, argument = _find(spec.strip())
    return argument if source.takes_path and argument and Path(argument).expanduser().exists() else spec.strip()


def _groups(index: DataIndex, progress: Progress | None) -> Indices:
    from workbench.core.data.health.scan import scan

    return scan(index, progress).groups(index.labels)


def _alone(index: DataIndex) -> Indices:
    return np.arange(len(index))


def missing_download(spec: str) -> Published | None:
    """The published set that must be downloaded before `spec` can be opened, or None."""
    name = spec.strip()
    published = SOURCES[name].published if name in SOURCES else None
    return None if published is None or is_here(published) else published


def fetch_data(
    spec: str, *, progress: BytesProgress | None = None, cancelled: Callable[[], bool] | None = None
) -> None:
    """Download what `spec` needs, if it needs anything that is not here; `progress` counts bytes.

    Raises `WorkbenchError` when it cannot be had and `DownloadCancelled` when told to stop; what came is kept.
    """
    published = missing_download(spec)
    if published is not None:
        fetch(published, progress=progress, cancelled=cancelled)


def absolute_spec(spec: str) -> str:
    """The spec with its path, if it has one, made independent of the working directory."""
    name, colon, argument = spec.strip().partition(":")
    if name not in SOURCES or (colon and not argument):
        return absolute_path(spec.strip())
    return f"{name}:{absolute_path(argument)}" if SOURCES[name].takes_path and argument else spec.strip()


def _find(spec: str) -> tuple[Source, str]:
    """The source that answers a spec, and what it is to open."""
    name, colon, argument = spec.partition(":")
    if name in SOURCES and (argument or not colon):
        return SOURCES[name], argument
    path = Path(spec).expanduser()
    claims = (source for source in SOURCES.values() if spec and source.recognizes(path))
    source = next(claims, None)
    if source is None:
        raise _unknown(spec, path)
    return source, str(path)


class NoSuchSetError(WorkbenchError):
    """What was asked for is neither a set by name nor a file or folder that holds one."""


def _unknown(spec: str, path: Path) -> NoSuchSetError:
    if path.is_file():
        reason = "it is a file, but neither an .npz nor a table (.csv, .jsonl)"
    elif "/" in spec or "\\" in spec or path.suffix:
        reason = "there is no such file or folder"
    else:
        reason = "it is neither a set by name nor a path"
    close = difflib.get_close_matches(spec, SOURCES, n=2)
    forms = ", ".join(source.form for source in SOURCES.values())
    hint = f"Did you mean {' or '.join(close)}?" if close else f"Possible are: {forms}."
    return NoSuchSetError(f"There is no data set {spec or '(empty)'}", reason, hint)
