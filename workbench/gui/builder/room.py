"""The Build room: palette, canvas, inspector, the problems below, and the bar above."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QVBoxLayout, QWidget

from workbench.core.graph.network import Network
from workbench.core.modelling.shapes import Analysis
from workbench.gui.builder.accessible.announcing import Announcing
from workbench.gui.builder.alive.life import Life
from workbench.gui.builder.canvas.actions import CanvasActions
from workbench.gui.builder.canvas.align import Aligning
from workbench.gui.builder.canvas.breadcrumb import Breadcrumb
from workbench.gui.builder.canvas.canvas_menu import CanvasMenu, mark_sections
from workbench.gui.builder.canvas.focus_ring import FocusRing
from workbench.gui.builder.canvas.group_actions import GroupActions
from workbench.gui.builder.canvas.laying_out import LayingOut
from workbench.gui.builder.canvas.view import CanvasView
from workbench.gui.builder.compare.compare import CompareDialog
from workbench.gui.builder.editing.editor import Editor
from workbench.gui.builder.gallery.ready_networks import ReadyNetworks
from workbench.gui.builder.gallery.start_page import StartPage, recent_files
from workbench.gui.builder.gallery.start_row import StartRow
from workbench.gui.builder.history_panel import HistoryPanel
from workbench.gui.builder.inspector.inspector import Inspector
from workbench.gui.builder.mirror.scene import NetworkScene
from workbench.gui.builder.notes.notes import Notes
from workbench.gui.builder.open_groups import OpenGroups
from workbench.gui.builder.panes import next_pane
from workbench.gui.builder.problems import ProblemsStrip
from workbench.gui.builder.search.palette import Palette
from workbench.gui.builder.search.searches import Searches
from workbench.gui.builder.seeing.badges import Badges
from workbench.gui.builder.seeing.freezing import Freezing
from workbench.gui.builder.seeing.ghosts import Ghosts
from workbench.gui.builder.seeing.seeing import Seeing
from workbench.gui.builder.source_view import SourceView
from workbench.gui.builder.toolbar import BuildBar
from workbench.gui.documents import DocumentActions
from workbench.gui.icons import set_icon
from workbench.gui.widgets.docks import Dock, DockArea
from workbench.gui.workspace import Workspace

PALETTE_WIDTH, INSPECTOR_WIDTH = 200, 300
MOST_RECENT = 4
"""So many recent files are in the gallery."""


class BuildRoom(QWidget):
    """Shows the workspace's network and lets it be edited."""

    name, title, icon = "build", "Build", "build"

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.workspace = workspace
        self.setObjectName("build-room")
        self.scene = NetworkScene(self)
        self.open_groups = OpenGroups()
        self.editor = Editor(workspace, self.scene)
        self.view = CanvasView(self.scene, self.editor)
        self.palette_panel = Palette()
        self.inspector = Inspector(self.scene, self.editor)
        self.problems = ProblemsStrip()
        self.documents = self._find_documents()
        self.canvas_actions = CanvasActions(self.view)
        self.ready = self._action("build-ready", "Ready networks…", "Ctrl+Shift+O", self.choose_ready, icon="build")
        self.show_source = self._action(
            "build-source", "Show as PyTorch…", "Ctrl+Shift+C", self.open_source, icon="export"
        )
        self.compare = self._action(
            "build-compare", "Compare with…", "Ctrl+Shift+D", self.open_comparison, icon="compare"
        )
        self.from_code = self._action(
            "build-code", "From Python code…", "Ctrl+Alt+O", self.documents.ask_code, icon="export"
        )
        self.pane_actions = (
            self._action("build-next-pane", "Go to the next part of the room", "F6", lambda: self.go_on(1)),
            self._action("build-previous-pane", "Go to the part before", "Shift+F6", lambda: self.go_on(-1)),
        )
        for action in self.pane_actions:  # from the rail and the status bar too
            action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
        self.find_layer = self._action("build-find-layer", "Search layers", "/", self.start_search, icon="search")
        self.group_actions = GroupActions(self.view, self.canvas_actions)
        self.searches = Searches(self.view, self.canvas_actions, workspace)
        self.seeing = Seeing(self.view, self.canvas_actions, workspace)
        self.laying_out = LayingOut(self.view, self.canvas_actions, workspace)
        self.aligning = Aligning(self.view, self.canvas_actions)
        self.notes = Notes(self.view, self.canvas_actions)
        self.freezing = Freezing(self.view, self.canvas_actions, workspace)
        self.ghosts = Ghosts(self.view, self.canvas_actions, workspace)
        self.announcing = Announcing(self.view, workspace)
        self.focus_ring = FocusRing(self.view)
        self.start_page = self._make_start_page()
        self._changes: list[tuple[Network, Network]] = []
        self._arrange()
        self._connect()
        self.badges = Badges(self.view, self.canvas_actions, workspace)
        self.menu = CanvasMenu(self.view)
        mark_sections(self.canvas_actions.all, [self.find_layer, *self.pane_actions, *self.docks.actions_of_docks()])
        self._open(workspace.document.network)
        if workspace.current_analysis is not None:
            self._show_analysis(workspace.current_analysis)

    def first_focus(self) -> QWidget:
        """The canvas."""
        return self.view

    def commands(self) -> list[QAction]:
        """What the command palette offers while this room is open."""
        own = [self.ready, self.from_code, self.show_source, self.compare, self.find_layer, *self.pane_actions]
        return [*own, *self.canvas_actions.all.values(), *self.docks.actions_of_docks()]

    def close_room(self) -> bool:
        """Remember the panels; nothing here can be in the way of closing."""
        self.docks.remember()
        self.life.remember()
        self._remember_groups()
        self.open_groups.save()
        return True

    def choose_ready(self) -> ReadyNetworks:
        """Show the gallery of ready networks."""
        recent = [str(path) for path in recent_files()[:MOST_RECENT]]
        gallery = ReadyNetworks(self.workspace.jobs, self, recent=recent)
        gallery.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        gallery.opened.connect(self._open_ready)
        gallery.wanted.connect(self._start_from)
        gallery.open()
        return gallery

    def open_source(self) -> SourceView:
        """Show the network as PyTorch source."""
        view = SourceView(self.workspace.document.network, self.workspace.jobs, self)
        view.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        view.open()
        return view

    def open_comparison(self) -> CompareDialog:
        """Show the network beside another one; at first beside itself as it was last saved."""
        dialog = CompareDialog(self.workspace, self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.show()
        return dialog

    def add_kind(self, kind: str) -> None:
        """Add a layer after the last selected node, or in the middle of the view if none is selected."""
        last = self.scene.selected[-1:]
        name = self.editor.add_after(kind, last[0]) if last else self.editor.add(kind, self.view.middle())
        self.view.reveal(name)

    def start_search(self) -> None:
        """Put the keyboard into the palette's search field."""
        self.palette_dock.show()
        self.palette_panel.start_search()

    def go_on(self, way: int) -> None:
        """Take the keyboard to the part of the room behind (1) or before (-1) the one that has it."""
        panels = (
            self.palette_panel,
            self.start_page,
            self.view,
            self.problems,
            self.inspector,
            self.history_dock.widget(),
        )
        next_pane([*panels, self.bar], way)

    def _start_from(self, sort: str, path: str) -> None:
        """Begin with what is no ready network."""
        starts = {"empty": self.documents.start_new, "file": self.documents.ask_open, "code": self.documents.ask_code}
        if sort == "recent":
            self.documents.open_file(Path(path))
        else:
            starts[sort]()

    def _open_ready(self, network: Network) -> None:
        if self.documents.may_discard():
            self.workspace.document.open(network)

    def _follow(self, before: Network, after: Network) -> None:
        """Show a change; one that comes while another is shown, as a field that loses the keyboard makes it, waits."""
        self._changes.append((before, after))
        if len(self._changes) > 1:
            return
        try:
            while self._changes:
                self._show_change(*self._changes[0])
                self._changes.pop(0)
        finally:
            self._changes.clear()

    def _show_change(self, before: Network, after: Network) -> None:
        history = self.workspace.document.history
        self.view.abandon()
        if not history.done and not history.undone:
            self._open(after)
        else:
            self.view.stay()
            self.scene.follow(before, after)
            self.notes.follow()
            self.ghosts.follow()
            self.start_page.follow(after)
            self.scene.show_stale()
            if is_another(before, after):
                self.view.first_look()
        self.inspector.follow(before, after)

    def _open(self, network: Network) -> None:
        self.scene.open(network, self.open_groups.recall(self.workspace.document.path))
        self.notes.follow()
        self.start_page.follow(network)
        self.view.first_look()
        self.inspector.follow(network, network)

    def _show_analysis(self, analysis: Analysis) -> None:
        self.scene.show_analysis(analysis)
        self.inspector.show_analysis(analysis)
        self.problems.show_analysis(analysis)

    def _reveal(self, name: str) -> None:
        self.scene.select([name])
        self.view.reveal(name)
        self.view.setFocus(Qt.FocusReason.OtherFocusReason)

    def _remember_groups(self) -> None:
        if self.workspace.document.network is self.scene.network:
            self.open_groups.remember(self.workspace.document.path, self.scene.opened)

    def _edit(self) -> None:
        if self.ghosts.go():
            return
        remarks = self.scene.chosen_remarks
        if remarks and not self.scene.chosen:
            self.notes.edit(remarks[0])
            return
        if self.editor.chosen_groups():
            self.group_actions.toggle()
            return
        self.inspector_dock.show()
        self.inspector.start_editing()

    def _connect(self) -> None:
        workspace = self.workspace
        workspace.network_changed.connect(self._follow)
        self.documents.start_wanted.connect(self.choose_ready)
        workspace.analysed.connect(self._show_analysis)
        self.palette_panel.chosen.connect(self.add_kind)
        self.palette_panel.left.connect(self.view.setFocus)
        self.inspector.block_kept.connect(self._renew_palette)
        self.view.edit_requested.connect(self._edit)
        self.view.file_dropped.connect(self._open_file)
        self.scene.unfolded.connect(self._remember_groups)
        self.view.zoomed.connect(self._show_zoom)
        self.problems.node_wanted.connect(self._reveal)
        self.problems.remedy_chosen.connect(self.editor.mend)

    def _renew_palette(self) -> None:
        """Offer the blocks that there are now."""
        old, self.palette_panel = self.palette_panel, Palette()
        self.palette_panel.chosen.connect(self.add_kind)
        self.palette_panel.left.connect(self.view.setFocus)
        self.palette_dock.setWidget(self.palette_panel)
        old.deleteLater()

    def _open_file(self, path: Path) -> None:
        self.documents.open_file(path)

    def _show_zoom(self, zoom: float) -> None:
        self.zoom_text.setText(f"{zoom * 100:.0f} %")

    def _arrange(self) -> None:
        middle = QWidget()
        stack = QVBoxLayout(middle)
        stack.setContentsMargins(0, 0, 0, 0)
        stack.setSpacing(0)
        stack.addWidget(Breadcrumb(self.view))
        stack.addWidget(self.view, 1)
        stack.addWidget(self.problems)
        self.docks = DockArea(middle)
        self.palette_dock = Dock("Layers", "build-palette-dock", self.palette_panel)
        self.inspector_dock = Dock("Inspector", "build-inspector-dock", self.inspector)
        self.docks.add(self.palette_dock, Qt.DockWidgetArea.LeftDockWidgetArea, PALETTE_WIDTH)
        self.docks.add(self.inspector_dock, Qt.DockWidgetArea.RightDockWidgetArea, INSPECTOR_WIDTH)
        self.history_dock = Dock("History", "build-history-dock", HistoryPanel(self.workspace))
        self.docks.add(self.history_dock, Qt.DockWidgetArea.RightDockWidgetArea, INSPECTOR_WIDTH)
        self.history_dock.hide()
        self.history_dock.toggleViewAction().setShortcut(QKeySequence("Ctrl+H"))
        self.docks.recall()
        self.life = Life(self.view, self.canvas_actions, self.workspace, self.inspector, self.docks)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self.bar = self._make_bar()
        column.addWidget(self.bar)
        column.addWidget(self.docks, 1)
        self._show_zoom(self.view.zoom)

    def _make_bar(self) -> BuildBar:
        bar, documents, actions = BuildBar(), self.documents, self.canvas_actions.all
        bar.add("build-open", documents.open)
        bar.add("build-save", documents.save)
        bar.add_line()
        bar.add("build-undo", documents.undo)
        bar.add("build-redo", documents.redo)
        bar.add_line()
        bar.add("build-ready-button", self.ready, text="Ready networks")
        bar.add_stretch()
        bar.add("build-alive-button", actions["build-alive"])
        bar.add("build-heat-button", actions["build-heat"])
        bar.add("build-freeze-button", actions["build-freeze"])
        bar.add("build-layout-button", actions["build-layout"])
        bar.add("build-direction-button", actions["build-direction"])
        bar.add("build-fit-button", actions["build-fit"])
        bar.add("build-zoom-out-button", actions["build-zoom-out"])
        self.zoom_text = bar.add_text("build-zoom")
        bar.add("build-zoom-in-button", actions["build-zoom-in"])
        bar.add_line()
        train = bar.add_primary("build-train", "Train", "play")
        train.clicked.connect(lambda: self.workspace.room_requested.emit("train"))
        return bar

    def _make_start_page(self) -> StartPage:
        ways = (
            StartRow.of("build-start-gallery", self.ready, text="A ready network…", icon="build"),
            StartRow.of("build-start-open", self.documents.open, text="Open a file…", icon="open"),
            StartRow.of("build-start-code", self.from_code, text="From Python code…", icon="export"),
            StartRow.of("build-start-add", self.canvas_actions.all["build-add"], text="Add a layer…", icon="plus"),
        )
        page = StartPage(self.view, ways)
        page.recent_chosen.connect(self._open_file)
        return page

    def _find_documents(self) -> DocumentActions:
        """The window's actions on the document; a room without a window of ours has its own."""
        found = self.window().findChild(DocumentActions)
        return found if found is not None else DocumentActions(self.workspace, self)

    def _action(self, name: str, text: str, keys: str, run: object, *, icon: str = "") -> QAction:
        action = QAction(text, self)
        action.setObjectName(name)
        action.setShortcut(QKeySequence(keys))
        action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        action.triggered.connect(lambda: run())  # type: ignore[operator]
        if icon:
            set_icon(action, icon)
        self.addAction(action)
        return action

    def changeEvent(self, event: QEvent) -> None:
        """Follow the theme and the font."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.FontChange) and hasattr(self, "scene"):
            self.scene.restyle()
            self.view.viewport().update()


def is_another(before: Network, after: Network) -> bool:
    """Whether a change has put another network in the place of the one before, as bringing back an autosave does."""

    def nodes(network: Network) -> set[str]:
        return {f"{node.name} {node.kind} {node.arguments}" for node in network}

    return len(nodes(before) & nodes(after)) < len(after.nodes) / 2
