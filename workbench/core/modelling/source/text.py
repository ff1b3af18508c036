"""The text of the module: imports, classes, a check; and its form, which a formatter gives it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from workbench.core.graph.network import Network
from workbench.core.modelling.compile import refuse_errors
from workbench.core.modelling.shapes import Analysis, analyse
from workbench.core.modelling.source.bodies import heads
from workbench.core.modelling.source.definitions import CLASSES, OWN, Definition, Definitions
from workbench.core.modelling.source.dense import LOOP, loop_lines
from workbench.core.modelling.source.forward import Forward
from workbench.core.modelling.source.groups import Groups
from workbench.core.modelling.source.names import block_doc, block_name, class_name, distinct
from workbench.core.modelling.source.values import HOLDER, REQUIRED, Call, Symbol, Value, write

WIDEST = 100
"""Characters in a line."""
FUNCTION = re.compile(r"<([a-z][\w.]*)>")
"""A function of another package, as it stands in the template of a call."""


def source_of(network: Network) -> str:
    """The network as a Python module that a person would write, with the same keys and the same outputs.

    It needs torch (and torchvision where a layer is torchvision's). Raises `WorkbenchError` for the first problem with
    which the network cannot run.
    """
    analysis = analyse(network)
    refuse_errors(analysis)
    return formatted(_Module(network, analysis).text())


def formatted(text: str) -> str:
    """The text as the formatter wants it."""
    from black import format_str
    from black.mode import Mode, TargetVersion

    return format_str(text, mode=Mode(target_versions={TargetVersion.PY311}, line_length=WIDEST))


class _Module:
    def __init__(self, network: Network, analysis: Analysis) -> None:
        self._network, self._analysis = network, analysis
        self._groups = Groups(network, analysis)
        self._definitions = Definitions(self._groups)
        self._classes = self._definitions.ordered()
        self._names = self._class_names()
        self._functions: set[str] = set()

    def text(self) -> str:
        """Everything, not yet formatted."""
        classes = "\n\n".join(self._class(definition) for definition in self._classes)  # also finds what to import
        return f"{self._imports()}\n\n{classes}\n\n{self._check()}"

    def _class_names(self) -> dict[str, str]:
        main = class_name(self._network.name)
        own = self._classes[:-1]
        blocks = self._network.blocks
        found = [
            block_name(each.body, each.sample, blocks[each.sample].block if each.sample in blocks else "")
            for each in own
            if each.body
        ]
        names = distinct(found, reserved=main)
        return {**{each.key: name for each, name in zip(own, names, strict=True)}, "": main}

    def _head(self, path: str) -> str:
        if path.startswith(OWN):
            return self._names[path]
        if path.startswith("torch.nn."):
            return path.removeprefix("torch.")
        return path if path.startswith("torch.") else path.rpartition(".")[2]

    def _imports(self) -> str:
        used = {
            head for each in self._classes if each.body for _, value in each.body.children for head in heads(value)
        } | self._functions
        paths = sorted(path for path in used if "." in path and not path.startswith("torch."))
        library = _imports(paths)
        standard = [line for line in library if line.startswith("from collections")]
        others = [line for line in library if line not in standard]
        return "\n".join([*standard, "", "import torch", "from torch import Tensor, nn", *others])

    def _class(self, definition: Definition) -> str:
        assert definition.body is not None
        if definition.key and "0" in definition.body.names and self._groups.forms[definition.sample] == "chain":
            return self._sequence(definition)
        lines = [f"class {self._names[definition.key]}(nn.Module):", f'    """{self._doc(definition)}"""', ""]
        children = list(definition.body.children)
        if children:
            lines += [f"    def __init__({self._signature(definition)}) -> None:", "        super().__init__()"]
            lines += [
                f"        {line}" for name, value in children for line in self._registered(definition, name, value)
            ]
            if definition.optional and not self._optional_child(definition):
                lines.append(f"        self.shortcut = {definition.condition}")
            lines.append("")
        forward = Forward(definition.body, optional=definition.optional, condition=definition.condition)
        made = (
            "Tensor"
            if len(definition.body.results) == 1
            else f"tuple[{', '.join(['Tensor'] * len(definition.body.results))}]"
        )
        lines += [f"    def forward({forward.signature}) -> {made}:"]
        lines += [f"        {self._with_functions(line)}" for line in forward.lines()]
        return "\n".join(lines) + "\n"

    def _sequence(self, definition: Definition) -> str:
        """A class that is nothing but its layers one after the other."""
        assert definition.body is not None
        layers = ", ".join(write(value, self._head) for _, value in definition.body.children)
        return (
            f"class {self._names[definition.key]}(nn.Sequential):\n"
            f'    """{self._doc(definition)}"""\n\n'
            f"    def __init__({self._signature(definition)}) -> None:\n"
            f"        super().__init__({layers})\n"
        )

    def _with_functions(self, line: str) -> str:
        """The line with functions under the names under which they are imported."""

        def named(match: re.Match[str]) -> str:
            self._functions.add(match[1])
            return match[1].rpartition(".")[2].lstrip("_")

        return FUNCTION.sub(named, line)

    def _optional_child(self, definition: Definition) -> str:
        """The name of the optional module; nothing where a sum is optional."""
        assert definition.body is not None
        lines = [definition.body.lines[place] for place in definition.optional]
        return lines[0].path[0] if len(lines) == 1 and lines[0].path else ""

    def _registered(self, definition: Definition, name: str, value: Value) -> list[str]:
        if isinstance(value, Call) and value.head == LOOP:
            return loop_lines(name, value, self._head)
        text = "" if isinstance(value, Call) and value.head == HOLDER else write(value, self._head)
        if definition.optional and name == self._optional_child(definition):
            return [f"self.{name} = None", f"if {definition.condition}:", f"    self.{name} = {text}"]
        return self._put("self", name, value)

    def _put(self, owner: str, name: str, value: Value) -> list[str]:
        """The lines that register a part of a module, and what it holds if it is a bare one."""
        bare = isinstance(value, Call) and value.head == HOLDER
        text = "nn.Module()" if bare else write(value, self._head)
        if name.isidentifier():
            lines, path = [f"{owner}.{name} = {text}"], f"{owner}.{name}"
        else:
            parameter = isinstance(value, Call) and value.head == "torch.nn.Parameter"
            register = "register_parameter" if parameter else "add_module"
            lines, path = [f'{owner}.{register}("{name}", {text})'], f'getattr({owner}, "{name}")'
        parts = value.arguments if bare else ()
        return [*lines, *(line for part in parts for line in self._put(path, part.name, part.value))]

    def _signature(self, definition: Definition) -> str:
        given = [
            f"{each.name}: {_type(each.values)}"
            + ("" if each.default is REQUIRED else f" = {write(each.default, self._head)}")
            for each in definition.parameters
        ]
        if not definition.key and self._definitions.head:
            given.append(f"{CLASSES}: int = {(self._analysis.output_shape or (0,))[0]}")
        return ", ".join(["self", *given])

    def _doc(self, definition: Definition) -> str:
        if definition.key:
            return block_doc(self._names[definition.key], len(definition.groups))
        made = self._analysis.output_shape or ()
        taken = " x ".join(map(str, self._analysis.input_shape or ()))
        out = f"{made[0]:,} scores" if len(made) == 1 else " x ".join(map(str, made))
        return f"From pictures of {taken} to {out}; {self._analysis.parameters:,} parameters."

    def _check(self) -> str:
        shape = ", ".join(map(str, self._analysis.input_shape or ()))
        return (
            'if __name__ == "__main__":\n'
            f"    model = {self._names['']}().eval()\n"
            f"    print(model(torch.randn(1, {shape})).shape)\n"
        )


def _imports(paths: Sequence[str]) -> list[str]:
    """One import for each package; a private function gets a public name, under which tracing knows it too."""
    packages: dict[str, list[str]] = {}
    renamed: dict[str, list[str]] = {}
    for path in paths:
        package, _, name = path.rpartition(".")
        if name.startswith("_"):
            renamed.setdefault(package, []).append(f"from {package} import {name} as {name.lstrip('_')}")
        packages.setdefault(package, []).extend([] if name.startswith("_") else [name])
    return [
        line
        for package, names in packages.items()
        for line in [*([f"from {package} import {', '.join(names)}"] if names else []), *renamed.get(package, [])]
    ]


def _type(values: tuple[Value, ...]) -> str:
    names = {"bool": "bool", "int": "int", "float": "float", "str": "str"}
    found = {type(value).__name__ for value in values}
    if isinstance(values[0], Symbol):
        return "type[nn.Module]"
    known = sorted(
        {"tuple[int, int]" if name == "tuple" else names.get(name, "None") for name in found}, key=lambda n: n == "None"
    )
    return " | ".join(known)
