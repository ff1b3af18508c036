"""Counting multiply-adds while a layer runs on the meta device."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

import torch  # noqa: F401 - the whole before its parts: two threads that begin at either end stop each other
from torch.utils._python_dispatch import TorchDispatchMode

logging.getLogger("torch.utils.flop_counter").setLevel(logging.ERROR)  # it tells everybody that there is no triton

from torch.utils.flop_counter import flop_registry  # noqa: E402


class MacCounter(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Adds up the multiply-adds of what runs inside it, in its own thread alone.

    The formulas are PyTorch's. Its own `FlopCounterMode` also hangs hooks on every module of the process, which would
    run in a training in another thread too.
    """

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.flops = 0

    @property
    def macs(self) -> int:
        """Multiply-adds so far: two operations each."""
        return self.flops // 2

    def __torch_dispatch__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        """Run an operator and count it; one without a formula is taken apart first."""
        kwargs = dict(kwargs or {})
        formula = flop_registry.get(func._overloadpacket)
        if formula is None:
            with self:
                parts = func.decompose(*args, **kwargs)
            if parts is not NotImplemented:
                return parts
        output = func(*args, **kwargs)
        if formula is not None:
            self.flops += formula(*args, **kwargs, out_val=output)
        return output
