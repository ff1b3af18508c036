"""The kept heap: no page faults where the stock heap has thousands, and all of it given back."""

from __future__ import annotations

import subprocess
import sys

import pytest

# Blocks of more than 32 MB: below, the C library may learn to keep some by itself, or not.
CODE = """
import resource, torch
from contextlib import nullcontext
from workbench.core.training.heap import kept_heap

def faults(context):
    with context:
        for step in range(14):
            if step == 5:
                before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
            blocks = [torch.ones(9_000_000 + 100_000 * number) for number in range(4)]
            del blocks
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before

torch.set_num_threads(1)
print(faults(nullcontext()), faults(kept_heap()))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="glibc only")
def test_freed_activations_are_not_faulted_in_again() -> None:
    done = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, check=True)
    stock, kept = map(int, done.stdout.split())
    assert stock > 10_000
    assert kept < stock / 20
