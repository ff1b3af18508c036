"""Which layer of the catalog an operator of ONNX is (https://onnx.ai/onnx/operators). One function for each."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from workbench.core.layers.kind import ShapeError, image_shape, plain
from workbench.core.modelling.onnx_import.graph import Array, Layer, Operator, Value

Handler = Callable[[Operator], Layer | Value]
HANDLERS: dict[str, Handler] = {}


def operator(*names: str) -> Callable[[Handler], Handler]:
    """Register what handles operators of these names."""

    def register(handle: Handler) -> Handler:
        HANDLERS.update(dict.fromkeys(names, handle))
        return handle

    return register


PLAIN = {
    "Relu": "ReLU",
    "Sigmoid": "Sigmoid",
    "Tanh": "Tanh",
    "Softsign": "Softsign",
    "Mish": "Mish",
    "Selu": "SELU",
    "HardSwish": "Hardswish",
    "Softplus": "Softplus",
    "GlobalAveragePool": "AdaptiveAvgPool2d",
    "GlobalMaxPool": "AdaptiveMaxPool2d",
}
"""Operators without arguments."""


@operator(*PLAIN)
def _plain(node: Operator) -> Layer:
    return Layer(PLAIN[node.proto.op_type], {}, (node.value,))


@operator("Identity", "Cast")
def _unchanged(node: Operator) -> Value:
    return node.value


@operator("Conv")
def _convolution(node: Operator) -> Layer:
    weight, bias = node.weight(1), node.constant(2)
    if weight.ndim != 4:
        raise ShapeError(f"it has a kernel of {weight.ndim - 2} axes, and pictures have two")
    arguments = {"out_channels": weight.shape[0], "groups": node.get("group", 1), "bias": bias is not None}
    return Layer("Conv2d", {**arguments, **_window(node, weight.shape[2:])}, (node.value,), _weights(weight, bias))


@operator("ConvTranspose")
def _transposed_convolution(node: Operator) -> Layer:
    weight, bias = node.weight(1), node.constant(2)
    if weight.ndim != 4 or "output_shape" in node.attributes:
        raise ShapeError("only transposed convolutions over pictures, without an output_shape, can be opened")
    groups = node.get("group", 1)
    arguments = {
        "out_channels": weight.shape[1] * groups,
        "groups": groups,
        "bias": bias is not None,
        "output_padding": plain(node.numbers("output_padding", (0, 0))),
    }
    window = _window(node, weight.shape[2:])
    return Layer("ConvTranspose2d", {**arguments, **window}, (node.value,), _weights(weight, bias))


@operator("BatchNormalization")
def _batch_normalization(node: Operator) -> Layer:
    kind = "BatchNorm2d" if len(node.value.shape) == 3 else "BatchNorm1d"
    momentum = float(f"{1 - node.get('momentum', 0.9):.6g}")  # ONNX counts the share of the old, PyTorch of the new
    keys = ("weight", "bias", "running_mean", "running_var")
    weights = {key: node.weight(index) for index, key in enumerate(keys, start=1)}
    weights["num_batches_tracked"] = np.array(0, dtype=np.int64)
    return Layer(kind, {"eps": _short(node.get("epsilon", 1e-5)), "momentum": momentum}, (node.value,), weights)


@operator("InstanceNormalization")
def _instance_normalization(node: Operator) -> Layer:
    arguments = {"eps": _short(node.get("epsilon", 1e-5)), "affine": True}
    return Layer("InstanceNorm2d", arguments, (node.value,), _weights(node.weight(1), node.weight(2)))


@operator("LayerNormalization")
def _layer_normalization(node: Operator) -> Layer:
    axis, count = node.get("axis", -1), len(node.value.shape) + 1
    arguments = {
        "axes": count - axis % count,
        "eps": _short(node.get("epsilon", 1e-5)),
        "bias": node.constant(2) is not None,
    }
    return Layer("LayerNorm", arguments, (node.value,), _weights(node.weight(1), node.constant(2)))


@operator("Gemm")
def _fully_connected(node: Operator) -> Layer:
    weight, bias = node.weight(1), node.constant(2)
    if node.get("transA", 0) or weight.ndim != 2:
        raise ShapeError("its picture is transposed")
    weight = (weight if node.get("transB", 0) else weight.T) * np.float32(node.get("alpha", 1.0))
    bias = None if bias is None else np.broadcast_to(bias, (weight.shape[0],)) * np.float32(node.get("beta", 1.0))
    return Layer(
        "Linear", {"out_features": weight.shape[0], "bias": bias is not None}, (node.value,), _weights(weight, bias)
    )


@operator("MatMul")
def _matrix_product(node: Operator) -> Layer:
    weight = node.weight(1)
    if weight.ndim != 2:
        raise ShapeError(f"its weight has {weight.ndim} axes instead of 2")
    return Layer("Linear", {"out_features": weight.shape[1], "bias": False}, (node.value,), _weights(weight.T, None))


@operator("LeakyRelu", "Elu", "PRelu", "Clip", "HardSigmoid", "Gelu")
def _activation(node: Operator) -> Layer:
    kind, arguments, weights = _bent(node)
    return Layer(kind, arguments, (node.value,), weights)


def _bent(node: Operator) -> tuple[str, dict[str, object], dict[str, Array]]:
    match node.proto.op_type:
        case "LeakyRelu":
            return "LeakyReLU", {"negative_slope": _short(node.get("alpha", 0.01))}, {}
        case "Elu":
            return "ELU", {"alpha": _short(node.get("alpha", 1.0))}, {}
        case "Gelu":
            return "GELU", {"approximate": node.get("approximate", "none")}, {}
        case "PRelu":
            slope = node.weight(1).reshape(-1)
            return "PReLU", {"num_parameters": slope.size}, {"weight": slope}
        case "Clip":
            low, high = node.option("min", 1, -math.inf), node.option("max", 2, math.inf)
            return ("ReLU6", {}, {}) if (low, high) == (0, 6) else ("Hardtanh", {"min_val": low, "max_val": high}, {})
    if not math.isclose(node.get("alpha", 0.2), 1 / 6, rel_tol=1e-5) or node.get("beta", 0.5) != 0.5:
        raise ShapeError("its slope is not PyTorch's 1/6")
    return "Hardsigmoid", {}, {}


@operator("Softmax", "LogSoftmax")
def _softmax(node: Operator) -> Layer:
    return Layer(node.proto.op_type, {"dim": node.get("axis", -1)}, (node.value,))


@operator("MaxPool")
def _max_pooling(node: Operator) -> Layer:
    return Layer("MaxPool2d", _pooling(node, "dilation"), (node.value,))


@operator("AveragePool")
def _average_pooling(node: Operator) -> Layer:
    arguments = _pooling(node) | {"count_include_pad": bool(node.get("count_include_pad", 0))}
    return Layer("AvgPool2d", arguments, (node.value,))


@operator("ReduceMean")
def _mean(node: Operator) -> Layer:
    axes = [axis % (len(node.value.shape) + 1) for axis in node.option("axes", 1, ())]
    kept = bool(node.get("keepdims", 1))
    if sorted(axes) == [2, 3] and kept:
        return Layer("AdaptiveAvgPool2d", {}, (node.value,))
    return Layer("Mean", {"dim": axes, "keepdim": kept}, (node.value,))


@operator("Dropout")
def _dropout(node: Operator) -> Layer:
    return Layer("Dropout", {"p": _short(node.option("ratio", 1, 0.5))}, (node.value,))


@operator("LRN")
def _local_response(node: Operator) -> Layer:
    names = {"size": "size", "alpha": "alpha", "beta": "beta", "bias": "k"}
    given = {ours: node.attributes[theirs] for theirs, ours in names.items() if theirs in node.attributes}
    return Layer("LocalResponseNorm", {key: _short(value) for key, value in given.items()}, (node.value,))


@operator("Resize", "Upsample")
def _resizing(node: Operator) -> Layer:
    height, width = image_shape(node.value.shape)[1:]
    last = len(node.inputs) - 1
    given = node.attributes.get("scales") or np.asarray(node.weight(last)).tolist()
    is_sizes = last == 3 and node.proto.op_type == "Resize"
    size = [int(each) for each in given[2:]] if is_sizes else [int(height * given[2]), int(width * given[3])]
    mode, way = node.get("mode", "nearest"), node.get("coordinate_transformation_mode", "half_pixel")
    if mode == "nearest":
        if way not in ("asymmetric", "half_pixel") or (way == "half_pixel" and _is_broken(size, (height, width))):
            raise ShapeError(f"it finds the nearest pixels by {way}, which PyTorch does not")
        return Layer("Upsample", {"size": plain(size)}, (node.value,))
    modes = {"linear": "bilinear", "cubic": "bicubic"}
    arguments = {"size": plain(size), "mode": modes[mode], "align_corners": way == "align_corners"}
    return Layer("Upsample", arguments, (node.value,))


def _is_broken(size: list[int], before: tuple[int, ...]) -> bool:
    return any(new % old for new, old in zip(size, before, strict=True))


@operator("DepthToSpace")
def _pixel_shuffle(node: Operator) -> Layer:
    if node.get("mode", "DCR") != "CRD":
        raise ShapeError("it orders the pixels in another way (DCR) than PyTorch's PixelShuffle")
    return Layer("PixelShuffle", {"upscale_factor": node.get("blocksize", 2)}, (node.value,))


@operator("Pad")
def _padding(node: Operator) -> Layer:
    pads = node.option("pads", 1, ())
    kinds = {"constant": "ZeroPad2d", "reflect": "ReflectionPad2d", "edge": "ReplicationPad2d"}
    kind = kinds.get(node.get("mode", "constant"))
    inner = [pads[2], pads[3], pads[6], pads[7]] if len(pads) == 8 else []
    if kind is None or not inner or sum(map(abs, pads)) != sum(inner) or node.option("value", 2, 0.0):
        raise ShapeError("only the edges of a picture can be padded, with zeros or with pixels")
    return Layer(kind, dict(zip(("top", "left", "bottom", "right"), inner, strict=True)), (node.value,))


def _window(node: Operator, kernel: tuple[int, ...]) -> dict[str, object]:
    """Kernel, stride, dilation and padding; raises `ShapeError` where PyTorch has no such padding."""
    stride, dilation = node.numbers("strides", (1, 1)), node.numbers("dilations", (1, 1))
    return {
        "kernel_size": plain(list(kernel)),
        "stride": plain(stride),
        "dilation": plain(dilation),
        "padding": plain(_pads(node, kernel, stride, dilation)),
    }


def _pads(node: Operator, kernel: tuple[int, ...], stride: list[int], dilation: list[int]) -> list[int]:
    pads = node.numbers("pads", (0, 0, 0, 0))
    if node.get("auto_pad", "NOTSET").startswith("SAME"):
        sides = image_shape(node.value.shape)[1:]
        spans = [step * (size - 1) + 1 for step, size in zip(dilation, kernel, strict=True)]
        needed = [
            max((-(-side // step) - 1) * step + span - side, 0)
            for side, step, span in zip(sides, stride, spans, strict=True)
        ]
        pads = [each // 2 for each in needed] + [-(-each // 2) for each in needed]
    if pads[:2] != pads[2:]:
        raise ShapeError(f"it pads {pads[:2]} pixels above and left, {pads[2:]} below and right; PyTorch pads alike")
    return pads[:2]


def _pooling(node: Operator, *more: str) -> dict[str, object]:
    kernel = node.numbers("kernel_shape", ())
    if len(kernel) != 2:
        raise ShapeError(f"it has a window of {len(kernel)} axes, and pictures have two")
    window = _window(node, tuple(kernel))
    if "dilation" not in more and window.pop("dilation") != 1:
        raise ShapeError("the pixels of its window lie apart")
    return {**window, "ceil_mode": bool(node.get("ceil_mode", 0))}


def _weights(weight: Array, bias: Array | None) -> dict[str, Array]:
    return {"weight": weight} if bias is None else {"weight": weight, "bias": bias}


def _short(value: float) -> float:
    """A number of 32 bits as a person writes it: 1e-05, not 9.999999747378752e-06."""
    return float(f"{value:.7g}")
