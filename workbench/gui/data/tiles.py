"""What each tile of a grid shows of its picture: the thumbnail, how it stands, the caption as far as there is room."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics

from workbench.gui import theme
from workbench.gui.data.choice import Choice
from workbench.gui.data.holding import Holding, Mask
from workbench.gui.data.thumbnails import Thumbnails
from workbench.gui.data.tile import Tile, caption_width
from workbench.gui.widgets.sentences import capitalised


class Tiles:
    """Makes the tiles of a set; what takes long is made once for a set and a size."""

    def __init__(self, thumbnails: Thumbnails) -> None:
        self._thumbnails = thumbnails
        self._holding: Holding | None = None
        self._flagged: Mask = np.zeros(0, bool)
        self._changed = self._flagged
        self._side = 0
        self._captions: dict[str, str] = {}
        """What of each caption there is room for; measuring texts takes long."""

    def show_holding(self, holding: Holding | None) -> None:
        """Make tiles of another set, or of the same after decisions."""
        self._holding = holding
        if holding is not None:
            self._flagged, self._changed = holding.flagged, holding.changed

    def set_side(self, side: int) -> None:
        """Make tiles of another size, or with another font."""
        self._side = side
        self._captions.clear()

    def tile(self, row: int, choice: Choice, *, focused: bool) -> Tile:
        """The tile at a place of the order."""
        holding, number = self._holding, int(choice.numbers[row])
        assert holding is not None
        return Tile(
            self._thumbnails.get(number),
            self._thumbnails.refused.get(number, ""),
            self._caption(holding, number),
            excluded=bool(holding.excluded[number]),
            flagged=bool(self._flagged[number]),
            changed=bool(self._changed[number]),
            chosen=choice.has(number),
            current=focused and row == choice.row,
        )

    def words(self, number: int) -> str:
        """A picture in words, with the reason where it cannot be read."""
        assert self._holding is not None
        refused = self._thumbnails.refused.get(number)
        return self._holding.describe(number) + (f"\n{capitalised(refused)}" if refused else "")

    def _caption(self, holding: Holding, number: int) -> str:
        """The class of a picture, and what a run says instead."""
        said = holding.suspected(number)
        words = holding.class_name(number) + (f" → {said}?" if said else "")
        if words not in self._captions:
            metrics, width = QFontMetrics(theme.font("small")), caption_width(self._side)
            self._captions[words] = metrics.elidedText(words, Qt.TextElideMode.ElideRight, width)
        return self._captions[words]
