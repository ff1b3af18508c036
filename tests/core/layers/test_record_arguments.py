"""Any record can be described for a form, and what does not fit is said in plain words."""

from __future__ import annotations

import msgspec
import pytest

from workbench.core.layers.arguments import arguments, plain_reason
from workbench.core.training.plan import TrainingPlan


def test_the_fields_of_a_plan_are_described() -> None:
    found = {argument.name: argument for argument in arguments(TrainingPlan)}
    assert list(found) == list(TrainingPlan.__struct_fields__)
    forms = {
        name: found[name].form for name in ("epochs", "learning_rate", "optimizer", "precision", "fresh", "phases")
    }
    assert forms == {
        "epochs": "integer",
        "learning_rate": "number",
        "optimizer": "choice",
        "precision": "choice",
        "fresh": "names",
        "phases": "records",
    }
    assert found["epochs"].minimum == 1 and found["epochs"].default == 10
    assert set(found["precision"].choices) == {"auto", "fp32", "bf16"}
    assert found["batch_size"].help == "Pictures in one pass."


class Required(msgspec.Struct):
    """A record with a field that has no default."""

    size: int


def test_a_field_without_a_default_has_none() -> None:
    assert arguments(Required)[0].default is None


@pytest.mark.parametrize(
    ("message", "plain"),
    [
        ("Expected `float`, got `str`", "it must be a number, not a text"),
        ("Expected `int`, got `array`", "it must be a whole number, not a list"),
        ("Expected `str | null`, got `int`", "it must be a text or nothing, not a whole number"),
        ("Expected `float` > 0.0", "it must be greater than 0"),
        ("Expected `int` <= 65536 - at `$.batch_size`", "it must be at most 65536"),
        ("Expected `float` < 1.0", "it must be less than 1"),
        ("Something new", "Something new"),
    ],
)
def test_reasons_are_plain(message: str, plain: str) -> None:
    assert plain_reason(message) == plain


@pytest.mark.parametrize(("field", "value"), [("learning_rate", 0.0), ("epochs", 0), ("batch_size", -2), ("seed", "x")])
def test_a_plan_never_answers_in_the_words_of_the_library(field: str, value: object) -> None:
    (problem,) = TrainingPlan(**{field: value}).field_problems()
    assert problem.where == field and problem.reason.startswith("it must be ")
