"""Opening data for a verb: what is not on this computer is downloaded first, and told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.cli.report import Counter, tell

if TYPE_CHECKING:
    from workbench.core.data.images import ImageData
    from workbench.core.data.preprocessing import Framing
    from workbench.core.data.split import Split


def opened_data(
    spec: str, framing: Framing, *, split: Split | None = None, what: str = "Reading pictures"
) -> ImageData:
    """The data set of a spec; raises `WorkbenchError` if it cannot be had."""
    from workbench.core.data.sources import open_data
    from workbench.core.data.split import USUAL

    fetched_data(spec)
    return open_data(spec, framing=framing, split=split or USUAL, progress=Counter(what))


def fetched_data(spec: str) -> None:
    """Download what a spec needs; Ctrl+C keeps what came."""
    from workbench.core.data.published.definition import megabytes
    from workbench.core.data.sources import fetch_data, missing_download

    published = missing_download(spec)
    if published is None:
        return
    size = megabytes(published.download_bytes)
    tell(f"{published.name} is downloaded once: {size} from {published.page}. Terms: {published.licence}")
    fetch_data(spec, progress=Counter("Downloading: bytes"))
