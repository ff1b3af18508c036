"""The Data room: which pictures a training learns from, all of them in sight, and what becomes of them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QAction, QDragEnterEvent, QDropEvent, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from workbench.core.data.colours import Colours, colours_of
from workbench.core.data.decisions import Decisions
from workbench.core.data.pictures import UnusablePictureError
from workbench.gui import theme
from workbench.gui.data.actions import DataActions
from workbench.gui.data.cache_row import CacheRow
from workbench.gui.data.deciding import Deciding
from workbench.gui.data.desk import Desk
from workbench.gui.data.entrance import Entrance
from workbench.gui.data.filtering import Filter
from workbench.gui.data.health_panel import Found
from workbench.gui.data.holding import Holding
from workbench.gui.data.opening import Seen, first_look, quiet_report
from workbench.gui.data.picture_panel import WholePicture, whole_picture
from workbench.gui.data.recent import remember_set
from workbench.gui.data.set_panel import SetPanel
from workbench.gui.workspace import Workspace

LANE = "data-room"
COUNT_DELAY_MS, LOOK_DELAY_MS = 250, 30


class DataRoom(QWidget):
    """Wires the panels: set -> holding -> filter -> grid -> picture. Everything slow happens on lanes."""

    name, title, icon = "data", "Data", "data"

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("data-room")
        self.setAcceptDrops(True)
        self.workspace, self.jobs = workspace, workspace.jobs
        self.holding: Holding | None = None
        self._known = ""
        self._counted: object = None
        self.sets, self.cache = SetPanel(self), CacheRow(self.jobs, self)
        self.desk = Desk(workspace, self)
        self.entrance = Entrance(self.jobs, self.desk, self)
        self.grid = self.desk.grid
        self.deciding = Deciding(self.grid, self.jobs, self)
        self._arrange()
        self.actions_of_room = DataActions(self)
        names = ("data-accept", "data-confirm", "data-exclude", "data-relabel", "data-move", "data-undo", "data-redo")
        self._menu_actions = [self.actions_of_room[name] for name in names]
        self.desk.decisions.add_buttons(*self._menu_actions[-2:])
        self._connect()

    # -- what the shell asks for -----------------------------------------------------------------------------------

    def enter(self) -> None:
        """The room became visible: look at the set of the workspace if it is another one than last time."""
        self.sets.fill()
        self.cache.refresh()
        if self.workspace.data != self._known or not self.entrance.wanted or self.entrance.is_outdated:
            self._known = self.workspace.data
            self.open(self.workspace.data)

    def commands(self) -> list[QAction]:
        """What the menus and the command palette offer."""
        return self.actions_of_room.all

    # -- the set ---------------------------------------------------------------------------------------------------

    def open(self, spec: str) -> None:
        """Look at a set, as the command line spells it."""
        self.entrance.open(spec)

    def reload(self) -> None:
        """Look at the set again: files may have come or gone."""
        self._show_holding(None)
        self.open(self.entrance.wanted)

    def show_holding(self, holding: Holding) -> None:
        """Show the same set with other decisions or findings; an answer about a set that was left is too late."""
        if self.holding is None or holding.index is not self.holding.index:
            return
        self.holding = holding
        self.deciding.follow(holding)
        self.desk.health.follow(holding)
        self.sets.show_holding(holding)
        self.desk.decisions.show_decisions(holding.decisions)
        self._filter(self.sets.filter)
        self.actions_of_room.show_state()

    def check(self) -> None:
        """Look for what is odd about the pictures."""
        self.desk.setCurrentIndex(0)
        self.desk.details.setCurrentWidget(self.desk.health)
        self.desk.health.check()

    def doubt(self) -> None:
        """Ask which run is to judge the labels."""
        self.desk.setCurrentIndex(0)
        self.desk.details.setCurrentWidget(self.desk.health)
        self.desk.health.doubt_button.ask()

    def _decided(self, holding: Holding) -> None:
        if self.holding is not None:
            self.show_holding(holding.with_findings_of(self.holding))

    def _found(self, found: Found) -> None:
        if self.holding is None:
            return
        if len(found.seen.unreadable) != len(self.holding):
            self.workspace.message.emit("Files have come or gone since the set was opened: F5 looks at it again.")
            return
        self.holding = replace(self.holding, findings=found.findings, suspects=found.suspects, doubts=found.doubts)
        self._take(found.seen)

    def _take(self, seen: Seen) -> None:
        """Show which pictures cannot be read; which are nearly the same may move some to the other part."""
        assert self.holding is not None
        unsettled = not self.holding.is_settled
        self.show_holding(replace(self.holding, unreadable=seen.unreadable))
        if unsettled and seen.doubles is not None:
            self.deciding.ledger.compare(seen.doubles)

    def _look_first(self, holding: Holding) -> None:
        """Find out, where that is quick, which pictures can be read and which are nearly the same."""
        if holding.is_settled and holding.is_read:
            return
        report = quiet_report(self.jobs)

        def take(seen: Seen | None) -> None:
            if seen is not None and self.holding is not None and self.holding.index is holding.index:
                self._take(seen)

        self.jobs.submit(lambda: first_look(holding, report), owner=self, lane="health", key="compare", done=take)

    def _opened(self, holding: Holding) -> None:
        remember_set(holding.spec)
        self._known = holding.spec
        self.workspace.data = holding.spec
        self._show_holding(holding)
        self._look_first(holding)
        self.grid.setFocus(Qt.FocusReason.OtherFocusReason)
        for problem in holding.index.problems[:1]:
            self.workspace.message.emit(f"{problem.title}: {problem.reason}" if problem.reason else problem.title)

    def _show_holding(self, holding: Holding | None) -> None:
        self.jobs.cancel(self, "compare")
        self.holding = holding
        self.deciding.show_holding(holding)
        self.desk.health.show_holding(holding)
        self.sets.show_holding(holding)
        self.desk.decisions.show_decisions(holding.decisions if holding else Decisions())
        self.sets.show_filter(Filter())
        self.actions_of_room.show_state()

    # -- what is shown of it ---------------------------------------------------------------------------------------

    def _filter(self, wanted: Filter) -> None:
        holding = self.holding
        if holding is None:
            self.grid.show_pictures(None)
            self.desk.shown.setText("")
            return
        numbers = wanted.numbers(holding)
        self.grid.show_pictures(holding, numbers)
        every = np.arange(len(holding))
        of = "" if len(numbers) == len(holding) else f"{len(numbers):,} of "
        self.desk.shown.setText(of + holding.many(every) if len(numbers) else "No picture is like that")
        self._count()

    def _look(self, number: int) -> None:
        """Show a picture at the right."""
        holding = self.holding
        self.desk.augmentation.show_picture(holding, number)
        if holding is None or number < 0:
            self.jobs.cancel(self, "look")
            self.desk.picture.clear()
            return
        self.desk.picture.show_facts(holding, number)
        self.jobs.submit(
            lambda: whole_picture(holding.index, number),
            owner=self,
            lane="pictures",
            key="look",
            done=self._show_picture,
            failed=self._cannot_look,
            delay_ms=LOOK_DELAY_MS,
        )

    def _show_picture(self, picture: WholePicture) -> None:
        self.desk.picture.show_picture(picture)

    def _cannot_look(self, error: Exception) -> None:
        if not isinstance(error, UnusablePictureError):
            raise error
        self.desk.picture.say(str(error))

    def _count(self) -> None:
        """Count the colours of what is shown, if anybody sees them."""
        holding, numbers = self.holding, self.grid.numbers
        if holding is None or not self.desk.figures.isVisible():
            self.jobs.cancel(self, "colours")
            return
        wanted = (id(holding.index), numbers.tobytes())
        if wanted == self._counted:
            return
        report = self.desk.figures.reporter(self.jobs)

        def shown(colours: Colours | None) -> None:
            self._counted = wanted
            self.desk.figures.show_colours(colours)

        self.jobs.submit(
            lambda: colours_of(holding.index, numbers, progress=report),
            owner=self,
            lane="colours",
            key="colours",
            done=shown,
            delay_ms=COUNT_DELAY_MS,
        )

    # -- undo ------------------------------------------------------------------------------------------------------

    def event(self, event: QEvent) -> bool:
        """In this room the keys of undo and redo belong to the decisions, not to the network."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and _undo_or_redo(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Undo and redo decisions."""
        name = _undo_or_redo(event)
        if name:
            self.actions_of_room[name].trigger()
        else:
            super().keyPressEvent(event)

    # -- dropping --------------------------------------------------------------------------------------------------

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """A folder or a file may be dropped anywhere in the room."""
        if _dropped(event):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Look at what was dropped."""
        spec = _dropped(event)
        if spec:
            event.acceptProposedAction()
            self.open(spec)

    # -- construction ----------------------------------------------------------------------------------------------

    def _arrange(self) -> None:
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, theme.S)
        column.setSpacing(theme.XS)
        column.addWidget(self.sets, 1)
        self.cache.setContentsMargins(theme.M, 0, theme.S, 0)
        column.addWidget(self.cache)
        left.setMinimumWidth(190)
        split = QSplitter(self)
        split.setObjectName("data-room-split")
        split.addWidget(left)
        split.addWidget(self.entrance)
        split.setStretchFactor(1, 1)
        split.setSizes([230, 900])
        split.setChildrenCollapsible(False)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(split)

    def _connect(self) -> None:
        self.sets.set_chosen.connect(self.open)
        self.sets.filter_changed.connect(self._filter)
        self.entrance.wanted_changed.connect(self.sets.show_spec)
        self.entrance.folder_wanted.connect(self.sets.choose_folder)
        self.entrance.opened.connect(self._opened)
        self.entrance.lost.connect(lambda: self._show_holding(None))
        self.cache.cleared.connect(self.workspace.message)
        self.grid.current_changed.connect(self._look)
        self.grid.chosen_changed.connect(self.actions_of_room.show_state)
        self.grid.menu_wanted.connect(lambda place: self.deciding.menu(self._menu_actions, place))
        self.deciding.changed.connect(self._decided)
        health = self.desk.health
        health.found.connect(self._found)
        health.shown.connect(lambda title: self.sets.show_filter(Filter(finding=title)))
        health.remedied.connect(self.deciding.ledger.apply)
        self.deciding.told.connect(self.workspace.message)
        self.desk.details.currentChanged.connect(lambda _tab: self._count())
        self.desk.currentChanged.connect(lambda _tab: self._count())


def _undo_or_redo(event: QKeyEvent) -> str:
    """The name of the action that belongs to the keys, if one does."""
    if event.matches(QKeySequence.StandardKey.Undo):
        return "data-undo"
    return "data-redo" if event.matches(QKeySequence.StandardKey.Redo) else ""


def _dropped(event: QDropEvent) -> str:
    """The file or folder that is being dropped, or nothing."""
    local = [url.toLocalFile() for url in event.mimeData().urls() if url.isLocalFile()]
    return local[0] if local else ""
