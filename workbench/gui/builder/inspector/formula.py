"""The arithmetic of the selected layer, below its facts in the inspector."""

from __future__ import annotations

import html

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from workbench.core.graph.network import Node
from workbench.core.modelling.arithmetic import written_out
from workbench.core.modelling.shapes import Analysis
from workbench.gui import theme
from workbench.gui.widgets.muted import MutedLabel


class Formulas(MutedLabel):
    """Where the figures of a node come from, line by line; hidden where there is nothing to compute."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("", parent)
        self.setObjectName("build-formulas")
        self.setFont(theme.font("small"))
        self.setTextFormat(Qt.TextFormat.RichText)
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.setToolTip("How these figures come about")
        self.hide()

    def show_node(self, node: Node | None, analysis: Analysis | None) -> None:
        """Write the arithmetic of a node out; none without a node, or while the analysis is of another network."""
        known = node is not None and analysis is not None and analysis.network.nodes.get(node.name) is node
        lines = written_out(node, analysis) if known and node is not None and analysis is not None else ()
        self.setText("<br>".join(f"{line.title}:&nbsp; {html.escape(line.text)}" for line in lines))
        self.setAccessibleName("; ".join(f"{line.title}: {line.text}" for line in lines))
        self.setVisible(bool(lines))
