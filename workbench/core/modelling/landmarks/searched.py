"""Found by search, or scaled by a rule: whole families whose members differ in size and not in kind."""

from __future__ import annotations

from workbench.core.modelling.landmarks.landmark import Landmark, Variant

LANDMARKS = (
    Landmark(
        "mnasnet",
        "MNASNet",
        2018,
        authors="Tan, Chen, Pang, Vasudevan, Sandler, Howard, Le",
        paper="MnasNet: Platform-Aware Neural Architecture Search for Mobile",
        reference="arXiv:1807.11626",
        idea="Found by a search that measured the time on a real telephone.",
        look="layers.8",
        variants={
            "mnasnet0_5": Variant("Half the width."),
            "mnasnet0_75": Variant("Three quarters of the width."),
            "mnasnet1_0": Variant(),
            "mnasnet1_3": Variant("Wider by three tenths."),
        },
    ),
    Landmark(
        "efficientnet",
        "EfficientNet",
        2019,
        authors="Tan, Le",
        paper="EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks",
        reference="arXiv:1905.11946",
        idea="Depth, width and picture size grow together, by one rule.",
        look="features.2",
        variants={
            "efficientnet_b0": Variant("The one that the others are grown from."),
            "efficientnet_b1": Variant("At 240 pixels."),
            "efficientnet_b2": Variant("At 288 pixels."),
            "efficientnet_b3": Variant("At 300 pixels."),
            "efficientnet_b4": Variant("At 380 pixels."),
            "efficientnet_b5": Variant("At 456 pixels."),
            "efficientnet_b6": Variant("At 528 pixels."),
            "efficientnet_b7": Variant("At 600 pixels."),
        },
    ),
    Landmark(
        "regnet",
        "RegNet",
        2020,
        authors="Radosavovic, Kosaraju, Girshick, He, Dollár",
        paper="Designing Network Design Spaces",
        reference="arXiv:2003.13678",
        idea="Widths follow a straight line: a few numbers give a whole family of networks.",
        look="trunk_output.block1",
        variants={
            **{
                f"regnet_x_{size}": Variant("Bottlenecks with groups.")
                for size in ("400mf", "800mf", "1_6gf", "3_2gf", "8gf", "16gf", "32gf")
            },
            **{
                f"regnet_y_{size}": Variant("With squeeze-excitation.")
                for size in ("400mf", "800mf", "1_6gf", "3_2gf", "8gf", "16gf", "32gf", "128gf")
            },
        },
    ),
    Landmark(
        "efficientnet-v2",
        "EfficientNetV2",
        2021,
        authors="Tan, Le",
        paper="EfficientNetV2: Smaller Models and Faster Training",
        reference="arXiv:2104.00298",
        idea="Fused blocks, one ordinary convolution instead of two, where depthwise ones are slow: it trains fast.",
        look="features.1",
        variants={
            "efficientnet_v2_s": Variant("At 384 pixels."),
            "efficientnet_v2_m": Variant("At 480 pixels."),
            "efficientnet_v2_l": Variant("At 480 pixels, the largest."),
        },
    ),
)
