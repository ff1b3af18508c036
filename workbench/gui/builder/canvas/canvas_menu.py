"""The menus of the canvas: a short one about what is below the mouse, and sections for the menu bar."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from PySide6.QtCore import QObject, QPoint, QPointF, Qt
from PySide6.QtGui import QAction, QContextMenuEvent
from PySide6.QtWidgets import QMenu

from workbench.gui.builder.canvas.view import CanvasView
from workbench.gui.menus import SECTION

Rows = tuple[tuple[str, ...], ...]
"""Names of actions, with a line between one row and the next."""

ON_NODES: Rows = (
    ("build-edit", "build-look", "build-problem"),
    ("build-cut", "build-copy", "build-paste", "build-duplicate", "build-delete"),
    ("build-add", "build-connect", "build-connect-to"),
    ("build-group", "build-ungroup", "build-toggle", "build-dive"),
    ("build-frame", "build-align", "build-freeze-here"),
)
ON_CONNECTION: Rows = (("build-add", "build-delete"),)
ON_REMARK: Rows = (
    ("build-edit", "build-colours", "build-align"),
    ("build-cut", "build-copy", "build-duplicate", "build-delete"),
)
ON_CANVAS: Rows = (
    ("build-add", "build-note", "build-paste"),
    ("build-find", "build-select-all"),
    ("build-fit", "build-real-size", "build-map"),
    ("build-open-all", "build-close-all", "build-up"),
    ("build-layout", "build-layout-anew", "build-direction"),
    ("build-heat", "build-alive", "build-freeze"),
)

SECTIONS = {
    "Edit": "cut copy paste duplicate delete edit connect connect-to",
    "Select": "select-all find next previous next-too previous-too next-connection previous-connection next-note"
    " neighbour",
    "Show": "fit real-size zoom-in zoom-out map heat alive look problem",
    "Groups": "group ungroup toggle dive up open-all close-all",
    "Arrange": "layout layout-anew direction align-left align-centre align-right align-top align-middle align-bottom"
    " align-across align-down",
    "Notes and frames": "note frame next-colour",
    "Freeze line": "freeze freeze-more freeze-less freeze-here",
}
"""The actions in each part of the room's menu in the menu bar; what is in none stands beside the parts."""


def mark_sections(actions: Mapping[str, QAction], panels: Iterable[QAction]) -> None:
    """Tell the menu bar in which of its parts each action of the canvas belongs, and which are about panels."""
    for title, names in SECTIONS.items():
        for name in names.split():
            actions[f"build-{name}"].setProperty(SECTION, title)
    for action in panels:
        action.setProperty(SECTION, "Panels")


class CanvasMenu(QObject):
    """Opens the menu of the right button, or of the menu key, with what can be done there."""

    def __init__(self, view: CanvasView) -> None:
        super().__init__(view)
        self._view = view
        view.menu_wanted.connect(self.open)

    def open(self, event: QContextMenuEvent) -> None:
        """Offer what can be done where the mouse is; by the key, with what is selected."""
        by_key = event.reason() == QContextMenuEvent.Reason.Keyboard
        rows = self._selected_rows() if by_key else self.rows_at(self._view.mapToScene(event.pos()))
        menu = self.menu(rows)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self._view.viewport().mapToGlobal(self._selected_place() if by_key else event.pos()))

    def rows_at(self, place: QPointF) -> Rows:
        """What is offered at a place of the scene."""
        view = self._view
        if view.network_scene.remark_at(place) is not None:
            return ON_REMARK
        if view.node_at(place) is not None or view.headline_at(place) is not None:
            return ON_NODES
        return ON_CONNECTION if view.edge_near(place) is not None else ON_CANVAS

    def menu(self, rows: Rows) -> QMenu:
        """A menu of the actions that can be done; one that cannot stays out of it."""
        menu = QMenu(self._view)
        menu.setObjectName("build-menu")
        known = {action.objectName(): action for action in self._view.actions()}
        for row in rows:
            menu.addActions([known[name] for name in row if known[name].isEnabled()])
            menu.addSeparator()
        return menu

    def _selected_rows(self) -> Rows:
        scene = self._view.network_scene
        if scene.chosen:
            return ON_NODES
        if scene.chosen_remarks:
            return ON_REMARK
        return ON_CONNECTION if scene.selected_edges else ON_CANVAS

    def _selected_place(self) -> QPoint:
        """The lower right of the first selected card, else the middle of the canvas."""
        view = self._view
        item = next((item for key in view.network_scene.chosen if (item := view.network_scene.item(key))), None)
        corner = view.mapFromScene(item.box().bottomRight() if item else view.middle())
        area = view.viewport().rect()
        return corner if area.contains(corner) else area.center()
