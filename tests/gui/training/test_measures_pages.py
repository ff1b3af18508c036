"""The pages of measures: drawn from events that are known, read under the mouse, empty, of one step, in both themes."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot
from run_events import epoch, started, step

from workbench.core.training.events import EpochJudged, LayerMeasures, LayersMeasured, RunEvent
from workbench.gui import theme
from workbench.gui.training.history import RunHistory
from workbench.gui.training.log_axis import LogAxis
from workbench.gui.training.measured import LayerTable
from workbench.gui.training.measures.activations import ActivationsPage
from workbench.gui.training.measures.calibration import CalibrationPage
from workbench.gui.training.measures.classes import ClassesPage
from workbench.gui.training.measures.layer_plot import LayerPage
from workbench.gui.training.measures.machine import MachinePage
from workbench.gui.training.measures.page import Page
from workbench.gui.training.measures.rates import RatesPage
from workbench.gui.training.measures.updates import SHADES, UpdatesPage
from workbench.gui.training.measures.view import PAGES, Measures
from workbench.gui.widgets.empty_state import EmptyState

CONFUSION = ((8, 2, 0), (1, 9, 0), (0, 0, 0))


def layers(at: int, in_epoch: int, *, more: bool = False) -> LayersMeasured:
    """Two layers with weights, whose updates are 1/100 and 1/1000 of them, and one without."""
    told = [
        LayerMeasures("input", 0.0, 1.0, 0.25, 0.0),
        LayerMeasures("conv", 0.5, 2.0, 0.0, 0.0, gradient=3.0, weight=10.0, update=0.1),
        LayerMeasures("relu", -0.25, 0.5, 0.75, 0.5),
        LayerMeasures("fc", 0.1, 1.0, 0.0, None, gradient=4.0, weight=5.0, update=0.005),
    ]
    if more:
        told.append(LayerMeasures("late", 9.0, 9.0, 0.0, 0.0))
    return LayersMeasured(time=time.time(), step=at, epoch=in_epoch, layers=tuple(told))


def judged(number: int, at: int, *, error: float = 0.1) -> EpochJudged:
    return EpochJudged(
        time=time.time(),
        step=at,
        epoch=number,
        top5=1.0,
        calibration_error=error,
        class_accuracy=(0.8, 0.9, None),
        predicted=(0.45, 0.55, 0.0),
        waiting=0.25,
        memory=2_000_000_000,
        load=0.5,
        reliability=((0.25, 0.5, 0.75), (0.75, 0.9, 0.6)),
        confusion=CONFUSION,
    )


def events() -> list[RunEvent]:
    told: list[RunEvent] = [started(epochs=2, steps=4)]
    for number in (1, 2):
        for place in range(1, 5):
            at = 4 * (number - 1) + place
            if place in (2, 4):
                told.append(layers(at, number))
            told.append(step(at, number))
        told += [judged(number, 4 * number, error=0.1 * number), epoch(number, 4 * number)]
    return told


@pytest.fixture
def view(qtbot: QtBot) -> Iterator[Measures]:
    view = Measures("train")
    qtbot.addWidget(view)
    view.resize(800, 500)
    view.show()
    yield view


def shown(view: Measures, kind: type[Page], told: list[RunEvent] | None = None) -> Page:
    view.draw(RunHistory(events() if told is None else told))
    view.show_page(kind)
    QApplication.processEvents()
    return view.page(kind)


def over(page: LayerPage, x: float, y: float) -> str:
    """What the header says with the mouse at a place of the plot."""
    page.view.scene().sigMouseMoved.emit(page.view.getViewBox().mapViewToScene(QPointF(x, y)))
    return page.header.text()


# -- what is kept ------------------------------------------------------------------------------------------------------


def test_the_table_of_layers_holds_what_was_measured() -> None:
    table = RunHistory(events()).measured.layers
    assert table.names == ["input", "conv", "relu", "fc"] and list(table.x) == [0.5, 1.0, 1.5, 2.0]
    ratios = table.matrix("ratio")
    assert ratios.shape == (4, 4) and np.isnan(ratios[[0, 2]]).all()
    assert ratios[1] == pytest.approx(0.01) and ratios[3] == pytest.approx(0.001)
    assert RunHistory(events()).measured.gradient.y[0] == pytest.approx(5.0)  # 3 and 4


def test_a_layer_that_is_told_of_later_gets_a_row() -> None:
    table = LayerTable()
    table.add(layers(1, 1), 0.5)
    table.add(layers(2, 1, more=True), 1.0)
    assert table.names[-1] == "late" and math.isnan(table.matrix("mean")[4, 0]) and table.matrix("mean")[4, 1] == 9
    assert [table.nearest(x) for x in (-1, 0.7, 0.8, 9)] == [0, 0, 1, 1]


def test_what_a_resumed_run_does_again_is_kept_once() -> None:
    history = RunHistory(events())
    history.add([started(epochs=2, steps=4, at=4), *events()[9:]])
    assert list(history.measured.layers.x) == [0.5, 1.0, 1.5, 2.0]
    assert [one.epoch for one in history.measured.judged] == [1, 2]


# -- what is drawn -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", PAGES, ids=lambda kind: kind.title)
@pytest.mark.parametrize("mode", ["light", "dark"])
def test_every_page_draws_a_run_and_follows_the_theme(
    qtbot: QtBot, qapp: QApplication, view: Measures, kind: type[Page], mode: str
) -> None:
    page = shown(view, kind)
    theme.apply(qapp, mode)
    try:
        QApplication.processEvents()
        assert page.isVisible() and page.objectName() == f"train-measures-{kind.title.lower()}"
        assert view.tabs.tabToolTip(1 + PAGES.index(kind)) == kind.tip
        picture = page.grab().toImage()
        colours = {picture.pixel(x, y) for x in range(0, picture.width(), 3) for y in range(0, picture.height(), 3)}
        assert theme.current().canvas.rgb() in colours and len(colours) > 3
    finally:
        theme.apply(qapp, "light")


@pytest.mark.parametrize("kind", PAGES, ids=lambda kind: kind.title)
def test_a_run_that_has_just_begun_says_what_will_come(view: Measures, kind: type[Page]) -> None:
    view.draw(RunHistory([started()]))
    view.show_page(kind)
    empty = view.findChild(EmptyState)
    assert empty is not None
    if kind in (RatesPage, MachinePage):
        assert view.page(kind).isVisible()
    else:
        assert empty.isVisible() and empty.sentence.text().endswith(".")
    view.draw(RunHistory(events()[:3]))  # a single measured step
    view.draw(RunHistory(events()))
    assert view.page(kind).isVisible() and not empty.isVisible()


def test_the_nearest_layer_is_read(view: Measures) -> None:
    page = shown(view, UpdatesPage)
    assert isinstance(page, UpdatesPage)
    low, high = page.view.getViewBox().viewRange()[1]
    assert low < -3 < -2 < high
    assert "<b>conv</b>" in over(page, 1.0, -2.1) and "0.01" in page.header.text()
    assert "<b>fc</b>" in over(page, 1.4, -2.9) and "epoch 1.50" in page.header.text()
    page.view.moved.emit(None)
    assert "Update to weight" in page.header.text()
    assert len(page.view.getPlotItem().listDataItems()) <= SHADES + 1, "an item for each layer would be slow"


def test_the_picture_of_activations_shows_what_is_chosen(view: Measures) -> None:
    page = shown(view, ActivationsPage)
    assert isinstance(page, ActivationsPage)
    assert "<b>conv</b>" in over(page, 1.0, 1.5) and "0.5" in page.header.text()
    page.choice.setCurrentText("Zeros")
    assert "75.0 %" in over(page, 1.0, 2.5)
    page.choice.setCurrentText("Dead channels")
    assert "not measured" in over(page, 1.0, 3.5)
    assert page._image.image.shape == (4, 4, 4) and (page._image.image[3, :, 3] == 0).all()
    lines = page.values_as_csv().splitlines()
    assert lines[0] == "layer,epoch,step,dead" and lines[-1] == "relu,2.0,8,0.5" and len(lines) == 1 + 3 * 4
    names = [name for level in page.view.getAxis("left")._tickLevels for _, name in level]
    assert names == ["input", "conv", "relu", "fc"]


def test_the_classes_can_be_sorted_and_the_one_without_pictures_has_none(view: Measures) -> None:
    page = shown(view, ClassesPage)
    assert isinstance(page, ClassesPage)
    page.table.sortByColumn(1, Qt.SortOrder.AscendingOrder)
    model = page.table.model()
    assert [model.index(row, 1).data() for row in range(3)] == ["–", "80.0 %", "90.0 %"]
    told = page.findChild(QLabel, "train-classes-told")
    assert told is not None and told.text() == "Epoch 2 · worst 0 with 80.0 %"
    assert page.confusion.isVisible()


def test_the_diagram_is_that_of_the_epoch_under_the_mouse(view: Measures) -> None:
    page = shown(view, CalibrationPage)
    assert isinstance(page, CalibrationPage)
    assert "epoch 2, off by <b>20.0 %</b>" in page.diagram._header.text()
    assert list(page.diagram._bars.opts["height"]) == pytest.approx([75.0, 60.0])
    page.error.hovered.emit(1.1)
    assert "epoch 1, off by <b>10.0 %</b>" in page.diagram._header.text()
    page.error.hovered.emit(None)
    assert "epoch 2" in page.diagram._header.text()


def test_an_older_run_without_bins_shows_its_error(view: Measures) -> None:
    import msgspec

    old = [
        msgspec.structs.replace(event, reliability=(), confusion=()) if isinstance(event, EpochJudged) else event
        for event in events()
    ]
    page = shown(view, CalibrationPage, old)
    assert isinstance(page, CalibrationPage) and "were not kept" in page.diagram._header.text()
    classes = shown(view, ClassesPage, old)
    assert isinstance(classes, ClassesPage) and not classes.confusion.isVisible()


def test_only_the_page_that_is_seen_is_made_and_drawn(view: Measures) -> None:
    view.draw(RunHistory(events()))
    assert not view._pages
    page = shown(view, RatesPage)
    before = page.rate._header.text()  # type: ignore[attr-defined]
    view.tabs.setCurrentIndex(0)
    view.draw(RunHistory([started()]))
    assert page.rate._header.text() == before  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("low", "high", "names"),
    [
        (-4.0, -1.0, ["0.0001", "0.001", "0.01", "0.1"]),
        (0.0, 1.0, ["1", "2", "5", "10"]),
        (math.log10(0.4), math.log10(0.9), ["0.4", "0.6", "0.8"]),
        (-20.0, 3.0, ["1e-20", "1e-16", "1e-12", "1e-8", "0.0001", "1"]),
    ],
)
def test_a_logarithmic_axis_names_round_numbers(qapp: QApplication, low: float, high: float, names: list[str]) -> None:
    axis = LogAxis("left")
    ticks = [tick for _, level in axis.tickValues(low - 1e-9, high + 1e-9, 200) for tick in level]
    told = axis.tickStrings(ticks, 1.0, None)
    assert [float(name) for name in told] == pytest.approx([10**tick for tick in ticks], rel=0.05)
    assert told == names
