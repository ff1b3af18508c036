"""`workbench inspect`: what the layers of a network make of a picture, and what its convolutions learned."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.cli.opening import code_options, opened
from workbench.cli.report import print_json, tell
from workbench.cli.verbs import Parser, json_option, verb
from workbench.errors import WorkbenchError

if TYPE_CHECKING:
    import torch

    from workbench.core.data.preprocessing import Preprocessing
    from workbench.core.graph.network import Network
    from workbench.core.runs.folder import Run

TILE = 64
"""Small maps and kernels are enlarged so that a tile is about so many pixels wide."""


def _arguments(parser: Parser) -> None:
    parser.add_argument("network", metavar="NET|RUN", help="a run, or a network (with the weights it would start from)")
    parser.add_argument("--show", choices=("maps", "filters"), default="maps", help="what to draw (maps)")
    parser.add_argument("--image", type=Path, metavar="FILE", help="the picture (a run: its first held-out one)")
    parser.add_argument("--node", metavar="NAME", help="one node (maps: all; filters: the first convolution)")
    parser.add_argument("--which", choices=("best", "last"), default="best", help="the checkpoint of a run (best)")
    parser.add_argument("-o", "--out", type=Path, metavar="DIR", required=True, help="the folder for the pictures")
    code_options(parser)
    json_option(parser)


@verb("inspect", "NET|RUN --show maps|filters -o DIR", "pictures of feature maps or filters", arguments=_arguments)
def inspect(options: Namespace) -> None:
    """Write pictures of maps or filters and list them."""
    run = _run(options.network)
    network = run.network if run else opened(options)
    module = run.module(which=options.which) if run else _untrained(network)
    if options.show == "filters":
        sheets = _filter_sheets(module, network, options.node)
    else:
        sheets = _map_sheets(module, _image(run, network, options.image), options.node)
    records = [_write(sheet, options.out) for sheet in sheets]
    if options.json:
        print_json(records)
        return
    for record in records:
        print(record["file"])
    if records:
        tell(records[0]["caption"])


def _run(reference: str) -> Run | None:
    from workbench.core.runs.folder import open_run

    return open_run(reference) if Path(reference).is_dir() else None


def _untrained(network: Network) -> torch.nn.Module:
    from workbench.core.inspection.untrained import untrained_module

    tell(f"{network.name} is not trained: its weights are random.")
    return untrained_module(network)


def _image(run: Run | None, network: Network, path: Path | None) -> torch.Tensor:
    """The picture as the network wants it: a file, or the first that the run held out."""
    from workbench.core.data.preprocessing import frame, to_tensor

    preprocessing = run.preprocessing if run else _plain(network)
    if path is not None:
        return to_tensor(frame(_opened(path), preprocessing.framing)[None], preprocessing)
    if run is None:
        raise WorkbenchError("--image says which picture to look at", hint="A run has pictures of its own.")
    return to_tensor(run.data().validation.images[:1], preprocessing)


def _plain(network: Network) -> Preprocessing:
    """Preprocessing for a network that has seen no data: values between -1 and 1."""
    from workbench.core.data.preprocessing import Preprocessing
    from workbench.core.training.compatibility import framing_of

    framing = framing_of(network)
    half = (0.5,) * framing.channels
    return Preprocessing(framing, half, half)


def _opened(path: Path) -> Any:
    import PIL.Image

    try:
        image = PIL.Image.open(path)
        image.load()
    except (OSError, ValueError, PIL.Image.DecompressionBombError) as error:
        reason = getattr(error, "strerror", None) or "it is not a picture that can be read"
        raise WorkbenchError(f"Could not read {path}", reason) from error
    return image


def _map_sheets(module: Any, image: torch.Tensor, node: str | None) -> Iterator[dict[str, Any]]:
    """A sheet of tiles for every node with maps, bars for every vector."""
    from workbench.core.inspection.capture import capture
    from workbench.core.inspection.feature_maps import bar_sheet, tile_sheet

    captured = capture(module, image, [node] if node else None)
    for number, (name, values) in enumerate(captured.items()):
        record = {"node": name, "show": "maps", "shape": list(values.shape[1:]), "name": f"{number:03d}-{name}-maps"}
        if values.ndim == 4:
            sheet = tile_sheet(values[0], scale=_scale(values.shape[-1]))
            yield {**record, "image": sheet.image, "caption": sheet.caption}
        elif values.ndim == 2:
            caption = "One bar for each value, up is positive, from a common zero line."
            yield {**record, "image": bar_sheet(values[0]), "caption": caption}


def _filter_sheets(module: Any, network: Network, node: str | None) -> Iterator[dict[str, Any]]:
    from workbench.core.inspection.filters import filter_meaning, filter_sheet, filters

    name = node or _first_convolution(network)
    weights = filters(module, name)
    sheet = filter_sheet(weights, scale=_scale(weights.shape[-1]))
    yield {
        "node": name,
        "show": "filters",
        "shape": list(weights.shape),
        "name": f"{name}-filters",
        "image": sheet.image,
        "caption": filter_meaning(weights.shape[1]),
    }


def _first_convolution(network: Network) -> str:
    for name in network.execution_order:
        if network[name].kind == "Conv2d":
            return name
    raise WorkbenchError(f"{network.name} has no convolution", "only convolutions have filters to look at")


def _write(sheet: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Save a sheet as PNG; the record without the pixels."""
    import PIL.Image

    from workbench.files import replace_atomically

    path = folder / f"{sheet['name']}.png"
    image = PIL.Image.fromarray(sheet["image"])
    replace_atomically(path, lambda temporary: image.save(temporary, format="PNG"))
    kept = {key: sheet[key] for key in ("node", "show", "shape", "caption")}
    return {**kept, "file": str(path)}


def _scale(side: int) -> int:
    return max(1, TILE // side)
