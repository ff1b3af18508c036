"""Where a backbone's weights come from: a file, torch's cache, or the published address."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from workbench.core.data.download import Progress, download, has_right_hash
from workbench.core.data.preprocessing import Preprocessing
from workbench.core.transfer.backbones import Backbone, PublishedWeights
from workbench.errors import WorkbenchError

if TYPE_CHECKING:
    from torch import Tensor

Source = Literal["file", "cache", "download"]


@dataclass(frozen=True)
class WeightsSource:
    """Where the weights are now, and whose preprocessing goes with them.

    `recognized` is false for a file that is none of the published ones: it is then taken for the first version.
    """

    source: Source
    published: PublishedWeights
    path: Path
    recognized: bool = True

    @property
    def preprocessing(self) -> Preprocessing:
        """What is done to a picture before these weights see it."""
        return self.published.preprocessing


def weights_source(backbone: Backbone, *, file: str | Path | None = None) -> WeightsSource:
    """Where the weights would come from, fetching nothing; raises `WorkbenchError` if a file does not fit."""
    versions = backbone.versions()
    if file is not None:
        path = Path(file).expanduser()
        check_weights(path, backbone)
        known = next((version for version in versions if _is_version(path, version)), None)
        return WeightsSource("file", known or versions[0], path, known is not None)
    path = weights_cache() / versions[0].file_name
    in_cache = path.is_file() and has_right_hash(path, path.name)
    return WeightsSource("cache" if in_cache else "download", versions[0], path)


def find_weights(
    backbone: Backbone,
    *,
    file: str | Path | None = None,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Path:
    """The file of weights to start from: the given one, the one in torch's cache, or the downloaded one.

    Raises `WorkbenchError` if the file does not fit or the download fails, `DownloadCancelled` when told to stop.
    """
    found = weights_source(backbone, file=file)
    if found.source == "download":
        return download(found.published.url, found.path, progress=progress, cancelled=cancelled)
    return found.path


def weights_cache() -> Path:
    """torch's own folder of downloaded weights (`TORCH_HOME` moves it), so that nothing is fetched twice."""
    import torch

    return Path(torch.hub.get_dir()) / "checkpoints"


def check_weights(path: Path, backbone: Backbone) -> None:
    """Raise `WorkbenchError` naming the first tensor of the body that a file lacks, adds or has in another shape.

    The head may be of any size: a new one takes its place.
    """
    from workbench.core.modelling.compile import build_module
    from workbench.core.training.checkpoint import load_weight_file
    from workbench.core.training.phases import is_below
    from workbench.core.training.starting_weights import first_difference

    def body(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
        return {key: value for key, value in state.items() if not is_below(key, (backbone.head,))}

    found = body(load_weight_file(path))
    difference = first_difference(body(build_module(backbone.network(), device="meta").state_dict()), found)
    if difference:
        title = f"{path.name} does not hold the weights of {backbone.name}"
        raise WorkbenchError(title, difference, "Choose another file, or the backbone that the file belongs to.")


def _is_version(path: Path, version: PublishedWeights) -> bool:
    return "-" in version.file_name and has_right_hash(path, version.file_name)
