"""The heat map: every card in the colour of what it costs, and a legend that says which cost and how much."""

from __future__ import annotations

import html
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from PySide6.QtCore import QEvent, QObject, QRect, QSize, Qt, Signal
from PySide6.QtGui import QLinearGradient, QPainter
from PySide6.QtWidgets import QAbstractScrollArea, QComboBox, QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from workbench.core.graph.network import Network
from workbench.core.modelling.costs import MEASURES, Costs, Measure
from workbench.errors import WorkbenchError
from workbench.gui import theme
from workbench.gui.builder.canvas.overlay import Overlay
from workbench.gui.builder.items.heat_colour import STEPS, Heat, heat_colour
from workbench.gui.builder.items.labels import large
from workbench.gui.builder.mirror.scene import NetworkScene
from workbench.gui.icons import set_icon
from workbench.gui.widgets.muted import MutedLabel
from workbench.gui.workspace import Workspace

WIDTH, BAR_HEIGHT = 250, 10
MOST_NAMED = 4
WAIT_MS = 200
"""A measure may run the network: it waits for the end of a burst of edits."""


class HeatMap(QObject):
    """Measures the network of the moment and colours the cards, while it is wanted."""

    def __init__(self, scene: NetworkScene, workspace: Workspace, legend: Legend) -> None:
        super().__init__(scene)
        self._scene, self._workspace, self.legend = scene, workspace, legend
        self.is_on = False
        self._shown: Shown | None = None
        workspace.analysed.connect(lambda _analysis: self._measure())
        scene.unfolded.connect(self._colour)
        legend.measure_chosen.connect(lambda: self._measure())

    def show_heat(self, wanted: bool) -> None:
        """Begin or end it."""
        self.is_on = wanted
        self.legend.show_here(wanted=wanted)
        if wanted:
            self._measure()
        else:
            self._workspace.jobs.cancel(self, "heat")
            self._take(None)

    def _measure(self) -> None:
        analysis = self._workspace.current_analysis
        if not self.is_on or analysis is None:
            return
        measure, jobs = self.legend.measure, self._workspace.jobs
        if self._shown is not None and self._shown.measure is not measure:
            self._take(None)
        if self._shown is None:
            self.legend.say("Measuring…")
        jobs.submit(
            lambda: measure.costs(analysis, jobs.wanted),
            owner=self,
            lane="heat",
            key="heat",
            done=lambda costs: self._take(Shown(measure, analysis.network, costs)),
            failed=self._failed,
            delay_ms=WAIT_MS,
        )

    def _failed(self, error: Exception) -> None:
        if not isinstance(error, WorkbenchError):
            raise error
        self._take(None)
        self.legend.say(str(error))

    def _take(self, shown: Shown | None) -> None:
        self._shown = shown
        self._colour()

    def _colour(self) -> None:
        """Give every card its heat; none if what was measured is another network."""
        cards, shown = self._scene.nodes, self._shown
        if shown is None or shown.network is not self._scene.network:
            for card in cards.values():
                card.show_heat(None)
            return
        values = {key: shown.value(self._scene.tree.nodes(key)) for key in cards}
        most = max((value for value in values.values() if value is not None), default=0.0)
        for key, value in values.items():
            cards[key].show_heat(None if value is None else Heat(value / most if most else 0.0, shown.text(value)))
        self.legend.explain(shown, most)


@dataclass(frozen=True)
class Shown:
    """What was measured, of which network."""

    measure: Measure
    network: Network
    costs: Costs

    @cached_property
    def total(self) -> float:
        """What the whole network costs."""
        return sum(self.costs.values())

    def value(self, names: Iterable[str]) -> float | None:
        """What these nodes cost together; None where nothing is known."""
        known = [self.costs[name] for name in names if name in self.costs]
        if not known:
            return None
        return sum(known) if self.measure.joins == "sum" else max(known)

    def text(self, value: float) -> str:
        """A cost with its share of the whole; nothing for none."""
        if not value:
            return ""
        share = 0.0 if self.measure.joins == "most" else 100 * value / self.total
        return quantity(value, self.measure) + (f" · {share:.0f} %" if share >= 1 else "")


def quantity(value: float, measure: Measure) -> str:
    """A cost as a person reads it: `1.3 ms`, `12.4 MB`, `61 px`, `4.09 G`."""
    if measure.unit == "milliseconds":
        return f"{value:.3g} ms"
    if measure.unit == "bytes":
        return f"{value / 1e6:,.1f} MB" if value >= 1e6 else f"{value / 1e3:,.1f} kB"
    return f"{round(value):,} px" if measure.unit == "pixels" else large(round(value))


class Legend(Overlay):
    """Which cost is shown, from which colour to which, and who costs most."""

    measure_chosen = Signal()
    closed = Signal()
    node_wanted = Signal(str)

    def __init__(self, canvas: QAbstractScrollArea) -> None:
        self._shown: Shown | None = None
        super().__init__(canvas, Qt.Corner.BottomLeftCorner)
        self.setObjectName("build-heat-legend")
        self.setAccessibleName("Legend of the heat map")
        self.choice = QComboBox()
        self.choice.setObjectName("build-heat-measure")
        self.choice.setAccessibleName("Cost that the heat map shows")
        self.choice.setToolTip("Which cost the colours show")
        for measure in MEASURES.values():
            self.choice.addItem(measure.title, measure.name)
        self.about, self.top = MutedLabel(""), MutedLabel("")
        self.scale, self.least, self.most = Scale(), QLabel("0"), QLabel("")
        self.top.setTextFormat(Qt.TextFormat.RichText)
        self.top.setTextInteractionFlags(Qt.TextInteractionFlag.LinksAccessibleByMouse)
        self.top.linkActivated.connect(self.node_wanted)
        self.choice.currentIndexChanged.connect(self._chosen)
        self._arrange()
        self._chosen()

    @property
    def measure(self) -> Measure:
        """The cost that is chosen."""
        return MEASURES[self.choice.currentData()]

    def say(self, text: str) -> None:
        """Say something instead of figures."""
        self._shown = None
        self.top.setText(html.escape(text))
        self.most.setText("")
        self.settle()

    def explain(self, shown: Shown, most: float) -> None:
        """Say what the colours mean."""
        self._shown = shown
        self.most.setText(quantity(most, shown.measure))
        self.top.setText("<br>".join(_lines(shown)))
        self.settle()

    def changeEvent(self, event: QEvent) -> None:
        """Links have the colour of the theme in their text."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and self._shown is not None:
            self.top.setText("<br>".join(_lines(self._shown)))

    def sizeHint(self) -> QSize:
        """As wide as all texts should be."""
        return QSize(WIDTH, self._column.heightForWidth(WIDTH))

    def _chosen(self) -> None:
        self.about.setText(self.measure.about)
        self.measure_chosen.emit()

    def _arrange(self) -> None:
        close = QToolButton()
        close.setObjectName("build-heat-close")
        close.setAccessibleName("Close the heat map")
        close.setToolTip("Close the heat map (H)")
        close.setAutoRaise(True)
        set_icon(close, "close")
        close.clicked.connect(self.closed)
        head, ends = QHBoxLayout(), QHBoxLayout()
        head.addWidget(self.choice, 1)
        head.addWidget(close)
        ends.addWidget(self.least)
        ends.addStretch(1)
        ends.addWidget(self.most)
        column = self._column = QVBoxLayout(self)
        column.setContentsMargins(theme.M, theme.S, theme.S, theme.M)
        column.setSpacing(theme.XS)
        column.addLayout(head)
        column.addWidget(self.about)
        column.addWidget(self.scale)
        column.addLayout(ends)
        column.addWidget(self.top)
        for label in (self.about, self.top, self.least, self.most):
            label.setFont(theme.font("small"))


def _lines(shown: Shown) -> Iterator[str]:
    """The costliest nodes, as links."""
    colour, costs = theme.current().link.name(), shown.costs
    for name in sorted(costs, key=lambda name: -costs[name])[:MOST_NAMED]:
        if costs[name]:
            named = html.escape(name)
            link = f"<a style='color:{colour};text-decoration:none' href='{named}'>{named}</a>"
            yield f"{link}&nbsp; {shown.text(costs[name])}"


class Scale(QWidget):
    """The colours from cold to hot."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedHeight(BAR_HEIGHT)

    def paintEvent(self, _event: object) -> None:
        """A band of all colours in a thin frame."""
        painter, band = QPainter(self), QLinearGradient(0, 0, self.width(), 0)
        for step in range(STEPS + 1):
            band.setColorAt(step / STEPS, heat_colour(step / STEPS))
        area = QRect(0, 0, self.width() - 1, self.height() - 1)
        painter.fillRect(area, band)
        painter.setPen(theme.current().border)
        painter.drawRect(area)
