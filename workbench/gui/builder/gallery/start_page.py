"""What an empty canvas greets with: the ways to begin, and the files of lately."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QApplication, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from workbench.core.graph.network import INPUT, OUTPUT, Network
from workbench.gui import theme
from workbench.gui.builder.canvas.view import CanvasView
from workbench.gui.builder.gallery.start_row import StartRow
from workbench.gui.widgets.muted import MutedLabel
from workbench.settings import load_settings

MOST_RECENT = 4
"""So many files of lately are listed."""
FREE_ABOVE = 170
"""Pixels above the page, where the input and the output are seen."""
HINT = "Or drag a layer from the left onto the canvas, or drop a network file here."


def is_bare(network: Network) -> bool:
    """Whether there is nothing yet between the input and the output."""
    return all(node.kind in (INPUT, OUTPUT) for node in network) and not network.canvas.remarks


def recent_files() -> list[Path]:
    """The network files of lately that still exist, the last one first."""
    return [path for name in load_settings().recent if (path := Path(name)).is_file()]


class StartPage(QWidget):
    """Lies below the two cards of an empty network, and goes as soon as a layer is there."""

    recent_chosen = Signal(Path)

    def __init__(self, view: CanvasView, ways: Sequence[StartRow]) -> None:
        super().__init__(view)
        self._view = view
        self.is_wanted = False
        self.setObjectName("build-start")
        self.setAccessibleName("Ways to begin")
        self.setAcceptDrops(True)
        self._arrange(ways)
        view.installEventFilter(self)
        self.hide()

    def follow(self, network: Network) -> None:
        """Be there exactly while the network is empty."""
        wanted = is_bare(network)
        if wanted == self.is_wanted:
            return
        self.is_wanted = wanted
        if wanted:
            self._list_recent()
        elif (focused := QApplication.focusWidget()) is not None and self.isAncestorOf(focused):
            self._view.setFocus(Qt.FocusReason.OtherFocusReason)
        self.settle()

    def settle(self) -> None:
        """Lie below the cards, in the middle; without room for the files of lately they go first, then everything."""
        room = self._view.size() - QSize(2 * theme.M, FREE_ABOVE + theme.M)
        self.recent.setVisible(self._files.count() > 0)
        if self._size(room.width()).width() > room.width():
            self.recent.hide()
        size = self._size(room.width())
        shown = self.is_wanted and size.width() <= room.width() and size.height() <= room.height()
        self.setVisible(shown)
        self.resize(size)
        whole = self._view.size()
        top = max(FREE_ABOVE, min(whole.height() // 3, whole.height() - size.height() - theme.M))
        self._view.covered = whole.height() - top if shown else 0
        self.move((whole.width() - size.width()) // 2, top)

    def _size(self, most: int) -> QSize:
        """What the page takes where there is so much room across; wider than that if it cannot be so narrow."""
        layout = self.layout()
        assert layout is not None
        layout.invalidate()  # parts of it have come or gone
        layout.activate()
        width = max(layout.minimumSize().width(), min(layout.sizeHint().width(), most))
        return QSize(width, layout.heightForWidth(width))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the size of the canvas."""
        if watched is self._view and event.type() == QEvent.Type.Resize:
            self.settle()
        return super().eventFilter(watched, event)

    def _list_recent(self) -> None:
        while (entry := self._files.takeAt(0)) is not None:
            entry.widget().deleteLater()  # type: ignore[union-attr]
        for number, path in enumerate(recent_files()[:MOST_RECENT]):
            title = path.name.removesuffix(".json").removesuffix(".network")
            row = StartRow(f"build-start-recent-{number + 1}", title, icon="folder", note=_folder(path))
            row.setToolTip(str(path))
            row.clicked.connect(partial(self._choose, path))
            self._files.addWidget(row)

    def _choose(self, path: Path) -> None:
        self.recent_chosen.emit(path)

    # what is dropped on the page is meant for the canvas

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        self._view.dragEnterEvent(event)

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Hand it on, at the place of the canvas that lies below."""
        place = self._view.viewport().mapFrom(self._view, self.mapToParent(event.position().toPoint()))
        meant = QDropEvent(
            place.toPointF(), event.possibleActions(), event.mimeData(), event.buttons(), event.modifiers()
        )
        self._view.dropEvent(meant)
        event.setAccepted(meant.isAccepted())

    def paintEvent(self, _event: QPaintEvent) -> None:
        """A card on the paper."""
        colours, painter = theme.current(), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(colours.border, 1.0))
        painter.setBrush(colours.raised)
        painter.drawRoundedRect(self.rect().adjusted(1, 1, -1, -1), 1.5 * theme.RADIUS, 1.5 * theme.RADIUS)

    def _arrange(self, ways: Sequence[StartRow]) -> None:
        headline = QLabel("Start a network")
        headline.setFont(theme.font("title"))
        start, self.recent, self._files = QWidget(), QWidget(), QVBoxLayout()
        for side, title in ((start, "Begin with"), (self.recent, "Recent files")):
            column = QVBoxLayout(side)
            column.setContentsMargins(0, 0, 0, 0)
            column.setSpacing(0)
            label = MutedLabel(title)
            label.setContentsMargins(theme.S, 0, 0, theme.XS)
            column.addWidget(label)
        for way in ways:
            start.layout().addWidget(way)  # type: ignore[union-attr]
        self._files.setSpacing(0)
        self.recent.layout().addLayout(self._files)  # type: ignore[union-attr]
        self.recent.layout().addStretch(1)  # type: ignore[union-attr]
        sides = QHBoxLayout()
        sides.setSpacing(theme.L)
        sides.addWidget(start)
        sides.addWidget(self.recent)
        hint = MutedLabel(HINT)
        hint.setContentsMargins(theme.S, 0, 0, 0)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.L, theme.M, theme.L, theme.M)
        column.setSpacing(theme.S)
        headline.setContentsMargins(theme.S, 0, 0, 0)
        column.addWidget(headline)
        column.addLayout(sides)
        column.addWidget(hint)


def _folder(path: Path) -> str:
    """The folder of a file, from the home of the user where it lies there."""
    folder, home = path.parent, Path.home()
    return f"~/{folder.relative_to(home)}" if folder.is_relative_to(home) else str(folder)
