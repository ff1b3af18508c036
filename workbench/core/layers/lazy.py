"""Importing torch only when it is used: the catalog is shown long before a tensor is needed."""

from __future__ import annotations

import importlib
from typing import Any


class LazyModule:
    """Stands for a module and imports it at the first use of one of its attributes.

    Each attribute is looked up once and kept: every batch asks for the same ones.
    """

    def __init__(self, name: str) -> None:
        self.__dict__.update(_name=name, _module=None)

    def __getattr__(self, attribute: str) -> Any:
        if self._module is None:
            importlib.import_module(self._name.partition(".")[0])  # two threads must not begin at either end
            self.__dict__["_module"] = importlib.import_module(self._name)
        found = self.__dict__[attribute] = getattr(self._module, attribute)
        return found
