"""Named augmentations. The first paragraph of each says what it takes for granted about the labels."""

from __future__ import annotations

from collections.abc import Callable

from workbench.core.data.augment.automatic import TrivialAugment
from workbench.core.data.augment.changing import ColorJitter, Erasing
from workbench.core.data.augment.moving import Affine, Crop, HorizontalFlip, ResizedCrop, Rotation, VerticalFlip
from workbench.core.data.augment.operation import Operation
from workbench.registry import Registry

Preset = Callable[[], tuple[Operation, ...]]

AUGMENTATIONS: Registry[Preset] = Registry("augmentation")


@AUGMENTATIONS.register("none")
def none() -> tuple[Operation, ...]:
    """Pictures as they are, their centre cropped. Assumes nothing about the labels."""
    return ()


@AUGMENTATIONS.register("flip")
def flip() -> tuple[Operation, ...]:
    """Half of the pictures mirrored left to right. Assumes that the mirror image has the same label: not for letters,
    digits, or where sides tell classes apart.
    """
    return (HorizontalFlip(),)


@AUGMENTATIONS.register("flip-crop")
def flip_crop() -> tuple[Operation, ...]:
    """Mirrored or not, and moved by up to an eighth of the size, black where nothing was; for small pictures. Assumes
    that mirror images have the same label and that nothing at the very border decides.

    At 32 x 32 this is torchvision's `RandomCrop(32, padding=4)` and `RandomHorizontalFlip()`.
    """
    return (Crop(), HorizontalFlip())


@AUGMENTATIONS.register("resized-crop")
def resized_crop() -> tuple[Operation, ...]:
    """A random part of 35 to 100 % of the area, a little stretched, resized, mirrored or not; for photos. Assumes that
    a third of the picture and its mirror image still show its label.
    """
    return (ResizedCrop(smallest=0.35), HorizontalFlip())


@AUGMENTATIONS.register("general")
def general() -> tuple[Operation, ...]:
    """Mirrored or not, turned by up to 10 degrees, moved, scaled, in other light. Assumes that the label stays the same
    in the mirror, with the camera held a little differently and in other light.
    """
    return HorizontalFlip(), Affine(degrees=10, translate=0.1, scale=0.1, fill="mirror"), ColorJitter()


@AUGMENTATIONS.register("medical")
def medical() -> tuple[Operation, ...]:
    """Turned by up to 5 degrees, moved and scaled by up to 5 %, a little brighter or darker; never mirrored. Assumes
    that sides and colours carry meaning and that only position and exposure vary.
    """
    return (
        Affine(degrees=5, translate=0.05, scale=0.05),
        ColorJitter(brightness=0.1, contrast=0.1, saturation=0.0),
    )


@AUGMENTATIONS.register("aerial")
def aerial() -> tuple[Operation, ...]:
    """Turned by any angle, mirrored both ways, in other light; for pictures from above or through a microscope. Assumes
    that there is no up and no left: every direction has the same label.
    """
    return HorizontalFlip(), VerticalFlip(), Rotation(degrees=180, fill="mirror"), ColorJitter(saturation=0.1)


@AUGMENTATIONS.register("digits")
def digits() -> tuple[Operation, ...]:
    """Turned and sheared by up to 10 degrees, moved and scaled by up to a tenth, the paper going on beyond the border;
    for digits and text. Assumes that a letter leaning, moved or of another size stays the same letter, but that its
    mirror image does not.
    """
    return (Affine(degrees=10, translate=0.1, scale=0.1, shear=10, fill="edge"),)


@AUGMENTATIONS.register("cifar")
def cifar() -> tuple[Operation, ...]:
    """Mirrored or not, moved by up to an eighth, in other light and colours; for small photos as those of CIFAR-10.
    Assumes that mirror images have the same label and that no colour alone tells classes apart.
    """
    return Crop(), HorizontalFlip(), ColorJitter()


@AUGMENTATIONS.register("imagenet")
def imagenet() -> tuple[Operation, ...]:
    """A random part of 8 to 100 % of the area, a little stretched, mirrored or not; for large sets of photos. Assumes
    that almost any part of the picture shows its label, and its mirror image too.

    torchvision's `RandomResizedCrop` and `RandomHorizontalFlip`, with which its classifiers were trained.
    """
    return ResizedCrop(), HorizontalFlip()


@AUGMENTATIONS.register("strong")
def strong() -> tuple[Operation, ...]:
    """Mirrored or not, moved, changed by any one of fourteen strong operations, sometimes covered; for long trainings.
    Assumes that the label survives a turn of 135 degrees, inverted colours and the loss of a third of the picture.
    """
    return Crop(), HorizontalFlip(), TrivialAugment(), Erasing(probability=0.25, cover="mean")
