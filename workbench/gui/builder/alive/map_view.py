"""The map of a node, larger than on its card: tiles with the value under the mouse, figures below."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from workbench.core.inspection.feature_maps import Spot, strongest, tile_sheet
from workbench.core.layers.kind import describe_shape
from workbench.gui import theme
from workbench.gui.builder.alive.fitted_tiles import GAP, FittedTiles
from workbench.gui.widgets.muted import MutedLabel
from workbench.gui.widgets.pixels import PictureView, to_qimage

if TYPE_CHECKING:
    from workbench.core.inspection.glimpses import Closeup, Glimpse

LISTED = 5
"""So many of the largest values of a vector are told."""


class MapView(QWidget):
    """Shows a glimpse at once, and the maps in full as soon as they are there."""

    unit_pointed = Signal(object)
    """The (row, column) under the mouse, or None."""

    def __init__(self, name: str, *, most: int = 9, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._most = most
        tip = "Point at a value to read it; arrows choose a channel, + and - zoom, 0 fits"
        self.tiles, self.rough = FittedTiles(name, "Strongest maps of the node", tip), PictureView("")
        self.rough.setMinimumSize(72, 72)
        self.figures, self.value = MutedLabel(), MutedLabel()
        for label in (self.figures, self.value):
            label.setFont(theme.font("small"))
        self.value.setWordWrap(False)
        self._closeup: Closeup | None = None
        self._pages = QStackedWidget()
        self._pages.addWidget(self.tiles)
        self._pages.addWidget(self.rough)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.XS)
        column.addWidget(self._pages, 1)
        column.addWidget(self.value)
        column.addWidget(self.figures)
        self.tiles.hovered.connect(self._tell)
        self.tiles.chosen.connect(self._choose)

    def show_glimpse(self, glimpse: Glimpse | None) -> None:
        """Show the small picture while the large one is on its way; nothing but a sentence where there is none."""
        self._closeup = None
        self.tiles.show_made(None)
        image = None if glimpse is None else glimpse.image
        self.rough.show_image(QImage() if image is None else to_qimage(image))
        self._pages.setCurrentWidget(self.rough)
        self._pages.setVisible(image is not None)
        self.value.setText("")
        self.figures.setText(_about(glimpse))

    def show_closeup(self, closeup: Closeup | None) -> None:
        """Show the maps in full."""
        self._closeup = closeup
        if closeup is None:
            return
        if closeup.values.ndim == 1:
            largest = ", ".join(f"{index}: {value:.4g}" for index, value in strongest(closeup.values, LISTED))
            self.value.setText(f"Largest: {largest}")
            return
        self._pages.setCurrentWidget(self.tiles)
        self._pages.setVisible(True)
        shown = closeup.values[: self._most]
        self.tiles.show_made(
            lambda columns, scale: tile_sheet(shown, columns=columns, scale=scale, gap=GAP),
            count=len(shown),
            tile=(shown.shape[1], shown.shape[2]),
        )
        self._tell(None)

    def _choose(self, place: int) -> None:
        """Tell of the tile that is chosen with the keyboard or a click."""
        if self._closeup is None or place < 0:
            return
        values = self._closeup.values[place]
        span = f"from {values.min():.4g} to {values.max():.4g}, mean {values.mean():.4g}"
        self.value.setText(f"channel {self._closeup.channels[place]}: {span}")

    def _tell(self, spot: Spot | None) -> None:
        if self._closeup is None or self._closeup.values.ndim == 1:
            return
        self.unit_pointed.emit(None if spot is None else (spot.row, spot.column))
        if spot is None:
            count, first = min(self._most, len(self._closeup.channels)), self._closeup.channels[0]
            self.value.setText(f"The {count} strongest channels" if count > 1 else f"channel {first}, the strongest")
            return
        channel = self._closeup.channels[spot.channel]
        self.value.setText(f"channel {channel}, row {spot.row}, column {spot.column}: {spot.value[0]:.4g}")


def _about(glimpse: Glimpse | None) -> str:
    """Shape and figures, or why there is no map."""
    if glimpse is None:
        return "Not known yet."
    if glimpse.trouble:
        return f"No map: {glimpse.trouble}."
    figures = f"from {glimpse.least:.4g} to {glimpse.most:.4g}, mean {glimpse.mean:.4g}"
    return f"{describe_shape(glimpse.shape)}, {figures}"
