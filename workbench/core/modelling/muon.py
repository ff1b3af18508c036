"""Muon for networks of convolutions: torch's own takes matrices only, so kernels are laid out as one row per filter.

A step is orthogonalized, which does not depend on the order of the columns, so a kernel in channels-last memory is
viewed as it lies. Biases, normalization, depthwise kernels, the layers that see the picture and the head are no
matrices between hidden features; they go to AdamW, as the author of Muon advises (github.com/KellerJordan/Muon).
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
        ends: Collection[nn.Parameter] = (),
        *,
        momentum: float = 0.95,
        nesterov: bool = True,
        ns_steps: int = 5,
        hold_length: bool = False,
        rest_rate: float = 1.0,
    ) -> None:
        """`ends` are the parameters of the first layers and of the one that scores the classes.

        Raises `WorkbenchError` where torch has no Muon.
        """
        if not hasattr(torch.optim, "Muon"):
            raise WorkbenchError("This torch has no Muon", f"{torch.__version__} is too old", "Choose adamw.")
        kernels = [each for group in groups for each in group["params"] if is_hidden_kernel(each, ends)]
        self._views = {kernel: nn.Parameter(as_matrix(kernel.detach(), kernel)) for kernel in kernels}
        muon = [
            _part(group, [self._views[each] for each in group["params"] if each in self._views]) for group in groups
        ]
        rest = [_part(group, [each for each in group["params"] if each not in self._views]) for group in groups]
        options: dict[str, Any] = {"momentum": momentum, "nesterov": nesterov, "ns_steps": ns_steps}
        options["adjust_lr_fn"] = "original" if hold_length else "match_rms_adamw"
        self._muon = torch.optim.Muon(muon, **options) if kernels else None
        self._adamw = torch.optim.AdamW(rest, fused=True)
        self._hold_length, self._rest_rate = hold_length, rest_rate

    @property
    def param_groups(self) -> list[dict[str, Any]]:
        """The groups of Muon, then those of AdamW, each in the order in which they were given."""
        return [*(self._muon.param_groups if self._muon else ()), *self._adamw.param_groups]

    def step(self) -> None:
        """Change the parameters by their gradients."""
        if self._muon:
            for kernel, view in self._views.items():
                view.grad = None if kernel.grad is None else as_matrix(kernel.grad, kernel)
            self._hold_lengths()
            self._muon.step()  # type: ignore[no-untyped-call]
        self._step_the_rest()

    @torch.no_grad()
    def _hold_lengths(self) -> None:
        """Bring the kernels to the length at which each output has length one, so that a rate is a share of them."""
        if self._hold_length:
            for view in self._views.values():
                view.mul_(len(view) ** 0.5 / view.norm())

    def _step_the_rest(self) -> None:
        """The step of AdamW, whose rate is a share of that of the kernels."""
        rates = [group["lr"] for group in self._adamw.param_groups]
        for group, rate in zip(self._adamw.param_groups, rates, strict=True):
            group["lr"] = rate * self._rest_rate
        self._adamw.step()
        for group, rate in zip(self._adamw.param_groups, rates, strict=True):
            group["lr"] = rate

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


def is_hidden_kernel(parameter: nn.Parameter, ends: Collection[nn.Parameter]) -> bool:
    """Whether it is the weight of a convolution or linear layer between hidden features, and not a depthwise one."""
    return parameter.ndim in (2, 4) and parameter.shape[1] > 1 and not any(parameter is each for each in ends)


def as_matrix(tensor: Tensor, kernel: Tensor) -> Tensor:
    """A kernel or its gradient `(outputs, inputs, height, width)` as a matrix of one row per output.

    The columns are in the order of the kernel's memory, so the kernel's own matrix shares its memory.
    """
    if kernel.ndim == 4 and kernel.is_contiguous(memory_format=torch.channels_last):
        tensor = tensor.permute(0, 2, 3, 1)
    return tensor.flatten(1)


def _part(group: dict[str, Any], parameters: list[nn.Parameter]) -> dict[str, Any]:
    return {**group, "params": parameters}
