"""A tile sheet with what belongs around it: the chosen one enlarged, its scale, the value under the mouse."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QGuiApplication, QImage, QPainter
from PySide6.QtWidgets import (
    QFileDialog,
    QLabel,
    QSizePolicy,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from workbench.core.inspection.colours import COLOUR_MAPS, colour_table
from workbench.core.inspection.feature_maps import Spot, TileSheet, best_layout
from workbench.errors import WorkbenchError
from workbench.files import replace_atomically
from workbench.gui import theme
from workbench.gui.errors import show_error
from workbench.gui.viewer.tiles import TileView
from workbench.gui.widgets.buttons import tool_button
from workbench.gui.widgets.muted import MutedLabel
from workbench.gui.widgets.pixels import PictureView, to_qimage

GAP = 2
"""Pixels between tiles."""
SAVED_SIDE = 1600
"""A saved or copied sheet is enlarged by a whole number up to about so many pixels."""


class ColourScale(QWidget):
    """A strip of the colour map between its two values."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._colours, self._low, self._high = "viridis", 0.0, 0.0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Colour scale")

    def show_scale(self, colours: str, low: float, high: float) -> None:
        """Show another scale."""
        self._colours, self._low, self._high = colours, low, high
        self.setAccessibleDescription(f"{low:.4g} to {high:.4g}")
        self.setVisible(colours in COLOUR_MAPS)
        self.update()

    def sizeHint(self) -> QSize:
        """A strip and a line of numbers."""
        return QSize(120, 12 + theme.XS + self.fontMetrics().height())

    def paintEvent(self, event: QEvent) -> None:
        """The strip with the numbers at its ends."""
        painter = QPainter(self)
        painter.drawImage(QRectF(0, 0, self.width(), 12), to_qimage(colour_table(self._colours)[None]))
        painter.setFont(theme.font("small"))
        painter.setPen(theme.current().muted)
        line = QRectF(0, 12 + theme.XS, self.width(), painter.fontMetrics().height())
        painter.drawText(line, Qt.AlignmentFlag.AlignLeft, f"{self._low:.3g}")
        painter.drawText(line, Qt.AlignmentFlag.AlignRight, f"{self._high:.3g}")


class ChannelCard(QWidget):
    """The chosen tile, enlarged, with its range."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = QLabel()
        self.title.setFont(theme.font("strong"))
        self.picture = PictureView("")
        self.scale = ColourScale()
        self.facts = MutedLabel()
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.M, theme.S, theme.S, theme.S)
        column.setSpacing(theme.S)
        for widget in (self.title, self.picture, self.scale, self.facts):
            column.addWidget(widget)
        column.addStretch()
        self.setMinimumWidth(150)
        self.setMaximumWidth(320)

    def show_channel(self, sheet: TileSheet, channel: int, *, noun: str) -> None:
        """Show one tile of a sheet."""
        place = sheet.channels.index(channel)
        (low, high), (least, most) = sheet.ranges[place], sheet.colouring.limits[channel]
        mean = float(sheet.maps[channel].mean())
        self.title.setText(f"{noun.capitalize()} {channel}")
        self.picture.show_image(to_qimage(sheet.crop(place)), f"{noun} {channel}")
        self.scale.show_scale(sheet.colouring.colours, least, most)
        height, width = sheet.tile
        self.facts.setText(f"{height} × {width} values from {low:.4g} to {high:.4g}, mean {mean:.4g}.")


class SheetView(QWidget):
    """Tiles on the left, the chosen one on the right, a line of words below. `noun` is what a tile is."""

    def __init__(self, name: str, noun: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.noun, self._title = noun, "tiles"
        self.tiles = TileView()
        self.tiles.setObjectName(name)
        self.tiles.setAccessibleName(f"Tiles, one for each {noun}")
        self.card = ChannelCard()
        self.card.hide()
        self.caption = QLabel()
        self.fit = tool_button(f"{name}-fit", "fit", "Show the whole sheet (0)")
        self.copy = tool_button(f"{name}-copy", "copy", "Copy the sheet as a picture (Ctrl+C)")
        self.save = tool_button(f"{name}-save", "save", "Save the sheet as a PNG file (Ctrl+Alt+S)")
        self._arrange()
        self._connect()

    @property
    def sheet(self) -> TileSheet | None:
        """What is shown."""
        return self.tiles.sheet

    def layout_for(self, count: int, tile: tuple[int, int]) -> dict[str, int]:
        """Columns, scale and gap with which so many tiles fill the room there is."""
        columns, scale = best_layout(count, tile, area=self.tiles.area, gap=GAP)
        return {"columns": columns, "scale": scale, "gap": GAP}

    def has_better_layout(self, sheet: TileSheet) -> bool:
        """Whether its tiles would fill the room there is better in other columns or another scale."""
        wanted = self.layout_for(len(sheet.channels), sheet.tile)
        return self.tiles.is_fitted and (wanted["columns"], wanted["scale"]) != (sheet.columns, sheet.scale)

    def show_sheet(self, sheet: TileSheet | None, *, title: str = "tiles") -> None:
        """Show another sheet; `title` becomes the name of a saved file."""
        self._title = title
        self.tiles.show_sheet(sheet)
        self.caption.setText("" if sheet is None else sheet.caption)
        for button in (self.fit, self.copy, self.save):
            button.setEnabled(sheet is not None)

    def picture(self) -> QImage:
        """The sheet for use elsewhere: enlarged by a whole number, its pixels kept square."""
        image = self.tiles.image
        factor = max(1, SAVED_SIDE // max(1, image.width(), image.height()))
        return image.scaled(image.size() * factor)

    def save_to(self, path: Path) -> None:
        """Write the sheet as PNG; raises `WorkbenchError` if that fails."""
        picture = self.picture()

        def write(place: Path) -> None:
            if not picture.save(str(place), "PNG"):  # type: ignore[call-overload]
                raise OSError("the picture could not be written")

        replace_atomically(path, write)

    def copy_picture(self) -> None:
        """Put the sheet on the clipboard."""
        QGuiApplication.clipboard().setImage(self.picture())

    def ask_and_save(self) -> None:
        """Ask where to, then save."""
        chosen, _ = QFileDialog.getSaveFileName(self, "Save the sheet", f"{self._title}.png", "Pictures (*.png)")
        if not chosen:
            return
        path = Path(chosen)
        try:
            self.save_to(path if path.suffix else path.with_suffix(".png"))
        except WorkbenchError as error:
            show_error(self, error)

    def _arrange(self) -> None:
        splitter = QSplitter()
        splitter.addWidget(self.tiles)
        splitter.addWidget(self.card)
        splitter.setStretchFactor(0, 1)
        splitter.setChildrenCollapsible(False)
        splitter.setSizes([700, 210])
        self.caption.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.caption.setContentsMargins(theme.S, 0, theme.S, 0)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.XS)
        column.addWidget(splitter, 1)
        column.addWidget(self.caption)

    def _connect(self) -> None:
        self.tiles.hovered.connect(self._tell)
        self.tiles.chosen.connect(self._show_card)
        self.fit.clicked.connect(self.tiles.fit)
        self.copy.clicked.connect(self.copy_picture)
        self.save.clicked.connect(self.ask_and_save)

    def _tell(self, spot: Spot | None) -> None:
        if spot is None:
            self.caption.setText("" if self.sheet is None else self.sheet.caption)
            return
        values = ", ".join(f"{value:.4g}" for value in spot.value)
        self.caption.setText(f"{self.noun} {spot.channel}, row {spot.row}, column {spot.column}: {values}")

    def _show_card(self, channel: int) -> None:
        self.card.setVisible(channel >= 0)
        if channel >= 0 and self.sheet is not None:
            self.card.show_channel(self.sheet, channel, noun=self.noun)
