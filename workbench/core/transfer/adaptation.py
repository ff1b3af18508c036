"""Giving a backbone a head for other classes."""

from __future__ import annotations

from workbench.core.graph.network import Network
from workbench.core.modelling.heads import head_of, with_classes
from workbench.core.transfer.backbones import Backbone
from workbench.errors import WorkbenchError


def adapt(network: Network, backbone: Backbone, classes: int) -> Network:
    """The network with its head made for `classes` classes; everything else keeps its name, and so its weights.

    Raises `WorkbenchError` if there are fewer than two classes or the network does not end in the backbone's head.
    """
    if classes < 2:
        reason = f"the photos are of {classes} class" if classes else "there are no photos"
        raise WorkbenchError("There is nothing to tell apart", reason, "Put the photos of each class in a folder.")
    head = head_of(network)
    if head is None or head.name != backbone.head:
        raise WorkbenchError(f"{network.name} does not end in {backbone.head}", "a new head would not fit there")
    return with_classes(network, classes)
