"""Recipes: named ways to train, one decorated function each from a plan to the plan with the recipe's settings.

Network, data, seed, device and everything else that a recipe does not speak of stay as they are.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from workbench.core.data.augment.moving import Crop, HorizontalFlip
from workbench.core.data.augment.operation import step
from workbench.core.training.plan import TrainingPlan, changed
from workbench.registry import Registry

Recipe = Callable[[TrainingPlan], TrainingPlan]
RECIPES: Registry[Recipe] = Registry("recipe")

KEPT = (
    *("network", "data", "validation_share", "split_seed", "near_duplicates", "group_column", "group_pattern"),
    *("seed", "device", "precision", "weights", "fresh", "preprocessing", "recompute"),
)
"""What belongs to the subject of a training, not to the way it is trained."""


def plain(plan: TrainingPlan) -> TrainingPlan:
    """The subject of a plan with the usual settings, from which every recipe starts."""
    return TrainingPlan(**{name: getattr(plan, name) for name in KEPT})


def matches(plan: TrainingPlan, recipe: str) -> bool:
    """Whether a plan is what the recipe makes of it, its epochs aside."""
    return changed(RECIPES[recipe](plan), epochs=plan.epochs, batch_size=plan.batch_size) == plan


@RECIPES.register("standard")
def standard(plan: TrainingPlan) -> TrainingPlan:
    """AdamW with a rate that falls along a cosine: a good first try on anything."""
    return plain(plan)


@RECIPES.register("cifar10cnn")
def cifar10cnn(plan: TrainingPlan) -> TrainingPlan:
    """The first course: Adam, its rate halved every 10 epochs, pictures mirrored, moved and in other colours."""
    return changed(
        plain(plan),
        epochs=25,
        optimizer="adam",
        learning_rate=1e-3,
        weight_decay=1e-4,
        schedule="step",
        step_size=10,
        gamma=0.5,
        augmentation="cifar",
    )


@RECIPES.register("cifar10net")
def cifar10net(plan: TrainingPlan) -> TrainingPlan:
    """The second course: AdamW along a cosine, pictures mirrored and moved. 84.6 % on CIFAR-10 with its network."""
    return changed(
        plain(plan),
        epochs=30,
        optimizer="adamw",
        learning_rate=1e-3,
        weight_decay=0.01,
        schedule="cosine",
        augmentation="flip-crop",
    )


@RECIPES.register("modern_cnn")
def modern_cnn(plan: TrainingPlan) -> TrainingPlan:
    """For residual networks: Nesterov SGD with warm-up along a cosine, smoothed labels, weights from Kaiming."""
    return changed(
        plain(plan),
        epochs=50,
        optimizer="sgd",
        learning_rate=0.1,
        weight_decay=5e-4,
        decay="weights",
        schedule="cosine",
        warmup_epochs=2.0,
        label_smoothing=0.1,
        augmentation="flip-crop",
        initialization="kaiming-fan-out",
    )


@RECIPES.register("fast")
def fast(plan: TrainingPlan) -> TrainingPlan:
    """Much in few epochs: Muon with kernels of held length, a first layer that whitens, strongly smoothed labels.

    After the speed records on CIFAR-10 (github.com/KellerJordan/cifar10-airbench, arXiv 2404.00498), for `quicknet`:
    90.5 % on CIFAR-10 (three seeds, 0.1 apart).
    """
    return changed(_record(plan), epochs=12, learning_rate=0.24, label_smoothing=0.2)


@RECIPES.register("muon")
def muon(plan: TrainingPlan) -> TrainingPlan:
    """The most of a small network: as fast, with half the rate, milder labels and more epochs."""
    return changed(_record(plan), epochs=30, learning_rate=0.12, label_smoothing=0.1)


def _record(plan: TrainingPlan) -> TrainingPlan:
    """What the speed records on CIFAR-10 have in common: few large steps, orthogonal ones for the kernels."""
    return changed(
        plain(plan),
        batch_size=512,
        optimizer="muon",
        hold_length=True,
        rest_rate=0.04,
        momentum=0.6,
        ns_steps=3,
        weight_decay=0.0,
        schedule="one-cycle",
        rise=0.2,
        initialization="dirac",
        whiten_first=True,
        augmentation_steps=(step(Crop(padding=1 / 16, fill="mirror")), step(HorizontalFlip())),
    )


@RECIPES.register("few-pictures")
def few_pictures(plan: TrainingPlan) -> TrainingPlan:
    """For small sets: strong variation, mixed pictures, smoothed labels, and an end when nothing gets better."""
    return changed(
        plain(plan),
        epochs=60,
        batch_size=32,
        decay="weights",
        weight_decay=0.05,
        warmup_epochs=3.0,
        label_smoothing=0.1,
        augmentation="general",
        mixing="mixup-or-cutmix",
        averaging="ema",
        patience=15,
        monitor="loss",
    )


def changes(recipe: str) -> dict[str, object]:
    """The fields in which a recipe differs from the usual settings, choices as their records."""
    made, usual = RECIPES[recipe](TrainingPlan()), TrainingPlan()
    fields = (field.name for field in msgspec.structs.fields(made))
    return {name: getattr(made, name) for name in fields if getattr(made, name) != getattr(usual, name)}
