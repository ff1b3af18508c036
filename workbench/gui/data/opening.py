"""Opening sets and fetching published ones, on a lane."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from workbench.core.data.published.definition import Published, megabytes
from workbench.gui.data.holding import Holding, decided_holding

Report = Callable[[int, int], None]


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


def open_holding(spec: str, report: Report) -> Holding | Missing:
    """A set with what was decided about it, or that it must be downloaded. `report` may raise to cancel."""
    from workbench.core.data.decisions import Decisions, read_decisions
    from workbench.core.data.sources import decisions_place, missing_download, open_index

    published = missing_download(spec)
    if published is not None:
        return Missing(spec, published)
    index = open_index(spec, decisions=Decisions(), progress=report)
    return decided_holding(spec, index, read_decisions(decisions_place(spec)))


def fetch(spec: str, report: Report) -> None:
    """Download what a set needs; `report` counts bytes and may raise to cancel."""
    from workbench.core.data.sources import fetch_data

    fetch_data(spec, progress=report)
