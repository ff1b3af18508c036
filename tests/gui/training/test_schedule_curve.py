"""The curve of the learning rate in the form of a plan."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from workbench.core.training.choices import choices
from workbench.core.training.plan import TrainingPlan, changed
from workbench.core.training.rates import course
from workbench.gui import theme
from workbench.gui.training.schedule_curve import ScheduleCurve


@pytest.fixture
def curve(qtbot: QtBot, qapp: object) -> ScheduleCurve:
    curve = ScheduleCurve()
    qtbot.addWidget(curve)
    curve.resize(206, 60)
    curve.show()
    return curve


def told(curve: ScheduleCurve) -> str:
    label = curve.findChild(QLabel, "train-schedule-told")
    assert label is not None
    return label.text()


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({}, "0.001 → almost 0"),
        ({"schedule": "constant"}, "0.001 throughout"),
        ({"schedule": "step", "step_size": 5}, "0.001 → 0.0005"),
        ({"schedule": "one-cycle"}, "4e-05 → 0.001 → almost 0"),
        ({"schedule": "plateau"}, "0.001, then as the loss goes"),
        ({"schedule": "constant", "warmup_epochs": 1.0}, "1e-05 → 0.001"),
    ],
)
def test_the_rates_are_told(curve: ScheduleCurve, changes: dict[str, object], text: str) -> None:
    curve.show_plan(changed(TrainingPlan(), **changes))
    assert told(curve) == text and curve.accessibleName().endswith(text)


@pytest.mark.parametrize("schedule", choices("schedule"))
def test_the_mouse_reads_what_the_course_says(curve: ScheduleCurve, schedule: str) -> None:
    plan = changed(TrainingPlan(), schedule=schedule, warmup_epochs=2.0)
    curve.show_plan(plan)
    whole = course(plan)
    for x in (3, 60, 120, 203):
        read = curve._plot.rate_at(x)
        assert read is not None
        epoch, rate = read
        nearest = min(range(len(whole.epochs)), key=lambda number: abs(whole.epochs[number] - epoch))
        assert rate == pytest.approx(whole.rates[nearest], rel=0.1, abs=1e-5)


def test_a_plan_that_is_not_possible_has_no_curve(curve: ScheduleCurve) -> None:
    curve.show_plan(changed(TrainingPlan(), warmup_epochs=99.0))
    assert curve.isHidden() and curve._plot.rate_at(50) is None
    curve.show_plan(TrainingPlan())
    assert curve.isVisible()


def test_a_fall_is_drawn_where_it_happens(curve: ScheduleCurve) -> None:
    curve.show_plan(changed(TrainingPlan(), schedule="step", step_size=5, gamma=0.1))
    image = curve._plot.grab().toImage()
    line, scale = theme.current().series[0], image.width() / curve._plot.width()

    def is_drawn(x: int, share: float) -> bool:
        y = 3 + (curve._plot.height() - 6) * share
        near = [image.pixelColor(int(x * scale), int((y + step) * scale)) for step in (-1, 0, 1)]
        return any(_alike(colour, line) for colour in near)

    assert is_drawn(30, 0.0) and is_drawn(180, 0.9)
    assert not is_drawn(30, 0.9) and not is_drawn(180, 0.0)


def _alike(one: QColor, two: QColor) -> bool:
    pairs = zip(one.getRgb()[:3], two.getRgb()[:3], strict=True)
    return all(abs(first - second) < 60 for first, second in pairs)
