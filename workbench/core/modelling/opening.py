"""Opening a network by whatever names it: a ready network, a torchvision classifier or a network file."""

from __future__ import annotations

import difflib
import warnings
from pathlib import Path

from workbench.core.graph.network import Network
from workbench.core.graph.storage import load_network
from workbench.core.modelling.zoo import READY
from workbench.errors import WorkbenchError
from workbench.files import is_file

TORCHVISION_INPUT = {"inception_v3": (3, 299, 299)}
TORCHVISION_FAMILIES = (
    "alexnet",
    "densenet",
    "googlenet",
    "inception",
    "mobilenet_v2",
    "resnet",
    "resnext",
    "squeezenet",
    "vgg",
    "wide_resnet",
)
"""Whose every operation the catalog has; opening a network of another family names the operation that it lacks."""


def open_network(reference: str | Path) -> Network:
    """The network that a name or a path stands for; raises `WorkbenchError` when there is none."""
    text = str(reference)
    if text in READY:
        return READY[text].build()
    if text.endswith(".json") or is_file(text):
        return load_network(text)
    if text in _torchvision_models():
        return torchvision_network(text)
    close = difflib.get_close_matches(text, [*READY, *torchvision_names()], n=3)
    hint = f"Did you mean {' or '.join(close)}?" if close else "`workbench networks` lists the ready ones."
    raise WorkbenchError(f"There is no network {text}", "it is neither a ready network nor a network file", hint)


def torchvision_names() -> list[str]:
    """torchvision's classification networks that can be opened."""
    return [name for name in _torchvision_models() if name.startswith(TORCHVISION_FAMILIES)]


def torchvision_network(name: str) -> Network:
    """One of torchvision's networks, without weights, opened for editing."""
    import torch
    import torchvision

    from workbench.core.modelling.trace import trace_module

    with torch.device("meta"), warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # on how GoogLeNet and Inception begin: nothing begins here
        try:
            module = torchvision.models.get_model(name, weights=None)
        except NotImplementedError as error:  # RegNet: the meta device has shapes, but no numbers to read back
            raise WorkbenchError(f"{name} cannot be opened", "it computes its widths with tensors") from error
    return trace_module(module.eval(), input_shape=TORCHVISION_INPUT.get(name, (3, 224, 224)), name=name)


def _torchvision_models() -> list[str]:
    import torchvision

    return list(torchvision.models.list_models(module=torchvision.models))
