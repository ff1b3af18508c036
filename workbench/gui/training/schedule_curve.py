"""The course of the learning rate below the choice of a schedule: a small curve with what it begins and ends with."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QToolTip, QVBoxLayout, QWidget

from workbench.core.training.plan import TrainingPlan
from workbench.core.training.rates import STEPS_PER_EPOCH, Course, course
from workbench.gui import theme
from workbench.gui.widgets.labels import ToneLabel

HEIGHT = 40
MARGIN = 3.0
ALMOST = 1e-3
"""A rate that is a smaller share of the highest is told as almost nothing."""
NOTHING = Course((), ())


class ScheduleCurve(QWidget):
    """Shows the rates of a plan over its epochs; nothing while the plan has problems."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("train-schedule-curve")
        self._plot, self._told = _Plot(self), ToneLabel("muted", self)
        self._told.setObjectName("train-schedule-told")
        self._told.setFont(theme.font("small"))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, theme.XS)
        column.setSpacing(2)
        column.addWidget(self._plot)
        column.addWidget(self._told)

    def show_plan(self, plan: TrainingPlan, *, per_epoch: int | None = None) -> None:
        """Draw the rates of a plan whose epochs have so many steps, as far as that is known."""
        possible = not plan.field_problems()
        told = course(plan, per_epoch=per_epoch or STEPS_PER_EPOCH) if possible else NOTHING
        self._plot.show_course(told, epochs=plan.total_epochs() if possible else 1)
        self._told.setText(_sentence(told))
        self._told.setToolTip(" ".join(told.notes))
        self.setAccessibleName(f"Learning rate over the run: {_sentence(told)}")
        self.setVisible(bool(told.rates))


class _Plot(QWidget):
    """The curve itself; the mouse reads it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._course, self._epochs = NOTHING, 1
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(120, HEIGHT)

    def show_course(self, told: Course, *, epochs: int) -> None:
        """Draw another course."""
        self._course, self._epochs = told, epochs
        self.update()

    def rate_at(self, x: float) -> tuple[float, float] | None:
        """The epoch and the rate below a place of the widget."""
        if not self._course.rates:
            return None
        epoch = (x - MARGIN) / max(1.0, self.width() - 2 * MARGIN) * self._epochs
        epoch = min(max(epoch, 0.0), float(self._epochs))
        number = max(0, sum(place <= epoch for place in self._course.epochs) - 1)
        return epoch, self._course.rates[number]

    def paintEvent(self, event: QPaintEvent) -> None:
        colours, painter = theme.current(), QPainter(self)
        area = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.setPen(QPen(colours.border, 1))
        painter.setBrush(colours.canvas)
        painter.drawRect(area)
        painter.setPen(QPen(colours.border, 1, Qt.PenStyle.DashLine))
        for epoch in self._course.borders:
            x = round(self._x(epoch)) + 0.5
            painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))
        if self._course.rates:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(colours.series[0], 1.5))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawPolyline(QPolygonF(self._points()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        read = self.rate_at(event.position().x())
        if read is not None:
            borders = self._course.borders
            phase = f", phase {1 + sum(border <= read[0] for border in borders)}" if borders else ""
            text = f"epoch {read[0]:.1f}{phase}: learning rate {read[1]:.3g}"
            QToolTip.showText(event.globalPosition().toPoint(), text, self)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self.update()

    def _x(self, epoch: float) -> float:
        return MARGIN + (self.width() - 2 * MARGIN) * epoch / self._epochs

    def _points(self) -> list[QPointF]:
        height = self.height() - 2 * MARGIN
        highest = max(self._course.rates)
        return [
            QPointF(self._x(epoch), MARGIN + height * (1 - rate / highest))
            for epoch, rate in zip(self._course.epochs, self._course.rates, strict=True)
        ]


def _sentence(told: Course) -> str:
    """The rates in words: where they begin, how high they go, where they end."""
    if not told.rates:
        return ""
    highest = max(told.rates)
    ends = (told.rates[0], *([highest] if highest > 1.01 * max(told.rates[0], told.rates[-1]) else []), told.rates[-1])
    parts = [*dict.fromkeys("almost 0" if rate < ALMOST * highest else f"{rate:.2g}" for rate in ends)]
    if told.notes:
        return f"{' → '.join(parts)}, then as the loss goes"
    said = " → ".join(parts) if len(set(told.rates)) > 1 else f"{parts[0]} throughout"
    return f"{said} in {len(told.borders) + 1} phases" if told.borders else said
