"""What a lint rule is, and what it is given to look at.

A rule is a decorated generator of problems. Its level says what is at stake: an `error` cannot run, a `warning` trains
worse than it looks, an `info` is a hint that a teacher would give. What the analysis already says is not said again: a
rule that knows how to mend it yields that same problem with remedies.

    @RULES.register("dead branch")
    def dead_branch(subject: Subject) -> Iterator[Problem]:
        '''Layers whose output nobody takes.'''
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from workbench.core.graph.network import INPUT, OUTPUT, Network, Node
from workbench.core.layers.catalog import CATALOG
from workbench.core.layers.kind import LayerKind, Shape
from workbench.core.modelling.shapes import Analysis, NodeReport
from workbench.errors import Problem, Remedy
from workbench.registry import Registry


@dataclass(frozen=True)
class DataFacts:
    """What is known of the pictures a network is to learn from; None is unknown."""

    classes: int | None = None
    channels: int | None = None


@dataclass(frozen=True)
class Subject:
    """A network with its analysis, the facts of the data, and what several rules ask of them."""

    analysis: Analysis
    data: DataFacts = DataFacts()

    @property
    def network(self) -> Network:
        """The network that was analysed."""
        return self.analysis.network

    @cached_property
    def ordered(self) -> tuple[NodeReport, ...]:
        """The reports of all nodes that are not on a loop, each after its inputs."""
        return tuple(self.analysis.nodes[name] for name in self.network.execution_order)

    @cached_property
    def kinds(self) -> dict[str, LayerKind]:
        """The parsed kinds of the nodes whose arguments are possible."""
        parsed = {node.name: CATALOG.parse(node) for node in self.network}
        return {name: kind for name, kind in parsed.items() if not isinstance(kind, Problem)}

    def shape(self, name: str) -> Shape | None:
        """The shape of a node's output, None if it is unknown."""
        report = self.analysis.nodes.get(name)
        return report.output_shape if report else None

    def input_shapes(self, name: str) -> tuple[Shape, ...]:
        """The shapes of a node's inputs; empty if one of them is unknown."""
        shapes = tuple(self.shape(source) for source in self.network[name].inputs)
        known = tuple(shape for shape in shapes if shape is not None)
        return known if len(known) == len(shapes) else ()

    def only_source(self, name: str) -> Node | None:
        """The one node that feeds a node; None if there are none or several."""
        inputs = self.network[name].inputs
        return self.network.nodes.get(inputs[0]) if len(inputs) == 1 else None

    def only_consumer(self, name: str) -> Node | None:
        """The one node that takes a node's output; None if there are none or several."""
        consumers = self.network.consumers[name]
        return self.network[consumers[0]] if len(consumers) == 1 else None

    @cached_property
    def live(self) -> frozenset[str]:
        """The nodes that the output depends on."""
        outputs = self.network.of_kind(OUTPUT)
        return self.network.upstream(outputs[0].name) if outputs else frozenset()

    @cached_property
    def trunk(self) -> tuple[str, ...]:
        """The nodes that every way from the input to the output goes through, in this order.

        One sweep in execution order: a node is on the trunk where no connection passes it by.
        """
        inputs = self.network.of_kind(INPUT)
        between = self.live & self.network.downstream(inputs[0].name) if inputs else frozenset()
        waiting, found = 0, []
        for name in self.network.execution_order:
            if name in between:
                waiting -= sum(source in between for source in self.network[name].inputs)
                if waiting == 0:
                    found.append(name)
                waiting += sum(consumer in between for consumer in self.network.consumers[name])
        return tuple(found)


Rule = Callable[[Subject], Iterator[Problem]]
RULES: Registry[Rule] = Registry("lint rule")


def offering(problem: Problem, remedies: Sequence[Remedy]) -> Problem:
    """The problem with remedies, the most natural first."""
    return replace(problem, remedy=remedies[0] if remedies else None, alternatives=tuple(remedies[1:]))


def and_others(names: Sequence[str]) -> str:
    """`conv1`, `conv1 and conv2`, `conv1 and 5 others`."""
    if len(names) <= 2:
        return " and ".join(names)
    return f"{names[0]} and {len(names) - 1} others"
