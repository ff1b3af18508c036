"""What the inspector shows of the selected node while the network is alive: its map, and its kernels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

from workbench.core.inspection.feature_maps import Spot
from workbench.core.inspection.filters import filter_meaning, filter_sheet
from workbench.gui import theme
from workbench.gui.builder.alive.fitted_tiles import GAP, FittedTiles
from workbench.gui.builder.alive.map_view import MapView
from workbench.gui.widgets.muted import MutedLabel

if TYPE_CHECKING:
    from workbench.core.inspection.glimpses import Closeup, Glimpse

MAP_HEIGHT, KERNELS_HEIGHT = 236, 176


class NodeLook(QWidget):
    """Map and kernels of one node, and the way to the room that shows more of them."""

    inspect_wanted = Signal()
    unit_pointed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("build-look")
        self.setAccessibleName("What the selected node makes of the sample picture")
        self.node = ""
        self.headline, self.map = _headline("On the sample picture"), MapView("build-look-map")
        self.map.setFixedHeight(MAP_HEIGHT)
        self.kernel_headline, self.meaning = _headline("Kernels"), MutedLabel()
        self.kernels = FittedTiles("build-look-kernels", "Kernels of the selected node", "Point at a weight to read it")
        self.kernels.setFixedHeight(KERNELS_HEIGHT)
        self.meaning.setFont(theme.font("small"))
        self.more = QPushButton("Open in Inspect", flat=True)
        self.more.setObjectName("build-look-inspect")
        self.more.setToolTip("Look at all maps and kernels of this node in the Inspect room")
        self.more.setCursor(Qt.CursorShape.PointingHandCursor)
        self._meaning = ""
        self._arrange()
        self.map.unit_pointed.connect(self.unit_pointed)
        self.kernels.hovered.connect(self._tell)
        self.more.clicked.connect(self.inspect_wanted)
        self.hide()

    def show_node(self, node: str, glimpse: Glimpse | None) -> None:
        """Show what is known of another node, or (no name) nothing."""
        if node != self.node:
            self.show_kernels(None)
        self.node = node
        self.map.show_glimpse(glimpse)
        self.setVisible(bool(node))

    def show_closeup(self, closeup: Closeup | None) -> None:
        """Show its maps in full."""
        self.map.show_closeup(closeup)

    def show_kernels(self, weights: Any) -> None:
        """Show its kernels `(out, in, height, width)`; None hides them."""
        is_there = weights is not None
        if is_there:
            self.kernels.show_made(
                lambda columns, scale: filter_sheet(weights, columns=columns, scale=scale, gap=GAP),
                count=len(weights),
                tile=(weights.shape[2], weights.shape[3]),
            )
        else:
            self.kernels.show_made(None)
        self._meaning = filter_meaning(weights.shape[1]) if is_there else ""
        self.meaning.setText(self._meaning)
        for widget in (self.kernel_headline, self.kernels, self.meaning):
            widget.setVisible(is_there)

    def _tell(self, spot: Spot | None) -> None:
        if spot is None:
            self.meaning.setText(self._meaning)
            return
        values = ", ".join(f"{value:.4g}" for value in spot.value)
        self.meaning.setText(f"kernel {spot.channel}, row {spot.row}, column {spot.column}: {values}")

    def _arrange(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, theme.XS, 0, 0)
        column.setSpacing(theme.XS)
        for widget in (self.headline, self.map, self.kernel_headline, self.kernels, self.meaning):
            column.addWidget(widget)
        column.addWidget(self.more, 0, Qt.AlignmentFlag.AlignLeft)
        self.show_kernels(None)


def _headline(text: str) -> QLabel:
    label = QLabel(text)
    label.setFont(theme.font("strong"))
    return label
