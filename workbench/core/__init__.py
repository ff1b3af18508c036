"""The public door of the core. Names are loaded when they are first used, so importing it costs nothing.

from workbench.core import open_network, build_module, train, TrainingPlan
for event in train(TrainingPlan(network="cifar10cnn", data="shapes", epochs=2), out="runs/first"):
    print(event)
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from workbench.core.graph.storage import save_network as save_network
    from workbench.core.modelling.compile import build_module as build_module
    from workbench.core.modelling.describe import describe as describe
    from workbench.core.modelling.opening import open_network as open_network
    from workbench.core.modelling.source.text import source_of as source_of
    from workbench.core.modelling.trace import trace_module as trace_module
    from workbench.core.runs.folder import open_run as open_run
    from workbench.core.runs.runner import train as train
    from workbench.core.training.plan import TrainingPlan as TrainingPlan

_HOMES = {
    "open_network": "modelling.opening",
    "build_module": "modelling.compile",
    "trace_module": "modelling.trace",
    "describe": "modelling.describe",
    "source_of": "modelling.source.text",
    "save_network": "graph.storage",
    "TrainingPlan": "training.plan",
    "train": "runs.runner",
    "open_run": "runs.folder",
}
__all__ = [*_HOMES]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
