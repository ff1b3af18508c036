"""The inspector: what is selected, what is known of it, what is wrong with it, and the form to change it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QLineEdit, QScrollArea, QVBoxLayout, QWidget

from workbench.core.graph import edits
from workbench.core.graph.network import Network
from workbench.core.graph.stacks import Stack
from workbench.core.layers.blocks.library import known_blocks
from workbench.core.layers.catalog import CATALOG
from workbench.core.modelling.shapes import Analysis
from workbench.errors import Problem
from workbench.gui import theme
from workbench.gui.builder.editing.editor import Editor
from workbench.gui.builder.inspector.bulk_form import BulkBox
from workbench.gui.builder.inspector.facts import FactsGrid, group_facts, network_facts, node_facts
from workbench.gui.builder.inspector.fields import Manners
from workbench.gui.builder.inspector.formula import Formulas
from workbench.gui.builder.inspector.group_form import GroupForm
from workbench.gui.builder.inspector.kept_focus import give_back, held_in
from workbench.gui.builder.inspector.node_form import NodeForm
from workbench.gui.builder.items.group_facts import group_report, group_text
from workbench.gui.builder.items.kind_icons import paint_sign, sign_of
from workbench.gui.builder.items.labels import category, large
from workbench.gui.builder.mirror.scene import NetworkScene
from workbench.gui.widgets.muted import MutedLabel
from workbench.gui.widgets.problem import ProblemLabel
from workbench.gui.widgets.rule import Rule

NETWORK_HINT = (
    "Select a node to edit it. Drag layers from the palette; drag from a dot of a node to another node to connect them."
)
MANY_HINT = (
    "Move, copy or delete them together; Ctrl+G makes them a group; C connects two in the order in which they were "
    "selected."
)
MOST_PROBLEMS = 5
"""So many problems of a group are shown; the rest is in the strip below the canvas."""
SIGN = 18


class KindIcon(QWidget):
    """The icon of what is selected, in the colour of its category."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedSize(SIGN, SIGN)
        self.sign = self.category = ""

    def show_kind(self, sign: str, category: str) -> None:
        """Show a sign in the colour of a category; hidden without one."""
        self.sign, self.category = sign, category
        self.setVisible(bool(sign))
        self.update()

    def paintEvent(self, _event: object) -> None:
        """The sign alone."""
        paint_sign(QPainter(self), self.sign, QRectF(self.rect()), theme.current().kind_colour(self.category))


def _with_place(problem: Problem) -> Problem:
    """The problem with its node in the title, where that does not name it, to be shown away from the node."""
    named = problem.where in problem.title.split()
    return problem if named else replace(problem, title=f"{problem.where}: {problem.title}")


class Inspector(QScrollArea):
    """Follows the selection of the scene and the analysis of the network."""

    renamed = Signal(str)
    block_kept = Signal(str)
    """A block of the user's own was saved under this name."""

    def __init__(self, scene: NetworkScene, editor: Editor, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._scene, self._editor = scene, editor
        self._analysis: Analysis | None = None
        self.form: NodeForm | GroupForm | None = None
        self.setObjectName("build-inspector")
        self.setAccessibleName("Inspector")
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMinimumWidth(284)
        self._arrange()
        scene.picked.connect(self.show_selection)

    @property
    def node(self) -> str:
        """The node that is shown, or nothing."""
        return self._key if self._key in self._scene.network else ""

    @property
    def _key(self) -> str:
        """The node or group that is shown, or nothing."""
        return self._scene.chosen[0] if len(self._scene.chosen) == 1 else ""

    @property
    def _group(self) -> str:
        """The group or stack that is shown, or nothing."""
        return self._key if self._scene.tree.is_group(self._key) else ""

    def show_selection(self) -> None:
        """Show what is selected now."""
        self._show_form()
        self._show_texts()
        self._show_analysis()

    def follow(self, before: Network, after: Network) -> None:
        """The network has changed: show the present values."""
        del before
        self.facts.show_stale(True)
        if isinstance(self.form, NodeForm) and self.form.node.name in after:
            name = self.form.node.name
            self.form.show_node(after[name], after, self._stack_around(name))
        elif isinstance(self.form, GroupForm):
            self._show_form()
        if not self.title_edit.hasFocus():
            self.title_edit.setText(after.name)
        self.bulk.follow()
        self._show_texts()

    def show_analysis(self, analysis: Analysis) -> None:
        """Show what a fresh analysis says about the selection."""
        self._analysis = analysis
        self.facts.show_stale(False)
        self._show_analysis()

    def add_below_facts(self, widget: QWidget) -> None:
        """Show something more of what is selected, between its facts and its form."""
        self._column.insertWidget(self._column.indexOf(self.formulas) + 1, widget)

    def start_editing(self) -> None:
        """Put the keyboard into the form."""
        form = self.form or self.bulk.form
        if form is not None:
            form.start()
        else:
            self.title_edit.setFocus(Qt.FocusReason.OtherFocusReason)

    def _show_form(self) -> None:
        """A form for the selected node or group; the present one stays if it is for that."""
        node, group = self._scene.network.nodes.get(self.node), self._group
        if group and isinstance(self.form, GroupForm) and self._is_for(self.form, group):
            self.form.show_group(self._scene.tree, group, self._stack_around(group))
            return
        if node and isinstance(self.form, NodeForm):
            shown = self.form.node
            if (node.name, node.kind) == (shown.name, shown.kind):
                return
        held = held_in(self.form) if self.form is not None else None
        if self.form is not None:
            self._column.removeWidget(self.form)
            self.form.hide()
            self.form.deleteLater()
            self.form = None
        if node is not None:
            self._put(NodeForm(node, self._scene.network, self._stack_around(node.name)))
        elif group:
            form = GroupForm(self._scene.tree, group, self._stack_around(group))
            form.count_changed.connect(self._resize)
            form.kept.connect(self._keep)
            self._put(form)
        give_back(held, self.form or self)

    def _put(self, form: NodeForm | GroupForm) -> None:
        self.form = form
        form.argument_changed.connect(self._set_argument)
        form.name_changed.connect(self._rename)
        self._column.insertWidget(self._column.count() - 1, form)

    def _is_for(self, form: GroupForm, group: str) -> bool:
        tree = self._scene.tree
        use = tree.network.blocks.get(form.prefix)
        same = self._editor.prefixes(group)[0] == form.prefix and (group in tree.stacks) == ("…" in form.key)
        return same and form.block == (use.block if use else "")

    def _stack_around(self, key: str) -> Stack | None:
        """The innermost stack of which a node, a group or a group around it is a copy."""
        tree = self._scene.tree
        return next((tree.stacks[outer] for outer in (key, *tree.around(key)) if outer in tree.stacks), None)

    def _show_texts(self) -> None:
        network, count = self._scene.network, len(self._scene.chosen)
        node, group = network.nodes.get(self.node), self._group
        self.icon.show_kind(sign_of(node.kind) if node else "", category(node.kind) if node else "")
        self.title.setVisible(count > 0)
        self.title_edit.setVisible(count == 0)
        if node is not None:
            self.title.setText(node.kind)
            self.help.setText(CATALOG[node.kind].help() if node.kind in CATALOG else "Unknown to this version.")
        elif group:
            self._show_group_texts(group)
        elif count:
            kind = f"{self.bulk.form.nodes[0].kind} " if self.bulk.form else ""
            self.title.setText(f"{count} {kind}nodes selected")
            self.help.setText(MANY_HINT)
        else:
            self.help.setText(NETWORK_HINT)

    def _show_group_texts(self, group: str) -> None:
        text, tree = group_text(self._scene.tree, group), self._scene.tree
        use, blocks = tree.network.blocks.get(self._editor.prefixes(group)[0]), known_blocks()
        self.icon.show_kind(text.sign, text.category)
        name = use.block if use else "Group"
        self.title.setText(f"{text.copies} × {name}" if text.copies else name)
        if use and use.block in blocks:
            self.help.setText(f"{blocks[use.block].help()} The arguments make its layers.")
        else:
            self.help.setText(f"{text.about}. Edit its layers one by one; a double-click opens it.")

    def _show_analysis(self) -> None:
        analysis, selected, group = self._analysis, self._scene.selected, self._group
        self.formulas.show_node(self._scene.network.nodes.get(self.node), analysis)
        if analysis is None:
            self.facts.show_facts([])
            self._show_problems(())
        elif group and analysis.network is self._scene.network:
            report = group_report(self._scene.tree, analysis, group)
            self.facts.show_facts(group_facts(report, len(selected)))
            self._show_problems([*map(_with_place, report.problems)][:MOST_PROBLEMS])
        elif len(selected) > 1:
            reports = [analysis.nodes[name] for name in selected if name in analysis.nodes]
            self.facts.show_facts(
                [
                    ("Parameters", f"{sum(report.parameters for report in reports):,}"),
                    ("Multiply-adds", large(sum(report.macs for report in reports))),
                ]
            )
            self._show_problems(())
        elif selected:
            self.facts.show_facts(node_facts(analysis.nodes.get(selected[0])))
            self._show_problems(problem for problem in analysis.problems if problem.where == selected[0])
        else:
            self.facts.show_facts(network_facts(analysis))
            loose = (problem for problem in analysis.faults if not problem.where)
            self._show_problems([*loose, *map(_with_place, analysis.hints)])

    def _show_problems(self, problems: Iterable[Problem]) -> None:
        shown = list(problems)
        while len(self._problems) < len(shown):
            label = ProblemLabel()
            label.remedy_chosen.connect(self._editor.mend)
            self._problem_column.addWidget(label)
            self._problems.append(label)
        for number, label in enumerate(self._problems):
            label.show_problem(shown[number] if number < len(shown) else None)

    def _set_argument(self, argument: str, value: object, session: int) -> None:
        form, editor = self.form, self._editor
        if form is None:
            return
        stack, name = form.changed_stack, form.prefix if isinstance(form, GroupForm) else form.node.name
        inner = next((name[len(m) + 1 :] for m in stack.members if f"{name}.".startswith(f"{m}.")), "") if stack else ""
        if isinstance(form, GroupForm) and stack:
            if not editor.set_stack_argument(stack, argument, value, inner=inner, session=session):
                self._show_form()
        elif isinstance(form, GroupForm):
            if not editor.set_block_argument(name, argument, value, session=session):
                self._show_form()
        elif stack:
            editor.set_copy_argument(stack, inner, argument, value, session=session)
        else:
            editor.set_argument(name, argument, value, session=session)

    def _rename(self, new_name: str) -> None:
        if isinstance(self.form, NodeForm):
            self._editor.rename(self.form.node.name, new_name)
        elif self.form is not None:
            self._editor.rename_group(self.form.prefix, new_name)

    def _resize(self, count: int, session: int) -> None:
        if isinstance(self.form, GroupForm) and self.form.copied is not None:
            self._editor.resize(self.form.copied, count, session=session)

    def _keep(self, name: str) -> None:
        """Save the group that is shown as a block; of a stack its first copy."""
        if isinstance(self.form, GroupForm) and self._editor.keep_block(self.form.prefix, name):
            self.block_kept.emit(name)

    def _retitle(self) -> None:
        title = self.title_edit.text().strip()
        if title and title != self._scene.network.name:
            self._editor.attempt(lambda network: edits.retitle(network, title), f"Name the network {title}")

    def _arrange(self) -> None:
        content = QWidget()
        self._column = QVBoxLayout(content)
        self._column.setContentsMargins(theme.M, theme.M, theme.M, theme.M)
        self._column.setSpacing(theme.S)
        self.icon, self.title, self.title_edit = KindIcon(), QLabel(), QLineEdit()
        self.title.setFont(theme.font("title"))
        self.title_edit.setFont(theme.font("title"))
        self.title_edit.setObjectName("build-title")
        self.title_edit.setAccessibleName("Name of the network")
        self.title_edit.installEventFilter(Manners(self))
        self.title_edit.editingFinished.connect(self._retitle)
        self.help, self.facts, self.formulas = MutedLabel(), FactsGrid(), Formulas()
        self.bulk = BulkBox(self._scene, self._editor)
        self._problems: list[ProblemLabel] = []
        self._problem_column = QVBoxLayout()
        self._problem_column.setSpacing(theme.S)
        headline = QHBoxLayout()
        headline.setSpacing(theme.S)
        for widget in (self.icon, self.title):
            headline.addWidget(widget)
        headline.addWidget(self.title_edit, 1)
        headline.addStretch(0)
        self._column.addLayout(headline)
        self._column.addWidget(self.help)
        self._column.addLayout(self._problem_column)
        self._column.addWidget(self.facts)
        self._column.addWidget(self.formulas)
        self._column.addSpacing(theme.XS)
        self._column.addWidget(Rule("level"))
        self._column.addSpacing(theme.XS)
        self._column.addWidget(self.bulk)
        self._column.addStretch(1)
        self.setWidget(content)
