"""Opening sets and fetching published ones, on a lane."""

from __future__ import annotations

import dataclasses
import mimetypes
import os
from dataclasses import dataclass
from pathlib import Path

from msgspec.structs import replace

from workbench.core.data.files import LAYOUT
from workbench.core.data.images import Indices
from workbench.core.data.published.definition import Published, megabytes
from workbench.core.data.registry import Progress
from workbench.core.data.split import USUAL, Split
from workbench.errors import WorkbenchError
from workbench.gui.background import Background
from workbench.gui.data.holding import Holding, Mask, decided_holding
from workbench.gui.widgets.busy import NoLongerWantedError


@dataclass(frozen=True)
class Missing:
    """A published set that must be downloaded first."""

    spec: str
    published: Published

    @property
    def offer(self) -> str:
        """What the button says."""
        return f"Download {megabytes(self.published.download_bytes)}"

    @property
    def sentence(self) -> str:
        """What would be fetched, and on what terms."""
        site = self.published.page.split("/")[2]
        return f"{self.published.description}.\nFrom {site}. {self.published.licence}"


@dataclass(frozen=True)
class Nothing:
    """A set without pictures; `loose` ones lie in its folder, but in no folder of a class."""

    spec: str
    loose: int = 0

    @property
    def sentence(self) -> str:
        """Why there are none, and what to do."""
        if self.loose:
            return f"Its pictures lie side by side ({self.loose:,}). Put those of each class into a folder of its own."
        return f"No folder in it has pictures. {LAYOUT}" if Path(self.spec).expanduser().is_dir() else LAYOUT


def open_holding(spec: str, report: Progress, split: Split = USUAL) -> Holding | Missing | Nothing:
    """A set with what was decided about it, or why there is nothing to show. `report` may raise to cancel.

    A set that cannot be split by the groups of `split` is split without, and the reason is noted.
    """
    from workbench.core.data.sources import missing_download

    published = missing_download(spec)
    if published is not None:
        return Missing(spec, published)
    try:
        opened = _opened(spec, report, split)
        return opened if len(opened) else Nothing(spec, loose_pictures(Path(spec).expanduser()))
    except WorkbenchError as error:
        if not split.group_word:
            raise
        holding = _opened(spec, report, replace(split, group_column="", group_pattern=""))
        return dataclasses.replace(holding, note=f"Not split by {split.group_word} as the Train room asks: {error}")


def loose_pictures(folder: Path) -> int:
    """How many files right in a folder are pictures by their names."""
    if not folder.is_dir():
        return 0
    with os.scandir(folder) as entries:
        return sum((mimetypes.guess_type(entry.name)[0] or "").startswith("image/") for entry in entries)


@dataclass(frozen=True, eq=False)
class Seen:
    """What a look at every picture tells: which cannot be read, and which are nearly the same where that matters."""

    unreadable: Mask
    doubles: Indices | None = None


def first_look(holding: Holding, report: Progress) -> Seen | None:
    """What a training would find out about the pictures; None where looking takes long."""
    from workbench.core.data.health.scan import is_quick, scan

    if not is_quick(holding.index):
        return None
    found = scan(holding.index, report)
    return Seen(~found.usable, None if holding.is_settled else found.groups(holding.index.labels))


def quiet_report(jobs: Background) -> Progress:
    """A progress callback that shows nothing and ends the work when its answer is no longer wanted."""

    def report(_done: int, _total: int) -> None:
        if not jobs.wanted():
            raise NoLongerWantedError

    return report


def _opened(spec: str, report: Progress, split: Split) -> Holding:
    from workbench.core.data.decisions import Decisions, read_decisions
    from workbench.core.data.sources import decisions_place, open_index

    index = open_index(spec, decisions=Decisions(), column=split.group_column, progress=report)
    return decided_holding(spec, index, read_decisions(decisions_place(spec)), split=split)


def fetch(spec: str, report: Progress) -> None:
    """Download what a set needs; `report` counts bytes and may raise to cancel."""
    from workbench.core.data.sources import fetch_data

    fetch_data(spec, progress=report)
