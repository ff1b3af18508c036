"""The strip of held-out pictures, and every way to bring in another one: drop, paste, browse."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtCore import QAbstractListModel, QMimeData, QModelIndex, QPersistentModelIndex, QSize, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication, QIcon, QImage, QKeyEvent
from PySide6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QListView,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from workbench.core.data.images import ImagePart
from workbench.gui import icons, theme
from workbench.gui.widgets.buttons import tool_button
from workbench.gui.widgets.pixels import thumbnail

SIDE = 48
"""Side of a thumbnail in device-independent pixels."""
PICTURE_FILES = "Pictures (*.png *.jpg *.jpeg *.bmp *.gif *.webp *.tif *.tiff *.ppm);;All files (*)"
Index = QModelIndex | QPersistentModelIndex


def picture_in(mime: QMimeData | None) -> Path | QImage | None:
    """The picture that something dropped or pasted holds: a local file or pixels. Some desktops give no clipboard."""
    if mime is None:
        return None
    files = [Path(url.toLocalFile()) for url in mime.urls() if url.isLocalFile()]
    if files:
        return files[0]
    image = QImage(mime.imageData()) if mime.hasImage() else QImage()
    return None if image.isNull() else image


class SampleModel(QAbstractListModel):
    """The pictures of a part as thumbnails, made when they come into view."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._part: ImagePart | None = None
        self._classes: tuple[str, ...] = ()
        self._places = np.arange(0)
        self._thumbnail = lru_cache(maxsize=2048)(self._make_thumbnail)

    def show_part(self, part: ImagePart | None, classes: tuple[str, ...], wanted: int | None = None) -> None:
        """Show the pictures of a part, of one class only if one is wanted."""
        self.beginResetModel()
        if part is not self._part:
            self._thumbnail.cache_clear()
        self._part, self._classes = part, classes
        count = 0 if part is None else len(part)
        self._places = np.arange(count) if wanted is None or part is None else np.flatnonzero(part.labels == wanted)
        self.endResetModel()

    def place(self, row: int) -> int:
        """The index in the part of what a row shows."""
        return int(self._places[row])

    def row_of(self, place: int) -> int | None:
        """The row that shows an index of the part, if one does."""
        rows = np.flatnonzero(self._places == place)
        return int(rows[0]) if len(rows) else None

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """The number of pictures."""
        return 0 if parent.isValid() else len(self._places)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Class name, thumbnail, and both in words."""
        if self._part is None or not index.isValid():
            return None
        place = self.place(index.row())
        label = int(self._part.labels[place])
        name = self._classes[label] if label < len(self._classes) else str(label)
        roles = Qt.ItemDataRole
        if role == roles.DecorationRole:
            return self._thumbnail(place)
        if role in (roles.ToolTipRole, roles.AccessibleTextRole):
            return f"Sample {place + 1}: {name}"
        return name if role == roles.DisplayRole else None

    def _make_thumbnail(self, place: int) -> QIcon:
        assert self._part is not None
        return thumbnail(self._part.images[place], SIDE)


class _Thumbnails(QListView):
    """The row of thumbnails; the keys Up and Down belong to the nodes."""

    upright = Signal(int)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self.upright.emit(1 if event.key() == Qt.Key.Key_Down else -1)
            return
        super().keyPressEvent(event)


class SampleStrip(QWidget):
    """Choose a sample or bring a picture."""

    sample_chosen = Signal(int)
    """The index of a picture in the held-out part."""
    picture_given = Signal(object)
    """A path or a `QImage` that the user dropped, pasted or chose."""
    upright = Signal(int)
    """Up (-1) or down (1) was pressed."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("inspect-image")
        self.setAccessibleName("Picture to look at: a sample, or drop one here")
        self.setAcceptDrops(True)
        self._part: ImagePart | None = None
        self._classes: tuple[str, ...] = ()
        self.model = SampleModel(self)
        self.thumbnails = _Thumbnails()
        self.class_choice = QComboBox()
        self.previous = tool_button("inspect-previous", "chevron-left", "Previous sample (Left)")
        self.following = tool_button("inspect-next", "chevron-right", "Next sample (Right)")
        self.browse = QPushButton("Open picture…")
        self.paste = QPushButton("Paste")
        self._prepare()
        self._arrange()
        self._connect()
        self.show_samples(None, ())

    # -- what is shown ---------------------------------------------------------------------------------------------

    def show_samples(self, part: ImagePart | None, classes: tuple[str, ...]) -> None:
        """Show another part; nothing is chosen yet."""
        self._part, self._classes = part, classes
        self.class_choice.blockSignals(True)
        self.class_choice.clear()
        self.class_choice.addItem("All classes", None)
        for index, name in enumerate(classes):
            self.class_choice.addItem(name, index)
        self.class_choice.blockSignals(False)
        self.model.show_part(part, classes)
        for widget in (self.class_choice, self.previous, self.following, self.thumbnails):
            widget.setEnabled(part is not None)

    def choose(self, place: int) -> None:
        """Choose a sample by its index; shows all classes again if the class filter hides it."""
        if self.model.row_of(place) is None:
            self.class_choice.setCurrentIndex(0)
        row = self.model.row_of(place)
        if row is not None:
            self.thumbnails.setCurrentIndex(self.model.index(row))

    def step(self, by: int) -> None:
        """Choose a later or an earlier sample."""
        row = self.thumbnails.currentIndex().row() + by
        if 0 <= row < self.model.rowCount():
            self.thumbnails.setCurrentIndex(self.model.index(row))

    def choose_none(self) -> None:
        """No sample is what is looked at."""
        self.thumbnails.selectionModel().clear()

    # -- bringing a picture ----------------------------------------------------------------------------------------

    def paste_picture(self) -> bool:
        """Take the picture on the clipboard; False if there is none."""
        found = picture_in(QGuiApplication.clipboard().mimeData())
        if found is not None:
            self.picture_given.emit(found)
        return found is not None

    def browse_picture(self) -> None:
        """Ask for a file."""
        chosen, _ = QFileDialog.getOpenFileName(self, "Open a picture", "", PICTURE_FILES)
        if chosen:
            self.picture_given.emit(Path(chosen))

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take what may hold a picture."""
        if event.mimeData().hasUrls() or event.mimeData().hasImage():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Look at what was dropped."""
        found = picture_in(event.mimeData())
        if found is not None:
            event.acceptProposedAction()
            self.picture_given.emit(found)

    # -- construction ----------------------------------------------------------------------------------------------

    def _prepare(self) -> None:
        view = self.thumbnails
        view.setObjectName("inspect-samples")
        view.setAccessibleName("Held-out samples")
        view.setModel(self.model)
        view.setViewMode(QListView.ViewMode.IconMode)
        view.setFlow(QListView.Flow.LeftToRight)
        view.setWrapping(False)
        view.setMovement(QListView.Movement.Static)
        view.setUniformItemSizes(True)
        view.setLayoutMode(QListView.LayoutMode.Batched)
        view.setIconSize(QSize(SIDE, SIDE))
        view.setGridSize(QSize(SIDE + 20, SIDE + self.fontMetrics().height() + theme.S))
        view.setFont(theme.font("small"))
        view.setTextElideMode(Qt.TextElideMode.ElideRight)
        view.setFrameShape(QFrame.Shape.NoFrame)
        view.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        view.setFixedHeight(view.gridSize().height() + theme.S)
        view.setAcceptDrops(False)
        for button, name, icon, tip in (
            (self.browse, "inspect-browse", "open", "Look at a picture file (or drop one anywhere in this room)"),
            (self.paste, "inspect-paste", "copy", "Look at the picture on the clipboard (Ctrl+V)"),
        ):
            button.setObjectName(name)
            button.setAccessibleName(button.text())
            button.setToolTip(tip)
            icons.set_icon(button, icon)
        self.class_choice.setObjectName("inspect-class")
        self.class_choice.setAccessibleName("Samples of one class")

    def _arrange(self) -> None:
        buttons = QHBoxLayout()
        buttons.setSpacing(theme.XS)
        buttons.addWidget(self.browse)
        buttons.addWidget(self.paste)
        side = QVBoxLayout()
        side.setSpacing(theme.XS)
        side.addLayout(buttons)
        side.addWidget(self.class_choice)
        side.addStretch()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.XS)
        row.addLayout(side)
        row.addSpacing(theme.S)
        row.addWidget(self.previous)
        row.addWidget(self.thumbnails, 1)
        row.addWidget(self.following)

    def _connect(self) -> None:
        self.thumbnails.selectionModel().currentChanged.connect(self._tell)
        self.thumbnails.upright.connect(self.upright)
        self.class_choice.currentIndexChanged.connect(self._filter)
        self.previous.clicked.connect(lambda: self.step(-1))
        self.following.clicked.connect(lambda: self.step(1))
        self.browse.clicked.connect(self.browse_picture)
        self.paste.clicked.connect(self.paste_picture)

    def _tell(self, current: QModelIndex) -> None:
        if current.isValid():
            self.thumbnails.scrollTo(current)
            self.sample_chosen.emit(self.model.place(current.row()))

    def _filter(self) -> None:
        self.model.show_part(self._part, self._classes, self.class_choice.currentData())
        if self.model.rowCount():
            self.thumbnails.setCurrentIndex(self.model.index(0))
