"""Switching the living network on and off; what it needs is loaded and made when it is first wanted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from PySide6.QtCore import QObject

from workbench.errors import WorkbenchError
from workbench.files import write_atomically
from workbench.gui.builder.canvas.actions import CanvasActions, Entry
from workbench.gui.builder.canvas.view import CanvasView
from workbench.gui.builder.inspector.inspector import Inspector
from workbench.gui.widgets.docks import DockArea
from workbench.gui.workspace import Workspace
from workbench.paths import config_folder

if TYPE_CHECKING:
    from workbench.gui.builder.alive.life_panels import LifePanels

FILE = "living-network.json"


class Remembered(msgspec.Struct, frozen=True):
    """What is kept between two starts."""

    is_on: bool = False
    look: str = "strongest"


class Life(QObject):
    """The toggle, its keys, and what is remembered of it. While it was never on, nothing exists but this."""

    def __init__(
        self, view: CanvasView, actions: CanvasActions, workspace: Workspace, inspector: Inspector, docks: DockArea
    ) -> None:
        super().__init__(view)
        self._view, self._actions, self._workspace = view, actions, workspace
        self._inspector, self._docks = inspector, docks
        self.panels: LifePanels | None = None
        self.remembered = recalled()
        actions.add(
            Entry("build-alive", "Living network: what each node makes of a picture", "A", self.toggle, "image"),
            Entry("build-look", "Look at the selected node's map", "V", self.look),
        )
        actions.all["build-alive"].setCheckable(True)
        if self.remembered.is_on:
            actions.all["build-alive"].setChecked(True)
            workspace.analysed.connect(self._begin)

    @property
    def is_on(self) -> bool:
        """Whether the network is alive."""
        return self.panels is not None and self.panels.alive.is_on

    def toggle(self) -> None:
        """Switch it on or off."""
        self.switch(not self.is_on)

    def switch(self, wanted: bool) -> None:
        """Have it, or not."""
        if wanted and self.panels is None:
            from workbench.gui.builder.alive.life_panels import LifePanels

            self.panels = LifePanels(self._view, self._docks, self._workspace, self._inspector)
            self.panels.show_channels(self.remembered.look)
        if self.panels is not None:
            self.panels.switch(wanted)
        self._actions.all["build-alive"].setChecked(wanted)

    def look(self) -> None:
        """Put the keyboard into the map of the selected node."""
        self.switch(True)
        if self.panels is not None:
            self.panels.look_closely()

    def remember(self) -> None:
        """Keep whether it is on; where nothing can be written that is lost."""
        look = self.panels.alive.choice.look if self.panels is not None else self.remembered.look
        is_on = self._actions.all["build-alive"].isChecked()
        try:
            write_atomically(config_folder() / FILE, msgspec.json.encode(Remembered(is_on, look)))
        except (WorkbenchError, OSError):
            return

    def _begin(self) -> None:
        """Go on as in the last session, once torch is there."""
        self._workspace.analysed.disconnect(self._begin)
        if self._actions.all["build-alive"].isChecked() and self.panels is None:
            self.switch(True)


def recalled() -> Remembered:
    """What was kept; the beginning where that cannot be read."""
    try:
        return msgspec.json.decode((config_folder() / FILE).read_bytes(), type=Remembered)
    except (OSError, WorkbenchError, msgspec.MsgspecError, UnicodeDecodeError):
        return Remembered()
