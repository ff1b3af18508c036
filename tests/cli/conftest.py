"""Running the command line as a person does, but in this process."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import pytest

from workbench.cli.commands import main


@dataclass(frozen=True)
class Answer:
    """What a command came to."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output read as JSON."""
        return msgspec.json.decode(self.out)


Workbench = Callable[..., Answer]


@pytest.fixture
def workbench(capsys: pytest.CaptureFixture[str]) -> Workbench:
    """Call it with the words of a command line."""

    def call(*words: str | Path) -> Answer:
        capsys.readouterr()
        status = main([str(word) for word in words])
        return Answer(status, *capsys.readouterr())

    return call


@pytest.fixture(scope="session")
def digits_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished run: LeNet-5 on the scanned digits, two epochs."""
    folder = tmp_path_factory.mktemp("cli") / "lenet run"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WORKBENCH_CACHE", str(tmp_path_factory.mktemp("cli-cache")))
        words = "train lenet5 --data digits --epochs 2 --batch 64 --device cpu --precision fp32 --out".split()
        assert main([*words, str(folder)]) == 0
    return folder
