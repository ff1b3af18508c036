"""The parameters of a class: what differs among its uses, with what follows from something else written as that."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from workbench.core.modelling.source.bodies import Body
from workbench.core.modelling.source.values import REQUIRED, Argument, Symbol, Value, combine

CHANNELS = frozenset(
    "in_channels out_channels in_features out_features num_features num_channels normalized_shape embed_dim dim "
    "feat_dim num_parameters channels hidden_channels size shape".split()
)
"""Arguments that count channels."""
FACTORS = (2, 3, 4, 6, 8, 12, 16, 24, 32)
ABSENT = "<absent>"
SHORT = ("p", "bias", "size", "dim")
"""Arguments whose names say too little without the layer."""
USUAL_CHANNELS = frozenset("in_channels out_channels in_features out_features num_features channels".split())
Path = tuple[str, ...]


@dataclass(frozen=True)
class Parameter:
    """One argument of a class: its name, its value in every use, its default if it has one."""

    name: str
    values: tuple[Value, ...]
    default: Value = REQUIRED


@dataclass(frozen=True)
class Use:
    """One group of a class: what it registers, whether its optional part is there, its channels in and out."""

    group: str
    values: Mapping[str, Value]
    whole: bool
    channels_in: int
    channels_out: int


@dataclass(frozen=True)
class Slot:
    """A place in the body with its value in every use (`ABSENT` where the use has no such place)."""

    path: Path
    values: tuple[Value, ...]

    @property
    def argument(self) -> str:
        """The name of the argument; that of the tuple for one of its numbers."""
        return next((part for part in reversed(self.path) if not part.isdigit()), self.path[0])

    @property
    def counts_channels(self) -> bool:
        """Whether it is a number of channels."""
        whole = all(type(value) is int for value in self.present)
        return whole and (self.argument in CHANNELS or self.argument.endswith(("_channels", "_hidden")))

    @property
    def present(self) -> list[Value]:
        """The values of the uses that have the place."""
        return [value for value in self.values if value != ABSENT]

    @property
    def varies(self) -> bool:
        """Whether uses differ."""
        return any(value != self.present[0] or type(value) is not type(self.present[0]) for value in self.present)

    def is_like(self, values: Sequence[Value]) -> bool:
        """Whether the place holds these values in every use that has it."""
        return all(mine in (ABSENT, other) for mine, other in zip(self.values, values, strict=True))


def solve(body: Body, uses: Sequence[Use]) -> tuple[Body, tuple[Parameter, ...], str, list[tuple[Argument, ...]]]:
    """The body with symbols, the parameters, when the optional part is there, and the arguments of every use."""
    solver = _Solver(body, uses)
    solved = solver.run()
    parameters = tuple(sorted(solver.parameters, key=lambda each: each.default is not REQUIRED))
    calls = [
        tuple(Argument(each.name, each.values[number], each.default, each.default is REQUIRED) for each in parameters)
        for number in range(len(uses))
    ]
    return solved, parameters, solver.condition, calls


class _Solver:
    def __init__(self, body: Body, uses: Sequence[Use]) -> None:
        self._body, self._uses = body, uses
        self.parameters: list[Parameter] = []
        self.condition = ""
        self._slots = [slot for name in body.names for slot in self._slots_of(name)]
        self._origins: dict[str, Slot] = {}

    def run(self) -> Body:
        """Choose the parameters and put them into the body."""
        if len(self._uses) < 2:
            return self._body
        self._take_channels()
        always = [slot for slot in self._slots if ABSENT not in slot.values]
        chosen = {slot.path: self._write(slot) for slot in always}
        chosen |= {slot.path: self._write(slot) for slot in self._slots if ABSENT in slot.values}
        self._decide_presence()
        return self._with(chosen)

    def _slots_of(self, name: str) -> list[Slot]:
        having = [number for number, use in enumerate(self._uses) if name in use.values]
        found: list[Slot] = []

        def note(path: Path, values: list[Value]) -> Value:
            spread = [ABSENT] * len(self._uses)
            for number, value in zip(having, values, strict=True):
                spread[number] = value
            found.append(Slot(path, tuple(spread)))
            return values[0]

        combine([self._uses[number].values[name] for number in having], (name,), note)
        return found

    def _with(self, chosen: Mapping[Path, Value]) -> Body:
        values = {}
        for name in self._body.names:
            having = [use.values[name] for use in self._uses if name in use.values]
            values[name] = combine(having, (name,), lambda path, _: chosen[path])
        return self._body.with_values(values)

    def _take_channels(self) -> None:
        """The channels that go in and out come first, also where they are the same in all uses."""
        taken = tuple(use.channels_in for use in self._uses)
        made = tuple(use.channels_out for use in self._uses)
        counting = [slot for slot in self._slots if slot.counts_channels and ABSENT not in slot.values]
        differ = taken != made
        if any(slot.values == taken for slot in counting):
            self._add("in_channels" if differ else "channels", taken)
        if differ and any(slot.values == made for slot in counting) and (len(set(made)) > 1 or not self.parameters):
            self._add("out_channels", made)

    def _write(self, slot: Slot) -> Value:
        """A constant, or a symbol for what follows from the parameters, or a new parameter."""
        if slot.counts_channels or slot.argument == "groups":
            known = self._channels_from_parameters(slot)
            if known is not None:
                return known
        same = next((each for each in self.parameters if slot.varies and slot.is_like(each.values)), None)
        if same is not None and (slot.counts_channels or same.name == slot.argument):
            return Symbol(same.name)
        if ABSENT in slot.values:
            like = next((e for e in self.parameters if e.name == slot.argument and slot.is_like(e.values)), None)
            if like is not None:
                return Symbol(like.name)
        if not slot.varies:
            return slot.present[0]
        return self._half_of_kernel(slot) or self._new(slot)

    def _channels_from_parameters(self, slot: Slot) -> Symbol | None:
        counts = [each for each in self.parameters if all(type(value) is int for value in each.values)]
        counts = [each for each in counts if each.name in self._channel_names]
        if slot.argument.startswith("out") or (slot.path[-1:] == ("num_features",)):
            counts = sorted(counts, key=lambda each: each.name != "out_channels")
        for each in counts:
            if slot.is_like(each.values):
                return Symbol(each.name)
        if not slot.varies:
            return None
        for each in counts:
            for factor in FACTORS:
                if slot.is_like([value * factor for value in each.values]):
                    return Symbol(f"{factor} * {each.name}")
                if slot.is_like([value / factor for value in each.values]):
                    return Symbol(f"{each.name} // {factor}")
        return None

    @property
    def _channel_names(self) -> set[str]:
        return {"in_channels", "out_channels", "channels"} | {
            name for name, slot in self._origins.items() if slot.counts_channels
        }

    def _half_of_kernel(self, slot: Slot) -> Symbol | None:
        if slot.argument != "padding":
            return None
        for each in self.parameters:
            whole = each.name.endswith("kernel_size") and all(type(value) is int for value in each.values)
            if whole and slot.is_like([value // 2 for value in each.values]):
                return Symbol(f"{each.name} // 2")
        return None

    def _new(self, slot: Slot) -> Symbol:
        values = tuple(None if value == ABSENT else value for value in slot.values)
        name = self._free_name(slot)
        self._origins[name] = slot
        if (slot.counts_channels or slot.argument == "num_layers") and ABSENT not in slot.values:
            self._add(name, values)
        else:
            self._add(name, values, default=_usual(values))
        return Symbol(name)

    def _free_name(self, slot: Slot) -> str:
        taken = {each.name for each in self.parameters}
        child = slot.path[0] if slot.path[0].isidentifier() else f"layer{slot.path[0]}".replace("-", "_")
        if slot.counts_channels:
            names = self._channel_titles(slot, child)
        elif slot.argument in SHORT:
            names = [f"{child}_{slot.argument}"]
        else:
            names = [slot.argument, f"{child}_{slot.argument}"]
        numbered = (f"{names[-1]}_{number}" for number in range(2, 999))
        return next(name for name in (*names, *numbered) if name not in taken)

    def _channel_titles(self, slot: Slot, child: str) -> list[str]:
        """`hidden_channels` where there is one more number of channels, else the part whose channels they are."""
        if not slot.path[0].isdigit() and slot.argument not in USUAL_CHANNELS and len(slot.path) == 2:
            return [slot.argument, f"{child}_{slot.argument}"]  # a parameter of a class of ours
        more = {each.values for each in self._slots if each.varies and each.counts_channels and self._is_more(each)}
        if len(more) == 1:
            return ["hidden_channels", f"{child}_channels"]
        beside = [each.values for each in self._slots if each.path[0] == slot.path[0] and each.values in more]
        if not beside or beside[-1] == slot.values:
            return [f"{child}_channels"]
        return [f"{child}_reduced_channels" if _below(slot.values, beside[-1]) else f"{child}_hidden_channels"]

    def _is_more(self, slot: Slot) -> bool:
        """Whether a number of channels does not follow from those that go in and out."""
        sides = [tuple(use.channels_in for use in self._uses), tuple(use.channels_out for use in self._uses)]
        follows = any(
            slot.is_like([value * factor for value in side]) or slot.is_like([value / factor for value in side])
            for side in sides
            for factor in (1, *FACTORS)
        )
        return not follows

    def _add(self, name: str, values: Sequence[Value], *, default: Value = REQUIRED) -> None:
        self.parameters.append(Parameter(name, tuple(values), default))

    def _decide_presence(self) -> None:
        present = [use.whole for use in self._uses]
        if all(present):
            return
        known = {each.name: each.values for each in self.parameters}
        for text, holds in _conditions(known):
            if [holds(number) for number in range(len(present))] == present:
                self.condition = text
                return
        name = next(n for n in ("shortcut", "with_shortcut") if n not in known)
        self._add(name, present, default=_usual(tuple(present)))
        self.condition = name


def _below(values: Sequence[Value], others: Sequence[Value]) -> bool:
    return all(value <= other for value, other in zip(values, others, strict=True) if ABSENT not in (value, other))


def _conditions(known: Mapping[str, Sequence[Any]]) -> list[tuple[str, Callable[[int], bool]]]:
    """What decides in the literature whether a shortcut has a projection, or is there at all."""
    strides, taken, made = known.get("stride"), known.get("in_channels"), known.get("out_channels")
    found: list[tuple[str, Callable[[int], bool]]] = []
    if taken and made:
        found += [
            ("in_channels != out_channels", lambda n: taken[n] != made[n]),
            ("in_channels == out_channels", lambda n: taken[n] == made[n]),
        ]
    if strides:
        found += [("stride != 1", lambda n: strides[n] != 1), ("stride == 1", lambda n: strides[n] == 1)]
    if strides and taken and made:
        found += [
            ("stride != 1 or in_channels != out_channels", lambda n: strides[n] != 1 or taken[n] != made[n]),
            ("stride == 1 and in_channels == out_channels", lambda n: strides[n] == 1 and taken[n] == made[n]),
        ]
    return found


def _usual(values: tuple[Value, ...]) -> Value:
    """The value that most uses have; of those that are as frequent the smallest or first."""
    counts = Counter(map(repr, values))
    most = max(counts.values())
    return next(value for value in values if counts[repr(value)] == most)
