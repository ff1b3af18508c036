"""The process that draws and counts ready networks, so that neither tracing nor torchvision is a burden of the window.

Tracing changes torch itself while it lasts: it must not happen beside a training in the same process.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

import msgspec

from workbench.core.graph.network import Network
from workbench.core.modelling.landmarks.figures import Figures
from workbench.core.modelling.preview import Preview

CHILD = "--preview-networks"
"""The word with which the program starts itself to draw networks."""
POLITE = 10
"""Everything else comes first."""


STEP_BATCH = 32
"""Pictures of the training step whose memory is told."""


class Portrait(msgspec.Struct, frozen=True):
    """A ready network drawn and counted; without a drawing where it could not be opened, and then why.

    `step_bytes` is the most that is alive in a training step with `STEP_BATCH` pictures of its input size, AdamW, fp32.
    """

    name: str
    figures: Figures | None = None
    preview: Preview | None = None
    error: str = ""
    step_bytes: int | None = None


def main(names: Sequence[str]) -> int:
    """Print a line of JSON for each name, as it is done."""
    if hasattr(os, "nice"):
        os.nice(POLITE)
    for name in names:
        sys.stdout.buffer.write(msgspec.json.encode(portrait(name)) + b"\n")
        sys.stdout.buffer.flush()
    return 0


def portrait(name: str) -> Portrait:
    """Draw and count one network; whatever is wrong with it is no reason to leave out the others."""
    from workbench.core.modelling.landmarks.figures import figures
    from workbench.core.modelling.opening import open_network
    from workbench.core.modelling.preview import preview

    try:
        network = open_network(name)
        return Portrait(name, figures(name), preview(network), step_bytes=_step_bytes(network))
    except Exception as error:
        return Portrait(name, error=f"{type(error).__name__}: {error}")


def _step_bytes(network: Network) -> int | None:
    from workbench.core.modelling.memory import training_memory
    from workbench.errors import WorkbenchError

    try:
        return training_memory(network, batch=STEP_BATCH, optimizer="adamw").total
    except WorkbenchError:
        return None
