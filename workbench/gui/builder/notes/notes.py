"""Notes and coloured frames on the canvas: shown where the cards around them are, written and dragged there."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from PySide6.QtCore import QObject, QPointF, QRectF, Qt
from PySide6.QtGui import QAction, QMouseEvent
from PySide6.QtWidgets import QMenu

from workbench.core.graph.canvas import COLOURS, Colour, Remark, bounds, free_key
from workbench.core.graph.canvas_edits import add_remarks, change_remark, remove_remarks
from workbench.core.graph.network import Network
from workbench.core.graph.outline import ROOT, outermost
from workbench.core.graph.storage import LONGEST_TEXT
from workbench.gui.builder.canvas.actions import CanvasActions, Entry
from workbench.gui.builder.canvas.gestures import Gesture
from workbench.gui.builder.canvas.view import CanvasView
from workbench.gui.builder.items.labels import remarks_text
from workbench.gui.builder.items.notes_item import LOWEST, RemarkItem
from workbench.gui.builder.mirror.notes_places import closed, home, shown
from workbench.gui.builder.notes.notes_edit import NoteEditor
from workbench.gui.builder.notes.notes_gestures import MoveRemarks, ResizeRemark

NOTE_SIZE = (180.0, 60.0)
FRAME_SIZE = (300.0, 200.0)
AROUND = (14.0, 23.0, 14.0, 4.0)
"""The free room in a frame left, above, right and below: two frames have room in the gap between two cards."""
TITLE = "Frame"


class Notes(QObject):
    """Keeps the items of the notes as the network of the scene has them, and changes them by edits."""

    def __init__(self, view: CanvasView, actions: CanvasActions) -> None:
        super().__init__(view)
        self._view, self._scene, self._editor = view, view.network_scene, view.editor
        self.field = NoteEditor(view.viewport())
        self._wanted = Remark("note", "", (0.0, 0.0), NOTE_SIZE)
        self._key = self._merge = ""
        self._actions = actions.all
        view.handles.append(self)
        actions.add(
            Entry("build-note", "Write a note", "T", self.add_note),
            Entry("build-frame", "Frame what is selected", "Shift+F", self.add_frame),
            Entry("build-next-note", "Select the next note or frame", "Alt+N", self._step),
            Entry("build-next-colour", "Next colour of the note or frame", "K", self._next_colour),
        )
        view.addAction(self._colours())
        self.field.written.connect(self._written)
        self.field.left.connect(self._left)
        view.zoomed.connect(lambda _zoom: self.field.keep())
        self._scene.unfolded.connect(self.follow)
        self._scene.picked.connect(self._show_state)
        self._show_state()

    def _colours(self) -> QAction:
        menu = QMenu("Colour", self._view)
        for colour in COLOURS:
            action = QAction(colour.capitalize(), menu)
            action.setObjectName(f"build-colour-{colour}")
            action.triggered.connect(partial(self.paint, colour))
            menu.addAction(action)
        menu.menuAction().setObjectName("build-colours")
        self._menu = menu
        return menu.menuAction()

    # following

    def follow(self) -> None:
        """Show the notes and frames of the network that the scene shows, where they are seen."""
        known, scene = self._scene.network.canvas.remarks, self._scene
        seen = {key: box for key, remark in known.items() if (box := shown(scene, remark)) is not None}
        gone = [key for key in scene.remarks if key not in seen]
        for key in gone:
            scene.removeItem(scene.remarks.pop(key))
        for key, box in seen.items():
            if key not in scene.remarks:
                scene.remarks[key] = RemarkItem(key, known[key])
                scene.addItem(scene.remarks[key])
            around = scene.frames.get(home(scene, known[key]))
            scene.remarks[key].show_remark(known[key], QRectF(*box), around.zValue() if around else LOWEST)
        if seen or gone:
            scene.make_room()

    # changing

    def add_note(self) -> None:
        """Write a note where the mouse is, or in the middle of the view."""
        place = self._view.mouse_place()
        group = self._scene.frame_at(place)
        corner = self._scene.picture.place_in(group, (float(round(place.x())), float(round(place.y()))))
        self._key, self._merge, prefix = "", "", self._scene.tree.prefix(group)
        self._wanted = Remark("note", "", corner, NOTE_SIZE, group=prefix)
        self._write(self._wanted, QRectF(place.x(), place.y(), *NOTE_SIZE))

    def add_frame(self) -> None:
        """Put a frame around the selected nodes and groups, and write its title."""
        remark = self._around(outermost(self._scene.tree, self._scene.chosen))
        merge_key = free_key("frame", self._scene.network.canvas.remarks)
        key = self._added(remark, "Add a frame", merge_key=merge_key)
        self._scene.select([])
        self._scene.select_remarks([key])
        self.edit(key, merge_key=merge_key)

    def edit(self, key: str, *, merge_key: str = "") -> None:
        """Write another text into a note, or another title for a frame."""
        self._key, self._merge = key, merge_key
        item = self._scene.remarks.get(key)
        if item is not None:
            self._view.ensureVisible(item.text_box(), 20, 20)
            item.show_written(True)
            self._write(item.remark, item.text_box())

    def paint(self, colour: Colour) -> None:
        """Give the selected notes and frames a colour."""
        keys = self._scene.chosen_remarks

        def painted(network: Network) -> Network:
            for key in keys:
                network = change_remark(network, key, colour=colour)
            return network

        if keys:
            self._editor.attempt(painted, f"Paint {remarks_text(self._remarks(keys))} {colour}")
            self._scene.select_remarks(keys)

    def _next_colour(self) -> None:
        for remark in self._remarks(self._scene.chosen_remarks)[:1]:
            self.paint(COLOURS[(COLOURS.index(remark.colour) + 1) % len(COLOURS)])

    def _step(self) -> None:
        """Select the note or frame behind the selected one."""
        keys = [*self._scene.remarks]
        if keys:
            chosen = self._scene.chosen_remarks
            key = keys[(keys.index(chosen[-1]) + 1) % len(keys)] if chosen else keys[0]
            self._scene.select([])
            self._scene.select_remarks([key])
            self._view.ensureVisible(self._scene.remarks[key].box(), 40, 40)

    def _around(self, keys: list[str]) -> Remark:
        """A frame around what is selected, in the group that holds it all; around nothing in the middle of the view."""
        tree, scene = self._scene.tree, self._scene
        around = [[*tree.around(key), ROOT] for key in keys]
        home = next((group for group in (around or [[scene.root]])[0] if all(group in way for way in around)), ROOT)
        cards = closed(scene, home)
        held = [cards[key] for key in cards if any(key in (one, *tree.around(one)) for one in keys)]
        if not held:
            middle = self._view.middle()
            corner = (middle.x() - FRAME_SIZE[0] / 2, middle.y() - FRAME_SIZE[1] / 2)
            return Remark("frame", TITLE, scene.picture.place_in(home, corner), FRAME_SIZE, "blue", tree.prefix(home))
        left, top, width, height = bounds(held)
        size = (width + AROUND[0] + AROUND[2], height + AROUND[1] + AROUND[3])
        return Remark("frame", TITLE, (left - AROUND[0], top - AROUND[1]), size, "blue", tree.prefix(home))

    def _added(self, remark: Remark, label: str, *, merge_key: str | None = None) -> str:
        known = {*self._editor.network.canvas.remarks}
        self._editor.attempt(lambda network: add_remarks(network, [remark]), label, merge_key=merge_key)
        return next(key for key in self._editor.network.canvas.remarks if key not in known)  # the scene may lag

    # writing

    def _write(self, remark: Remark, room: QRectF) -> None:
        place = self._view.mapFromScene(room).boundingRect()
        self.field.open_at(place, remark.text, form=remark.form, colour=remark.colour, zoom=self._view.zoom)

    def _written(self, text: str) -> None:
        remark = self._scene.network.canvas.remarks.get(self._key)
        text = text[:LONGEST_TEXT]
        if remark is None:
            if text and not self._key:  # what is gone meanwhile is not written again
                key = self._added(self._wanted.with_(text=text), "Add a note")
                self._scene.select([])
                self._scene.select_remarks([key])
        elif not text:
            self._editor.attempt(
                lambda network: remove_remarks(network, [self._key]), f"Delete {remarks_text([remark])}"
            )
        else:
            key, merge_key = self._key, self._merge or None
            label = "Add a frame" if merge_key else f"Write {remarks_text([remark])}"
            self._editor.attempt(lambda network: change_remark(network, key, text=text), label, merge_key=merge_key)
            self._scene.select_remarks([key])

    def _left(self) -> None:
        for item in self._scene.remarks.values():
            item.show_written(False)
        self._view.setFocus(Qt.FocusReason.OtherFocusReason)

    def _remarks(self, keys: Iterable[str]) -> list[Remark]:
        known = self._scene.network.canvas.remarks
        return [known[key] for key in keys if key in known]

    def _show_state(self) -> None:
        chosen = bool(self._scene.chosen_remarks)
        self._actions["build-next-colour"].setEnabled(chosen)
        self._menu.menuAction().setEnabled(chosen)

    # the mouse

    def is_at(self, place: QPointF) -> bool:
        """Whether a note, or the title or grip of a frame, is at a place of the scene."""
        return self._scene.remark_at(place) is not None

    def cursor_at(self, place: QPointF) -> Qt.CursorShape:
        """What the mouse can do there."""
        item = self._scene.remark_at(place)
        is_grip = item is not None and item.is_grip(place)
        return Qt.CursorShape.SizeFDiagCursor if is_grip else Qt.CursorShape.ArrowCursor

    def double_click(self, place: QPointF) -> None:
        """Write there."""
        item = self._scene.remark_at(place)
        if item is not None:
            self.edit(item.key)

    def grasp(self, event: QMouseEvent) -> Gesture:
        """Drag it, or its corner."""
        place = self._view.mapToScene(event.position().toPoint())
        item = self._scene.remark_at(place)
        if item is None:
            return Gesture(self._view)
        return ResizeRemark(self._view, event, item) if item.is_grip(place) else MoveRemarks(self._view, event, item)
