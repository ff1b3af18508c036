"""All benchmarks: importing them registers them (and loads torch)."""

from workbench.core.benchmarks import overhead, training
from workbench.core.benchmarks.benchmark import BENCHMARKS

__all__ = ["BENCHMARKS", "overhead", "training"]
