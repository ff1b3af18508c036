"""The stages of a network: its layers by the size of the picture that they make, with the share of memory of each."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from workbench.core.layers.kind import Shape
from workbench.core.modelling.shapes import Analysis


class Stage(msgspec.Struct, frozen=True):
    """The layers whose outputs have one size. `share` is the part of the bytes kept for the backward pass, 0 to 1."""

    name: str
    nodes: int
    parameters: int
    macs: int
    activation_bytes: int
    share: float


def stages(analysis: Analysis, saved: Mapping[str, int]) -> tuple[Stage, ...]:
    """The stages in the order in which the network reaches them; `saved` are the bytes that each node keeps."""
    members: dict[str, list[str]] = {}
    for name in analysis.network.execution_order:
        shape = analysis.nodes[name].output_shape
        if shape is not None:
            members.setdefault(stage_name(shape), []).append(name)
    return tuple(_stage(stage, names, analysis, saved) for stage, names in members.items())


def stage_name(shape: Shape) -> str:
    """`56 × 56` for pictures, `197 tokens` for sequences, `vector` for what has no places."""
    if len(shape) == 1:
        return "vector"
    if len(shape) == 2:
        return f"{shape[0]:,} tokens"
    channels_last = shape[0] == shape[1] != shape[2]  # as transformers keep their pictures, which are square
    height, width = shape[:2] if channels_last else shape[-2:]
    return f"{height:,} × {width:,}"


def _stage(stage: str, names: list[str], analysis: Analysis, saved: Mapping[str, int]) -> Stage:
    kept, everything = sum(saved.get(name, 0) for name in names), sum(saved.values())
    reports = [analysis.nodes[name] for name in names]
    sums = (sum(report.parameters for report in reports), sum(report.macs for report in reports))
    return Stage(stage, len(names), *sums, kept, kept / everything if everything else 0.0)
