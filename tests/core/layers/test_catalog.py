"""Every kind of the catalog: its arguments, its palette entry, its module against torch's own defaults."""

from __future__ import annotations

import importlib
import subprocess
import sys

import pytest
import torch

from workbench.core.graph.network import Node
from workbench.core.layers.arguments import arguments
from workbench.core.layers.catalog import CATALOG
from workbench.core.layers.kind import LayerKind, ModuleKind
from workbench.core.modelling.recognition import module_kind
from workbench.core.modelling.shapes import node_facts, prepared

MODULE_KINDS = [kind for kind in CATALOG if issubclass(kind, ModuleKind)]
SHAPES = {
    "BatchNorm1d": (64,),
    "ClassToken": (49, 64),
    "Linear": (64,),
    "MultiheadAttention": (49, 64),
    "PositionEmbedding": (49, 64),
    "RelativePositionAttention": (4, 49, 64),
    "Reshape": (4, 4, 4),
    "ShiftedWindowAttention": (14, 14, 32),
    "ShiftedWindowAttentionV2": (14, 14, 32),
    "WindowDepartition": (16, 64, 8),
}
"""An input that suits the defaults, for kinds that do not take a picture."""


def shape_for(kind: type[LayerKind]) -> tuple[int, ...]:
    return SHAPES.get(kind.name(), (8, 16, 16))


def name(kind: type[LayerKind]) -> str:
    return kind.name()


@pytest.mark.parametrize("kind", [*CATALOG], ids=name)
def test_every_kind_can_be_shown_in_a_palette_and_a_form(kind: type[LayerKind]) -> None:
    assert kind.category
    assert kind.help().endswith(".")
    for argument in arguments(kind):
        assert argument.help.endswith("."), argument.name


@pytest.mark.parametrize("kind", [*CATALOG], ids=name)
def test_defaults_are_legal(kind: type[LayerKind]) -> None:
    assert isinstance(CATALOG.parse(Node("node", kind.name())), kind)


@pytest.mark.parametrize("kind", [*CATALOG], ids=name)
def test_values_beyond_a_limit_are_refused(kind: type[LayerKind]) -> None:
    limited = [argument for argument in arguments(kind) if argument.maximum is not None and argument.form != "shape"]
    for argument in limited:
        beyond = type(argument.maximum)(argument.maximum + 1)
        assert not isinstance(CATALOG.parse(Node("node", kind.name(), {argument.name: beyond})), LayerKind)


@pytest.mark.parametrize("kind", MODULE_KINDS, ids=name)
def test_arguments_read_from_a_module_build_the_same_module(kind: type[ModuleKind]) -> None:
    module = kind().build(shape_for(kind))
    read = CATALOG.parse(Node("node", kind.name(), kind.arguments_of(module)))
    assert isinstance(read, kind)
    assert repr(read.build(shape_for(kind))) == repr(module)


@pytest.mark.parametrize("kind", MODULE_KINDS, ids=name)
def test_a_kind_is_found_by_the_class_it_builds(kind: type[ModuleKind]) -> None:
    assert module_kind(kind().build(shape_for(kind))) is kind


@pytest.mark.parametrize("kind", [kind for kind in CATALOG if kind.torch_class], ids=name)
def test_the_class_of_a_kind_exists(kind: type[LayerKind]) -> None:
    module, _, cls = kind.torch_class.rpartition(".")
    assert issubclass(getattr(importlib.import_module(module), cls), torch.nn.Module)


@pytest.mark.parametrize("path", [path for kind in CATALOG for path in kind.functions])
def test_the_functions_of_a_kind_exist(path: str) -> None:
    module, _, function = path.rpartition(".")
    owner = torch.Tensor if module == "Tensor" else importlib.import_module(module)
    assert callable(getattr(owner, function))


@pytest.mark.parametrize("kind", [kind for kind in CATALOG if kind.name() != "Input"], ids=name)
def test_every_kind_runs_in_a_network_with_the_shape_that_was_foreseen(kind: type[LayerKind]) -> None:
    count = kind.fewest_inputs
    shape = shape_for(kind)
    facts = node_facts(kind.name(), b"{}", (shape,) * count)
    assert facts.problem == ""
    function, parameters = prepared(kind(), (shape,) * count)
    with torch.no_grad():
        output = function(*(torch.randn(2, *shape) for _ in range(count)))
    assert output.shape[1:] == facts.output_shape
    assert output.isfinite().all()
    assert parameters == facts.parameters


@pytest.mark.parametrize("kind", [kind for kind in CATALOG if kind.fewest_inputs == 1], ids=name)
@pytest.mark.parametrize("shape", [(), (1,), (3,), (3, 5), (1, 1, 1), (3, 7, 5), (2, 3, 4, 5)], ids=str)
def test_a_shape_that_does_not_fit_is_told_in_a_sentence(kind: type[LayerKind], shape: tuple[int, ...]) -> None:
    facts = node_facts(kind.name(), b"{}", (shape,))
    assert (facts.output_shape is None) == bool(facts.problem)
    assert "Traceback" not in facts.problem


def test_the_catalog_is_known_without_torch() -> None:
    code = "import sys, workbench.core.layers.catalog, workbench.core.modelling.zoo, workbench.core.training.choices; "
    code += "assert 'torch' not in sys.modules"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
