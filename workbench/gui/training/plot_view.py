"""A plot drawn the cheap way, in the colours of the theme, with a menu of ours: what the plots of a run share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QAction, QColor, QContextMenuEvent, QPainter
from PySide6.QtWidgets import QApplication, QFileDialog, QMenu, QWidget

from workbench.gui import theme
from workbench.gui.errors import show_error

pg.setConfigOptions(antialias=False, useOpenGL=False, imageAxisOrder="row-major")
AXIS_WIDTH, LOG_AXIS_WIDTH = 44, 56


class PlotView(pg.PlotWidget):
    """The plot itself; its `owner`, which has the header too, is what is copied and saved as a picture."""

    moved = Signal(object)
    """Where on the x axis the mouse is, None when it has left."""

    def __init__(
        self, owner: QWidget, *, name: str, limits: Mapping[str, float | None], left: pg.AxisItem | None = None
    ) -> None:
        super().__init__(owner, axisItems={"left": left} if left is not None else None)
        self._owner, self._name = owner, name
        self._offers: list[tuple[str, Callable[[], object]]] = []
        plot = self.getPlotItem()
        plot.hideButtons()
        plot.setMenuEnabled(False)
        plot.setDownsampling(auto=True, mode="peak")  # of the plot: it overrules its curves when they are added
        plot.setClipToView(True)
        self.grid = _Grid(plot.getAxis("left"))
        plot.addItem(self.grid, ignoreBounds=True)
        plot.getViewBox().setLimits(**limits)
        plot.getAxis("left").setWidth(AXIS_WIDTH)
        plot.layout.setContentsMargins(0, theme.S, 0, 0)  # half of a number that stands at the upper end
        self.setMinimumHeight(90)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.DefaultContextMenu)
        self.scene().sigMouseMoved.connect(self._moved)

    def offer(self, text: str, call: Callable[[], object]) -> None:
        """Add an entry to the menu."""
        self._offers.append((text, call))

    def colour(self) -> None:
        """Take the colours of the theme."""
        colours = theme.current()
        self.setBackground(colours.canvas)
        self.grid.colour(colours.grid)
        for name in ("left", "bottom"):
            axis = self.getAxis(name)
            axis.setPen(pg.mkPen(colours.border))
            axis.setTextPen(pg.mkPen(colours.muted))
            axis.setTickFont(theme.font("small"))

    def menu(self) -> QMenu:
        """What can be done with the plot."""
        menu = QMenu(self)
        pictures: list[tuple[str, Callable[[], object]]] = [
            ("Copy picture", lambda: QApplication.clipboard().setPixmap(self._owner.grab())),
            ("Save picture…", lambda: self.save("picture", "PNG picture (*.png)", self.save_picture)),
        ]
        for text, call in (*pictures, *self._offers):
            action = QAction(text, menu)
            action.triggered.connect(lambda _checked=False, call=call: call())
            menu.addAction(action)
            if text == "Show everything":
                menu.insertSeparator(action)
        return menu

    def save_picture(self, path: Path) -> None:
        """Save what is seen, header included, as a picture."""
        self._owner.grab().save(str(path))

    def save(self, what: str, kinds: str, write: Callable[[Path], None]) -> None:
        """Ask for a file and write to it; say what went wrong."""
        name = f"{self._name.lower()}.{'png' if what == 'picture' else 'csv'}"
        chosen, _ = QFileDialog.getSaveFileName(self, f"Save {what}", name, kinds)
        if chosen:
            try:
                write(Path(chosen))
            except Exception as error:
                show_error(self.window(), error)

    def point(self, position: QPointF) -> QPointF | None:
        """A place of the scene in the units of the axes, None outside."""
        box = self.getPlotItem().getViewBox()
        return box.mapSceneToView(position) if box.sceneBoundingRect().contains(position) else None

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        menu = self.menu()
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(event.globalPos())
        event.accept()

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self.moved.emit(None)

    def _moved(self, position: QPointF) -> None:
        point = self.point(position)
        self.moved.emit(None if point is None else max(0.0, point.x()))


class _Grid(pg.GraphicsObject):
    """Horizontal lines at the ticks of the left axis; pyqtgraph's own grid is see-through and ten times slower."""

    def __init__(self, axis: pg.AxisItem) -> None:
        super().__init__()
        self._axis, self._pen = axis, pg.mkPen(None)
        self.setZValue(-100)

    def colour(self, colour: QColor) -> None:
        """Draw the lines in a colour."""
        self._pen = pg.mkPen(colour, width=1)
        self.update()

    def boundingRect(self) -> QRectF:
        return self.viewRect()

    def viewRangeChanged(self) -> None:
        self.prepareGeometryChange()

    def paint(self, painter: QPainter, *_unused: object) -> None:
        area = self.viewRect()
        low, high = self._axis.range
        painter.setPen(self._pen)
        levels = self._axis.tickValues(low, high, self._axis.size().height())
        for value in levels[0][1] if levels else ():
            painter.drawLine(QPointF(area.left(), value), QPointF(area.right(), value))
