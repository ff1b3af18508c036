"""torchvision's networks that can be opened for editing, each with its year and the idea worth remembering."""

from __future__ import annotations

from typing import NamedTuple


class Landmark(NamedTuple):
    """A published network by torchvision's name."""

    name: str
    year: int
    idea: str


LANDMARKS = (
    Landmark("alexnet", 2012, "The network that started it: ReLU, dropout and two GPUs on ImageNet."),
    Landmark("vgg11", 2014, "Only 3×3 convolutions, in eight layers of them."),
    Landmark("vgg16", 2014, "Only 3×3 convolutions, thirteen of them; most parameters in three Linear layers."),
    Landmark("vgg16_bn", 2014, "VGG-16 with BatchNorm behind every convolution."),
    Landmark("vgg19_bn", 2014, "The deepest VGG, with BatchNorm."),
    Landmark("googlenet", 2014, "Inception: four kernel sizes side by side, joined by their channels."),
    Landmark("inception_v3", 2015, "Large kernels split into 1×7 and 7×1."),
    Landmark("resnet18", 2015, "Residual blocks of two 3×3 convolutions: layers learn what to add."),
    Landmark("resnet34", 2015, "ResNet-18 with more blocks."),
    Landmark("resnet50", 2015, "Bottlenecks: 1×1 down, 3×3, 1×1 up; the standard backbone."),
    Landmark("resnet101", 2015, "ResNet-50 with a third stage of 23 blocks."),
    Landmark("resnet152", 2015, "152 layers, won ImageNet 2015."),
    Landmark("resnext50_32x4d", 2016, "ResNet-50 with 32 groups in each 3×3 convolution."),
    Landmark("wide_resnet50_2", 2016, "Twice as wide instead of deeper."),
    Landmark("squeezenet1_1", 2016, "AlexNet's accuracy in 1.2 million parameters: squeeze, then expand."),
    Landmark("densenet121", 2016, "Every layer sees the outputs of all before it in its block."),
    Landmark("densenet201", 2016, "DenseNet with 201 layers."),
    Landmark("mobilenet_v2", 2018, "Inverted residuals with depthwise convolutions: made for telephones."),
    Landmark("shufflenet_v2_x1_0", 2018, "Half of the channels skip each block, then all are shuffled."),
    Landmark("mnasnet1_0", 2018, "Found by a search that measured the time on a real telephone."),
    Landmark("mobilenet_v3_small", 2019, "MobileNetV3 for the smallest devices: Hardswish and squeeze-excitation."),
    Landmark("mobilenet_v3_large", 2019, "Squeeze-excitation gates the channels of inverted residuals."),
    Landmark("efficientnet_b0", 2019, "Depth, width and picture size grow together; the smallest of the family."),
    Landmark("efficientnet_b4", 2019, "EfficientNet at 380 pixels."),
    Landmark("regnet_y_400mf", 2020, "Widths follow a straight line: a whole family from four numbers."),
    Landmark("regnet_y_3_2gf", 2020, "A RegNet as costly as ResNet-50 and more accurate."),
    Landmark("vit_b_16", 2020, "No convolutions but one: 196 patches attend to one another."),
    Landmark("efficientnet_v2_s", 2021, "Fused blocks where depthwise convolutions are slow; trains fast."),
    Landmark("swin_t", 2021, "Attention inside windows that move in every second block."),
    Landmark("convnext_tiny", 2022, "A ResNet modernized by what transformers taught: large kernels, LayerNorm, GELU."),
    Landmark("swin_v2_t", 2022, "Swin with attention by cosine, for larger pictures."),
    Landmark("maxvit_t", 2022, "Convolution, attention in windows, attention over a grid, in every block."),
)
