"""Opening plain convolutional networks from ONNX files."""

from __future__ import annotations

from pathlib import Path

from workbench.core.layers.kind import Shape
from workbench.core.modelling.foreign import Opened
from workbench.errors import WorkbenchError


def open_onnx(path: Path, *, input_shape: Shape | None = None) -> Opened:
    """The network in an ONNX file with its weights; raises `WorkbenchError` naming what it cannot take."""
    try:
        from workbench.core.modelling.onnx_import.reading import read_onnx
    except ModuleNotFoundError as error:
        hint = "Install the extra: pip install 'cnn-workbench[onnx]'"
        raise WorkbenchError(
            "ONNX files need a package that is not installed", f"there is no {error.name}", hint
        ) from error
    return read_onnx(path, input_shape)
