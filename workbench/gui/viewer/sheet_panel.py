"""What the tabs with tiles have in common: choices above the tiles, and a sentence where there are none."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QStackedWidget, QVBoxLayout, QWidget

from workbench.core.inspection.feature_maps import TileSheet
from workbench.gui import theme
from workbench.gui.background import Background
from workbench.gui.viewer.sheet import SheetView
from workbench.gui.widgets.empty_state import EmptyState
from workbench.gui.widgets.muted import MutedLabel

RELAYOUT_MS = 120
"""So long the size must stay before the tiles are laid out anew."""


class SheetPanel(QWidget):
    """Tiles are made on a lane, anew with every choice and where they fill another room better; `_draw` says how."""

    def __init__(
        self,
        jobs: Background,
        sheet_view: SheetView,
        *,
        notice: EmptyState,
        choices: Mapping[str, QComboBox],
        parent: QWidget | None = None,
    ) -> None:
        """`choices` are named by what is written before them."""
        super().__init__(parent)
        self._jobs, self.sheet_view, self.notice = jobs, sheet_view, notice
        self._title = ""
        self.meaning = MutedLabel()
        """What is told of the tiles beside the choices."""
        self._choices, self._pages = QWidget(), QStackedWidget()
        self._relayout = QTimer(self, singleShot=True, interval=RELAYOUT_MS)
        self._relayout.timeout.connect(self._resized)
        sheet_view.tiles.resized.connect(self._relayout.start)
        self._arrange(choices)
        self._show_page(notice)
        for choice in choices.values():
            choice.currentIndexChanged.connect(self._draw)

    @property
    def sheet(self) -> TileSheet | None:
        """The sheet that is shown, if tiles are shown."""
        return self.sheet_view.sheet if self._pages.currentWidget() is self.sheet_view else None

    def _draw(self) -> None:
        """Have the sheet made with the choices of the moment, if there is anything to make it of."""
        raise NotImplementedError

    def _make(self, work: Callable[[], TileSheet]) -> None:
        """Show the sheet that some work gives; it takes the place of one that is being made."""
        self._jobs.submit(work, owner=self, lane="sheets", key="sheet", done=self._show_sheet)

    def _make_none(self) -> None:
        """The sheet that is being made is no longer wanted."""
        self._jobs.cancel(self, "sheet")

    def _show_sheet(self, sheet: TileSheet) -> None:
        self._show_page(self.sheet_view)
        self.sheet_view.show_sheet(sheet, title=self._title)

    def _show_page(self, page: QWidget) -> None:
        """Show the tiles, or something instead: then there is nothing to choose."""
        self._pages.setCurrentWidget(page)
        self._choices.setEnabled(page is self.sheet_view)

    def _resized(self) -> None:
        """Lay the tiles out anew if they fill the room better that way."""
        if self.sheet is not None and self.sheet_view.has_better_layout(self.sheet):
            self._draw()

    def _arrange(self, choices: Mapping[str, QComboBox]) -> None:
        row = QHBoxLayout(self._choices)
        row.setContentsMargins(theme.S, theme.S, theme.S, 0)
        row.setSpacing(theme.S)
        for text, choice in choices.items():
            label = QLabel(text)
            label.setBuddy(choice)
            row.addWidget(label)
            row.addWidget(choice)
        row.addWidget(self.meaning, 1)
        for button in (self.sheet_view.fit, self.sheet_view.copy, self.sheet_view.save):
            row.addWidget(button)
        self._pages.addWidget(self.sheet_view)
        self._pages.addWidget(self.notice)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.XS)
        column.addWidget(self._choices)
        column.addWidget(self._pages, 1)
