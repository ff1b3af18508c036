"""What the workbench is worth on this machine: figures of its own ways beside those of the usual ways, as ratios."""

from workbench.core.benchmarks import overhead, training
from workbench.core.benchmarks.benchmark import BENCHMARKS

__all__ = ["BENCHMARKS", "overhead", "training"]
