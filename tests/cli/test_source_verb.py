"""`workbench source` and the export of a run's network as source."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from workbench.core import open_network, source_of
from workbench.core.graph.storage import save_network


def test_the_source_goes_to_standard_output(workbench: Any) -> None:
    answer = workbench("source", "lenet5")
    assert answer.status == 0
    assert answer.out == source_of(open_network("lenet5"))
    assert answer.err == ""


def test_the_source_goes_to_a_file(workbench: Any, tmp_path: Path) -> None:
    answer = workbench("source", "lenet5", "-o", tmp_path / "new" / "net.py")
    assert (answer.status, answer.out) == (0, "")
    assert (tmp_path / "new" / "net.py").read_text() == source_of(open_network("lenet5"))
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["net.py"]


def test_a_network_file_is_written_too(workbench: Any, tmp_path: Path) -> None:
    path = save_network(open_network("tiny_cnn"), tmp_path / "mine")
    assert "class TinyCNN(nn.Module):" in workbench("source", path).out


def test_what_cannot_be_written_is_told_in_a_sentence(workbench: Any, tmp_path: Path) -> None:
    assert workbench("source", "lenet6").status == 2
    (tmp_path / "file").write_text("")
    answer = workbench("source", "lenet5", "-o", tmp_path / "file" / "net.py")
    assert answer.status == 2
    assert answer.err.startswith("workbench: Could not write")
