"""Opening somebody's own modules: what a file can do wrong is said with its line; good ones come with their weights."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
import torch

from workbench.core.modelling.compile import build_module
from workbench.core.modelling.foreign import Code, classes_in, code_in, given, open_code, withheld
from workbench.core.modelling.opening import open_network
from workbench.core.modelling.somebodys import load_object, make_module
from workbench.errors import WorkbenchError

PARTS = """
from torch import nn

class Block(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.conv = nn.Conv2d(width, width, 3, padding=1)
        self.bn = nn.BatchNorm2d(width)

    def forward(self, x):
        return self.bn(self.conv(x)).relu() + x
"""
NET = """
import torch.nn.functional as F
from torch import nn
from parts import Block

print("noise on standard output")

class Net(nn.Module):
    def __init__(self, classes, width=8):
        super().__init__()
        self.conv1 = nn.Conv2d(1, width, 3, padding=1)
        self.block = Block(width)
        self.unused = nn.Linear(3, 3)
        self.fc = nn.Linear(width * 7 * 7, classes)

    def forward(self, x, mask=None):
        x = F.max_pool2d(F.relu(self.conv1(x)), 2)
        if mask is not None:
            x = x * mask
        return self.fc(F.max_pool2d(self.block(x), 2).view(x.size(0), -1))

def small(classes=3):
    return Net(classes, width=4)

ready = small()
"""


@pytest.fixture
def net(tmp_path: Path) -> Path:
    (tmp_path / "parts.py").write_text(PARTS)
    path = tmp_path / "net.py"
    path.write_text(NET)
    return path


@pytest.fixture
def clean_imports(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a file brings along goes again."""
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.setattr(sys, "argv", [*sys.argv])
    monkeypatch.setattr(sys, "modules", dict(sys.modules))


def test_a_class_with_arguments_opens_with_its_weights_and_is_compared(net: Path) -> None:
    opened = open_code(Code(net, "Net", {"classes": 10}), consent=given)
    names = [node.name for node in opened.network]
    assert {"conv1", "block.conv", "block.bn", "block.add", "fc"} <= set(names)
    assert opened.difference == 0
    assert any("1 × 28 × 28" in note for note in opened.notes)
    assert any("unused.weight" in note for note in opened.notes)
    made = build_module(opened.network)
    made.load_state_dict(dict(opened.weights), strict=True)
    again = open_code(Code(net, "Net", {"classes": 10}, (1, 28, 28)), consent=given, given_weights=None)
    assert again.network == opened.network
    assert len(again.notes) == 1


def test_given_weights_take_the_place_of_the_random_ones(net: Path) -> None:
    first = open_code(Code(net, "small"), consent=given)
    doubled = {key: value * 2 for key, value in first.weights.items()}
    doubled |= {"unused.weight": torch.zeros(3, 3), "unused.bias": torch.zeros(3)}
    second = open_code(Code(net, "small"), consent=given, given_weights=doubled)
    assert torch.equal(second.weights["fc.weight"], doubled["fc.weight"])
    with pytest.raises(WorkbenchError, match="do not fit") as refused:
        open_code(Code(net, "Net", {"classes": 10}), consent=given, given_weights=first.weights)
    assert "unused.weight" in refused.value.reason


def test_without_consent_nothing_runs(tmp_path: Path) -> None:
    path = tmp_path / "evil.py"
    path.write_text(f"open({str(tmp_path / 'ran')!r}, 'w')")
    with pytest.raises(WorkbenchError, match="was not opened"):
        open_network(f"{path}:Net", consent=withheld)
    assert not (tmp_path / "ran").exists()


def test_a_plan_that_names_code_does_not_run_it(tmp_path: Path) -> None:
    from workbench.core import TrainingPlan, train

    path = tmp_path / "evil.py"
    path.write_text(f"open({str(tmp_path / 'ran')!r}, 'w')")
    with pytest.raises(WorkbenchError, match="was not opened"):
        next(iter(train(TrainingPlan(network=f"{path}:Net", data="shapes"), out=tmp_path / "run")))
    assert not (tmp_path / "ran").exists()


HEAD = "import os, sys, time\nfrom torch import nn\n"
FATAL = {
    "os._exit(7)": "its process ended with status 7",
    "while True: pass": "at bad.py:3: `while True: pass`: still running after 3 seconds",
    "sys.exit('bye')": "at bad.py:3: `sys.exit('bye')`: the line ends the program",
    "input('go on?')": "at bad.py:3: `input('go on?')`: EOFError",
}


@pytest.mark.parametrize("line", FATAL)
def test_a_file_that_exits_or_hangs_ends_with_a_sentence(line: str, tmp_path: Path) -> None:
    path = tmp_path / "bad.py"
    path.write_text(f"{HEAD}{line}\nclass Net(nn.Module): pass\n")
    with pytest.raises(WorkbenchError) as refused:
        open_code(Code(path, "Net"), consent=given, limit=3 if "while" in line else 60)
    assert FATAL[line] in refused.value.reason


WRONG = {
    "import missing_package": "at bad.py:1: `import missing_package`: there is no package missing_package",
    "from math import nothing": "at bad.py:1: `from math import nothing`: ImportError",
    "class Net: pass": "",
    "import torch\nNet = torch.zeros(3)": "",
    "1 / 0": "at bad.py:1: `1 / 0`: ZeroDivisionError",
}


@pytest.mark.usefixtures("clean_imports")
@pytest.mark.parametrize("text", WRONG)
def test_what_is_wrong_in_a_file_is_said_with_its_line(text: str, tmp_path: Path) -> None:
    path = tmp_path / "bad.py"
    path.write_text(text)
    with pytest.raises(WorkbenchError) as refused:
        make_module(load_object(path, "Net"), {}, path)
    assert refused.value.reason.startswith(WRONG[text])
    assert WRONG[text] or "no torch.nn.Module" in refused.value.title


@pytest.mark.usefixtures("clean_imports")
def test_a_syntax_error_is_named_by_its_line(tmp_path: Path) -> None:
    path = tmp_path / "bad.py"
    path.write_text("from torch import nn\nclass Net(nn.Module)\n    pass\n")
    with pytest.raises(WorkbenchError, match=r"bad\.py:2 is not Python"):
        load_object(path, "Net")


@pytest.mark.usefixtures("clean_imports")
def test_a_class_that_is_not_there_and_arguments_that_are_missing(net: Path) -> None:
    with pytest.raises(WorkbenchError, match="has no Nett") as unknown:
        load_object(net, "Nett")
    assert "Did you mean Net" in unknown.value.hint
    found = load_object(net, "Net")
    with pytest.raises(WorkbenchError, match="cannot be made") as missing:
        make_module(found, {}, net)
    assert "classes" in missing.value.reason
    assert '{"classes": 10}' in missing.value.hint
    with pytest.raises(WorkbenchError, match="cannot be made"):
        make_module(found, {"classes": 10, "depth": 3}, net)
    assert make_module(load_object(net, "ready"), {}, net).fc.out_features == 3
    assert make_module(load_object(net, ""), {"classes": 2}, net).fc.out_features == 2


@pytest.mark.usefixtures("clean_imports")
def test_a_file_in_a_package_may_import_its_neighbours(tmp_path: Path) -> None:
    package = tmp_path / "nets" / "deep"
    package.mkdir(parents=True)
    for folder in (package, package.parent):
        (folder / "__init__.py").write_text("")
    (package / "parts.py").write_text(PARTS)
    (package / "net.py").write_text("from .parts import Block\nclass Net(Block):\n    pass\n")
    assert make_module(load_object(package / "net.py", "Net"), {"width": 4}, package / "net.py").bn.num_features == 4


def test_the_classes_of_a_file_are_found_without_running_it(tmp_path: Path) -> None:
    path = tmp_path / "many.py"
    path.write_text(
        "import os\nos._exit(3)\nclass Base(nn.Module): pass\nclass Net(Base): pass\nclass Config: pass\n"
        "class Plain:\n    def forward(self, x): return x\n"
    )
    assert classes_in(path) == ["Base", "Net", "Plain"]


def test_what_is_code_and_what_is_not() -> None:
    assert code_in("net.py:Net") == Code(Path("net.py"), "Net")
    assert code_in("folder.py/net.py") == Code(Path("folder.py/net.py"))
    assert code_in("resnet18") is None
    assert code_in("net.network.json") is None


def test_blocks_in_a_module_are_found(tmp_path: Path) -> None:
    path = tmp_path / "net.py"
    path.write_text(
        "from torch import nn\nfrom torchvision.models.resnet import BasicBlock\n"
        "class Net(nn.Sequential):\n    def __init__(self):\n"
        "        super().__init__(nn.Conv2d(3, 8, 3), BasicBlock(8, 8), nn.AdaptiveAvgPool2d(1), nn.Flatten())\n"
    )
    opened = open_code(Code(path, input_shape=(3, 16, 16)), consent=given)
    assert opened.network.blocks["1"].block == "BasicBlock"
