"""Muon for networks of convolutions: torch's own takes matrices only, so kernels are laid out as one row per filter.

A step is orthogonalized, which does not depend on the order of the columns, so a kernel in channels-last memory is
viewed as it lies. Biases, normalization, depthwise kernels and the head are no matrices between hidden features; they
go to AdamW, as the author of Muon advises (github.com/KellerJordan/Muon).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from workbench.errors import WorkbenchError


class MuonWithAdamW:
    """Two optimizers as one: `torch.optim.Muon` on views of the kernels, AdamW on the other parameters."""

    def __init__(
        self,
        groups: Sequence[dict[str, Any]],
        head: Collection[nn.Parameter] = (),
        *,
        momentum: float = 0.95,
        nesterov: bool = True,
        ns_steps: int = 5,
    ) -> None:
        """`head` are the parameters that score the classes. Raises `WorkbenchError` where torch has no Muon."""
        if not hasattr(torch.optim, "Muon"):
            raise WorkbenchError("This torch has no Muon", f"{torch.__version__} is too old", "Choose adamw.")
        kernels = [each for group in groups for each in group["params"] if is_hidden_kernel(each, head)]
        self._views = {kernel: nn.Parameter(as_matrix(kernel.detach(), kernel)) for kernel in kernels}
        muon = [
            _part(group, [self._views[each] for each in group["params"] if each in self._views]) for group in groups
        ]
        rest = [_part(group, [each for each in group["params"] if each not in self._views]) for group in groups]
        options: dict[str, Any] = {"momentum": momentum, "nesterov": nesterov, "ns_steps": ns_steps}
        self._muon = torch.optim.Muon(muon, adjust_lr_fn="match_rms_adamw", **options) if kernels else None
        self._adamw = torch.optim.AdamW(rest, fused=True)

    @property
    def param_groups(self) -> list[dict[str, Any]]:
        """The groups of Muon, then those of AdamW, each in the order in which they were given."""
        return [*(self._muon.param_groups if self._muon else ()), *self._adamw.param_groups]

    def step(self) -> None:
        """Change the parameters by their gradients."""
        if self._muon:
            for kernel, view in self._views.items():
                view.grad = None if kernel.grad is None else as_matrix(kernel.grad, kernel)
            self._muon.step()  # type: ignore[no-untyped-call]
        self._adamw.step()

    def zero_grad(self) -> None:
        """Forget the gradients."""
        for kernel, view in self._views.items():
            kernel.grad = view.grad = None
        self._adamw.zero_grad()

    def state_dict(self) -> dict[str, Any]:
        """The states of both."""
        return {"muon": self._muon.state_dict() if self._muon else {}, "adamw": self._adamw.state_dict()}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Go on from an earlier state."""
        if self._muon:
            self._muon.load_state_dict(state_dict["muon"])
        self._adamw.load_state_dict(state_dict["adamw"])


def is_hidden_kernel(parameter: nn.Parameter, head: Collection[nn.Parameter]) -> bool:
    """Whether it is the weight of a convolution or linear layer between hidden features, and not a depthwise one."""
    return parameter.ndim in (2, 4) and parameter.shape[1] > 1 and not any(parameter is each for each in head)


def as_matrix(tensor: Tensor, kernel: Tensor) -> Tensor:
    """A kernel or its gradient `(outputs, inputs, height, width)` as a matrix of one row per output.

    The columns are in the order of the kernel's memory, so the kernel's own matrix shares its memory.
    """
    if kernel.ndim == 4 and kernel.is_contiguous(memory_format=torch.channels_last):
        tensor = tensor.permute(0, 2, 3, 1)
    return tensor.flatten(1)


def _part(group: dict[str, Any], parameters: list[nn.Parameter]) -> dict[str, Any]:
    return {**group, "params": parameters}
