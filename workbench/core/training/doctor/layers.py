"""What the layers tell: units that are dead, gradients that vanish or explode, steps too long or too short."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import partial

from workbench.core.graph.network import Network
from workbench.core.training.doctor.rule import RULES, Case, NetworkRemedy, at_rate, finding, middle, planned
from workbench.core.training.events import LayersMeasured
from workbench.errors import Problem, Remedy

RELUS = ("ReLU", "ReLU6")
DEAD_SHARE, DEAD_BATCH = 0.5, 16
"""Half of the channels silent for so many pictures is a loss; for fewer some are silent by chance."""
VANISHED = 1e-5
EXPLODED, TIMES_USUAL = 1e3, 100.0
HIGH, LOW = 0.03, 1e-5
"""Share of its weight that a step changes: about 1e-3 is usual (Karpathy, "Neural Networks: Zero to Hero")."""
UNCHANGED = 0.98
NORMS = ("BatchNorm1d", "BatchNorm2d", "GroupNorm", "LayerNorm", "InstanceNorm2d")


@RULES.register("dead units")
def dead_units(case: Case) -> Iterator[Problem]:
    """A ReLU channel that is zero for every picture learns nothing any more: its gradient is zero too."""
    if case.plan.batch_size < DEAD_BATCH:
        return
    dead = {
        name: min(layer.dead or 0.0 for layer in layers)
        for name, layers in case.recent.items()
        if len(layers) > 1 and name in case.network and case.network[name].kind in RELUS
    }
    silent = tuple(name for name, share in dead.items() if share >= DEAD_SHARE)
    if silent:
        worst = max(silent, key=lambda name: dead[name])
        others = f", and of {len(silent) - 1} more" if len(silent) > 1 else ""
        title = f"{100 * dead[worst]:.0f} % of the channels of {worst} are dead{others}"
        reason = f"nothing seen in {len(case.recent[worst])} measured steps has woken them; they cannot learn any more"
        leaky = NetworkRemedy("Use LeakyReLU there", partial(_leaky, names=silent))
        yield finding(worst, title, reason, at_rate(case.plan, 0.1), leaky)


def _leaky(network: Network, names: tuple[str, ...]) -> Network:
    nodes = (node.with_(kind="LeakyReLU", arguments={}) if node.name in names else node for node in network)
    return network.with_nodes(nodes)


@RULES.register("vanishing gradients")
def vanishing_gradients(case: Case) -> Iterator[Problem]:
    """Early layers whose gradient, measured by their weights, is nothing beside that of later ones (Glorot 2010)."""
    sizes = {name: size for name, size in _relative_gradients(case).items() if size is not None}
    for number, (name, size) in enumerate(sizes.items()):
        largest = max(list(sizes.values())[number:])
        if size < VANISHED * largest:
            reason = f"measured by its weights it is {size / largest:.0e} of what layers nearer to the loss get"
            yield finding(name, f"Hardly any gradient reaches {name}", reason, *_for_flow(case))
            return


def _relative_gradients(case: Case) -> dict[str, float | None]:
    return {
        name: middle([layer.gradient / layer.weight for layer in layers if layer.gradient is not None and layer.weight])
        for name, layers in case.recent.items()
    }


def _for_flow(case: Case) -> list[Remedy]:
    found: list[Remedy] = []
    if case.plan.initialization == "pytorch":
        found.append(planned("Begin with weights after Kaiming He", initialization="kaiming-fan-out"))
    squashing = tuple(node.name for node in case.network if node.kind in ("Sigmoid", "Tanh"))
    if squashing:
        found.append(NetworkRemedy("Use ReLU instead of Sigmoid and Tanh", partial(_relu, names=squashing)))
    return found


def _relu(network: Network, names: tuple[str, ...]) -> Network:
    return network.with_nodes(node.with_(kind="ReLU", arguments={}) if node.name in names else node for node in network)


@RULES.register("exploding gradients")
def exploding_gradients(case: Case) -> Iterator[Problem]:
    """Gradients that are huge, or all at once a hundred times as long as usual (Pascanu et al. 2013, 1211.5063)."""
    lengths = [_length(event) for event in case.measured]
    if not lengths or case.plan.clip_norm is not None:
        return
    last, usual = max(lengths[-4:]), middle(lengths) or 0.0
    if last > EXPLODED or (last > TIMES_USUAL * usual and last > 1):
        worst = max(case.recent, key=lambda name: max(layer.gradient or 0.0 for layer in case.recent[name]))
        reason = f"its length has been {last:.3g}, usually it is {usual:.3g}; the longest part is that of {worst}"
        cut = planned("Cut gradients to a length of 1", clip_norm=1.0)
        yield finding(worst, "The gradient explodes", reason, cut, at_rate(case.plan, 0.1))


def _length(event: LayersMeasured) -> float:
    return math.sqrt(sum((layer.gradient or 0.0) ** 2 for layer in event.layers))


@RULES.register("rate too high")
def rate_too_high(case: Case) -> Iterator[Problem]:
    """Steps that change weights by several percent while the loss does not fall, or a loss that was no number."""
    shares = [_change(case, slice(number, number + 1)) or 0.0 for number in range(len(case.measured))]
    share, reason = max(shares, default=0.0), ""
    if case.failed is not None and "loss is" in case.failed.title:
        reason = case.failed.title
    elif share > HIGH and _does_not_fall(case):
        loss = case.epochs[-1].train_loss
        reason = f"steps have changed weights by {100 * share:.1f} % (0.1 % is usual), and the loss stays at {loss:.3g}"
    if reason:
        yield finding("learning_rate", "The learning rate is too high", reason, at_rate(case.plan, 0.1), *_warm(case))


def _does_not_fall(case: Case) -> bool:
    """Whether the training loss of the last epoch is no better than what was before."""
    losses = [*(step.loss for step in case.steps[:1]), *(epoch.train_loss for epoch in case.epochs)]
    return bool(case.epochs) and len(losses) > 1 and losses[-1] > UNCHANGED * min(losses[:-1])


def _warm(case: Case) -> list[Remedy]:
    possible = case.plan.warmup_epochs == 0 and all(phase.epochs > 1 for phase in case.plan.all_phases())
    return [planned("Warm up over the first epoch", warmup_epochs=1.0)] if possible else []


@RULES.register("rate too low")
def rate_too_low(case: Case) -> Iterator[Problem]:
    """Steps that hardly change the weights, in the first half of the training, where the rate is still high."""
    total = case.plan.total_epochs()
    begun = [event for event in case.measured if event.epoch <= max(1, total // 2)]
    share = _change(case, slice(0, len(begun))) if len(begun) > 1 else None
    if share is not None and share < LOW:
        reason = f"a step changes weights by {share:.1e} of their size; about 1e-3 is usual"
        yield finding("learning_rate", "The learning rate is too low", reason, at_rate(case.plan, 10.0))


def _change(case: Case, where: slice) -> float | None:
    """The median over layers and measured steps of the share of a weight that a step changes."""
    layers = [layer for event in case.measured[where] for layer in event.layers]
    return middle([layer.update / layer.weight for layer in layers if layer.update is not None and layer.weight])
