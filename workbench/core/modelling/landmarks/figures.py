"""Parameters, work and accuracy of ready networks: counted from the modules and read from torchvision's own records.

No network is traced and nothing is downloaded: torchvision's weights carry what was measured with them, in
`weights.meta`.
"""

from __future__ import annotations

from typing import Any

import msgspec

from workbench.core.layers.kind import Shape
from workbench.core.modelling.auxiliary import keeps_heads, plain_name
from workbench.core.modelling.opening import torchvision_input, torchvision_module
from workbench.core.modelling.shapes import analyse
from workbench.core.modelling.zoo import READY

IMAGENET = "ImageNet-1K"


class Figures(msgspec.Struct, frozen=True):
    """A ready network in numbers.

    `gmacs` are billions of multiply-adds for one picture of the shape `input`; `accuracy` and `top5` are per cent on
    ImageNet with torchvision's weights of that name, None where no weights were published for such pictures.
    """

    input: Shape
    parameters: int
    gmacs: float | None
    accuracy: float | None = None
    top5: float | None = None
    weights: str | None = None


def figures(name: str) -> Figures:
    """The numbers of a ready network; loads torch, for torchvision's networks torchvision too."""
    if name in READY:
        analysis = analyse(READY[name].build())
        return Figures(analysis.input_shape or (), analysis.parameters, round(analysis.macs / 1e9, 6))
    shape, parameters = torchvision_input(name), _counted(name)
    weights = None if keeps_heads(name) else _weights(name, shape)
    if weights is None:
        return Figures(shape, parameters, None)
    measured = weights.meta["_metrics"][IMAGENET]
    return Figures(shape, parameters, weights.meta["_ops"], measured["acc@1"], measured["acc@5"], weights.name)


def family(name: str) -> str:
    """What the class of the module is called, or "tutorial"."""
    return READY[name].family if name in READY else type(torchvision_module(name)).__name__


def _counted(name: str) -> int:
    """The parameters of a network as it is opened: auxiliary heads count where they are opened."""
    named = torchvision_module(name).named_parameters()
    return sum(value.numel() for key, value in named if keeps_heads(name) or not key.lower().startswith("aux"))


def _weights(name: str, shape: Shape) -> Any:
    """torchvision's first choice among the weights for pictures of this size, else the most accurate of them."""
    import torchvision

    published = torchvision.models.get_model_weights(plain_name(name))
    fitting = [weights for weights in published if _is_for(weights, shape)]
    if published.DEFAULT in fitting:
        return published.DEFAULT
    return max(fitting, key=lambda weights: weights.meta["_metrics"][IMAGENET]["acc@1"], default=None)


def _is_for(weights: Any, shape: Shape) -> bool:
    return IMAGENET in weights.meta["_metrics"] and weights.transforms.keywords["crop_size"] == shape[-1]
