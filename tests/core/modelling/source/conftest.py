"""Running the source of a network as a stranger would: in a namespace that knows nothing of us."""

from __future__ import annotations

from types import ModuleType

import pytest
from torch import nn

from workbench.core.modelling.tracing import UnfilledOnMeta


class Script:
    """The text of a network, run."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.module = ModuleType("made")
        exec(compile(text, "made.py", "exec"), self.module.__dict__)

    @property
    def main(self) -> type[nn.Module]:
        """The last class of the text."""
        return [value for value in vars(self.module).values() if getattr(value, "__module__", "") == "made"][-1]

    def build(self) -> nn.Module:
        """The network, with weights."""
        return self.main().eval()

    def outline(self) -> nn.Module:
        """The network with weights that take no memory and cannot run."""
        with UnfilledOnMeta():
            return self.main().eval()


@pytest.fixture(scope="session")
def script() -> type[Script]:
    """Runs a text."""
    return Script
