"""A node on the canvas."""

from __future__ import annotations

from PySide6.QtCore import QPointF, Qt

from workbench.core.graph.network import OUTPUT, Node
from workbench.core.layers.catalog import CATALOG
from workbench.core.layers.kind import Shape, describe_shape
from workbench.errors import Problem
from workbench.gui.builder.items import style
from workbench.gui.builder.items.card import Card, Text, elided, problem_texts, static
from workbench.gui.builder.items.kind_icons import sign_of
from workbench.gui.builder.items.labels import category, summary

OVER = 6.0
"""How much farther than other texts the name of a kind may reach: nothing is beside one that is so long."""


class NodeItem(Card):
    """Shows one node; the scene tells it what to show and nothing in it changes the network."""

    def __init__(self, node: Node) -> None:
        super().__init__(node)
        self._within = ""
        self.show_node(node)

    def show_node(self, node: Node, within: str = "") -> None:
        """Show another value of the node, which is seen within a group: what that is called need not be repeated."""
        self.node, self._within = node, within
        limits = CATALOG.input_limits(node.kind)
        self._has_input, self._takes_many = limits[1] != 0, limits[1] is None
        self._has_output = node.kind != OUTPUT
        self._category, self._sign = category(node.kind), sign_of(node.kind)
        self.renew()

    def show_report(self, shape: Shape | None, problems: tuple[Problem, ...]) -> None:
        """Show what the analysis found; that makes it fresh."""
        text = describe_shape(shape) if shape else ""
        hints = tuple(problem for problem in problems if problem.level == "info")
        faults = tuple(problem for problem in problems if problem.level != "info")
        was_stale, self.stale = self.stale, False
        if (text, faults, hints) != (self.shape_text, self.problems, self.hints):
            self.shape_text, self.problems, self.hints = text, faults, hints
            self.renew()
        elif was_stale:
            self.update()

    def tip(self) -> str:
        if self.problems or self.hints:
            return problem_texts((*self.problems, *self.hints))
        about = CATALOG[self.node.kind].help() if self.node.kind in CATALOG else ""
        return f"{self.node.name}\n{about}".strip()

    def laid_out(self, look: style.Style) -> list[Text]:
        left, right = style.TEXT_LEFT, self.right
        cost = look.plain_metrics.horizontalAdvance(self.heat.text) + 8 if self.heat and self.heat.text else -OVER
        kind = elided(self.node.kind, look.strong_metrics, right - cost - left)
        room = right - left - look.strong_metrics.horizontalAdvance(kind) - 8
        about = summary(self.node)
        about = elided("" if about == self.shape_text else about, look.plain_metrics, room)
        shape_width = look.plain_metrics.horizontalAdvance(self.shape_text)
        room = right - left - (shape_width + 10 if shape_width else 0)
        short = self.node.name.removeprefix(f"{self._within}.")
        name = elided(short, look.plain_metrics, room, Qt.TextElideMode.ElideLeft)
        about_width = look.plain_metrics.horizontalAdvance(about)
        return [
            (QPointF(left, 7), static(kind, look.strong), "kind"),
            (QPointF(right - about_width, 8.5), static(about, look.plain), "summary"),
            (QPointF(left, 27), static(name, look.plain), "name"),
            (QPointF(right - shape_width, 27), static(self.shape_text, look.plain), "shape"),
        ]
