"""The end of a classifier: what it gives out, and how much of the network its head is."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import partial

from workbench.core.graph import edits
from workbench.core.graph.network import OUTPUT, Network
from workbench.core.layers.kind import Shape, describe_shape
from workbench.core.modelling.heads import WIDTH, head_of, with_classes
from workbench.core.modelling.lint.mending import Step, insert_steps
from workbench.core.modelling.lint.rule import RULES, Subject
from workbench.errors import Problem, Remedy

BOUNDS = {"Softmax": 1, "Sigmoid": 1, "Hardsigmoid": 1, "Tanh": 2, "Softsign": 2}
"""How far two outputs of an activation can be apart."""
CLASSES = 10
"""Scores of a new head where the data is not known."""
LARGE_HEAD = 100_000
"""Parameters from which on it is worth while to talk about a head."""


@RULES.register("bounded scores")
def bounded_scores(subject: Subject) -> Iterator[Problem]:
    """The loss applies the softmax itself: scores that have been squeezed before can never become sure.

    With `n` classes and scores at most `d` apart cross-entropy cannot fall below `log(exp(d) + n - 1) - d`. A logarithm
    of softmax comes out of the loss as it went in: it is only superfluous.
    """
    for output in subject.network.of_kind(OUTPUT)[:1]:
        name = output.inputs[0] if output.inputs else ""
        shape, kind = subject.shape(name), subject.network[name].kind if name in subject.network else ""
        if shape is None or len(shape) != 1 or shape[0] < 2:
            return
        remedy = Remedy(f"Remove {name}", partial(edits.remove_nodes, names=(name,)))
        if kind in BOUNDS:
            floor = math.log(math.exp(BOUNDS[kind]) + shape[0] - 1) - BOUNDS[kind]
            reason = f"it applies the softmax itself; with {shape[0]:,} classes it could never fall below {floor:.2f}"
            yield Problem(name, f"{kind} before the loss", reason, "warning", remedy)
        elif kind == "LogSoftmax":
            yield Problem(name, "LogSoftmax before the loss", "the loss does the same once more", "info", remedy)


@RULES.register("output not classes")
def output_not_classes(subject: Subject) -> Iterator[Problem]:
    """A classifier gives one score for each class of the data; without data, at least a vector of scores."""
    shape, classes = subject.analysis.output_shape, subject.data.classes
    if shape is None or shape == (classes,) or (len(shape) == 1 and classes is None):
        return
    output = subject.network.of_kind(OUTPUT)[0].name
    given = f"{subject.network.name} gives {describe_shape(shape)}"
    if classes is None:
        advice = "to train it as a classifier, let it end in one score for each class"
        yield Problem(output, f"It gives {describe_shape(shape)}, no scores", advice, "info", _new_head(shape, CLASSES))
        return
    title, head = f"{given}, but the data has {classes} classes", head_of(subject.network)
    if head is not None and len(shape) == 1 and _decides_width(subject, head.name, shape):
        edit = partial(with_classes, classes=classes)
        reason = f"set the outputs of {head.name} to {classes}"
        yield Problem(head.name, title, reason, remedy=Remedy("Fit the head", edit))
    else:
        reason = "let the network end in a Linear layer with one output for each class"
        yield Problem(output, title, reason, remedy=_new_head(shape, classes))


def _decides_width(subject: Subject, head: str, shape: Shape) -> bool:
    """Whether the head's number of outputs is the network's."""
    kind = subject.kinds.get(head)
    return kind is not None and getattr(kind, WIDTH[type(kind).name()]) == shape[0]


def _new_head(shape: Shape, classes: int) -> Remedy | None:
    """Global pooling of a picture, the mean of tokens, and a Linear layer; None for anything with more axes."""
    steps: list[Step] = [("fc", "Linear", {"out_features": classes})]
    if shape == (classes, 1, 1):
        steps = [("flatten", "Flatten", {})]
    elif len(shape) == 3:
        steps = [("gap", "AdaptiveAvgPool2d", {}), ("flatten", "Flatten", {}), *steps]
    elif len(shape) == 2:
        steps = [("mean", "Mean", {"dim": [1]}), *steps]
    elif len(shape) != 1:
        return None
    label = "Flatten the scores" if len(steps) == 1 and len(shape) == 3 else f"Add a head for {classes} classes"
    return Remedy(label, partial(_end_in, steps=steps))


def _end_in(network: Network, steps: list[Step]) -> Network:
    output = network.of_kind(OUTPUT)[0]
    return insert_steps(network, steps, output.inputs[0], output.name)


@RULES.register("head larger than body")
def head_larger_than_body(subject: Subject) -> Iterator[Problem]:
    """A large map that is flattened makes a Linear layer with more parameters than all convolutions before it.

    Global average pooling (Lin, Chen and Yan 2013, "Network in Network", arXiv 1312.4400) needs none of them and
    overfits less. Small heads are not talked about.
    """
    for name in subject.trunk:
        shape = next(iter(subject.input_shapes(name)), ())
        if subject.network[name].kind != "Flatten" or len(shape) != 3 or shape[1:] == (1, 1):
            continue
        reports = subject.analysis.nodes
        behind = subject.network.downstream(name)
        head, everything = sum(reports[other].parameters for other in behind), subject.analysis.parameters
        if head >= max(LARGE_HEAD, everything - head + 1):
            yield _large_head(subject, name, behind, head / everything)


def _large_head(subject: Subject, flatten: str, behind: frozenset[str], share: float) -> Problem:
    reports = subject.analysis.nodes
    largest = max(behind, key=lambda name: reports[name].parameters)
    size = describe_shape(subject.input_shapes(flatten)[0])
    return Problem(
        largest,
        f"The head holds {100 * share:.0f} % of the parameters",
        f"for each of the {size} values and each of its outputs {largest} has a weight: "
        f"{reports[largest].parameters:,} parameters",
        "info",
        Remedy(f"Pool to 1 × 1 before {flatten}", partial(_pool_before, flatten=flatten)),
    )


def _pool_before(network: Network, flatten: str) -> Network:
    source = network[flatten].inputs[0]
    if network[source].kind == "AdaptiveAvgPool2d" and len(network.consumers[source]) == 1:
        return edits.set_arguments(network, source, {"output_size": 1})
    return insert_steps(network, [("gap", "AdaptiveAvgPool2d", {})], source, flatten)
