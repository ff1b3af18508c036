"""Files to download."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

import numpy as np
import pytest


@pytest.fixture
def file_server(serve: Any) -> Any:
    """One file whose name ends in the digits of its hash."""
    content = np.random.default_rng(0).bytes(50_000)
    return serve({f"net-{sha256(content).hexdigest()[:8]}.pth": content})
