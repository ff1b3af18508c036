"""The rail at the left: one button for each room, and below them what belongs to the whole window."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QVBoxLayout, QWidget

from workbench.gui import icons, theme
from workbench.gui.rooms import RoomEntry

WIDTH, HEIGHT, ICON = 76, 60, 22


class RailButton(QAbstractButton):
    """An icon above a word; the room one is in is marked."""

    draws_focus = True
    left = Signal(int)
    """The keyboard is to go to a button further down (1) or up (-1)."""

    def __init__(self, name: str, title: str, *, icon: str, hint: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icon_name = icon
        self.setObjectName(name)
        self.setText(title)
        self.setAccessibleName(title)
        self.setToolTip(hint)
        self.setFixedSize(WIDTH, HEIGHT)
        self.setFont(theme.font("small"))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    def set_symbol(self, icon: str) -> None:
        """Show another icon."""
        self._icon_name = icon
        self.update()

    def sizeHint(self) -> QSize:
        """Always the same size."""
        return QSize(WIDTH, HEIGHT)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the mark, the icon and the word."""
        colours = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._draw_back(painter, colours)
        ink = self._ink(colours)
        picture = icons.pixmap(self._icon_name, ICON, ink, ratio=self.devicePixelRatioF())
        painter.drawPixmap((WIDTH - ICON) // 2, 10, picture)
        painter.setPen(ink)
        painter.drawText(QRectF(0, 34, WIDTH, 20), Qt.AlignmentFlag.AlignCenter, self.text())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Return presses the button as the space bar does; up and down go along the rail and open nothing yet."""
        key = event.key()
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        elif key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self.left.emit(-1 if key == Qt.Key.Key_Up else 1)
        else:
            super().keyPressEvent(event)

    def _ink(self, colours: theme.Theme) -> QColor:
        if self.isChecked():
            return colours.link
        return colours.text if self.underMouse() else colours.muted

    def _draw_back(self, painter: QPainter, colours: theme.Theme) -> None:
        card = QRectF(theme.XS + 2, 2, WIDTH - 2 * theme.XS - 4, HEIGHT - 4)
        painter.setPen(Qt.PenStyle.NoPen)
        if self.isChecked() or self.underMouse() or self.isDown():
            painter.setBrush(colours.selected if self.isChecked() else colours.hover)
            painter.drawRoundedRect(card, theme.RADIUS, theme.RADIUS)
        if self.hasFocus():
            painter.setPen(QPen(colours.link, 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(card, theme.RADIUS, theme.RADIUS)
        painter.setBrush(Qt.BrushStyle.NoBrush)


class Rail(QWidget):
    """The column of buttons."""

    chosen = Signal(str)
    search = Signal()
    theme_wanted = Signal()

    def __init__(self, entries: Sequence[RoomEntry], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedWidth(WIDTH + 1)
        self._group = QButtonGroup(self)
        self.rooms = {entry.name: self._room_button(entry, number) for number, entry in enumerate(entries, start=1)}
        self._search = RailButton("rail-search", "Search", icon="search", hint="Find any action (Ctrl+K)", parent=self)
        self._search.clicked.connect(self.search)
        self._theme = RailButton("rail-theme", "Theme", icon="moon", hint="Switch between light and dark", parent=self)
        self._theme.clicked.connect(self.theme_wanted)
        self._arrange()
        self._show_theme()
        for number, button in enumerate(self._buttons):
            button.left.connect(partial(self._step, number))

    def mark(self, name: str) -> None:
        """Show which room is open; Tab comes to its button, and from there up and down go on."""
        self.rooms[name].setChecked(True)
        for button in self.rooms.values():
            by_tab = button is self.rooms[name]
            button.setFocusPolicy(Qt.FocusPolicy.StrongFocus if by_tab else Qt.FocusPolicy.ClickFocus)

    @property
    def _buttons(self) -> tuple[RailButton, ...]:
        return (*self.rooms.values(), self._search, self._theme)

    def _step(self, number: int, way: int) -> None:
        """Give the keyboard to a neighbour; the ends of the rail meet."""
        self._buttons[(number + way) % len(self._buttons)].setFocus(Qt.FocusReason.TabFocusReason)

    def changeEvent(self, event: QEvent) -> None:
        """Follow the theme."""
        if event.type() == QEvent.Type.PaletteChange:
            self._show_theme()
        super().changeEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """A panel with a line at its right."""
        colours, painter = theme.current(), QPainter(self)
        painter.fillRect(self.rect(), colours.panel)
        painter.fillRect(self.width() - 1, 0, 1, self.height(), colours.border)

    def _room_button(self, entry: RoomEntry, number: int) -> RailButton:
        hint = f"{entry.title} (Ctrl+{number})"
        button = RailButton(f"rail-{entry.name}", entry.title, icon=entry.icon, hint=hint, parent=self)
        button.setCheckable(True)
        button.clicked.connect(lambda: self.chosen.emit(entry.name))
        self._group.addButton(button)
        return button

    def _arrange(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, theme.S, 1, theme.S)
        column.setSpacing(0)
        for button in self.rooms.values():
            column.addWidget(button)
        column.addStretch(1)
        column.addWidget(self._search)
        column.addWidget(self._theme)

    def _show_theme(self) -> None:
        dark = theme.current().is_dark
        self._theme.set_symbol("sun" if dark else "moon")
        self._theme.setText("Light" if dark else "Dark")
        self._theme.setAccessibleName("Switch to the light theme" if dark else "Switch to the dark theme")
