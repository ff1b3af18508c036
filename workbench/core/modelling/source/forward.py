"""The lines of a `forward`: local names, and calls put into one another where a person would."""

from __future__ import annotations

import re
from collections.abc import Sequence

from workbench.core.modelling.source.bodies import Body, Line
from workbench.core.modelling.source.dense import is_loop, is_spread, loop_forward
from workbench.core.modelling.source.values import HOLDER, MODULE_LIST, SEQUENTIAL, Call, Value, items_of

FRESH = ("torch.nn.Conv2d", "torch.nn.Linear", "torch.nn.ConvTranspose2d")
"""What begins a line of its own."""
SHORTCUTS = re.compile(r"downsample|shortcut|identity|proj|skip|residual")
SUM = re.compile(r"\{[01]\} [+*] \{[01]\}")
PLAIN_CALL = "{module}({0})"
UNPACKED = re.compile(r"(.+)\[(\d+)\]")


class Forward:
    """Writes the lines of one class."""

    def __init__(self, body: Body, *, optional: Sequence[int] = (), condition: str = "") -> None:
        self._body, self._optional, self._condition = body, tuple(optional), condition
        self._spread = is_spread(body) and not is_loop(body)
        self.inputs = ["inputs"] if self._spread else _input_names(body.inputs)
        self._texts: dict[int, str] = dict(enumerate(self.inputs))
        self._names: dict[int, str] = dict(enumerate(self.inputs))
        self._lines: list[str] = []
        self._left = {
            value: self._count(value) for value in range(body.inputs + sum(len(line.outputs) for line in body.lines))
        }

    @property
    def signature(self) -> str:
        """What the method takes."""
        star = "*" if self._spread else ""
        return ", ".join(["self", *(f"{star}{name}: Tensor" for name in self.inputs)])

    def lines(self) -> list[str]:
        """The body of the method."""
        if is_loop(self._body):
            return loop_forward(self._body)
        unpacked = self._unpacked()
        for place, line in enumerate(self._body.lines):
            if place in unpacked:
                self._unpack(unpacked[place])
            elif not any(place in group[1:] for group in unpacked.values()):
                self._write(place, line)
        results = [self._use(value) for value in self._body.results]
        return [*self._merged_last(results)]

    def _merged_last(self, results: list[str]) -> list[str]:
        text = ", ".join(results)
        if len(results) == 1 and self._lines:
            name, _, made = self._lines[-1].partition(" = ")
            if name == text:
                return [*self._lines[:-1], f"return {made}"]
        return [*self._lines, f"return {text}"]

    def _count(self, value: int) -> int:
        uses = sum(line.inputs.count(value) for line in self._body.lines)
        return uses + self._body.results.count(value)

    def _write(self, place: int, line: Line) -> None:
        inputs = [self._use(value) for value in line.inputs]
        made = line.template.format(*inputs, module=self._module(line.path))
        if place in self._optional:
            self._assign_optional(place, line, made, inputs)
        elif len(line.outputs) == 1 and self._may_wait(place, line):
            self._texts[line.outputs[0]] = made
            self._names[line.outputs[0]] = self._name_for(line)
        else:
            self._assign(line, made)

    def _assign(self, line: Line, made: str) -> None:
        names: list[str] = []
        for value in line.outputs:
            names.append(self._name_for(line, taken=names))
            self._names[value] = self._texts[value] = names[-1]
        self._lines.append(f"{', '.join(names)} = {made}")

    def _assign_optional(self, place: int, line: Line, made: str, inputs: list[str]) -> None:
        """A line that is only there under the condition; else its input passes on."""
        if place != self._optional[-1]:  # a part of the optional addition: it waits for it
            self._texts[line.outputs[0]] = made
            self._names[line.outputs[0]] = self._name_for(line)
            self._passed = inputs[0]
            return
        zero = line.inputs.index(0) if 0 in line.inputs and not line.path else None
        without = inputs[0] if line.path else inputs[1 - (zero or 0)]
        if len(self._optional) > 1:
            without = self._passed
        test = f"self.{line.path[0]} is not None" if line.path else "self.shortcut"
        name = self._name_for(line)
        self._names[line.outputs[0]] = self._texts[line.outputs[0]] = name
        if name == without:
            self._lines += [f"if {test}:", f"    {name} = {made}"]
        else:
            self._lines.append(f"{name} = {made} if {test} else {without}")

    def _use(self, value: int) -> str:
        self._left[value] -= 1
        return self._texts[value]

    def _may_wait(self, place: int, line: Line) -> bool:
        """Whether a result can stand inside the next line: nobody else needs it, and that line begins nothing."""
        value = line.outputs[0]
        following = self._body.lines[place + 1] if place + 1 < len(self._body.lines) else None
        if following is None or self._left[value] != 1 or place + 1 in self._optional:
            return False
        if SUM.fullmatch(following.template) and line.template == PLAIN_CALL:
            return self._is_shortcut_sum(value, following)
        if following.inputs != (value,):
            return False
        if self._is_block(line) or following.template != PLAIN_CALL or not following.path:
            return False
        return not self._begins(following)

    def _is_shortcut_sum(self, value: int, line: Line) -> bool:
        """Whether a value is added to the input of the block, and that is all that the block does."""
        other = [each for each in line.inputs if each != value]
        return other == [0] and line.outputs == self._body.results and len(self._body.lines) == 2

    def _begins(self, line: Line) -> bool:
        value = self._value_at(line.path)
        return not isinstance(value, Call) or value.head in FRESH or self._is_block(line)

    def _is_block(self, line: Line) -> bool:
        value = self._value_at(line.path)
        block = not isinstance(value, Call) or value.head == SEQUENTIAL or str(value.head).startswith("@")
        return bool(line.path) and block

    def _value_at(self, path: tuple[str, ...]) -> Value:
        return self._body.child(path[0]) if len(path) == 1 else None

    def _name_for(self, line: Line, *, taken: Sequence[str] = ()) -> str:
        """The name of an input that nobody needs any more, or a new one."""
        for value in line.inputs:
            name = self._names[value]
            if name != "inputs" and self._left[value] == 0 and name not in taken and not self._is_needed(name, value):
                return name
        return self._new_name(line, taken)

    def _is_needed(self, name: str, value: int) -> bool:
        return any(self._left[other] > 0 and known == name and other != value for other, known in self._names.items())

    def _new_name(self, line: Line, taken: Sequence[str]) -> str:
        in_use = {name for value, name in self._names.items() if self._left[value] > 0} | set(taken)
        wanted = "x" if self._spread else self._wanted(line)
        names = [wanted] if wanted else []
        names += ["out", "identity"] if not line.path or not wanted else []
        candidates = (*names, *(f"{names[0] if names else 'out'}{number}" for number in range(2, 999)))
        return next(name for name in candidates if name not in in_use)

    def _wanted(self, line: Line) -> str:
        if not line.path:
            return "out"
        last = line.path[-1]
        if SHORTCUTS.search(last):
            return "identity"
        beside = [each for each in self._body.lines if set(each.inputs) & set(line.inputs)]
        if any(" + " in each.template or (each.path and SHORTCUTS.search(each.path[-1])) for each in beside):
            return "out"
        if len([each for each in beside if each.path]) < 2:
            return "out"
        name = re.sub(r"[^0-9a-zA-Z_]", "_", last)
        return name if name.isidentifier() and name != "self" else f"branch{name}"

    def _module(self, path: tuple[str, ...]) -> str:
        """A module by its path, through the containers that hold it."""
        if not path:
            return ""
        text, value = _attribute("self", path[0]), self._body.child(path[0])
        for part in path[1:]:
            text, value = _part(text, value, part)
        return text

    def _unpacked(self) -> dict[int, list[int]]:
        """Lines that take all parts of one result, by the first of them."""
        parts: dict[tuple[str, tuple[int, ...]], list[int]] = {}
        for place, line in enumerate(self._body.lines):
            match = UNPACKED.fullmatch(line.template) if not line.path else None
            if match:
                parts.setdefault((match[1], line.inputs), []).append(place)
        return {places[0]: places for places in parts.values() if len(places) > 1 and self._are_all_parts(places)}

    def _are_all_parts(self, places: Sequence[int]) -> bool:
        """Whether the lines take the first, the second ... part of a result."""
        found = [UNPACKED.fullmatch(self._body.lines[place].template) for place in places]
        return [match[2] for match in found if match] == [str(number) for number in range(len(places))]

    def _unpack(self, places: list[int]) -> None:
        lines = [self._body.lines[place] for place in places]
        base = UNPACKED.fullmatch(lines[0].template)
        assert base is not None
        texts = [self._use(value) for value in lines[0].inputs]
        for line in lines[1:]:
            for value in line.inputs:
                self._left[value] -= 1
        taken = {name for value, name in self._names.items() if self._left[value] > 0}
        names: list[str] = []
        for number, line in enumerate(lines, start=1):
            name = next(each for each in (f"x{number}", *(f"x{number}_{n}" for n in range(2, 99))) if each not in taken)
            names.append(name)
            self._names[line.outputs[0]] = self._texts[line.outputs[0]] = name
        self._lines.append(f"{', '.join(names)} = {base[1].format(*texts)}")


def _input_names(count: int) -> list[str]:
    """`x`, or `x1`, `x2` ... of several."""
    return ["x"] if count == 1 else [f"x{number}" for number in range(1, count + 1)]


def _attribute(owner: str, part: str) -> str:
    return f"{owner}.{part}" if part.isidentifier() else f'getattr({owner}, "{part}")'


def _part(text: str, value: Value, part: str) -> tuple[str, Value]:
    """What a container holds under a name: how it is reached, and what it is."""
    assert isinstance(value, Call)
    if value.head == HOLDER:
        return _attribute(text, part), {each.name: each.value for each in value.arguments}[part]
    held = value.arguments[0].value
    if value.head == MODULE_LIST:
        return f"{text}[{part}]", held.arguments[int(part)].value
    return f'{text}["{part}"]', items_of(held)[part]
