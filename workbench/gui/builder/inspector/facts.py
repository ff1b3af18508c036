"""What the analysis knows about a node or a network, as pairs of a label and a short text."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGraphicsOpacityEffect, QGridLayout, QLabel, QSizePolicy, QWidget

from workbench.core.layers.kind import describe_shape
from workbench.core.modelling.shapes import Analysis, NodeReport
from workbench.gui import theme
from workbench.gui.builder.items.group_facts import GroupReport
from workbench.gui.builder.items.labels import large
from workbench.gui.widgets.muted import MutedLabel

Facts = list[tuple[str, str]]
UNKNOWN = "–"


def node_facts(report: NodeReport | None) -> Facts:
    """Output shape, parameters, multiply-adds and receptive field of a node."""
    if report is None or report.output_shape is None:
        return [(label, UNKNOWN) for label in ("Output", "Parameters", "Multiply-adds", "Receptive field")]
    field = report.receptive_field
    seen = f"{field.size[0]:,} × {field.size[1]:,}" if field else report.field_reason
    return [
        ("Output", describe_shape(report.output_shape)),
        ("Parameters", f"{report.parameters:,}"),
        ("Multiply-adds", large(report.macs)),
        ("Receptive field", seen),
    ]


def group_facts(report: GroupReport, layers: int) -> Facts:
    """What goes into a group and comes out of it, and what it holds."""
    return [
        ("Input", report.shape_in or UNKNOWN),
        ("Output", report.shape_out or UNKNOWN),
        ("Layers", f"{layers:,}"),
        ("Parameters", f"{report.parameters:,}"),
        ("Multiply-adds", large(report.macs)),
    ]


def network_facts(analysis: Analysis) -> Facts:
    """Input, output, size and cost of a network."""
    shapes = (analysis.input_shape, analysis.output_shape)
    source, result = (describe_shape(shape) if shape else UNKNOWN for shape in shapes)
    return [
        ("Input", source),
        ("Output", result),
        ("Nodes", f"{len(analysis.nodes):,}"),
        ("Parameters", f"{analysis.parameters:,}"),
        ("Multiply-adds", f"{large(analysis.macs)} for one picture"),
    ]


class FactsGrid(QWidget):
    """Shows facts in two columns; the texts can be copied."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(theme.M)
        self._grid.setVerticalSpacing(theme.XS)
        self._grid.setColumnStretch(1, 1)
        self._rows: list[tuple[MutedLabel, QLabel]] = []

    def show_facts(self, facts: Facts) -> None:
        """Show these facts, and nothing else."""
        while len(self._rows) < len(facts):
            self._add_row()
        for (label, value), fact in zip(self._rows, facts, strict=False):
            label.setText(fact[0])
            value.setText(fact[1])
            value.setAccessibleName(f"{fact[0]}: {fact[1]}")
        for number, row in enumerate(self._rows):
            for widget in row:
                widget.setVisible(number < len(facts))

    def show_stale(self, stale: bool) -> None:
        """Dim the facts while they are about an older network."""
        effect = QGraphicsOpacityEffect(self) if stale else None
        if effect is not None:
            effect.setOpacity(0.5)
        self.setGraphicsEffect(effect)  # type: ignore[arg-type]

    def texts(self) -> dict[str, str]:
        """What is shown."""
        return {label.text(): value.text() for label, value in self._rows if not label.isHidden()}

    def _add_row(self) -> None:
        label, value = MutedLabel(), QLabel()
        label.setWordWrap(False)
        value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        value.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        number = len(self._rows)
        self._grid.addWidget(label, number, 0)
        self._grid.addWidget(value, number, 1)
        self._rows.append((label, value))
