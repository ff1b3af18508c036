"""The process in which somebody's code runs: it imports the file, makes the module, traces it and compares the two.

Started by `foreign.open_code` with a folder that holds the request; the answer goes into the same folder.
"""

from __future__ import annotations

import os
import sys
import threading
import traceback
from collections.abc import Collection, Sequence
from pathlib import Path

import msgspec
import safetensors.torch
import torch
from torch import Tensor, nn

from workbench.core.graph.network import Network
from workbench.core.graph.storage import save_network
from workbench.core.layers.kind import Shape, describe_shape
from workbench.core.modelling.blocks import recognize_blocks
from workbench.core.modelling.compile import build_module
from workbench.core.modelling.foreign import ANSWER, GIVEN, NETWORK, REQUEST, WEIGHTS, Answer, Request
from workbench.core.modelling.somebodys import load_object, make_module, somebodys_code
from workbench.core.modelling.stops import own_place
from workbench.core.modelling.trace import trace_module
from workbench.errors import WorkbenchError

SIDES = {1: (28, 32, 64, 224, 96, 128, 256, 8, 16), 3: (32, 224, 64, 96, 128, 256, 299, 28, 48)}
"""Usual heights and widths of pictures, for gray ones and others, in the order in which they are tried."""
PICTURES = 2
TOLERANCE = 1e-4
"""Outputs that differ more, as a share of the largest, are not the same outputs."""


def main(arguments: Sequence[str]) -> int:
    """Open what the folder asks for and leave an answer there."""
    folder = Path(arguments[0])
    request = msgspec.json.decode((folder / REQUEST).read_bytes(), type=Request)
    watch = threading.Timer(request.limit, _give_up, (folder, request))
    watch.daemon = True
    watch.start()
    try:
        answer = _open(folder, request)
    except WorkbenchError as error:
        answer = Answer(error=(error.title, error.reason, error.hint))
    _leave(folder, answer)
    return 0


def _open(folder: Path, request: Request) -> Answer:
    torch.manual_seed(0)
    path = Path(request.path)
    module = make_module(load_object(path, request.name), request.arguments, path)
    title = type(module).__name__
    if (folder / GIVEN).exists():
        _fill(module, folder / GIVEN)
    module.eval()
    notes = []
    shape = request.input_shape
    if shape is None:
        shape = _usual_shape(module, title)
        notes.append(f"pictures of {describe_shape(shape)} are assumed: the first usual size that {title} runs with")
    wanted = _outputs(module, shape, title)
    network = recognize_blocks(trace_module(module, input_shape=shape))
    left_out, difference = _compare(network, module, shape, wanted)
    if left_out:
        notes.append(f"left out what forward does not use: {', '.join(left_out)}")
    save_network(network, folder / NETWORK)
    _save_weights(module, left_out, folder / WEIGHTS)
    return Answer(notes, difference)


def _fill(module: nn.Module, path: Path) -> None:
    try:
        module.load_state_dict(safetensors.torch.load_file(path), strict=True)
    except RuntimeError as error:
        lines = [line.strip() for line in str(error).splitlines()]
        reason = next((line for line in lines[1:] if line), lines[0])
        raise WorkbenchError(f"The weights do not fit {type(module).__name__}", reason) from error


def _usual_shape(module: nn.Module, title: str) -> Shape:
    """The first usual shape of a picture that the module runs with."""
    first = next((part for part in module.modules() if isinstance(part, nn.Conv2d)), None)
    channels = (first.in_channels,) if first is not None and first.in_channels else (3, 1)
    shapes = [(count, side, side) for count in channels for side in SIDES.get(count, SIDES[3])]
    for shape in shapes:
        try:
            _outputs(module, shape, title)
        except WorkbenchError:
            continue
        return shape
    _outputs(module, shapes[0], title)
    return shapes[0]


def _outputs(module: nn.Module, shape: Shape, title: str) -> object:
    """What the module makes of a few pictures of noise."""
    hint = "Say which pictures it takes: --input with channels, height and width, as in 3x32x32."
    with somebodys_code(f"{title} cannot run with pictures of {describe_shape(shape)}", hint), torch.no_grad():
        return module(_noise(shape))


def _noise(shape: Shape) -> Tensor:
    return torch.randn(PICTURES, *shape, generator=torch.Generator().manual_seed(0))


def _compare(network: Network, module: nn.Module, shape: Shape, wanted: object) -> tuple[list[str], float]:
    """The keys that the network has no place for, and the largest difference of its outputs from the module's."""
    made, state = build_module(network, device="meta"), module.state_dict()
    kept = {key: state[key].detach().clone() for key in made.state_dict() if key in state}
    made.load_state_dict(kept, strict=True, assign=True)
    with torch.no_grad():
        outputs = made.eval()(_noise(shape))
    assert isinstance(wanted, Tensor)
    difference = float((outputs - wanted).abs().max())
    if not difference <= TOLERANCE * max(1.0, float(wanted.abs().max())):
        reason = f"its outputs differ by up to {difference:.3g}: forward may draw random numbers or remember something"
        raise WorkbenchError(f"The network does not compute what {network.name} computes", reason)
    return [key for key in state if key not in kept], difference


def _save_weights(module: nn.Module, left_out: Collection[str], path: Path) -> None:
    state = {key: value for key, value in module.state_dict().items() if key not in left_out}
    safetensors.torch.save_file({key: value.detach().contiguous().clone() for key, value in state.items()}, path)


def _leave(folder: Path, answer: Answer) -> None:
    temporary = folder / f"{ANSWER}.tmp"
    temporary.write_bytes(msgspec.json.encode(answer))
    temporary.replace(folder / ANSWER)


def _give_up(folder: Path, request: Request) -> None:
    """Say where the code is after all its time, and end the process."""
    main_thread = threading.main_thread().ident or 0
    frame = sys._current_frames().get(main_thread)
    place = own_place((each.filename, each.lineno or 0) for each in traceback.extract_stack(frame))
    title = f"{Path(request.path).name} takes too long"
    reason = f"{place.quoted if place else 'it'}: still running after {request.limit:g} seconds"
    hint = 'Put what only a script should do, training above all, under `if __name__ == "__main__":`.'
    _leave(folder, Answer(error=(title, reason, hint)))
    os._exit(0)
