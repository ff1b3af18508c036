"""Windows and pictures: kernels that do not fit, pictures that have become too small, fields that see too little."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from workbench.core.graph import edits
from workbench.core.graph.network import Network
from workbench.core.layers.convolution import Conv2d
from workbench.core.layers.kind import LayerKind, Shape, Window, pair
from workbench.core.modelling.heads import WIDTH
from workbench.core.modelling.lint.mending import Step, insert_steps, usual_activation
from workbench.core.modelling.lint.rule import RULES, Subject, and_others, offering
from workbench.core.modelling.receptive_field import ReceptiveField
from workbench.core.modelling.shapes import analyse
from workbench.errors import Problem, Remedy

GLOBAL_POOLS = ("AdaptiveAvgPool2d", "AdaptiveMaxPool2d", "AvgPool2d", "Mean")
WIDEST_DILATION = 4
MOST_STAGES = 3


@RULES.register("window larger than picture")
def window_larger_than_picture(subject: Subject) -> Iterator[Problem]:
    """A kernel that does not fit into its picture: take a smaller one, or pad; a pooling of one pixel can go."""
    for report in subject.ordered:
        kind, shapes = subject.kinds.get(report.name), subject.input_shapes(report.name)
        if report.problems and kind is not None and shapes and len(shapes[0]) == 3 and hasattr(kind, "kernel_size"):
            window = kind.window()
            if isinstance(window, Window) and min(_missing(window, shapes[0])) < 0:
                yield offering(report.problems[0], _fitting(report.name, kind, window, shapes[0]))


def _missing(window: Window, shape: Shape) -> tuple[int, int]:
    """By how many pixels the padded picture is larger than the window, (vertical, horizontal)."""
    spans = [window.dilation[axis] * (window.kernel_size[axis] - 1) + 1 for axis in (0, 1)]
    rooms = [shape[axis + 1] + 2 * window.padding[axis] - spans[axis] for axis in (0, 1)]
    return rooms[0], rooms[1]


def _fitting(name: str, kind: LayerKind, window: Window, shape: Shape) -> list[Remedy]:
    room = [shape[axis + 1] + 2 * window.padding[axis] for axis in (0, 1)]
    smaller = [min(window.kernel_size[axis], room[axis]) for axis in (0, 1)]
    changes: dict[str, Any] = {"kernel_size": _plain(smaller)}
    if max(window.dilation) > 1:
        changes["dilation"] = 1
    remedies = [Remedy(f"Set kernel_size of {name} to {_said(smaller)}", _setting(name, changes))]
    if isinstance(kind, Conv2d):
        missing = _missing(window, shape)
        padding = [window.padding[axis] - min(0, missing[axis]) // 2 for axis in (0, 1)]
        remedies.append(
            Remedy(f"Set padding of {name} to {_said(padding)}", _setting(name, {"padding": _plain(padding)}))
        )
        return remedies
    removal = Remedy(f"Remove {name}", partial(edits.remove_nodes, names=(name,)))
    return [removal] if max(smaller) == 1 else [*remedies, removal]


def _setting(name: str, changes: dict[str, Any]) -> partial[Network]:
    return partial(edits.set_arguments, name=name, changes=changes)


def _plain(sides: list[int]) -> int | list[int]:
    return sides[0] if sides[0] == sides[1] else sides


def _said(sides: list[int]) -> str:
    return str(sides[0]) if sides[0] == sides[1] else f"{sides[0]} × {sides[1]}"


@RULES.register("picture too small")
def picture_too_small(subject: Subject) -> Iterator[Problem]:
    """A kernel that slides over a picture of one pixel: all its weights but one only ever meet padding.

    One finding, at the first such layer. The remedy takes out reductions that every way goes through, the nearest
    first, until that layer has pixels again; in a branch of a residual block they cannot be taken out alone.
    """
    names = tuple(report.name for report in subject.ordered if _slides_over_one_pixel(subject, report.name))
    if names:
        kernel = pair(subject.kinds[names[0]].kernel_size)  # type: ignore[attr-defined]
        taps = kernel[0] * kernel[1]
        place = subject.network.execution_order.index(names[0])
        before = set(subject.network.execution_order[:place])
        can = any(_reduces(subject, name) for name in subject.trunk if name in before)
        edit = partial(_keep_larger, name=names[0])
        yield Problem(
            names[0],
            f"The picture is 1 × 1 before {and_others(names)}",
            f"{taps - 1} of the {taps} weights of each kernel only ever meet padding",
            "warning",
            Remedy(f"Keep the picture larger before {names[0]}", edit) if can else None,
        )


def _slides_over_one_pixel(subject: Subject, name: str) -> bool:
    kind, shapes = subject.kinds.get(name), subject.input_shapes(name)
    if not isinstance(kind, Conv2d) or not shapes or subject.shape(name) is None:
        return False
    return shapes[0][1:] == (1, 1) and pair(kind.kernel_size) != (1, 1)


def _reduces(subject: Subject, name: str) -> bool:
    """Whether a convolution or a pooling makes the picture smaller."""
    kind, shapes, shape = subject.kinds.get(name), subject.input_shapes(name), subject.shape(name)
    if kind is None or len(shapes) != 1 or shape is None or len(shape) != 3 or len(shapes[0]) != 3:
        return False
    smaller = shape[1] * shape[2] < shapes[0][1] * shapes[0][2]
    return smaller and (isinstance(kind, Conv2d) or kind.category == "Pooling")


def _keep_larger(network: Network, name: str) -> Network:
    """Take out the reductions before a node, the nearest first, until it no longer sees a single pixel."""
    while True:
        subject = Subject(analyse(network))
        before = network.upstream(name)
        reducing = [other for other in subject.trunk if other in before and other != name and _reduces(subject, other)]
        if not reducing or not _slides_over_one_pixel(subject, name):
            return network
        network = _not_reducing(subject, reducing[-1])


def _not_reducing(subject: Subject, name: str) -> Network:
    kind = subject.kinds[name]
    if not isinstance(kind, Conv2d):
        return edits.remove_nodes(subject.network, (name,))
    kernel, dilation = pair(kind.kernel_size), pair(kind.dilation)
    half = [-(-dilation[axis] * (kernel[axis] - 1) // 2) for axis in (0, 1)]
    return edits.set_arguments(subject.network, name, {"stride": 1, "padding": _plain(half)})


@RULES.register("small receptive field")
def small_receptive_field(subject: Subject) -> Iterator[Problem]:
    """Global pooling averages units none of which has seen the whole picture: parts, but not how they lie together.

    What counts is the field before pooling (Araujo, Norris and Sim 2019); the effective one is smaller still (Luo et
    al. 2016, arXiv 1701.04128). A head that flattens the map sees everything and is left alone, and so is attention.
    """
    size = subject.analysis.input_shape
    for name in subject.trunk if size and len(subject.analysis.output_shape or ()) == 1 else ():
        source = subject.only_source(name)
        if source is None or not _pools_globally(subject, name):
            continue
        field = subject.analysis.nodes[source.name].receptive_field
        if field is not None and size is not None and not _sees_all(field.size, size):
            yield _short_sighted(subject, source.name, name, field)


def _pools_globally(subject: Subject, name: str) -> bool:
    before, after = next(iter(subject.input_shapes(name)), ()), subject.shape(name) or ()
    pools = subject.network[name].kind in GLOBAL_POOLS
    return pools and len(before) == 3 and before[1:] != (1, 1) and after in ((before[0],), (before[0], 1, 1))


def _short_sighted(subject: Subject, source: str, pool: str, field: ReceptiveField) -> Problem:
    size = subject.analysis.input_shape or (0, 0, 0)
    seen, whole = (f"{sides[0]} × {sides[1]}" for sides in (field.size, size[1:]))
    problem = Problem(
        source,
        f"No unit sees the whole picture before {pool}",
        f"each sees {seen} of {whole} pixels: the scores are means over parts",
        "info",
    )
    offers = (_deeper(subject, source, pool, field), _wider(subject, source))
    return offering(problem, [offer for offer in offers if offer is not None])


def _sees_all(seen: Sequence[float], size: Shape) -> bool:
    return all(field >= side for field, side in zip(seen, size[1:], strict=True))


def _deeper(subject: Subject, source: str, pool: str, field: ReceptiveField) -> Remedy | None:
    """Stages of pooling, 3x3 convolution, BatchNorm and activation, as many as the field needs.

    With a step `j` between units, pooling by 2 adds `j` to the field and the convolution, at twice the step, `4 j`.
    None where the pooled map is the scores themselves (SqueezeNet): behind those nothing is to be learned.
    """
    if not any(subject.network[name].kind in WIDTH for name in subject.network.downstream(pool)):
        return None
    shape, size = subject.shape(source) or (1, 1, 1), subject.analysis.input_shape or (1, 1, 1)
    seen, step, stages = list[float](field.size), list(field.stride), 0
    while not _sees_all(seen, size):
        stages += 1
        seen, step = [seen[axis] + 5 * step[axis] for axis in (0, 1)], [2 * each for each in step]
        if stages > MOST_STAGES or min(shape[1:]) >> stages < 2:
            return None
    label = "Add a stage" if stages == 1 else f"Add {stages} stages"
    edit = partial(_add_stages, source=source, pool=pool, stages=stages, width=shape[0])
    return Remedy(f"{label} before {pool}", edit)


def _add_stages(network: Network, source: str, *, pool: str, stages: int, width: int) -> Network:
    activation = usual_activation(network)
    stage: list[Step] = [
        ("pool", "MaxPool2d", {}),
        ("conv", "Conv2d", {"out_channels": width, "padding": 1, "bias": False}),
        ("bn", "BatchNorm2d", {}),
        (activation.lower(), activation, {}),
    ]
    return insert_steps(network, stage * stages, source, pool)


def _wider(subject: Subject, source: str) -> Remedy | None:
    """A dilation of the last convolution that makes the field whole, where a moderate one does."""
    name = _last_convolution(subject, source)
    kind = subject.kinds.get(name)
    if not isinstance(kind, Conv2d) or pair(kind.stride) != (1, 1):
        return None
    before, size = subject.analysis.nodes[subject.network[name].inputs[0]], subject.analysis.input_shape or ()
    kernel = pair(kind.kernel_size)
    if before.receptive_field is None or before.output_shape is None or not all(side % 2 for side in kernel):
        return None
    for dilation in range(2, WIDEST_DILATION + 1):
        half = [dilation * (side - 1) // 2 for side in kernel]
        around, step = before.receptive_field.size, before.receptive_field.stride
        seen = [around[axis] + 2 * half[axis] * step[axis] for axis in (0, 1)]
        if _sees_all(seen, size) and all(2 * half[axis] < before.output_shape[axis + 1] for axis in (0, 1)):
            changes = {"dilation": dilation, "padding": _plain(half)}
            return Remedy(f"Set dilation of {name} to {dilation}", _setting(name, changes))
    return None


def _last_convolution(subject: Subject, name: str) -> str:
    """The convolution behind which nothing but norms and activations come before this node; else the empty name."""
    while subject.network[name].kind != "Conv2d":
        before, kind = subject.only_source(name), subject.kinds.get(name)
        if before is None or kind is None or kind.category not in ("Normalization", "Activation", "Regularization"):
            return ""
        name = before.name
    return name
