"""Tracing beside work in other threads: `torch.fx` changes how every module is called while it records."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import torch
from torch import nn

from workbench.core.modelling.trace import trace_module


class Beside(nn.Module):
    """Has another thread do some work in the midst of its own."""

    def __init__(self, work: Callable[[], Any]) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3)
        self._work = work

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        with ThreadPoolExecutor(1) as other:
            other.submit(self._work).result()
        return self.conv(images)


def test_a_network_in_use_elsewhere_does_not_notice() -> None:
    module, rows = nn.Sequential(nn.Linear(2, 2), nn.ReLU(), nn.Linear(2, 2)), torch.rand(2, 2)
    expected, got = module(rows), []
    network = trace_module(Beside(lambda: got.append(module(rows))), input_shape=(3, 8, 8))
    assert [node.kind for node in network] == ["Input", "Conv2d", "Output"]
    assert torch.equal(got[0], expected)


def test_threads_trace_one_after_the_other() -> None:
    call = nn.Module.__call__
    with ThreadPoolExecutor(4) as threads:
        blocks = [nn.Sequential(*(nn.Conv2d(3, 3, 3, padding=1) for _ in range(6))) for _ in range(8)]
        networks = list(threads.map(lambda block: trace_module(block, input_shape=(3, 8, 8)), blocks))
    assert [len(network) for network in networks] == 8 * [8]
    assert nn.Module.__call__ is call, "what torch.fx changed must be put back"
