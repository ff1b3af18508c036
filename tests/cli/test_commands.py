"""Finding verbs, refusing wrong requests, owning up to faults."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

from workbench.cli import networks
from workbench.cli.verbs import VERBS, Verb
from workbench.paths import cache_folder


def refused(answer: Any, *parts: str) -> None:
    assert (answer.status, answer.out, "Traceback" in answer.err) == (2, "", False)
    assert all(part in answer.err for part in parts), answer.err
    assert len(answer.err.splitlines()) == 1


@pytest.mark.parametrize("word", ["--help", "-h", "help"])
def test_help_names_every_verb(workbench: Any, word: str) -> None:
    answer = workbench(word)
    assert answer.status == 0
    for name in (*VERBS, "open", "tour"):
        assert f"workbench {name} " in answer.out


@pytest.mark.parametrize("name", VERBS)
def test_every_verb_explains_itself(workbench: Any, name: str) -> None:
    answer = workbench(name, "--help")
    assert answer.status == 0
    assert answer.out.startswith(f"usage: workbench {name}")


def test_the_version(workbench: Any) -> None:
    assert workbench("--version").out.startswith("CNN Workbench ")


def test_a_misspelt_verb(workbench: Any) -> None:
    refused(workbench("trian"), "no verb trian", "`workbench train`")


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (["describe"], "NET"),
        (["describe", "lenet5", "--batch", "many"], "invalid int value: 'many'"),
        (["describe", "lenet5", "--no-such-option"], "--no-such-option"),
        (["train", "lenet5", "--epoch", "3", "--data", "digits"], "--epoch"),
        (["export", "somewhere"], "-o"),
        (["inspect", "lenet5", "--show", "dreams", "-o", "x"], "dreams"),
    ],
)
def test_a_command_line_that_cannot_be_read(workbench: Any, words: list[str], part: str) -> None:
    refused(workbench(*words), part, f"`workbench {words[0]} --help`")


def test_a_fault_of_ours_is_owned_up_to(workbench: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_options: object) -> None:
        raise ZeroDivisionError("of all things")

    old = VERBS["networks"]
    monkeypatch.setitem(VERBS, "networks", Verb(old.name, old.usage, old.summary, old.arguments, broken))
    answer = workbench("networks")
    assert (answer.status, answer.out) == (1, "")
    (trace,) = (cache_folder() / "faults").iterdir()
    assert f"ZeroDivisionError: of all things). The trace is in {trace}." in answer.err
    assert "in broken" in trace.read_text()
    trace.unlink()


def test_interrupting_is_no_fault(workbench: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(_options: object) -> None:
        raise KeyboardInterrupt

    old = VERBS["networks"]
    monkeypatch.setitem(VERBS, "networks", Verb(old.name, old.usage, old.summary, old.arguments, interrupted))
    answer = workbench("networks")
    assert (answer.status, answer.err) == (130, "Interrupted.\n")


def test_help_loads_nothing_heavy() -> None:
    code = (
        "import sys; from workbench.cli.commands import main; main(['--help']);"
        "print(sorted({'torch', 'torchvision', 'numpy', 'msgspec', 'PIL', 'PySide6'} & set(sys.modules)))"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.splitlines()[-1] == "[]"


def test_the_command_line_never_loads_qt() -> None:
    code = (
        "import sys; from workbench.cli.commands import main; main(['describe', 'tiny_cnn']);"
        "print({name for name in sys.modules if name.startswith(('PySide6', 'shiboken6', 'pyqtgraph', 'workbench.g'))})"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.splitlines()[-1] == "set()"


def test_a_reader_that_has_seen_enough() -> None:
    command = "from workbench.cli.commands import main; import sys; sys.exit(main(['networks']))"
    process = subprocess.Popen([sys.executable, "-c", command], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None and process.stderr is not None
    process.stdout.close()
    assert process.stderr.read() == b""
    assert process.wait() == 0


def test_ready_networks(workbench: Any) -> None:
    answer = workbench("networks", "--json")
    found = {record["name"]: record for record in answer.json}
    assert found["cifar10net"]["parameters"] == 141_354
    assert found["lenet5"]["input"] == [1, 32, 32]
    assert found["resnet18"]["source"] == "torchvision"
    assert set(answer.json[0]) >= {"name", "family", "input", "parameters", "source", "idea"}
    assert found["resnet50"]["accuracy"] == 80.858
    assert (found["resnet50"]["year"], found["resnet50"]["reference"]) == (2015, "arXiv:1512.03385")
    assert found["resnet50"]["gmacs"] == 4.089 and "Shortcuts" in found["resnet50"]["idea"]
    assert "dropped the auxiliary heads" in found["googlenet"]["notes"][0]
    assert all(record["landmark"] and record["look"] for record in answer.json)
    table = workbench("networks").out
    assert all(name in table for name in found)


def test_networks_of_torchvision_open_as_listed() -> None:
    from workbench.core.modelling.opening import open_network
    from workbench.core.modelling.shapes import analyse

    records = [*networks._torchvision_networks()]
    assert len(records) == 82
    for record in records[::8]:
        analysis = analyse(open_network(record["name"]))
        assert analysis.errors == ()
        assert (record["name"], analysis.parameters) == (record["name"], record["parameters"])
        assert list(analysis.input_shape or ()) == record["input"]
