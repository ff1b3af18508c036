"""The picture that is looked at: as given, as the network sees it, and what the network takes it for."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from workbench.gui import theme
from workbench.gui.training.wording import percent
from workbench.gui.viewer.bars import Bar, BarList
from workbench.gui.viewer.intake import Picture
from workbench.gui.viewer.study import Verdict
from workbench.gui.widgets.muted import MutedLabel
from workbench.gui.widgets.pixels import PictureView, to_qimage


class PicturePanel(QWidget):
    """Two pictures, the name and the true class, five predictions."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.given = PictureView("As given")
        self.seen = PictureView("Network's view")
        self.given.setObjectName("inspect-given")
        self.seen.setObjectName("inspect-seen")
        self.title = QLabel()
        self.title.setFont(theme.font("strong"))
        self.title.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.predictions = BarList(least_rows=5)
        self.predictions.setObjectName("inspect-predictions")
        self.predictions.setAccessibleName("Most probable classes")
        self.trouble = MutedLabel()
        self.trouble.hide()
        self._arrange()
        self.clear()

    def clear(self, sentence: str = "") -> None:
        """Show no picture, and why if there is a reason."""
        for view in (self.given, self.seen):
            view.show_image(QImage())
        self.title.setText("No picture")
        self.predictions.show_bars(())
        self._say(sentence)

    def show_picture(self, picture: Picture, verdict: Verdict, classes: Sequence[str]) -> None:
        """Show a picture and what it was taken for; the true class is green, a wrong first guess red."""
        given, seen = to_qimage(picture.given), to_qimage(picture.seen)
        self.given.show_image(given, f"{picture.name}, {given.width()} × {given.height()} pixels")
        self.seen.show_image(seen, f"Framed to {seen.width()} × {seen.height()} pixels")
        truth = "" if picture.label is None else f": {_name(classes, picture.label)}"
        self.title.setText(picture.name + truth)
        self.title.setToolTip(picture.name + truth)
        bars = (
            Bar(name, probability, percent(probability), _role(index, place, picture.label))
            for place, (index, name, probability) in enumerate(verdict.guesses)
        )
        self.predictions.show_bars(tuple(bars), full=1.0)
        self._say(verdict.trouble)

    def _say(self, sentence: str) -> None:
        self.trouble.setText(sentence)
        self.trouble.setVisible(bool(sentence))

    def _arrange(self) -> None:
        pair = QHBoxLayout()
        pair.setSpacing(theme.S)
        pair.addWidget(self.given)
        pair.addWidget(self.seen)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, theme.XS, 0)
        column.setSpacing(theme.S)
        column.addLayout(pair)
        column.addWidget(self.title)
        column.addWidget(self.predictions)
        column.addWidget(self.trouble)
        column.addStretch()


def _name(classes: Sequence[str], label: int) -> str:
    return classes[label] if label < len(classes) else f"class {label}"


def _role(index: int, place: int, truth: int | None) -> str:
    if truth is None:
        return "plain"
    if index == truth:
        return "truth"
    return "mistake" if place == 0 else "plain"
