"""Non-linearities: where one is missing, and where one destroys what another layer needs."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from workbench.core.graph.network import Network
from workbench.core.layers.convolution import Conv2d
from workbench.core.layers.kind import pair
from workbench.core.modelling.lint.mending import insert_steps, set_all, usual_activation
from workbench.core.modelling.lint.rule import RULES, Subject
from workbench.errors import Problem, Remedy

WEIGHTED = frozenset({"Conv2d", "ConvTranspose2d", "Linear"})
LINEAR = frozenset(
    "BatchNorm1d BatchNorm2d Dropout Dropout2d AlphaDropout AvgPool2d AdaptiveAvgPool2d Mean Flatten Reshape Permute "
    "Transpose ZeroPad2d Upsample ChannelShuffle PixelShuffle PixelUnshuffle".split()
)
"""Kinds with one input through which a linear map stays one; BatchNorm bends it only in training."""


@RULES.register("missing non-linearity")
def missing_nonlinearity(subject: Subject) -> Iterator[Problem]:
    """Two convolutions (or Linear layers) in a row are together one linear map, however many weights they have.

    Three pairs are meant that way and are left alone: depthwise with pointwise (grouped), 1 x k with k x 1, and the
    1x1 projections after which MobileNetV2 (Sandler et al. 2018, arXiv 1801.04381) leaves the activation out. So is
    a value that several layers take, the stream along which residual blocks add.
    """
    origin: dict[str, str] = {}
    for report in subject.ordered:
        alone = len(report.inputs) == 1 and len(subject.network.consumers[report.inputs[0]]) == 1
        before = origin.get(report.inputs[0]) if alone else None
        if report.kind in WEIGHTED:
            if before is not None and not _on_purpose(subject, before, report.name):
                yield _two_in_a_row(subject, before, report.name)
            origin[report.name] = report.name
        elif before is not None and report.kind in LINEAR:
            origin[report.name] = before


def _two_in_a_row(subject: Subject, first: str, second: str) -> Problem:
    source, activation = subject.network[second].inputs[0], usual_activation(subject.network)
    return Problem(
        second,
        f"No non-linearity between {first} and {second}",
        f"together they are one linear map: {_single(subject, first, second)} could do the same",
        "warning",
        Remedy(f"Insert {activation} before {second}", partial(_activate, source=source, target=second)),
    )


def _single(subject: Subject, first: str, second: str) -> str:
    """The one layer that two in a row are worth."""
    before, after = subject.kinds.get(first), subject.kinds.get(second)
    if not isinstance(before, Conv2d) or not isinstance(after, Conv2d):
        return "a single layer"
    if subject.input_shapes(second)[:1] != (subject.shape(first),):
        return "a single convolution"
    windows = before.window(), after.window()
    spans = [[each.dilation[axis] * (each.kernel_size[axis] - 1) for axis in (0, 1)] for each in windows]
    sides = [spans[0][axis] + spans[1][axis] * windows[0].stride[axis] + 1 for axis in (0, 1)]
    return f"a single convolution with a kernel of {sides[0]} × {sides[1]}"


def _activate(network: Network, source: str, target: str) -> Network:
    activation = usual_activation(network)
    return insert_steps(network, [(activation.lower(), activation, {})], source, target)


def _on_purpose(subject: Subject, first: str, second: str) -> bool:
    before, after = subject.kinds.get(first), subject.kinds.get(second)
    if not isinstance(before, Conv2d) or not isinstance(after, Conv2d):
        return False
    kernels = pair(before.kernel_size), pair(after.kernel_size)
    inputs = subject.input_shapes(first)
    widens = not inputs or before.out_channels > inputs[0][0]
    narrow = kernels[0] == (1, 1) and not widens and before.out_channels < after.out_channels
    separable = (kernels[0][0], kernels[1][1]) == (1, 1) or (kernels[0][1], kernels[1][0]) == (1, 1)
    return narrow or before.groups > 1 or after.groups > 1 or (separable and kernels[0] != kernels[1])


@RULES.register("in-place on a shared value")
def inplace_on_shared_value(subject: Subject) -> Iterator[Problem]:
    """An in-place layer overwrites what a skip connection is to carry.

    The workbench computes it aside, so that nothing is lost here; the same modules in plain PyTorch would train
    another network.
    """
    for report in subject.ordered:
        kind = subject.kinds.get(report.name)
        others = [name for source in report.inputs for name in subject.network.consumers[source] if name != report.name]
        if getattr(kind, "inplace", False) and others:
            yield Problem(
                report.name,
                f"{report.kind} overwrites what {others[0]} takes too",
                f"in plain PyTorch {others[0]} would get the output of {report.name} instead of {report.inputs[0]}; "
                "here it is computed aside",
                "warning",
                Remedy(f"Let {report.name} keep its input", partial(set_all, names=(report.name,), inplace=False)),
            )
