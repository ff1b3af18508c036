"""Lean ones: the accuracy of yesterday's large networks with a small part of their weights, work or time."""

from __future__ import annotations

from workbench.core.modelling.landmarks.landmark import Landmark, Variant

LANDMARKS = (
    Landmark(
        "squeezenet",
        "SqueezeNet",
        2016,
        authors="Iandola, Han, Moskewicz, Ashraf, Dally, Keutzer",
        paper="SqueezeNet: AlexNet-level accuracy with 50x fewer parameters and <0.5MB model size",
        reference="arXiv:1602.07360",
        idea="Squeeze the channels with 1×1 convolutions, then expand: AlexNet's accuracy in 1.2 million parameters.",
        look="features.3",
        variants={
            "squeezenet1_1": Variant("Less than half the work of 1.0."),
            "squeezenet1_0": Variant(),
        },
    ),
    Landmark(
        "mobilenet-v2",
        "MobileNetV2",
        2018,
        authors="Sandler, Howard, Zhu, Zhmoginov, Chen",
        paper="MobileNetV2: Inverted Residuals and Linear Bottlenecks",
        reference="arXiv:1801.04381",
        idea="Inverted residuals: widen, filter each channel by itself, narrow again; shortcuts join the narrow ends.",
        look="features.2",
        variants={"mobilenet_v2": Variant()},
    ),
    Landmark(
        "shufflenet-v2",
        "ShuffleNet V2",
        2018,
        authors="Ma, Zhang, Zheng, Sun",
        paper="ShuffleNet V2: Practical Guidelines for Efficient CNN Architecture Design",
        reference="arXiv:1807.11164",
        idea="Half of the channels skip each block, then all are shuffled: made for measured time, not counted work.",
        look="stage2.1",
        variants={
            "shufflenet_v2_x0_5": Variant("Half the width."),
            "shufflenet_v2_x1_0": Variant(),
            "shufflenet_v2_x1_5": Variant("One and a half times the width."),
            "shufflenet_v2_x2_0": Variant("Twice the width."),
        },
    ),
    Landmark(
        "mobilenet-v3",
        "MobileNetV3",
        2019,
        authors="Howard, Sandler, Chu, Chen, Chen, Tan, Wang and others",
        paper="Searching for MobileNetV3",
        reference="arXiv:1905.02244",
        idea="Squeeze-excitation gates the channels of inverted residuals, and Hardswish costs almost nothing.",
        look="features.4",
        variants={
            "mobilenet_v3_small": Variant("For the smallest devices."),
            "mobilenet_v3_large": Variant(),
        },
    ),
    Landmark(
        "airbench",
        "Airbench",
        2024,
        authors="Jordan",
        paper="94% on CIFAR-10 in 3.29 Seconds on a Single GPU",
        reference="arXiv:2404.00498",
        idea="Everything for speed on small pictures: whitened patches first, wide layers on small maps, nothing else.",
        look="whiten",
        variants={"quicknet": Variant()},
    ),
)
