"""Networks from ONNX files of PyTorch's two exporters and hand-made ones: same outputs, module paths, refusals."""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
import torchvision
from torch import nn

onnx = pytest.importorskip("onnx", reason="needs the extra onnx")
pytest.importorskip("onnxscript", reason="PyTorch's exporter needs onnxscript")

from onnx import TensorProto, helper, numpy_helper  # noqa: E402

from workbench.core.layers.catalog import CATALOG  # noqa: E402
from workbench.core.modelling.compile import build_module  # noqa: E402
from workbench.core.modelling.onnx_import import open_onnx  # noqa: E402
from workbench.core.modelling.opening import open_network  # noqa: E402
from workbench.errors import WorkbenchError  # noqa: E402

SIDE = 64
BATCH_SIZES = {"input": {0: "batch"}}


def lively(module: nn.Module) -> nn.Module:
    """A module in eval mode whose weights and running statistics are all different, and whose outputs vary."""
    torch.manual_seed(0)
    module.train()
    with torch.no_grad():
        for name, parameter in module.named_parameters():
            if parameter.ndim > 1:
                nn.init.kaiming_normal_(parameter)
            else:
                parameter.uniform_(0.5, 1.5) if name.endswith("weight") else parameter.uniform_(-0.2, 0.2)
        for _ in range(2):
            module(torch.randn(8, 3, SIDE, SIDE))
    return module.eval()


def exported(module: nn.Module, path: Path, **options: Any) -> Path:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        buffer = io.BytesIO()
        torch.onnx.export(module, (torch.randn(2, 3, SIDE, SIDE),), buffer, input_names=["input"], **options)
    path.write_bytes(buffer.getvalue())
    return path


def legacy(module: nn.Module, path: Path) -> Path:
    """BatchNorm folded into convolutions, the size of the batch left open."""
    return exported(module, path, dynamo=False, dynamic_axes=BATCH_SIZES)


def unfolded(module: nn.Module, path: Path) -> Path:
    """BatchNorm as a layer of its own."""
    mode = torch.onnx.TrainingMode.PRESERVE
    return exported(module, path, dynamo=False, training=mode, do_constant_folding=False)


def dynamo(module: nn.Module, path: Path) -> Path:
    """The exporter of the day, for batches of two."""
    return exported(module, path, dynamo=True, verbose=False)


def agrees(module: nn.Module, path: Path) -> tuple[Any, float]:
    opened = open_onnx(path)
    made = build_module(opened.network).eval()
    made.load_state_dict(dict(opened.weights), strict=True)
    images = torch.randn(3, 3, SIDE, SIDE)
    with torch.no_grad():
        wanted, got = module(images), made(images)
    assert wanted.std() > 0.01
    return opened, float((wanted - got).abs().max() / wanted.abs().max())


ZOO = ("resnet18", "mobilenet_v2", "mobilenet_v3_small", "squeezenet1_1", "shufflenet_v2_x0_5")


@pytest.mark.parametrize("name", ZOO)
@pytest.mark.parametrize("export", [legacy, unfolded])
def test_a_torchvision_network_comes_back_with_equal_outputs(
    name: str, export: Callable[[nn.Module, Path], Path], tmp_path: Path
) -> None:
    module = lively(torchvision.models.get_model(name, weights=None))
    opened, difference = agrees(module, export(module, tmp_path / f"{name}.onnx"))
    assert difference < 1e-5
    assert opened.network.name == name
    assert opened.difference is None or opened.difference < 1e-3
    own = {key.rpartition(".")[0] for key in module.state_dict()}
    made = {key.rpartition(".")[0] for key in opened.weights}
    assert made <= own
    if export is unfolded:
        assert made == own
        assert name != "resnet18" or {use.block for use in opened.network.blocks.values()} == {"BasicBlock"}


@pytest.mark.slow
@pytest.mark.parametrize("name", ["resnet18", "shufflenet_v2_x0_5"])
def test_the_newer_exporter_too(name: str, tmp_path: Path) -> None:
    module = lively(torchvision.models.get_model(name, weights=None))
    opened, difference = agrees(module, dynamo(module, tmp_path / f"{name}.onnx"))
    assert difference < 1e-5
    assert {key.rpartition(".")[0] for key in opened.weights} <= {key.rpartition(".")[0] for key in module.state_dict()}


@pytest.mark.parametrize("name", ["cifar10cnn", "modern_cnn", "mini_resnet"])
def test_a_tutorial_network_comes_back_as_it_was(name: str, tmp_path: Path) -> None:
    network = open_network(name)
    module = build_module(network).eval()
    torch.manual_seed(0)
    buffer = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        mode, shape = torch.onnx.TrainingMode.PRESERVE, network.of_kind("Input")[0].arguments["shape"]
        torch.onnx.export(
            module, (torch.randn(1, *shape),), buffer, dynamo=False, training=mode, do_constant_folding=False
        )
    path = tmp_path / f"{name}.onnx"
    path.write_bytes(buffer.getvalue())
    opened = open_onnx(path)
    weighted = ("Conv2d", "BatchNorm2d", "Linear")
    wanted, made = (
        {each.name: CATALOG.parse(each) for each in one if each.kind in weighted} for one in (network, opened.network)
    )
    assert made == wanted
    assert opened.difference is not None
    assert opened.difference < 1e-5


def hand_made(path: Path, *nodes: Any, constants: dict[str, Any] | None = None, shape: Any = (1, 3, 8, 8)) -> Path:
    """A file with these operators between `x` and `y`."""
    values = [
        helper.make_tensor_value_info("x", TensorProto.FLOAT, shape),
        helper.make_tensor_value_info("y", TensorProto.FLOAT, ["any"]),
    ]
    tensors = [numpy_helper.from_array(value.numpy(), name) for name, value in (constants or {}).items()]
    graph = helper.make_graph(list(nodes), "hand", [values[0]], [values[1]], tensors)
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9), str(path))
    return path


def node(operator: str, *inputs: str, output: str = "y", **attributes: Any) -> Any:
    return helper.make_node(operator, list(inputs), [output], **attributes)


def kinds(path: Path) -> list[str]:
    return [each.kind for each in open_onnx(path).network][1:-1]


WEIGHT = torch.randn(4, 3, 3, 3, generator=torch.Generator().manual_seed(0))
TOGETHER: dict[str, tuple[list[Any], dict[str, Any], list[str]]] = {
    "bias": (
        [node("Conv", "x", "w", output="a"), node("Add", "a", "b")],
        {"w": WEIGHT, "b": torch.randn(1, 4, 1, 1)},
        ["Conv2d"],
    ),
    "gate": ([node("Sigmoid", "x", output="a"), node("Mul", "x", "a")], {}, ["SiLU"]),
    "scale": ([node("Mul", "x", "s")], {"s": torch.rand(3, 1, 1)}, ["LayerScale"]),
    "matmul": (
        [node("Flatten", "x", output="a"), node("MatMul", "a", "w", output="m"), node("Add", "b", "m")],
        {"w": torch.randn(192, 5), "b": torch.randn(5)},
        ["Flatten", "Linear"],
    ),
    "shape": (
        [
            node("Shape", "x", output="s"),
            node("Gather", "s", "zero", output="n"),
            node("Unsqueeze", "n", "zero1", output="u"),
            node("Concat", "u", "rest", output="t", axis=0),
            node("Reshape", "x", "t"),
        ],
        {"zero": torch.tensor(0), "zero1": torch.tensor([0]), "rest": torch.tensor([-1])},
        ["Flatten"],
    ),
    "numbers": (
        [
            node("Sub", "x", "h", output="a"),
            node("Div", "a", "q", output="b"),
            node("Sub", "h", "b", output="c"),
            node("Neg", "c", output="d"),
            node("Mul", "h", "d", output="e"),
            node("Add", "e", "q"),
        ],
        {"h": torch.tensor(0.5), "q": torch.tensor([0.3])},
        ["Affine"] * 6,
    ),
    "parts": (
        [
            node("Slice", "x", "zero", "two", "axis", output="a"),
            node("Slice", "a", "one", "four", "axis2", output="b"),
            node("Relu", "b"),
        ],
        {
            "zero": torch.tensor([0]),
            "one": torch.tensor([1]),
            "two": torch.tensor([2]),
            "four": torch.tensor([4]),
            "axis": torch.tensor([1]),
            "axis2": torch.tensor([3]),
        },
        ["Slice", "Slice", "ReLU"],
    ),
    "clip": ([node("Clip", "x", "lo", "hi")], {"lo": torch.tensor(0.0), "hi": torch.tensor(6.0)}, ["ReLU6"]),
    "same": ([node("Conv", "x", "w", auto_pad="SAME_UPPER")], {"w": WEIGHT}, ["Conv2d"]),
    "pad": (
        [node("Pad", "x", "p", output="a"), node("Conv", "a", "w", strides=[2, 2])],
        {"p": torch.tensor([0, 0, 0, 0, 0, 0, 1, 1]), "w": WEIGHT},
        ["ZeroPad2d", "Conv2d"],
    ),
    "pools": (
        [
            node("AveragePool", "x", output="a", kernel_shape=[3, 3], pads=[1, 1, 1, 1]),
            node("MaxPool", "a", output="b", kernel_shape=[2, 2], strides=[2, 2]),
            node("Transpose", "b", perm=[0, 2, 3, 1]),
        ],
        {},
        ["AvgPool2d", "MaxPool2d", "Permute"],
    ),
}


@pytest.mark.parametrize("case", TOGETHER)
def test_operators_are_read_as_the_layers_they_are_and_compute_the_same(case: str, tmp_path: Path) -> None:
    nodes, constants, wanted = TOGETHER[case]
    path = hand_made(tmp_path / "hand.onnx", *nodes, constants=constants)
    assert kinds(path) == wanted
    difference = open_onnx(path).difference
    assert difference is not None
    assert difference < 1e-5


REFUSED: dict[str, tuple[list[Any], dict[str, Any]]] = {
    "Erf, Sin": ([node("Erf", "x", output="a"), node("Relu", "a", output="b"), node("Sin", "b")], {}),
    "constants of shape [1, 3, 1, 1]": ([node("Sub", "x", "m")], {"m": torch.rand(1, 3, 1, 1)}),
    "divides by what it computes": ([node("Div", "h", "x")], {"h": torch.tensor(0.5)}),
    "does not subtract": ([node("Relu", "x", output="a"), node("Sub", "x", "a")], {}),
    "cuts the batch": ([node("Split", "x", output="a", axis=0), node("Relu", "a")], {}),
    "PyTorch pads alike": ([node("Conv", "x", "w", auto_pad="SAME_UPPER", strides=[2, 2])], {"w": WEIGHT}),
    "mixes the pictures": ([node("Reshape", "x", "t")], {"t": torch.tensor([3, 64])}),
    "does not depend on its input": ([node("Identity", "w")], {"w": WEIGHT}),
    "PyTorch's 1/6": ([node("HardSigmoid", "x")], {}),
}


@pytest.mark.parametrize("reason", REFUSED)
def test_what_the_catalog_does_not_have_is_refused_by_name(reason: str, tmp_path: Path) -> None:
    nodes, constants = REFUSED[reason]
    with pytest.raises(WorkbenchError) as refused:
        open_onnx(hand_made(tmp_path / "hand.onnx", *nodes, constants=constants))
    assert reason in refused.value.reason


def test_sizes_that_a_file_leaves_open_are_assumed_and_said_or_given(tmp_path: Path) -> None:
    path = hand_made(tmp_path / "open.onnx", node("Relu", "x"), shape=("n", 3, "h", "w"))
    assert "224" in open_onnx(path).notes[0]
    given = open_onnx(path, input_shape=(3, 16, 16))
    assert given.notes == ()
    assert given.network["input"].arguments["shape"] == [3, 16, 16]
    assert open_network(path).name == "open"


@pytest.mark.parametrize("content", [b"", b"no model", b"\x08\x01" * 50])
def test_a_broken_file_is_refused(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "broken.onnx"
    path.write_bytes(content)
    with pytest.raises(WorkbenchError, match="is not an ONNX file"):
        open_onnx(path)
