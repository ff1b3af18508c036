"""Ready networks: the ten of the tutorials, defined here, and torchvision's classifiers, traced when opened."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from workbench.core.graph.network import Network
from workbench.core.layers.blocks.convolution import ConvNormAct
from workbench.core.layers.blocks.residual import BasicBlock, ResidualConv
from workbench.core.layers.kind import Shape
from workbench.core.modelling.sketch import Sketch


@dataclass(frozen=True)
class ReadyNetwork:
    """A network that can be opened by name, with the one idea worth remembering about it."""

    name: str
    family: str
    idea: str
    source: str
    build: Callable[[], Network]


READY: dict[str, ReadyNetwork] = {}
Body = Callable[[Sketch], None]


def tutorial(idea: str, *, input_shape: Shape = (3, 32, 32)) -> Callable[[Body], Body]:
    """Register a tutorial network under the name of the function that draws it."""

    def register(draw: Body) -> Body:
        name = draw.__name__

        def build() -> Network:
            sketch = Sketch(name, input_shape)
            draw(sketch)
            return sketch.finish()

        READY[name] = ReadyNetwork(name, "tutorial", idea, "course", build)
        return draw

    return register


@tutorial("Three convolutions, then the mean of each channel: a first real classifier.")
def cifar10cnn(net: Sketch) -> None:
    for number, (width, pool) in enumerate([(32, False), (64, True), (128, True)], start=1):
        net.conv_bn_relu(str(number), width)
        if pool:
            net.add(f"pool{number}", "MaxPool2d")
    net.global_pool()
    net.hidden("1", 64, dropout=0.5)
    net.add("fc2", "Linear", out_features=10)


@tutorial("Two convolutions before each pooling see further than one.")
def cifar10net(net: Sketch) -> None:
    for stage, width in ((1, 32), (2, 64)):
        net.conv_bn_relu(f"{stage}_1", width)
        net.conv_bn_relu(f"{stage}_2", width)
        net.add(f"pool{stage}", "MaxPool2d")
    net.conv_bn_relu("3", 128)
    net.global_pool()
    net.add("dropout", "Dropout", p=0.3)
    net.add("fc", "Linear", out_features=10)


@tutorial("Global average pooling instead of a large fully connected layer.")
def simple_cnn_gap(net: Sketch) -> None:
    for number, width in ((1, 32), (2, 64)):
        net.conv_bn_relu(str(number), width)
        net.add(f"pool{number}", "MaxPool2d")
    net.conv_bn_relu("3", 128)
    net.global_pool()
    net.add("fc", "Linear", out_features=10)


@tutorial("Flattening: nearly all parameters sit in one fully connected layer.")
def simple_cnn_fc(net: Sketch) -> None:
    for number, width in ((1, 32), (2, 64), (3, 128)):
        net.conv_bn_relu(str(number), width)
        net.add(f"pool{number}", "MaxPool2d")
    net.add("flatten", "Flatten")
    net.hidden("1", 256, dropout=0.5)
    net.add("fc2", "Linear", out_features=10)


@tutorial("Strided convolutions instead of pooling, shortcuts where the shape stays; start it with Kaiming fan-out.")
def modern_cnn(net: Sketch) -> None:
    net.block("stem", ConvNormAct(32))
    for stage, (width, shortcuts) in enumerate([(64, 1), (128, 2), (256, 2)], start=1):
        net.block(f"stage{stage}.0", ConvNormAct(width, stride=2))
        for number in range(1, shortcuts + 1):
            net.block(f"stage{stage}.{number}", ResidualConv(in_channels=width))
    net.global_pool()
    net.add("dropout", "Dropout", p=0.5)
    net.add("fc", "Linear", out_features=10)


@tutorial("Residual blocks: each learns only what to add to its input.")
def mini_resnet(net: Sketch) -> None:
    net.block("stem", ConvNormAct(32))
    for stage, (before, width) in enumerate([(32, 32), (32, 64), (64, 128)], start=1):
        net.block(f"layer{stage}.0", BasicBlock(width, stride=width // before, inplace=False, in_channels=before))
        net.block(f"layer{stage}.1", BasicBlock(width, inplace=False, in_channels=width))
    net.global_pool()
    net.add("fc", "Linear", out_features=10)


@tutorial("Pairs of 3x3 convolutions, the width doubled at each pooling.")
def mini_vgg(net: Sketch) -> None:
    for stage, width in enumerate([64, 128, 256], start=1):
        net.conv_bn_relu(f"{stage}_1", width)
        net.conv_bn_relu(f"{stage}_2", width)
        net.add(f"pool{stage}", "MaxPool2d")
    net.global_pool()
    net.add("fc", "Linear", out_features=10)


@tutorial("Whitening filters, then wide layers on small maps: the most accuracy for the time.")
def quicknet(net: Sketch) -> None:
    net.add("whiten", "Conv2d", out_channels=24, kernel_size=2)
    net.add("gelu", "GELU")
    for stage, width in enumerate([32, 128, 128], start=1):
        net.add(f"conv{stage}_1", "Conv2d", out_channels=width, padding=1, bias=False)
        net.add(f"pool{stage}", "MaxPool2d")
        net.add(f"bn{stage}_1", "BatchNorm2d")
        net.add(f"gelu{stage}_1", "GELU")
        net.add(f"conv{stage}_2", "Conv2d", out_channels=width, padding=1, bias=False)
        net.add(f"bn{stage}_2", "BatchNorm2d")
        net.add(f"gelu{stage}_2", "GELU")
    net.add("pool4", "MaxPool2d", kernel_size=3)
    net.add("flatten", "Flatten")
    net.add("fc", "Linear", out_features=10, bias=False)


@tutorial("Two convolutions without a head, to look at feature maps.")
def tiny_cnn(net: Sketch) -> None:
    for number, width in ((1, 8), (2, 16)):
        net.add(f"conv{number}", "Conv2d", out_channels=width, padding=1)
        net.add(f"relu{number}", "ReLU")


@tutorial("Twenty residual blocks in a row: how depth trains.", input_shape=(64, 32, 32))
def residual_stack(net: Sketch) -> None:
    for number in range(20):
        net.block(f"blocks.{number}", BasicBlock(64, bias=True, inplace=False))


@tutorial("LeNet-5 (LeCun et al. 1998): the network that read cheques.", input_shape=(1, 32, 32))
def lenet5(net: Sketch) -> None:
    for number, width in ((1, 6), (2, 16)):
        net.add(f"conv{number}", "Conv2d", out_channels=width, kernel_size=5)
        net.add(f"tanh{number}", "Tanh")
        net.add(f"pool{number}", "AvgPool2d")
    net.add("flatten", "Flatten")
    for number, width in ((1, 120), (2, 84)):
        net.add(f"fc{number}", "Linear", out_features=width)
        net.add(f"tanh{number + 2}", "Tanh")
    net.add("fc3", "Linear", out_features=10)


def empty_network(input_shape: Shape = (3, 32, 32)) -> Network:
    """A network with nothing but an input and an output, to start from."""
    return Sketch("untitled", input_shape).finish()
