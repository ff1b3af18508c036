"""Every kind of the catalog: its arguments, its palette entry, its module against torch's own defaults."""

from __future__ import annotations

import subprocess
import sys

import pytest
import torch

from workbench.core.graph.network import Node
from workbench.core.layers.arguments import arguments
from workbench.core.layers.catalog import CATALOG
from workbench.core.layers.kind import LayerKind, ModuleKind

MODULE_KINDS = [kind for kind in CATALOG if issubclass(kind, ModuleKind)]


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
    module = kind().build((8, 16, 16) if kind.name() != "Linear" else (64,))
    read = CATALOG.parse(Node("node", kind.name(), kind.arguments_of(module)))
    assert isinstance(read, kind)
    rebuilt = read.build((8, 16, 16) if kind.name() != "Linear" else (64,))
    assert repr(rebuilt) == repr(module)


@pytest.mark.parametrize("kind", MODULE_KINDS, ids=name)
def test_a_kind_is_found_by_the_class_it_builds(kind: type[ModuleKind]) -> None:
    module = kind().build((8, 16, 16) if kind.name() != "Linear" else (64,))
    assert kind.torch_class == f"torch.nn.{type(module).__name__}"
    assert getattr(torch.nn, kind.name()) is type(module)


def test_the_catalog_is_known_without_torch() -> None:
    code = "import sys, workbench.core.layers.catalog, workbench.core.modelling.zoo, workbench.core.training.choices; "
    code += "assert 'torch' not in sys.modules"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
