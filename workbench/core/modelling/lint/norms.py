"""Normalization and its neighbours: useless biases, mixed order, dropout that disturbs the statistics."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from workbench.core.graph import edits
from workbench.core.graph.network import Network, Node
from workbench.core.layers.catalog import CATALOG
from workbench.core.modelling.heads import head_of
from workbench.core.modelling.lint.mending import insert_steps, set_all
from workbench.core.modelling.lint.rule import RULES, Subject, and_others, offering
from workbench.errors import Problem, Remedy

BATCH_NORMS = ("BatchNorm1d", "BatchNorm2d")
WEIGHTED = ("Conv2d", "ConvTranspose2d", "Linear")
DROPOUTS = ("Dropout", "Dropout2d")


def _is_activation(kind: str) -> bool:
    return kind in CATALOG and CATALOG[kind].category == "Activation"


@RULES.register("bias before norm")
def bias_before_norm(subject: Subject) -> Iterator[Problem]:
    """BatchNorm subtracts the mean of each channel, and with it the bias of the layer before (Ioffe and Szegedy 2015).

    One finding for the whole network, at the first such layer: mending half of them helps nobody.
    """
    names = tuple(report.name for report in subject.ordered if _has_useless_bias(subject, report.name))
    if names:
        biases = sum((subject.shape(name) or (0,))[0] for name in names)
        yield Problem(
            names[0],
            f"The bias of {and_others(names)} does nothing",
            f"BatchNorm takes it out again with the mean: {biases:,} parameters for nothing; "
            "weights saved with them would not fit without",
            "info",
            Remedy(f"Leave out the bias of {and_others(names)}", partial(set_all, names=names, bias=False)),
        )


def _has_useless_bias(subject: Subject, name: str) -> bool:
    node, consumers = subject.network[name], subject.network.consumers[name]
    if node.kind not in WEIGHTED or not getattr(subject.kinds.get(name), "bias", False):
        return False
    return bool(consumers) and all(subject.network[consumer].kind in BATCH_NORMS for consumer in consumers)


@RULES.register("mixed norm order")
def mixed_norm_order(subject: Subject) -> Iterator[Problem]:
    """Convolution, BatchNorm, activation here and convolution, activation, BatchNorm there: one of them is a slip.

    Both orders work; a network that mixes them is hard to read and starts with uneven scales. The rarer one is found.
    """
    usual, turned = [], []
    for report in subject.ordered:
        if report.kind in WEIGHTED:
            after = _two_after(subject, report.name)
            if after and after[0].kind in BATCH_NORMS and _is_activation(after[1].kind):
                usual.append(after)
            elif after and _is_activation(after[0].kind) and after[1].kind in BATCH_NORMS:
                turned.append(after)
    if not usual or not turned:
        return
    rare, often = sorted((usual, turned), key=len) if len(usual) != len(turned) else (turned, usual)
    names = tuple(first.name for first, _ in rare)
    what = f"{names[0]} and {rare[0][1].name}" if len(names) == 1 else f"{len(names)} pairs"
    yield Problem(
        names[0],
        f"{rare[0][0].kind} before {rare[0][1].kind}, elsewhere the other way round",
        f"{len(rare)} times this order, {len(often)} times the other: one of them is a slip",
        "info",
        Remedy(f"Exchange {what}", partial(_exchange_all, names=names)),
    )


def _two_after(subject: Subject, name: str) -> tuple[Node, Node] | None:
    """The two nodes that follow, if nothing branches off before the second and each takes nothing else."""
    first = subject.only_consumer(name)
    second = subject.only_consumer(first.name) if first else None
    if first is None or second is None or len(first.inputs) != 1 or len(second.inputs) != 1:
        return None
    return first, second


def _exchange_all(network: Network, names: tuple[str, ...]) -> Network:
    for name in names:
        network = _exchange(network, name, network.consumers[name][0])
    return network


def _exchange(network: Network, first: str, second: str) -> Network:
    """Two nodes in a row in the other order, each under its name and at the other's place."""
    source = network[first].inputs[0]

    def rewired(node: Node) -> Node:
        if node.name == first:
            return node.with_(inputs=(second,), position=network[second].position)
        if node.name == second:
            return node.with_(inputs=(source,), position=network[first].position)
        return node.with_(inputs=tuple(first if name == second else name for name in node.inputs))

    touched = {first, second, *network.consumers[second]}
    return network.with_nodes(rewired(node) if node.name in touched else node for node in network)


@RULES.register("dropout before norm")
def dropout_before_norm(subject: Subject) -> Iterator[Problem]:
    """Dropout changes the variance that a BatchNorm behind it learns, and is off when the network is used.

    Li et al. 2018, "Understanding the Disharmony between Dropout and Batch Normalization by Variance Shift" (arXiv
    1801.05134), who advise dropout behind the last BatchNorm: before the head. Several of them become one there.
    """
    dropped: dict[str, str] = {}
    found: dict[str, str] = {}
    for report in subject.ordered:
        before = dropped.get(report.inputs[0]) if len(report.inputs) == 1 else None
        if report.kind in DROPOUTS and getattr(subject.kinds.get(report.name), "p", 0) > 0:
            dropped[report.name] = report.name
        elif before and report.kind in BATCH_NORMS:
            found.setdefault(before, report.name)
        elif before and _keeps_variance(report.kind):
            dropped[report.name] = before
    for dropout, norm in found.items():
        yield _shifting(subject, dropout, norm)


def _keeps_variance(kind: str) -> bool:
    """Whether a shift of the variance is still there behind a node of this kind."""
    return kind in WEIGHTED or _is_activation(kind) or (kind in CATALOG and CATALOG[kind].category == "Pooling")


def _shifting(subject: Subject, dropout: str, norm: str) -> Problem:
    share = getattr(subject.kinds[dropout], "p", 0.0)
    reason = (
        f"dropping {100 * share:.0f} % of the values changes their variance in training, up to "
        f"{1 / (1 - share):.3g} times as much, so {norm} is off when the network is used"
        if share < 1
        else "it drops everything, so there is nothing to normalize"
    )
    remedies = [Remedy(f"Remove {dropout}", partial(edits.remove_nodes, names=(dropout,)))]
    head = head_of(subject.network)
    if head is not None and share < 1 and not _norm_behind(subject, head):
        moved = Remedy(f"Move {dropout} before {head.name}", partial(_move, dropout=dropout, head=head.name))
        remedies.insert(0, moved)
    return offering(Problem(dropout, f"{dropout} comes before {norm}", reason, "warning"), remedies)


def _norm_behind(subject: Subject, head: Node) -> bool:
    behind = subject.network.downstream(head.name)
    return any(subject.network[name].kind in BATCH_NORMS for name in behind)


def _move(network: Network, dropout: str, head: str) -> Network:
    """The dropout as the last thing before the head, on single values; dropped if there is one already."""
    share = network[dropout].arguments.get("p", 0.5)
    network = edits.remove_nodes(network, (dropout,))
    source = network[head].inputs[0]
    if network[source].kind in DROPOUTS:
        return network
    return insert_steps(network, [("dropout", "Dropout", {"p": share})], source, head)
