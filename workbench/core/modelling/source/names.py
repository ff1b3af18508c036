"""Names of classes: as the field calls such a block, else as the network calls its groups."""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterator

from workbench.core.layers.catalog import CATALOG
from workbench.core.modelling.source.bodies import Body, heads
from workbench.core.modelling.source.values import Call, Value

SPELLED = {
    "alexnet": "AlexNet", "cifar": "Cifar", "cnn": "CNN", "convnext": "ConvNeXt", "densenet": "DenseNet",
    "efficientnet": "EfficientNet", "googlenet": "GoogLeNet", "lenet": "LeNet", "maxvit": "MaxViT",
    "mnasnet": "MNASNet", "mobilenet": "MobileNet", "regnet": "RegNet", "resnet": "ResNet", "resnext": "ResNeXt",
    "shufflenet": "ShuffleNet", "squeezenet": "SqueezeNet", "vgg": "VGG", "vit": "ViT", "gap": "GAP", "fc": "FC",
    "net": "Net",
}  # fmt: skip
"""Words that have a spelling of their own."""
WORDS = re.compile("|".join(sorted(SPELLED, key=len, reverse=True)), re.IGNORECASE)
CONVOLUTION = "torch.nn.Conv2d"
RESERVED = frozenset({"Tensor", "OrderedDict", *(kind.name() for kind in CATALOG)})
"""Names that the text imports."""
KNOWN = {
    frozenset({"proj", "f", "activation"}): "ResBottleneckBlock",
    frozenset({"f", "activation"}): "ResBottleneckBlock",
    frozenset({"a", "b", "c"}): "BottleneckTransform",
    frozenset({"a", "b", "se", "c"}): "BottleneckTransform",
}
"""Blocks of the literature that are known by the names of their parts."""


def class_name(title: str) -> str:
    """The name of a network as the name of a class: `resnet50` is `ResNet50`."""
    words = [word for word in re.split(r"[^0-9a-zA-Z]+", title) if word]
    joined = "".join(_spelled(word) for word in words)
    name = joined if joined[:1].isalpha() else f"Network{joined}"
    return f"{name}Network" if name in RESERVED or keyword.iskeyword(name) else name


def _spelled(word: str) -> str:
    if word[0].isupper():
        return word
    found = WORDS.sub(lambda match: SPELLED[match[0].lower()], word)
    return found[0].upper() + found[1:]


def block_name(body: Body, group: str, block: str) -> str:
    """What a block is called: by what it computes, as in the catalog it came from, or by its place."""
    return _by_structure(body) or (class_name(block) if block else _by_place(group))


def _by_structure(body: Body) -> str:
    templates = [line.template for line in body.lines]
    called = list(_called(body))
    known = KNOWN.get(frozenset(body.names))
    if known:
        return known
    joins = any(template.startswith("torch.cat") for template in templates)
    convolutions = sum(head == CONVOLUTION for head in called)
    adds = any(" + " in template for template in templates)
    if any(" * " in template for template in templates) and any("igmoid" in head for head in called):
        return "SqueezeExcitation"
    if any("ttention" in head for head in called):
        return "AttentionBlock" if not adds else "EncoderBlock"
    if adds:
        return _residual(body, called, convolutions)
    if joins and "torch.nn.ChannelShuffle" in called:
        return "ShuffleUnit"
    if joins and {"squeeze", "expand1x1"} <= set(body.names):
        return "Fire"
    if convolutions == 1 and 1 < len(called) <= 3 and not joins:
        return "ConvNormActivation" if len(called) == 3 else "ConvBlock"
    return ""


def _residual(body: Body, called: list[str], convolutions: int) -> str:
    names = set(body.names)
    if {"block", "stochastic_depth"} <= names:
        known = "ConvNeXtBlock" if "torch.nn.Linear" in called else "FusedMBConv"
        return "MBConv" if known == "FusedMBConv" and _filters_channels(body) else known
    if _filters_channels(body):
        return "InvertedResidual"
    if {"conv1", "conv2", "conv3"} <= names:
        return "Bottleneck"
    return "BasicBlock" if {"conv1", "conv2"} <= names else "ResidualBlock"


def _filters_channels(body: Body) -> bool:
    """Whether a convolution takes each channel by itself."""
    return any(_is_depthwise(value) for _, value in body.children)


def _is_depthwise(value: Value) -> bool:
    if not isinstance(value, Call):
        return isinstance(value, (list, tuple)) and any(map(_is_depthwise, value))
    given = {argument.name: argument.value for argument in value.arguments}
    if "groups" in given and "in_channels" in given:
        return bool(given["groups"] != 1 and given["groups"] == given["in_channels"])
    return any(_is_depthwise(argument.value) for argument in value.arguments)


def _called(body: Body) -> Iterator[str]:
    for _, value in body.children:
        for head in heads(value):
            if head not in ("torch.nn.Sequential", "collections.OrderedDict", "tuple", "list"):
                yield head


DOCS = {
    "SqueezeExcitation": "Weighs each channel by a number computed from the means of all (arXiv 1709.01507).",
    "ConvNormActivation": "Convolution, normalization, activation.",
    "ConvBlock": "Convolution and what follows it.",
    "Bottleneck": "Residual block: 1x1, 3x3 and 1x1 convolutions beside a shortcut (arXiv 1512.03385).",
    "BasicBlock": "Residual block: two 3x3 convolutions beside a shortcut (arXiv 1512.03385).",
    "ResidualBlock": "Layers beside a shortcut.",
    "MBConv": "Widens, filters each channel by itself, weighs the channels, narrows (arXiv 1905.11946).",
    "FusedMBConv": "Widens by a full convolution, narrows (arXiv 2104.00298).",
    "ResBottleneckBlock": "Residual block of convolutions in groups (arXiv 2003.13678).",
    "BottleneckTransform": "1x1, grouped 3x3 and 1x1 convolutions.",
    "InvertedResidual": "Widens, filters each channel by itself, narrows (arXiv 1801.04381).",
    "ConvNeXtBlock": "A large depthwise convolution and a perceptron beside a shortcut (arXiv 2201.03545).",
    "EncoderBlock": "Attention and a perceptron, each beside a shortcut.",
    "Inception": "Branches of different depth whose channels are joined (arXiv 1409.4842).",
    "Fire": "Squeezes the channels, then expands them by 1x1 and 3x3 convolutions (arXiv 1602.07360).",
    "ShuffleUnit": "Two branches whose channels are joined and shuffled (arXiv 1807.11164).",
    "DenseLayer": "Computes new channels from those of all layers before it (arXiv 1608.06993).",
    "DenseBlock": "Dense layers, each fed by all before it.",
    "Transition": "Fewer channels, half the height and width.",
}
"""What the blocks of the field are, in a sentence."""


def block_doc(name: str, count: int) -> str:
    """One sentence on a block that a network uses so many times."""
    known = DOCS.get(name) or DOCS.get(name[:-1] if name[-1:].isupper() else "")
    return known or (f"A part of the network that comes {count} times." if count > 1 else "A part of the network.")


PLACES = {"denselayer": "DenseLayer", "denseblock": "DenseBlock", "transition": "Transition", "mixed": "Inception"}
"""Groups whose names have words run together."""


def _by_place(group: str) -> str:
    """`inception3a` is `Inception`, `features.3` is `FeaturesBlock`."""
    parts = [part for part in group.split(".") if not part.isdigit()]
    last = re.split(r"[\d]", parts[-1])[0].strip("_-") if parts else ""
    if not last:
        return "Block"
    if last.lower() in PLACES:
        return PLACES[last.lower()]
    name = "".join(word[0].upper() + word[1:] for word in re.split(r"[_\-]+", last) if word)
    return f"{name}Block" if group.rpartition(".")[2].isdigit() else name


def distinct(names: list[str], *, reserved: str) -> list[str]:
    """The same names with letters behind those that several classes would have."""
    counts: dict[str, int] = {}
    result: list[str] = []
    for name in names:
        number = counts[name] = counts.get(name, -1) + 1
        several = names.count(name) > 1
        result.append(f"{name}{_letter(number)}" if several else f"{name}Block" if name == reserved else name)
    return result


def _letter(number: int) -> str:
    return chr(ord("A") + number) if number < 26 else str(number)
