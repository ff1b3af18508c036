"""The well beside the canvas: which picture the network is looked at with, and with which weights."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication, QImage, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QComboBox, QFileDialog, QHBoxLayout, QLabel, QMenu, QToolButton, QVBoxLayout, QWidget

from workbench.core.inspection.sample import BUILT_IN, FileSample, PixelSample, Sample, SetSample
from workbench.gui import theme
from workbench.gui.builder.alive.field_picture import FieldPicture
from workbench.gui.viewer.run_entries import RunEntry
from workbench.gui.viewer.samples import PICTURE_FILES, picture_in
from workbench.gui.widgets.buttons import tool_button
from workbench.gui.widgets.muted import MutedLabel
from workbench.gui.widgets.pixels import raw_pixels

WIDTH = 196
LOOKS = {"strongest": "Strongest channel", "first": "First four channels"}


class SampleWell(QWidget):
    """Tells which sample is wanted; a picture can be dropped on it or pasted into it."""

    sample_wanted = Signal(object)
    """A `Sample`."""
    stepped = Signal(int)
    """The next (1) or an earlier (-1) picture of the set is wanted."""
    set_wanted = Signal()
    """A picture of the data set of the moment is wanted."""
    run_chosen = Signal(object)
    """The path of the run whose weights are wanted, or None for random ones."""
    look_chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("build-sample")
        self.setAccessibleName("Sample picture and weights of the living network")
        self.setAcceptDrops(True)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.picture = FieldPicture()
        self.title, self.field, self.status = QLabel(), MutedLabel(), MutedLabel()
        self.previous = tool_button("build-sample-previous", "chevron-left", "The picture before")
        self.following = tool_button("build-sample-next", "chevron-right", "The next picture")
        self.menu = tool_button("build-sample-choose", "image", "Choose another picture, or drop one here")
        self.weights = _choice("build-sample-weights", "Weights", "Random weights, or those of a run that fit")
        self.look = _choice("build-sample-look", "Channels shown", "Which channels of its map a card shows")
        for value, text in LOOKS.items():
            self.look.addItem(text, value)
        self.show_runs([])
        self._arrange()
        self._connect()

    # what is shown

    def show_sample(self, title: str, image: QImage, sample: Sample) -> None:
        """Show the picture that is looked at."""
        self.picture.show_image(image)
        self.picture.setAccessibleDescription(title)
        self.title.setText(self.title.fontMetrics().elidedText(title, Qt.TextElideMode.ElideMiddle, WIDTH - 20))
        self.title.setToolTip(title)
        for button in (self.previous, self.following):
            button.setEnabled(isinstance(sample, SetSample))

    def show_runs(self, entries: list[RunEntry]) -> None:
        """Offer the weights of other runs; what was chosen stays chosen where it is still there."""
        before, blocked = self.weights.currentData(), self.weights.blockSignals(True)
        self.weights.clear()
        self.weights.addItem("Random weights", None)
        for entry in entries:
            if entry.usable:
                self.weights.addItem(entry.title, entry.path)
        found = self.weights.findData(before)
        self.weights.setCurrentIndex(max(0, found))
        self.weights.blockSignals(blocked)
        if before is not None and found < 0:
            self.run_chosen.emit(None)

    def say(self, sentence: str) -> None:
        """Say how it stands; nothing if there is nothing to say."""
        self.status.setText(sentence)
        self.status.setVisible(bool(sentence))

    def tell_field(self, sentence: str) -> None:
        """Say what the selected node sees."""
        self.field.setText(sentence)
        self.field.setVisible(bool(sentence))

    # bringing a picture

    def take(self, found: Path | QImage | None) -> bool:
        """Look at something dropped or pasted; False if it is no picture."""
        if found is None:
            return False
        self.sample_wanted.emit(FileSample(found) if isinstance(found, Path) else PixelSample(*raw_pixels(found)))
        return True

    def paste(self) -> None:
        """Look at the picture on the clipboard."""
        if not self.take(picture_in(QGuiApplication.clipboard().mimeData())):
            self.say("There is no picture on the clipboard.")

    def browse(self) -> None:
        """Ask for a picture file."""
        chosen, _ = QFileDialog.getOpenFileName(self, "Open a picture", "", PICTURE_FILES)
        if chosen:
            self.take(Path(chosen))

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take what may hold a picture."""
        if event.mimeData().hasUrls() or event.mimeData().hasImage():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Look at what was dropped."""
        if self.take(picture_in(event.mimeData())):
            event.acceptProposedAction()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Ctrl+V pastes; left and right are the pictures before and after."""
        steps = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
        if event.matches(QKeySequence.StandardKey.Paste):
            self.paste()
        elif Qt.Key(event.key()) in steps:
            self.stepped.emit(steps[Qt.Key(event.key())])
        else:
            super().keyPressEvent(event)

    # construction

    def _connect(self) -> None:
        self.previous.clicked.connect(lambda: self.stepped.emit(-1))
        self.following.clicked.connect(lambda: self.stepped.emit(1))
        self.weights.currentIndexChanged.connect(lambda _row: self.run_chosen.emit(self.weights.currentData()))
        self.look.currentIndexChanged.connect(lambda _row: self.look_chosen.emit(self.look.currentData()))
        menu = QMenu(self)
        menu.setObjectName("build-sample-menu")
        menu.addAction("Built-in sample", partial(self.sample_wanted.emit, BUILT_IN))
        menu.addAction("From the data set", self.set_wanted.emit)
        menu.addAction("Open a picture…", self.browse)
        menu.addAction("Paste", self.paste)
        self.menu.setMenu(menu)
        self.menu.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)

    def _arrange(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(0)
        for button in (self.previous, self.following):
            head.addWidget(button)
        head.addStretch(1)
        head.addWidget(self.menu)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.S, theme.XS, theme.S, theme.S)
        column.setSpacing(theme.XS)
        column.addLayout(head)
        for widget in (self.picture, self.title, self.field, self.weights, self.look, self.status):
            column.addWidget(widget)
        for label in (self.title, self.field, self.status):
            label.setFont(theme.font("small"))
        self.title.setAlignment(Qt.AlignmentFlag.AlignCenter)
        column.addStretch(1)
        self.field.hide()
        self.status.hide()


def _choice(name: str, title: str, tip: str) -> QComboBox:
    box = QComboBox()
    box.setObjectName(name)
    box.setAccessibleName(title)
    box.setToolTip(tip)
    box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    box.setMinimumContentsLength(10)
    return box
