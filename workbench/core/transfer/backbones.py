"""Backbones: networks whose published weights have already learned to see. One entry of the table each.

Nothing here loads torch when it is imported: published weights and networks are looked up when they are asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from workbench.core.data.preprocessing import Framing, Preprocessing
from workbench.core.graph.network import Network
from workbench.errors import WorkbenchError


@dataclass(frozen=True)
class PublishedWeights:
    """One version of a backbone's weights, its accuracy on ImageNet-1K (a share) and its preprocessing."""

    version: str
    url: str
    accuracy: float
    megabytes: float
    preprocessing: Preprocessing

    @property
    def file_name(self) -> str:
        """The name of the file, which carries the first digits of its SHA-256."""
        return self.url.rsplit("/", 1)[-1]


@dataclass(frozen=True)
class Backbone:
    """A network to start from: `head` is the node that decides, `stages` the prefixes below it from picture to head.

    `versions` gives its published weights, the one to take first; `network` gives it with the head of its own training.
    """

    name: str
    sentence: str
    parameters: int
    head: str
    stages: tuple[str, ...]
    versions: Callable[[], tuple[PublishedWeights, ...]]
    network: Callable[[], Network]


def torchvision_versions(weights: str, first: str) -> Callable[[], tuple[PublishedWeights, ...]]:
    """The members of one of torchvision's enumerations of weights, `first` in front, read when called."""

    def versions() -> tuple[PublishedWeights, ...]:
        import torchvision

        members: Any = type(torchvision.models.get_weight(f"{weights}.{first}"))
        return tuple(_published(member) for member in sorted(members, key=lambda member: member.name != first))

    return versions


def preprocessing_of(transforms: Any) -> Preprocessing:
    """torchvision's `ImageClassification` transforms as our record; the sides are those of a square crop."""
    (side,), (resize,) = transforms.crop_size, transforms.resize_size
    names: dict[str, Literal["bilinear", "bicubic"]] = {"bilinear": "bilinear", "bicubic": "bicubic"}
    interpolation = names[transforms.interpolation.value]
    return Preprocessing(
        Framing(len(transforms.mean), side, side, resize, interpolation), tuple(transforms.mean), tuple(transforms.std)
    )


def backbone_named(name: str, backbones: Mapping[str, Backbone] | None = None) -> Backbone:
    """The entry of the table; raises `WorkbenchError` with the names there are."""
    table = BACKBONES if backbones is None else backbones
    if name not in table:
        raise WorkbenchError(f"There is no backbone {name}", "", f"Choose one of {', '.join(table)}")
    return table[name]


def _published(member: Any) -> PublishedWeights:
    facts = member.meta
    accuracy = facts["_metrics"]["ImageNet-1K"]["acc@1"] / 100
    return PublishedWeights(
        member.name, member.url, accuracy, facts["_file_size"], preprocessing_of(member.transforms())
    )


def _torchvision_network(name: str) -> Callable[[], Network]:
    def network() -> Network:
        from workbench.core.modelling.opening import torchvision_network

        return torchvision_network(name)

    return network


# The first version of MobileNetV2 is taken because weights trained with label smoothing (the second) give features that
# a new head separates less well: Kornblith et al. 2021 (arXiv 2010.16402).
_TABLE = (
    Backbone(
        "mobilenet_v2",
        "Small and accurate: the right first choice, on a laptop too.",
        parameters=3_504_872,
        head="classifier.1",
        stages=("features",),
        versions=torchvision_versions("MobileNet_V2_Weights", "IMAGENET1K_V1"),
        network=_torchvision_network("mobilenet_v2"),
    ),
    Backbone(
        "squeezenet1_1",
        "The smallest and quickest, at some cost in accuracy.",
        parameters=1_235_496,
        head="classifier.1",
        stages=("features",),
        versions=torchvision_versions("SqueezeNet1_1_Weights", "IMAGENET1K_V1"),
        network=_torchvision_network("squeezenet1_1"),
    ),
    Backbone(
        "resnet18",
        "The classic of the courses: plain residual blocks, easy to look into.",
        parameters=11_689_512,
        head="fc",
        stages=("conv1", "bn1", "layer1", "layer2", "layer3", "layer4"),
        versions=torchvision_versions("ResNet18_Weights", "IMAGENET1K_V1"),
        network=_torchvision_network("resnet18"),
    ),
)

BACKBONES: Mapping[str, Backbone] = {backbone.name: backbone for backbone in _TABLE}
