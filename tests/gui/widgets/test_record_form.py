"""A form made from a record: editors by type, values out and in, problems in place."""

from __future__ import annotations

from typing import Annotated, Literal, get_args

import msgspec
import pytest
from msgspec import Meta
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QCheckBox, QComboBox, QLineEdit, QSpinBox
from pytestqt.qtbot import QtBot

from workbench.core.layers.arguments import Argument, Form
from workbench.errors import Problem, Remedy
from workbench.gui.widgets.field_editors import editor_of
from workbench.gui.widgets.field_look import FieldLook
from workbench.gui.widgets.form import RecordForm
from workbench.gui.widgets.names_edit import NamesEdit
from workbench.gui.widgets.number_edit import NumberEdit, next_round_number
from workbench.gui.widgets.problem import ProblemLabel
from workbench.gui.widgets.record_list import PartsLook


class Required(msgspec.Struct):
    """A record in a record."""


class Recipe(msgspec.Struct):
    """A record with one field of each sort."""

    count: Annotated[int, Meta(ge=1, le=500, description="How many.")] = 3
    rate: Annotated[float, Meta(gt=0)] = 1e-4
    exact: bool = True
    mode: Literal["fast", "slow"] = "slow"
    method: str = "b"
    note: str | None = None
    ends: float | None = None
    turns: tuple[int, ...] = (3, 6)
    names: tuple[str, ...] = ()
    parts: tuple[Required, ...] = ()


PARTS = PartsLook("part", lambda _parts: Required(), str)
FIELDS = ("count", "rate", "exact", "mode", "method", "note", "ends", "turns", "names")


@pytest.fixture
def form(qtbot: QtBot) -> RecordForm:
    looks = {"method": FieldLook(choices=("a", "b", "c")), "count": FieldLook("Number", "recipe-number")}
    form = RecordForm(Recipe, FIELDS, looks=looks)
    qtbot.addWidget(form)
    form.show()
    return form


def test_it_begins_with_the_defaults(form: RecordForm) -> None:
    defaults = Recipe()
    assert form.values() == {field: getattr(defaults, field) for field in FIELDS}


def test_each_field_gets_the_editor_of_its_type(form: RecordForm) -> None:
    kinds = [type(form.editor(field)) for field in FIELDS]
    assert kinds == [QSpinBox, NumberEdit, QCheckBox, QComboBox, QComboBox, QLineEdit, NumberEdit, QLineEdit, NamesEdit]
    number = form.editor("count")
    assert (number.minimum(), number.maximum(), number.toolTip()) == (1, 500, "How many.")
    assert (number.objectName(), number.accessibleName()) == ("recipe-number", "Number")


def test_values_go_in_and_come_out(qtbot: QtBot, form: RecordForm) -> None:
    wanted = {"count": 7, "rate": 0.5, "exact": False, "mode": "fast", "method": "c", "note": "hello"}
    wanted |= {"ends": 2.5, "turns": (1, 2), "names": ("layer1", "layer2.0")}
    with qtbot.waitSignal(form.changed):
        form.set_values(wanted)
    assert form.values() == wanted
    form.set_values({"note": None, "ends": None, "turns": (), "unknown": 1})
    values = form.values()
    assert (values["note"], values["ends"], values["turns"]) == (None, None, ())


@pytest.mark.parametrize(("text", "value"), [("1e-3", 0.001), ("0,5", 0.5), (" 2 ", 2.0), ("fast", "fast"), ("", "")])
def test_what_is_no_number_stays_its_text(form: RecordForm, text: str, value: object) -> None:
    form.editor("rate").setText(text)
    assert form.values()["rate"] == value


def test_a_list_keeps_what_is_no_number_as_its_text(form: RecordForm) -> None:
    form.editor("turns").setText("3, ,x, 4,")
    assert form.values()["turns"] == (3, "x", 4)


def test_arrows_go_along_round_numbers(qtbot: QtBot, form: RecordForm) -> None:
    rate = form.editor("rate")
    qtbot.keyClick(rate, Qt.Key.Key_Up)
    assert rate.text() == "0.0002"
    for _ in range(2):
        qtbot.keyClick(rate, Qt.Key.Key_Down)
    assert rate.text() == "5e-05"


@pytest.mark.parametrize(("value", "up", "down"), [(0.001, 0.002, 0.0005), (3.0, 5.0, 2.0), (10.0, 20.0, 5.0)])
def test_the_next_round_number(value: float, up: float, down: float) -> None:
    assert next_round_number(value, 1) == pytest.approx(up)
    assert next_round_number(value, -1) == pytest.approx(down)


def test_a_problem_stands_below_its_field_until_it_is_gone(form: RecordForm) -> None:
    label = form._rows["rate"].problem
    form.show_problems([Problem("rate", "Too large", "it would diverge")])
    assert label.isVisible() and "Too large" in label.text() and "It would diverge" in label.text()
    form.show_problems([])
    assert not label.isVisible()


def test_a_hidden_field_hides_its_problem_and_keeps_its_value(form: RecordForm) -> None:
    form.set_values({"count": 9})
    form.hide_fields({"count"})
    form.show_problems([Problem("count", "Wrong")])
    assert not form.editor("count").isVisible() and not form._rows["count"].problem.isVisible()
    assert form.values()["count"] == 9
    form.hide_fields(())
    assert form.editor("count").isVisible() and form._rows["count"].problem.isVisible()


def test_scrolling_over_a_field_does_not_change_it(form: RecordForm) -> None:
    number = form.editor("count")
    number.clearFocus()
    QApplication.sendEvent(
        number,
        QWheelEvent(
            QPointF(5, 5),
            QPointF(number.mapToGlobal(QPoint(5, 5))),
            QPoint(),
            QPoint(0, 120),
            Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        ),
    )
    assert number.value() == 3


def test_a_field_with_parts_has_no_editor() -> None:
    with pytest.raises(TypeError, match="parts"):
        RecordForm(Recipe, ["parts"])


def test_the_remedy_of_a_problem_is_one_click(qtbot: QtBot) -> None:
    label = ProblemLabel()
    qtbot.addWidget(label)
    remedy = Remedy("Mend <it>", lambda value: value)
    label.show_problem(Problem("x", "Broken & bent", remedy=remedy))
    assert "Mend &lt;it&gt;" in label.text() and "Broken &amp; bent" in label.text()
    with qtbot.waitSignal(label.remedy_chosen) as chosen:
        label.linkActivated.emit("#")
    assert chosen.args == [remedy]


EDITED: dict[Form, object] = {
    "integer": 7,
    "number": 0.5,
    "flag": True,
    "choice": "b",
    "text": "some words",
    "numbers": (3, 6),
    "names": ("layer1", "fc"),
    "records": (Required(),),
}


@pytest.mark.parametrize("sort", get_args(Form))
def test_every_form_of_a_field_has_an_editor_or_is_refused_by_name(qtbot: QtBot, sort: Form) -> None:
    told: list[bool] = []
    choices = ("a", "b") if sort == "choice" else ()
    argument, look = Argument("size", sort, (), choices=choices, item=Required), FieldLook(parts=PARTS)
    if sort not in EDITED:
        with pytest.raises(TypeError, match=f"size cannot be edited in a form: it is a {sort}"):
            editor_of(argument, look, lambda: told.append(True))
        return
    editor = editor_of(argument, look, lambda: told.append(True))
    qtbot.addWidget(editor.widget)
    editor.show(EDITED[sort])
    assert editor.read() == EDITED[sort]
    editor.show_inside((Problem("0", "not possible"),))
    assert bool(told) == (sort != "records"), "a list of records tells what the user changes, not what it is shown"
