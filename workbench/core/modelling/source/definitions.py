"""Which groups of a network are the same class, and with what arguments each is constructed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from workbench.core.graph.network import INPUT, OUTPUT, prefixes
from workbench.core.layers.kind import ParameterKind
from workbench.core.modelling.heads import WIDTH, head_of
from workbench.core.modelling.source.bodies import Body, Line, body_key, body_of, heads, shorter
from workbench.core.modelling.source.dense import as_loop, is_loop, is_spread, joins_all, spread
from workbench.core.modelling.source.groups import TAKEN, Groups
from workbench.core.modelling.source.parameters import Parameter, Use, solve
from workbench.core.modelling.source.values import (
    HOLDER,
    MODULE_DICT,
    MODULE_LIST,
    SEQUENTIAL,
    Argument,
    Call,
    Symbol,
    Value,
    given,
    ordered,
)
from workbench.core.modelling.source.writing import constructor

CLASSES = "num_classes"
"""The argument of the main class."""
OWN = "@"
"""What the heads of calls of our own classes begin with."""
SEVERAL = 3
"""From so many convolutions with norm and activation on they are a class."""
ROUNDS = 8
"""Merging classes lets the classes around them merge; deeper nests than this stay apart."""


@dataclass
class Definition:
    """One class: its groups, its body with symbols for what differs, its parameters, and its optional lines."""

    key: str
    groups: list[str] = field(default_factory=list)
    body: Body | None = None
    parameters: tuple[Parameter, ...] = ()
    optional: tuple[int, ...] = ()
    condition: str = ""
    sample: str = ""


class Definitions:
    """The classes of a network, found from the inside out."""

    def __init__(self, groups: Groups) -> None:
        self.groups = groups
        self._solved: dict[str, Definition] = {}
        self._calls: dict[str, Call] = {}
        self._layers: dict[str, Call] = {}
        try:
            self._resolve()
        except ValueError:  # layers that do not grow evenly cannot be written as a loop
            self._is_dense = False
            self._resolve()

    def _resolve(self) -> None:
        self._solved.clear()
        self._calls.clear()
        self._find()
        self.main = Definition("", [""], self._body("", self._value))

    def ordered(self) -> list[Definition]:
        """The classes, each after those it uses."""
        order: dict[str, Definition] = {}

        def visit(definition: Definition) -> None:
            assert definition.body is not None
            for _, value in definition.body.children:
                for head in heads(value):
                    if head.startswith(OWN) and head not in order:
                        visit(self._solved[head])
            order[definition.key] = definition

        visit(self.main)
        return list(order.values())

    def _find(self) -> None:
        """Collect and merge classes; chains that turn out to be too rare for a class stay chains."""
        forms = self.groups.forms
        chains = {group for group, form in forms.items() if form == "chain" and self._could_be_class(group)}
        while True:
            self._same: dict[str, str] = {}
            self._keys: dict[Any, str] = {}
            wanted = {group for group, form in forms.items() if form == "class"} | chains
            for _ in range(ROUNDS):
                self.found = self._collect(wanted)
                if not self._merge():
                    break
            rare = [each for each in self.found.values() if chains.issuperset(each.groups) and self._is_rare(each)]
            if not rare:
                return
            chains -= {group for each in rare for group in each.groups}

    def _collect(self, wanted: set[str]) -> dict[str, Definition]:
        """Every class with its groups, told apart by structure alone."""
        self._bodies: dict[str, Body] = {}
        self._key_of: dict[str, str] = {}
        found: dict[str, Definition] = {}
        for group in sorted(wanted, key=lambda each: (-each.count("."), self._place[each])):
            self._add(group, found)
        return found

    @cached_property
    def _place(self) -> dict[str, int]:
        return {group: place for place, group in enumerate(self.groups.members)}

    def _could_be_class(self, group: str) -> bool:
        """Whether a person would make a class of a chain that comes several times: it has names, or is a unit."""
        children = self.groups.children(group)
        named = bool(children) and all(part.isidentifier() for part in children)
        return named or self._is_unit(tuple(children.values()))

    def _is_unit(self, children: tuple[str, ...]) -> bool:
        """Convolution, normalization and activation."""
        kinds = [self.groups.kinds[path] for path in children if path in self.groups.network]
        categories = [kind.category for kind in kinds]
        return len(kinds) == len(children) and categories == ["Convolution", "Normalization", "Activation"]

    def _is_rare(self, definition: Definition) -> bool:
        children = self.groups.children(definition.groups[0])
        if "0" in children:
            return len(definition.groups) < SEVERAL
        return len(definition.groups) < 2 or all(len(self.groups.children(group)) < 2 for group in definition.groups)

    def _add(self, group: str, found: dict[str, Definition]) -> None:
        body = self._body(group, self._skeleton)
        key = self._keys.setdefault(body_key(body), f"{OWN}{len(self._keys)}")
        self._bodies[group] = body
        merged = self._same.get(key, key)
        self._key_of[group] = merged
        found.setdefault(merged, Definition(merged)).groups.append(group)

    def _skeleton(self, path: str) -> Value:
        """The call that makes a child, without the arguments of classes of our own."""
        return Call(self._key_of[path]) if path in self._key_of else self._plain(path, self._skeleton)

    def _plain(self, path: str, value_of: Any) -> Value:
        """The call for a layer, a chain or a container."""
        if path in self.groups.network:
            if path not in self._layers:
                self._layers[path] = constructor(self.groups.kinds[path], self.groups.shapes(path))
            return self._layers[path]
        children = self.groups.children(path)
        values = [value_of(child) for child in children.values()]
        numbered = [*children] == [str(number) for number in range(len(children))]
        if self.groups.forms[path] == "chain":
            return Call(SEQUENTIAL, given(*values) if numbered else given(ordered([*children], values)))
        if self._needs_holder(path):
            return Call(HOLDER, tuple(map(Argument, children, values)))
        if numbered:
            return Call(MODULE_LIST, given(Call("list", given(*values))))
        return Call(MODULE_DICT, given(ordered([*children], values)))

    def _needs_holder(self, path: str) -> bool:
        """Whether a container holds a parameter, or a name, that a `ModuleDict` cannot take."""
        for name, child in self.groups.children(path).items():
            if name in TAKEN or isinstance(self.groups.kinds.get(child), ParameterKind):
                return True
            if self.groups.forms.get(child) == "container" and self._needs_holder(child):
                return True
        return False

    def _body(self, group: str, value_of: Any) -> Body:
        children = tuple((name, value_of(path)) for name, path in self.groups.children(group).items())
        inputs = self.groups.inputs(group) if group else self._sources()
        lines = [Line(step.template, step.path, step.inputs, step.outputs) for step in self.groups.steps(group)]  # type: ignore[arg-type]
        results = self.groups.outputs(group) if group else self._results()
        return self._generalized(body_of(children, lines, inputs, results))

    def _generalized(self, body: Body) -> Body:
        """A layer or a block of a dense network in the form that is the same for any number of inputs and layers."""
        if not self._is_dense:
            return body
        return spread(body) if joins_all(body) else as_loop(body) or body

    @cached_property
    def _is_dense(self) -> bool:
        """Whether a group begins with joining what it takes although that is one value: others take more."""
        classes = (group for group, form in self.groups.forms.items() if form == "class")
        firsts = (self.groups.steps(group)[:1] for group in classes)
        return any(step.template.startswith("torch.cat([{0}]") for steps in firsts for step in steps)

    def _sources(self) -> tuple[str, ...]:
        return tuple(node.name for node in self.groups.network.of_kind(INPUT))

    def _results(self) -> tuple[str, ...]:
        return self.groups.network.of_kind(OUTPUT)[0].inputs

    def _merge(self) -> bool:
        """Find a class that is another one without an optional part, and make them one."""
        keys = {body_key(self._bodies[each.groups[0]]): each.key for each in self.found.values()}
        taken = set(self._same.values()) | set(self._same)
        for definition in list(self.found.values()):
            for body, _ in shorter(self._bodies[definition.groups[0]]):
                other = keys.get(body_key(body))
                if other and other != definition.key and not taken & {other, definition.key}:
                    self._same[other] = definition.key
                    return self._merge() or True
        return False

    def _value(self, path: str) -> Value:
        """The call that makes a child, with all its arguments."""
        if path not in self._key_of:
            made = self._plain(path, self._value)
            return _for_classes(made) if path == self.head else made
        self._solve(self._key_of[path])
        return self._calls[path]

    @cached_property
    def head(self) -> str:
        """The layer whose width is the number of classes, where the main class constructs it; else nothing."""
        node = head_of(self.groups.network)
        scores = self.groups.network.of_kind(OUTPUT)[0].inputs[0]
        fits = node is not None and len(self.groups.shape(scores)) == 1
        return node.name if node and fits and self._key_of.keys().isdisjoint(prefixes(node.name)) else ""

    def _solve(self, key: str) -> None:
        if key in self._solved:
            return
        definition = self.found[key]
        bodies = {group: self._body(group, self._value) for group in definition.groups}
        if (
            len({is_loop(body) for body in bodies.values()}) > 1
            or len({body_key(body) for body in bodies.values()}) > 2
        ):
            raise ValueError(f"{definition.groups} are not the same class")
        whole = max(bodies, key=lambda group: len(bodies[group].lines))
        definition.sample = whole
        definition.optional = self._optional(bodies[whole], bodies)
        uses = [self._use(group, body, definition, bodies[whole]) for group, body in bodies.items()]
        definition.body, definition.parameters, definition.condition, calls = solve(bodies[whole], uses)
        self._solved[key] = definition
        for use, arguments in zip(uses, calls, strict=True):
            self._calls[use.group] = Call(key, arguments)

    def _optional(self, whole: Body, bodies: Mapping[str, Body]) -> tuple[int, ...]:
        keys = {body_key(body) for body in bodies.values()} - {body_key(whole)}
        return next((lines for body, lines in shorter(whole) if body_key(body) in keys), ())

    def _channels(self, name: str) -> int:
        """The channels that a node makes; the last axis where there are no pixels."""
        shape = self.groups.shape(name)
        return shape[0] if len(shape) == 3 else shape[-1]

    def _use(self, group: str, body: Body, definition: Definition, whole: Body) -> Use:
        inputs, outputs = self.groups.inputs(group), self.groups.outputs(group)
        return Use(
            group,
            dict(body.children),
            len(body.lines) == len(whole.lines),
            sum(map(self._channels, inputs)) if is_spread(body) else self._channels(inputs[0]) if inputs else 0,
            self._channels(outputs[0]) if outputs else 0,
        )


def _for_classes(call: Call) -> Call:
    """A layer that makes as many values as there are classes."""
    wide = tuple(WIDTH.values())
    arguments = (
        replace(argument, value=Symbol(CLASSES)) if argument.name in wide else argument for argument in call.arguments
    )
    return replace(call, arguments=tuple(arguments))
