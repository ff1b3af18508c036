"""How the modules of a network are nested, and which groups of it are modules that can be called.

A group of nodes becomes a chain (an `nn.Sequential`), a class of its own with a `forward`, or, where the data leaves it
and comes back, a mere container whose layers are called from the group around it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, wraps
from typing import Any, Literal, TypeVar

import msgspec

from workbench.core.graph.network import INPUT, OUTPUT, Network, Node, prefixes
from workbench.core.layers.catalog import CATALOG
from workbench.core.layers.kind import FunctionKind, LayerKind, ModuleKind, ParameterKind, Shape
from workbench.core.modelling.compile import may_overwrite
from workbench.core.modelling.shapes import Analysis
from workbench.core.modelling.source.ordering import sorted_by_needs
from workbench.core.modelling.source.writing import PLAIN_CALL, derived, expression, has_module

Form = Literal["chain", "class", "container"]
TAKEN = frozenset("append clear copy extend forward get insert items keys pop popitem setdefault update values".split())
"""Names that a module which holds others has already."""


@dataclass(frozen=True)
class Step:
    """One call in a `forward`: of the module at `path` (relative to its class), or an expression where it is empty."""

    template: str
    path: tuple[str, ...]
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    node: str = field(compare=False, default="")


Answer = TypeVar("Answer")


def _remembered(question: Callable[[Groups, str], Answer]) -> Callable[[Groups, str], Answer]:
    """Answer a question about a group once; forgotten when the forms of groups change."""

    @wraps(question)
    def remembered(groups: Groups, group: str) -> Answer:
        key = (question.__name__, group)
        if key not in groups.answers:
            groups.answers[key] = question(groups, group)
        answer: Answer = groups.answers[key]
        return answer

    return remembered


class Groups:
    """The groups of a network that can run."""

    def __init__(self, network: Network, analysis: Analysis) -> None:
        self.network = network
        self._analysis = analysis
        self.kinds = {node.name: _kind(node, network) for node in network}
        self._place = {name: place for place, name in enumerate(network.execution_order)}
        self._live = network.upstream(network.of_kind(OUTPUT)[0].name)
        self.aliases = dict(self._find_aliases())
        self._containers: set[str] = set()
        self.answers: dict[tuple[str, str], Any] = {}
        self.forms = self._find_forms()

    def shapes(self, name: str) -> tuple[Shape, ...]:
        """The shapes that a node takes."""
        shapes = (self._analysis.nodes[source].output_shape for source in self.network[name].inputs)
        return tuple(shape for shape in shapes if shape is not None)

    def shape(self, name: str) -> Shape:
        """The shape that a node makes."""
        return self._analysis.nodes[name].output_shape or ()

    @cached_property
    def members(self) -> Mapping[str, tuple[str, ...]]:
        """The nodes below each prefix, in their order; all of them for the empty one."""
        found: dict[str, list[str]] = {"": [node.name for node in self.network]}
        for node in self.network:
            for prefix in prefixes(node.name):
                found.setdefault(prefix, []).append(node.name)
        return {prefix: tuple(names) for prefix, names in found.items()}

    @_remembered
    def children(self, group: str) -> dict[str, str]:
        """What is registered in a group: the last part of each name, and the node or group; in the order of weights."""
        return {
            part: path for part, path in self._parts(group).items() if path not in self.network or self.is_module(path)
        }

    def _parts(self, group: str) -> dict[str, str]:
        """What is directly in a group in the order of its first module; groups of expressions alone come last."""
        start = len(group) + 1 if group else 0
        registered: dict[str, str] = {}
        computed: dict[str, str] = {}
        for name in self.members[group]:
            part = name[start:].split(".")[0]
            path = name[:start] + part
            (registered if path == name or self.is_module(name) else computed).setdefault(part, path)
        return {**registered, **{part: path for part, path in computed.items() if part not in registered}}

    def is_module(self, name: str) -> bool:
        """Whether a node is something that is registered, not an expression or one more call of another module."""
        kind = self.kinds[name]
        return isinstance(kind, ParameterKind) or (name not in self.aliases and not self._is_expression(name))

    @_remembered
    def steps(self, group: str) -> tuple[Step, ...]:
        """The calls of a group in their order, without those whose result nobody needs."""
        return tuple(self._step(item, group) for item in self._order(group) if self._needed(item))

    @_remembered
    def inputs(self, group: str) -> tuple[str, ...]:
        """The nodes outside whose values a group takes, in the order in which it takes them."""
        inside = set(self.members[group])
        taken = (source for step in self.steps(group) for source in step.inputs if source not in inside)
        return tuple(dict.fromkeys(taken))

    @_remembered
    def outputs(self, group: str) -> tuple[str, ...]:
        """The nodes inside whose values somebody outside takes."""
        inside = set(self.members[group])
        leaving = [name for name in inside & self._live if set(self.network.consumers[name]) & self._live - inside]
        return tuple(sorted(leaving, key=self._place.__getitem__))

    def _find_aliases(self) -> Iterator[tuple[str, str]]:
        """Nodes that are one more call of a module without weights: `relu_1` beside `relu`."""
        for node in self.network:
            base, _, number = node.name.rpartition("_")
            if not number.isdigit() or not isinstance(self.kinds[node.name], ModuleKind) or base not in self.network:
                continue
            same = self.kinds[base] == self.kinds[node.name] and not self._analysis.nodes[node.name].parameters
            if same and self._place[base] < self._place[node.name] and not _has_state(self.kinds[base]):
                yield node.name, base

    def _is_expression(self, name: str) -> bool:
        kind = self.kinds[name]
        if isinstance(kind, ParameterKind):
            return False
        if not has_module(kind):
            return True
        recorded = re.fullmatch(rf"{kind.name().lower()}(_\d+)?", name.rpartition(".")[2]) is not None
        if isinstance(kind, FunctionKind):
            return recorded
        plain = bool(kind.call) and "{module}" not in kind.call and _all_written(kind)
        return plain and recorded and not self._in_chain(name)

    def _in_chain(self, name: str) -> bool:
        return self.forms.get(name.rpartition(".")[0]) == "chain" if hasattr(self, "forms") else False

    def _find_forms(self) -> dict[str, Form]:
        """The form of every group; groups that cannot be called one after the other become containers."""
        while True:
            forms: dict[str, Form] = {}
            self.forms = forms
            self.answers.clear()
            for group in sorted(self.network.groups, key=lambda group: -group.count(".")):
                forms[group] = self._form(group)
            self.answers.clear()  # what is an expression depends on the form of its group
            scopes = ["", *(group for group, form in forms.items() if form == "class")]
            tangled = {item for scope in scopes for item in self._tangled(scope)}
            if not tangled:
                return forms
            self._containers |= tangled

    def _form(self, group: str) -> Form:
        names = self.members[group]
        if group in self._containers or not self._is_closed(names):
            return "container"
        return "chain" if self._is_chain(group) else "class"

    def _is_closed(self, names: tuple[str, ...]) -> bool:
        """Whether the data that leaves these nodes never comes back, and they hold neither end of the network."""
        inside = set(names)
        if any(self.network[name].kind in (INPUT, OUTPUT) for name in names) or not inside & self._live:
            return False
        last = max(self._place[name] for name in names)
        stack = [consumer for name in names for consumer in self.network.consumers[name] if consumer not in inside]
        seen: set[str] = set()
        while stack:
            name = stack.pop()
            if name in inside:
                return False
            if name not in seen and self._place[name] < last:
                seen.add(name)
                stack += self.network.consumers[name]
        return True

    def _is_chain(self, group: str) -> bool:
        previous: tuple[str, str] | None = None
        for part, path in self._parts(group).items():
            ends = self._ends(path)
            if ends is None or part in TAKEN or (previous and not self._follows(path, ends[0], previous[1])):
                return False
            previous = ends
        return len(self.outputs(group)) == 1 and previous is not None and self.outputs(group)[0] == previous[1]

    def _follows(self, path: str, source: str, previous: str) -> bool:
        """Whether something takes what the one before it made, and nobody else does."""
        users = set(self.members[path]) if path not in self.network else {path}
        return source == previous and set(self.network.consumers[previous]) <= users

    def _ends(self, path: str) -> tuple[str, str] | None:
        """The one input and the one output of something that can stand in a chain."""
        if path in self.network:
            inputs = self.network[path].inputs
            fits = self._stands_alone(path) and len(inputs) == 1 and path in self._live
            return (inputs[0], path) if fits else None
        if self.forms[path] == "container" or not set(self.members[path]) & self._live:
            return None
        inputs, outputs = self.inputs(path), self.outputs(path)
        return (inputs[0], outputs[0]) if len(inputs) == len(outputs) == 1 else None

    def _stands_alone(self, name: str) -> bool:
        """Whether a node is a module that takes nothing but its input."""
        kind = self.kinds[name]
        if isinstance(kind, ParameterKind) or name in self.aliases or not has_module(kind):
            return False
        return expression(kind) == PLAIN_CALL or "{module}" not in kind.call

    def _items(self, group: str) -> Iterator[str]:
        """The nodes and callable groups that a class calls, whatever container they are in."""
        start = len(group) + 1 if group else 0
        for part in dict.fromkeys(name[start:].split(".")[0] for name in self.members[group]):
            path = f"{group}.{part}" if group else part
            if path in self.network or self.forms[path] != "container":
                yield path
            else:
                yield from self._items(path)

    def _order(self, group: str) -> list[str]:
        return self._sorted(group)[0]

    def _tangled(self, group: str) -> set[str]:
        """The groups that wait for one another."""
        return {item for item in self._sorted(group)[1] if item not in self.network}

    def _sorted(self, group: str) -> tuple[list[str], list[str]]:
        """The items of a group, each after those it needs, and the items for which there is no such order."""
        items = list(self._items(group))
        home = {name: item for item in items for name in (self.members[item] if item not in self.network else (item,))}
        needs = {item: self._needs(item, home) for item in items}
        first: dict[str, int] = {}
        for name, item in home.items():
            first[item] = min(first.get(item, self._place[name]), self._place[name])
        return sorted_by_needs(needs, first)

    def _needs(self, item: str, home: Mapping[str, str]) -> set[str]:
        names = (item,) if item in self.network else self.members[item]
        sources = {home[source] for name in names for source in self.network[name].inputs if source in home}
        return sources - {item}

    def _needed(self, item: str) -> bool:
        if item in self.network:
            return item in self._live and self.network[item].kind not in (INPUT, OUTPUT)
        return bool(set(self.members[item]) & self._live)

    def _step(self, item: str, group: str) -> Step:
        if item in self.network:
            return self._node_step(item, group)
        inputs, outputs = self.inputs(item), self.outputs(item)
        places = ", ".join(f"{{{number}}}" for number in range(len(inputs)))
        return Step(f"{{module}}({places})", _relative(item, group), inputs, outputs, item)

    def _node_step(self, name: str, group: str) -> Step:
        node, kind = self.network[name], self.kinds[name]
        path = _relative(self.aliases.get(name, name), group)
        count = len(node.inputs)
        if isinstance(kind, ParameterKind):
            return Step(derived(kind.forward, count, parameters=1), path, node.inputs, (name,), name)
        if not self._is_expression(name):
            written = expression(kind)
            template = written if "{module}" in written else PLAIN_CALL
            return Step(template, path, node.inputs, (name,), name)
        template = derived(kind.forward, count) if isinstance(kind, FunctionKind) else expression(kind)
        return Step(template, (), node.inputs, (name,), name)


def _relative(name: str, group: str) -> tuple[str, ...]:
    return tuple((name[len(group) + 1 :] if group else name).split("."))


def _kind(node: Node, network: Network) -> LayerKind:
    kind = CATALOG.parse(node)
    assert isinstance(kind, LayerKind)
    overwrites = getattr(kind, "inplace", False) and not may_overwrite(node, network)
    return msgspec.structs.replace(kind, inplace=False) if overwrites else kind


def _has_state(kind: LayerKind) -> bool:
    """Whether calling a module changes what it holds."""
    return bool(getattr(kind, "track_running_stats", False))


def _all_written(kind: LayerKind) -> bool:
    """Whether the text of a call says all arguments that differ from their defaults."""
    plain = type(kind)()
    return all(
        f"{{{name}}}" in kind.call or value == getattr(plain, name)
        for name, value in msgspec.structs.asdict(kind).items()
    )
