"""The inspector: what is selected, what is known of it, what is wrong with it, and the form to change it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QLineEdit, QScrollArea, QVBoxLayout, QWidget

from workbench.core.graph import edits
from workbench.core.graph.network import Network
from workbench.core.layers.catalog import CATALOG
from workbench.core.modelling.shapes import Analysis
from workbench.errors import Problem
from workbench.gui import theme
from workbench.gui.builder.editor import Editor
from workbench.gui.builder.facts import FactsGrid, network_facts, node_facts
from workbench.gui.builder.fields import Manners
from workbench.gui.builder.formula import Formulas
from workbench.gui.builder.labels import category, large
from workbench.gui.builder.node_form import NodeForm
from workbench.gui.builder.rule import Rule
from workbench.gui.builder.scene import NetworkScene
from workbench.gui.widgets.muted import MutedLabel
from workbench.gui.widgets.problem import ProblemLabel

NETWORK_HINT = (
    "Select a node to edit it. Drag layers from the palette; drag from the dot below a node to another node to connect "
    "them."
)
MANY_HINT = "Move, copy or delete them together; C connects two in the order in which they were selected."
CHIP = 10


class Chip(QWidget):
    """A small square in the colour of a category."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedSize(CHIP, CHIP)
        self.setAutoFillBackground(True)

    def show_category(self, name: str) -> None:
        """Take the colour of a category; hidden without one."""
        self.setVisible(bool(name))
        palette = self.palette()
        palette.setColor(self.backgroundRole(), theme.current().kind_colour(name))
        self.setPalette(palette)


def _with_place(problem: Problem) -> Problem:
    """The problem with its node in the title, where that does not name it, to be shown away from the node."""
    named = problem.where in problem.title.split()
    return problem if named else replace(problem, title=f"{problem.where}: {problem.title}")


class Inspector(QScrollArea):
    """Follows the selection of the scene and the analysis of the network."""

    renamed = Signal(str)

    def __init__(self, scene: NetworkScene, editor: Editor, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._scene, self._editor = scene, editor
        self._analysis: Analysis | None = None
        self.form: NodeForm | None = None
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
        return self._scene.selected[0] if len(self._scene.selected) == 1 else ""

    def show_selection(self) -> None:
        """Show what is selected now."""
        self._show_form()
        self._show_texts()
        self._show_analysis()

    def follow(self, before: Network, after: Network) -> None:
        """The network has changed: show the present values."""
        del before
        self.facts.show_stale(True)
        if self.form is not None and self.form.node.name in after:
            self.form.show_node(after[self.form.node.name], after)
        if not self.title_edit.hasFocus():
            self.title_edit.setText(after.name)
        self._show_texts()

    def show_analysis(self, analysis: Analysis) -> None:
        """Show what a fresh analysis says about the selection."""
        self._analysis = analysis
        self.facts.show_stale(False)
        self._show_analysis()

    def start_editing(self) -> None:
        """Put the keyboard into the form."""
        if self.form is not None:
            self.form.start()
        else:
            self.title_edit.setFocus(Qt.FocusReason.OtherFocusReason)

    def _show_form(self) -> None:
        """A form for the selected node; the present one stays if it is for that node."""
        node = self._scene.network.nodes.get(self.node)
        shown = self.form.node if self.form else None
        if node and shown and (node.name, node.kind) == (shown.name, shown.kind):
            return
        if self.form is not None:
            self._column.removeWidget(self.form)
            self.form.hide()
            self.form.deleteLater()
            self.form = None
        if node is not None:
            self.form = NodeForm(node, self._scene.network)
            self.form.argument_changed.connect(self._set_argument)
            self.form.name_changed.connect(self._rename)
            self._column.insertWidget(self._column.count() - 1, self.form)

    def _show_texts(self) -> None:
        network, count = self._scene.network, len(self._scene.selected)
        node = network.nodes.get(self.node)
        self.chip.show_category((category(node.kind) or "Network") if node else "")
        self.title.setVisible(count > 0)
        self.title_edit.setVisible(count == 0)
        if node is not None:
            self.title.setText(node.kind)
            self.help.setText(CATALOG[node.kind].help() if node.kind in CATALOG else "Unknown to this version.")
        elif count:
            self.title.setText(f"{count} nodes selected")
            self.help.setText(MANY_HINT)
        else:
            self.help.setText(NETWORK_HINT)

    def _show_analysis(self) -> None:
        analysis, selected = self._analysis, self._scene.selected
        self.formulas.show_node(self._scene.network.nodes.get(self.node), analysis)
        if analysis is None:
            self.facts.show_facts([])
            self._show_problems(())
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
        if self.form is not None:
            self._editor.set_argument(self.form.node.name, argument, value, session=session)

    def _rename(self, new_name: str) -> None:
        if self.form is not None:
            self._editor.rename(self.form.node.name, new_name)

    def _retitle(self) -> None:
        title = self.title_edit.text().strip()
        if title and title != self._scene.network.name:
            self._editor.attempt(lambda network: edits.retitle(network, title), f"Name the network {title}")

    def _arrange(self) -> None:
        content = QWidget()
        self._column = QVBoxLayout(content)
        self._column.setContentsMargins(theme.M, theme.M, theme.M, theme.M)
        self._column.setSpacing(theme.S)
        self.chip, self.title, self.title_edit = Chip(), QLabel(), QLineEdit()
        self.title.setFont(theme.font("title"))
        self.title_edit.setFont(theme.font("title"))
        self.title_edit.setObjectName("build-title")
        self.title_edit.setAccessibleName("Name of the network")
        self.title_edit.installEventFilter(Manners(self))
        self.title_edit.editingFinished.connect(self._retitle)
        self.help, self.facts, self.formulas = MutedLabel(), FactsGrid(), Formulas()
        self._problems: list[ProblemLabel] = []
        self._problem_column = QVBoxLayout()
        self._problem_column.setSpacing(theme.S)
        headline = QHBoxLayout()
        headline.setSpacing(theme.S)
        for widget in (self.chip, self.title):
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
        self._column.addStretch(1)
        self.setWidget(content)
