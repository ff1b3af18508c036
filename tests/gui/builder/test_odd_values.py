"""A file can give any argument any value: the card and the form show it all the same."""

from __future__ import annotations

from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from workbench.core.graph.network import Network, Node
from workbench.core.layers.catalog import CATALOG
from workbench.gui.builder.inspector.node_form import NodeForm
from workbench.gui.builder.items.labels import summary

ODD: list[Any] = [None, "x", True, -1, 1e300, [], [[1], [2]], [1, 2, 3], {}, {"h": [1, 2]}]


@pytest.mark.parametrize("kind", [kind.name() for kind in CATALOG])
def test_every_kind_shows_odd_values(qtbot: QtBot, kind: str) -> None:
    for value in ODD:
        node = Node("n", kind, dict.fromkeys(CATALOG[kind].__struct_fields__, value))
        assert isinstance(summary(node), str)
        form = NodeForm(node, Network.of("n", [node]))
        qtbot.addWidget(form)
        assert form.name.text() == "n"
