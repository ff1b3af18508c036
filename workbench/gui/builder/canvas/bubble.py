"""A short message on the canvas, near the mouse: why something is not possible. It goes by itself."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, Qt, QTimer
from PySide6.QtWidgets import QLabel, QWidget

from workbench.gui import theme

SECONDS = 4.0
WIDEST = 340


class Bubble(QLabel):
    """One message at a time."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._canvas = parent
        self.setObjectName("build-message")
        self.setAccessibleName("Message on the canvas")
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setMargin(theme.S)
        self.setAutoFillBackground(True)
        self.setFrameShape(QLabel.Shape.Box)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.hide)
        self._colour()
        self.hide()

    def say(self, text: str, place: QPoint, *, seconds: float = SECONDS) -> None:
        """Show a text below a place of the parent, kept inside it."""
        self.setWordWrap(False)
        self.setText(text)
        if self.sizeHint().width() > WIDEST:
            self.setWordWrap(True)
            self.setFixedWidth(WIDEST)
        else:
            self.setMinimumWidth(0)
            self.setMaximumWidth(WIDEST)
        self.adjustSize()
        room = self._canvas.size() - self.size()
        wanted = place + QPoint(theme.L, theme.L)
        self.move(max(0, min(wanted.x(), room.width() - theme.S)), max(0, min(wanted.y(), room.height() - theme.S)))
        self.show()
        self.raise_()
        self._timer.start(round(seconds * 1000))

    def changeEvent(self, event: QEvent) -> None:
        """Follow the theme."""
        if event.type() == QEvent.Type.PaletteChange:
            self._colour()
        super().changeEvent(event)

    def _colour(self) -> None:
        colours, palette = theme.current(), self.palette()
        if palette.color(self.backgroundRole()) != colours.raised:
            palette.setColor(self.backgroundRole(), colours.raised)
            palette.setColor(self.foregroundRole(), colours.error)
            self.setPalette(palette)
