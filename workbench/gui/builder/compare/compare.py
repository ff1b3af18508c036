"""Two networks side by side: what differs is marked on both canvases, listed, counted, and can be taken over."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QSplitter, QToolButton, QVBoxLayout, QWidget

from workbench.core.graph.network import Network, prefixes
from workbench.gui import theme
from workbench.gui.builder.compare.compare_canvas import Link, LookCanvas
from workbench.gui.builder.compare.compare_choice import CompareChoice
from workbench.gui.builder.compare.compare_facts import Facts, Row, Totals, facts, taken_over, totals
from workbench.gui.builder.compare.compare_layout import aligned
from workbench.gui.builder.compare.compare_list import DifferenceList, TotalsTable
from workbench.gui.builder.compare.compare_marks import ChangeMarks
from workbench.gui.builder.mirror.scene import NetworkScene
from workbench.gui.icons import set_icon
from workbench.gui.widgets.muted import MutedLabel
from workbench.gui.workspace import Workspace

SIZE = (1180, 780)
EVEN = (600, 180)
WAIT_MS = 150
TAKE = "Have the left version of the chosen layer in the Build room (T)"


class CompareDialog(QDialog):
    """The network of the Build room on the right, another one on the left; it follows every edit."""

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self.setObjectName("compare-dialog")
        self.setWindowTitle("Two networks side by side")
        self.setWindowFlag(Qt.WindowType.WindowMaximizeButtonHint)
        self.resize(*SIZE)
        self.facts = Facts(workspace.document.network, workspace.document.network)
        self._other, self._called = workspace.document.saved, ""
        self.choice = CompareChoice(workspace, self)
        self.left, self.right = self._make_canvas("left"), self._make_canvas("right")
        self.marks = tuple(ChangeMarks(canvas.network_scene) for canvas in (self.left, self.right))
        self.link = Link(self.left, self.right)
        self.list, self.totals = DifferenceList(), TotalsTable()
        self.names = (QLabel(), QLabel())
        self.summary = MutedLabel()
        self._make_actions()
        self._arrange()
        self._connect()
        self.choice.take_saved()

    def compare_with(self, network: Network, called: str) -> None:
        """Show another network on the left."""
        self._other, self._called = network, called
        self.renew()
        self._look_again()

    def renew(self) -> None:
        """Compare what is on the left with the document as it is."""
        left, right = self._other, self._workspace.document.network
        self.facts = facts(left, right)
        for marks in self.marks:
            marks.show({})  # a scene that opens another network destroys all that is on it
        for canvas, network in zip((self.left, self.right), aligned(left, right), strict=True):
            opened = canvas.network_scene.opened if len(canvas.network_scene.network) else None
            canvas.network_scene.open(network, opened)
        for marks, changes in zip(self.marks, (self.facts.left_marks, self.facts.right_marks), strict=True):
            marks.show(changes)
        self.list.show_facts(self.facts)
        self._show_words()
        self._count()

    def step(self, way: int) -> None:
        """Go to the next difference (1) or to the one before (-1)."""
        self.list.step(way)

    def take_over(self) -> None:
        """Have the left version of the chosen layer in the document: one step that can be undone."""
        row = self._row()
        if row is not None and not self.facts.obstacle(row):
            number, left = self.list.current, self.facts.left
            label = f"{row.taking} ({self._called})"
            self._workspace.document.apply(lambda network: taken_over(network, row, left), label)
            self.list.choose(min(number, len(self.facts.rows) - 1))

    def _row(self) -> Row | None:
        number = self.list.current
        return self.facts.rows[number] if 0 <= number < len(self.facts.rows) else None

    def _show_row(self) -> None:
        """Bring the chosen difference into sight on both sides."""
        row = self._row()
        self._show_taking(row)
        if row is None:
            return
        side, name = (self.right, row.right) if row.right else (self.left, row.left)
        for canvas, own in ((self.left, row.left), (self.right, row.right)):
            self._uncover(canvas, own or name)
            canvas.network_scene.select([own] if own else [])
        self.link.anchor(self._nearest(self.left, row.left or name), self._nearest(self.right, row.right or name))
        self.link.follow(side)
        side.reveal(name)

    def _show_taking(self, row: Row | None) -> None:
        """Say what taking over does to the chosen layer, or why it cannot be had by itself."""
        obstacle = self.facts.obstacle(row) if row is not None else ""
        self.take.setEnabled(row is not None and not obstacle)
        about = f"{row.taking}, as on the left (T)" if row is not None else TAKE
        self.take.setToolTip(obstacle or about)
        self.take.setStatusTip(obstacle)
        if row is not None:
            self.summary.setText(obstacle or self._counted())

    def _uncover(self, canvas: LookCanvas, name: str) -> None:
        """Open the groups around a layer, as far as they are on this side."""
        scene = canvas.network_scene
        around = {group for group in prefixes(name) if scene.tree.is_group(group)}
        if not around <= scene.opened:
            scene.unfold(scene.opened | around)

    def _nearest(self, canvas: LookCanvas, name: str) -> str:
        """The layer itself, or the smallest group around it that is on this side."""
        tree = canvas.network_scene.tree
        return next((key for key in (name, *prefixes(name)) if key in tree), "")

    def _pick(self, side: str, key: str) -> None:
        """Choose what was clicked on one side, and the same layer on the other."""
        number = self.facts.row_of(**{side: key}) if key else None
        if number is not None:
            self.list.choose(number)
            self._show_row()
            return
        self.list.choose_none()
        for canvas in (self.left, self.right):
            canvas.network_scene.select([key] if key in canvas.network_scene.tree else [])

    def _show_words(self) -> None:
        count = len(self.facts.rows)
        document = self._workspace.document
        self.names[0].setText(_name(self._other.name, self._called))
        self.names[1].setText(f"{document.network.name} (in the Build room)")
        self.summary.setText(self._counted())
        for action in (self.next, self.previous):
            action.setEnabled(count > 0)
        self._show_taking(None)

    def _counted(self) -> str:
        rows = self.facts.rows
        kinds = {kind: sum(row.change == kind for row in rows) for kind in ("added", "removed", "changed")}
        parts = ", ".join(f"{number} {kind}" for kind, number in kinds.items() if number)
        return f"{len(rows)} layers differ: {parts}" if rows else "They are alike: no layer differs."

    def _count(self) -> None:
        found = self.facts
        self.totals.show_names(found.left.name, found.right.name)
        self._workspace.jobs.submit(
            lambda: totals(found.left, found.right),
            owner=self,
            lane="shapes",
            key="totals",
            done=partial(self._show_totals, found),
            failed=lambda error: self.totals.show_trouble(str(error)),
            delay_ms=WAIT_MS,
        )

    def _show_totals(self, found: Facts, counted: Totals) -> None:
        if found is self.facts:
            self.totals.show_totals(counted)
            self.list.show_costs(found, counted.comparison.layers)

    def _follow(self) -> None:
        if self.isVisible():
            self.renew()

    def _look_again(self) -> None:
        self.link.start_over()
        self.right.first_look()
        self.left.look_as(self.right)

    def showEvent(self, event: object) -> None:
        """Begin with both canvases at the same place."""
        super().showEvent(event)  # type: ignore[arg-type]
        self._look_again()

    def changeEvent(self, event: QEvent) -> None:
        """Follow the theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "link"):
            for canvas in (self.left, self.right):
                canvas.network_scene.restyle()
            self.list.show_facts(self.facts)

    # building

    def _make_canvas(self, side: str) -> LookCanvas:
        scene = NetworkScene(self)
        canvas = LookCanvas(f"compare-{side}", scene)
        canvas.setAccessibleName(f"Network on the {side}")
        canvas.chosen.connect(partial(self._pick, side))
        return canvas

    def _make_actions(self) -> None:
        self.next = self._action("compare-next", "Next difference", "N", partial(self.step, 1), icon="chevron-right")
        self.previous = self._action(
            "compare-previous", "Difference before", "Shift+N", partial(self.step, -1), icon="chevron-left"
        )
        self.take = self._action("compare-take", "Take over", "T", self.take_over, icon="copy")
        self.take.setToolTip(TAKE)
        self.linked = self._action("compare-link", "Look at the same place", "L", lambda: None, icon="link")
        self.linked.setCheckable(True)
        self.linked.setChecked(True)
        self.linked.toggled.connect(self.link.set_on)

    def _action(self, name: str, text: str, keys: str, run: object, *, icon: str) -> QAction:
        action = QAction(text, self)
        action.setObjectName(name)
        action.setShortcut(QKeySequence(keys))
        action.setToolTip(f"{text} ({keys})")
        action.triggered.connect(lambda: run())  # type: ignore[operator]
        set_icon(action, icon)
        self.addAction(action)
        return action

    def _connect(self) -> None:
        self.choice.chosen.connect(self.compare_with)
        self.list.picked.connect(lambda _number: self._show_row())
        self._workspace.network_changed.connect(self._follow)

    def _arrange(self) -> None:
        sides = QSplitter(Qt.Orientation.Horizontal)
        for label, canvas in zip(self.names, (self.left, self.right), strict=True):
            sides.addWidget(_titled(label, canvas))
        below = QWidget()
        row = QHBoxLayout(below)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.list, 1)
        row.addWidget(self.totals)
        split = QSplitter(Qt.Orientation.Vertical)
        split.addWidget(sides)
        split.addWidget(below)
        split.setSizes(EVEN)
        split.setStretchFactor(0, 1)
        split.setChildrenCollapsible(False)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.S, theme.S, theme.S, theme.S)
        column.setSpacing(theme.S)
        column.addLayout(self._make_bar())
        column.addWidget(split, 1)

    def _make_bar(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(theme.XS)
        with_ = QToolButton()
        with_.setObjectName("compare-with")
        with_.setText("Compare with…")
        with_.setAccessibleName("Compare with")
        with_.setToolTip("Choose the network on the left")
        with_.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        with_.setMenu(self.choice.menu)
        row.addWidget(with_)
        row.addSpacing(theme.S)
        row.addWidget(self.summary, 1)
        for action in (self.previous, self.next, self.take, self.linked):
            button = QToolButton()
            button.setDefaultAction(action)
            button.setObjectName(f"{action.objectName()}-button")
            button.setAccessibleName(action.text())
            button.setAutoRaise(True)
            if action is self.take:
                button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
            row.addWidget(button)
        return row


def _name(name: str, called: str) -> str:
    return name if called in ("", name) else f"{name} ({called})"


def _titled(label: QLabel, canvas: LookCanvas) -> QWidget:
    side = QWidget()
    column = QVBoxLayout(side)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(theme.XS)
    label.setFont(theme.font("strong"))
    column.addWidget(label)
    column.addWidget(canvas, 1)
    return side
