"""Strategies: which parts of a backbone train when, and how fast. One decorated function each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from workbench.core.training.plan import Phase
from workbench.core.transfer.backbones import Backbone

Phases = Callable[[Backbone, int], tuple[Phase, ...]]
HEAD_RATE, FINE_RATE = 1e-3, 5e-5


@dataclass(frozen=True)
class Strategy:
    """A way to adapt a backbone; `phases` shares the epochs out, of which there must be at least `fewest_epochs`."""

    name: str
    title: str
    sentence: str
    fewest_epochs: int
    phases: Phases


STRATEGIES: dict[str, Strategy] = {}


def strategy(name: str, title: str, *, fewest_epochs: int = 1) -> Callable[[Phases], Phases]:
    """Register a strategy; the first paragraph of its docstring is what the user reads."""

    def register(phases: Phases) -> Phases:
        paragraph = (phases.__doc__ or "").strip().split("\n\n")[0]
        STRATEGIES[name] = Strategy(name, title, " ".join(paragraph.split()), fewest_epochs, phases)
        return phases

    return register


@strategy("head", "Head only")
def head(backbone: Backbone, epochs: int) -> tuple[Phase, ...]:
    """Only the new last layer learns; everything before it stays exactly as it was. Quick, and hard to spoil with
    few photos.
    """
    return (Phase(epochs=epochs, learning_rate=HEAD_RATE, frozen=backbone.stages),)


@strategy("lpft", "Head, then everything", fewest_epochs=2)
def head_then_everything(backbone: Backbone, epochs: int) -> tuple[Phase, ...]:
    """First the new last layer learns, then all layers together in small steps. Several times slower; better when
    the photos look unlike everyday pictures.

    LP-FT of Kumar et al. 2022 (arXiv 2202.10054): a head that already fits keeps the body's features from being
    distorted. Normalization keeps its statistics: a few photos would give worse ones.
    """
    first = (epochs + 1) // 2
    everything = Phase(epochs=epochs - first, learning_rate=FINE_RATE, norm="affine")
    return (*head(backbone, first), everything)
