"""Optimizers: one decorated record each, holding the options that are its own.

Rate and decay come with the groups of parameters, because every optimizer has them. `states` says how many numbers an
optimizer keeps for each parameter, from which the memory of a training step follows.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Annotated, Any, Protocol

import msgspec
from msgspec import Meta

from workbench.core.layers.lazy import LazyModule
from workbench.registry import Choice, Registry, choice

if TYPE_CHECKING:
    import torch

    from workbench.core.modelling import muon
else:
    torch, muon = LazyModule("torch"), LazyModule("workbench.core.modelling.muon")

Group = dict[str, Any]
"""`params` (a list of parameters), `lr` and `weight_decay` of one group, as `torch.optim` takes them."""
Ends = Collection["torch.nn.Parameter"]
Momentum = Annotated[float, Meta(ge=0, lt=1, description="Share of the last step that is kept.")]
Beta1 = Annotated[float, Meta(ge=0, lt=1, description="Share of the mean gradient that is kept.")]
Beta2 = Annotated[float, Meta(ge=0, lt=1, description="Share of the mean squared gradient that is kept.")]
Epsilon = Annotated[float, Meta(gt=0, le=1, description="Keeps the division by a small gradient in bounds.")]


class Stepping(Protocol):
    """What the training needs of an optimizer, which every `torch.optim.Optimizer` has."""

    @property
    def param_groups(self) -> list[dict[str, Any]]:
        """The groups; `lr` is set before each step."""

    def step(self) -> Any:
        """Change the parameters by their gradients."""

    def zero_grad(self) -> None:
        """Forget the gradients."""

    def state_dict(self) -> dict[str, Any]:
        """All that is needed to go on."""

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Go on from an earlier state."""


class Optimizer(Choice, frozen=True, kw_only=True):
    """How gradients become steps."""

    def build(self, groups: Sequence[Group], ends: Ends = ()) -> Stepping:
        """The optimizer of these groups of parameters; `ends` are those of the first layers and of the last."""
        raise NotImplementedError

    def states(self) -> int:
        """Numbers kept for each parameter."""
        raise NotImplementedError


OPTIMIZERS: Registry[type[Optimizer]] = Registry("optimizer")


@choice(OPTIMIZERS)
class AdamW(Optimizer, frozen=True, kw_only=True, tag="adamw"):
    """AdamW: steps scaled per weight, decay apart from the gradient (arXiv 1711.05101). A good first choice."""

    beta1: Beta1 = 0.9
    beta2: Beta2 = 0.999
    epsilon: Epsilon = 1e-8

    def build(self, groups: Sequence[Group], ends: Ends = ()) -> Stepping:
        """`torch.optim.AdamW`."""
        return torch.optim.AdamW(groups, betas=(self.beta1, self.beta2), eps=self.epsilon, fused=True)

    def states(self) -> int:
        """Mean gradient and mean squared gradient."""
        return 2


@choice(OPTIMIZERS)
class SGD(Optimizer, frozen=True, kw_only=True, tag="sgd"):
    """SGD with Nesterov momentum: wants a larger rate (about 0.05), often ends a little better."""

    momentum: Momentum = 0.9
    nesterov: Annotated[bool, Meta(description="Look ahead along the momentum; without momentum nothing changes.")] = (
        True
    )

    def build(self, groups: Sequence[Group], ends: Ends = ()) -> Stepping:
        """`torch.optim.SGD`."""
        nesterov = self.nesterov and self.momentum > 0
        return torch.optim.SGD(groups, momentum=self.momentum, nesterov=nesterov, fused=True)

    def states(self) -> int:
        """The last step, where it is kept."""
        return int(self.momentum > 0)


@choice(OPTIMIZERS)
class Adam(Optimizer, frozen=True, kw_only=True, tag="adam"):
    """Adam: steps scaled per weight, decay a part of the gradient (arXiv 1412.6980). What most courses use."""

    beta1: Beta1 = 0.9
    beta2: Beta2 = 0.999
    epsilon: Epsilon = 1e-8

    def build(self, groups: Sequence[Group], ends: Ends = ()) -> Stepping:
        """`torch.optim.Adam`."""
        return torch.optim.Adam(groups, betas=(self.beta1, self.beta2), eps=self.epsilon, fused=True)

    def states(self) -> int:
        """Mean gradient and mean squared gradient."""
        return 2


@choice(OPTIMIZERS)
class RMSprop(Optimizer, frozen=True, kw_only=True, tag="rmsprop"):
    """RMSprop: steps divided by the recent size of the gradient; the optimizer of MobileNet and EfficientNet."""

    rms_decay: Annotated[float, Meta(ge=0, lt=1, description="Share of the mean squared gradient that is kept.")] = 0.99
    momentum: Momentum = 0.0
    centered: Annotated[bool, Meta(description="Divide by the deviation of the gradient instead of its size.")] = False
    epsilon: Epsilon = 1e-8

    def build(self, groups: Sequence[Group], ends: Ends = ()) -> Stepping:
        """`torch.optim.RMSprop`."""
        return torch.optim.RMSprop(
            groups, alpha=self.rms_decay, momentum=self.momentum, centered=self.centered, eps=self.epsilon
        )

    def states(self) -> int:
        """Mean squared gradient, and where asked for the last step and the mean gradient."""
        return 1 + (self.momentum > 0) + self.centered


@choice(OPTIMIZERS)
class Adagrad(Optimizer, frozen=True, kw_only=True, tag="adagrad"):
    """Adagrad: steps that shrink with all gradients so far (jmlr v12 duchi11a); wants a rate of about 0.01."""

    def build(self, groups: Sequence[Group], ends: Ends = ()) -> Stepping:
        """`torch.optim.Adagrad`."""
        return torch.optim.Adagrad(groups, fused=True)

    def states(self) -> int:
        """The sum of squared gradients."""
        return 1


@choice(OPTIMIZERS)
class Muon(Optimizer, frozen=True, kw_only=True, tag="muon"):
    """Muon: orthogonal steps for the kernels (kellerjordan.github.io/posts/muon), AdamW for all else. Few epochs.

    Its steps are sized like AdamW's (arXiv 2502.16982), so one rate suits both. Kernels of held length, as in the speed
    records on CIFAR-10, take a rate of about 0.2, which is the share of them that a step changes.
    """

    momentum: Momentum = 0.95
    nesterov: Annotated[bool, Meta(description="Look ahead along the momentum; without momentum nothing changes.")] = (
        True
    )
    ns_steps: Annotated[int, Meta(ge=1, le=20, description="Newton-Schulz steps towards an orthogonal step.")] = 5
    hold_length: Annotated[bool, Meta(description="Keep the length of kernels; their decay then does nothing.")] = False
    rest_rate: Annotated[float, Meta(gt=0, le=10, description="Share of the rate for all but the kernels.")] = 1.0

    def build(self, groups: Sequence[Group], ends: Ends = ()) -> Stepping:
        """`torch.optim.Muon` on the kernels, laid out as matrices; raises `WorkbenchError` where torch has none."""
        return muon.MuonWithAdamW(groups, ends, **msgspec.structs.asdict(self))

    def states(self) -> int:
        """At most two: AdamW's. Kernels keep one."""
        return 2
