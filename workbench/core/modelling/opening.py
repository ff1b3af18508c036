"""Opening a network by whatever names it: a ready network, a network file, a class in a file of Python, ONNX."""

from __future__ import annotations

import difflib
import warnings
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.core.graph.network import Network
from workbench.core.graph.storage import load_network
from workbench.core.layers.kind import Shape
from workbench.core.modelling.auxiliary import AUXILIARY, WITH_HEADS, keeps_heads, plain_name
from workbench.core.modelling.foreign import Consent, code_in, given, open_code
from workbench.core.modelling.zoo import READY
from workbench.errors import WorkbenchError
from workbench.files import is_file

if TYPE_CHECKING:
    from torch import nn

SIDES = {
    "inception_v3": 299,
    "efficientnet_b1": 240,
    "efficientnet_b2": 288,
    "efficientnet_b3": 300,
    "efficientnet_b4": 380,
    "efficientnet_b5": 456,
    "efficientnet_b6": 528,
    "efficientnet_b7": 600,
    "efficientnet_v2_s": 384,
    "efficientnet_v2_m": 480,
    "efficientnet_v2_l": 480,
    "swin_v2_t": 256,
    "swin_v2_s": 256,
    "swin_v2_b": 256,
}
"""Height and width of the pictures that torchvision's weights were measured with, where they are not 224."""


def open_network(
    reference: str | Path,
    *,
    consent: Consent = given,
    input_shape: Shape | None = None,
    arguments: Mapping[str, Any] | None = None,
) -> Network:
    """The network that a name or a path stands for; raises `WorkbenchError` when there is none.

    `FILE.py:Class` runs the code in the file, in a process of its own, if `consent` says so; `arguments` are those of
    the class, `input_shape` the pictures it takes.
    """
    text = str(reference)
    if text in READY:
        return READY[text].build()
    code = code_in(text)
    if code is not None:
        return open_code(replace(code, arguments=arguments or {}, input_shape=input_shape), consent=consent).network
    if text.endswith(".onnx"):
        from workbench.core.modelling.onnx_import import open_onnx

        return open_onnx(Path(text)).network
    if text.endswith(".json") or is_file(text):
        return load_network(text)
    if text in torchvision_names():
        return torchvision_network(text)
    close = difflib.get_close_matches(text, [*READY, *torchvision_names()], n=3)
    hint = f"Did you mean {' or '.join(close)}?" if close else "`workbench networks` lists the ready ones."
    raise WorkbenchError(f"There is no network {text}", "it is neither a ready network nor a network file", hint)


def torchvision_names() -> list[str]:
    """torchvision's classification networks, those with auxiliary heads also with them; all of them can be opened."""
    return [*_torchvision_models(), *(plain + WITH_HEADS for plain in AUXILIARY)]


def torchvision_input(name: str) -> Shape:
    """The shape of a picture for one of torchvision's networks."""
    side = SIDES.get(plain_name(name), 224)
    return 3, side, side


def torchvision_network(name: str) -> Network:
    """One of torchvision's networks, without weights, opened for editing; with its auxiliary heads if asked for."""
    from workbench.core.modelling.blocks import recognize_blocks
    from workbench.core.modelling.trace import trace_module

    module = torchvision_module(name)
    module.training = keeps_heads(name)  # the root alone: only it asks, and only for the heads
    return recognize_blocks(trace_module(module, input_shape=torchvision_input(name), name=name, results="first"))


def torchvision_module(name: str) -> nn.Module:
    """One of torchvision's networks in eval mode, with weights that take no memory and cannot run.

    It has its auxiliary heads whether or not the name asks for them: torchvision's weights have them too.
    """
    import torchvision

    from workbench.core.modelling.tracing import UnfilledOnMeta

    with UnfilledOnMeta(), warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # on how GoogLeNet and Inception begin: nothing begins here
        module: nn.Module = torchvision.models.get_model(plain_name(name), weights=None)
    return module.eval()


def _torchvision_models() -> list[str]:
    import torchvision

    return list(torchvision.models.list_models(module=torchvision.models))
