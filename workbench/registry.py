"""Named definitions: a decorator puts one in, a plan names it, a form lists them with their help."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

import msgspec

from workbench.errors import WorkbenchError

Definition = TypeVar("Definition", bound=Callable[..., object])


class Registry(Generic[Definition]):
    """Definitions of one sort by name, in the order in which they were registered."""

    def __init__(self, sort: str) -> None:
        self.sort = sort
        self._definitions: dict[str, Definition] = {}

    def register(self, name: str) -> Callable[[Definition], Definition]:
        """Decorator that registers a definition under a name."""

        def add(definition: Definition) -> Definition:
            self._definitions[name] = definition
            return definition

        return add

    def __getitem__(self, name: str) -> Definition:
        """The definition of that name; raises `WorkbenchError` when there is none."""
        if name not in self._definitions:
            raise WorkbenchError(f"There is no {self.sort} {name}", hint=f"Possible are {', '.join(self)}.")
        return self._definitions[name]

    def __contains__(self, name: object) -> bool:
        return name in self._definitions

    def __iter__(self) -> Iterator[str]:
        return iter(self._definitions)

    def values(self) -> tuple[Definition, ...]:
        """The definitions."""
        return tuple(self._definitions.values())

    def help(self, name: str) -> str:
        """What it does: the first paragraph of its docstring."""
        return " ".join((self[name].__doc__ or "").split("\n\n")[0].split())


class Choice(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind"):
    """One of several definitions together with its own options; its `tag` is its name in files, forms and options."""

    def __str__(self) -> str:
        return str(self.__struct_config__.tag)


ChoiceKind = TypeVar("ChoiceKind", bound=type[Choice])


def choice(registry: Registry[ChoiceKind]) -> Callable[[ChoiceKind], ChoiceKind]:
    """Decorator that registers a record under its tag."""
    return lambda kind: registry.register(str(kind.__struct_config__.tag))(kind)
