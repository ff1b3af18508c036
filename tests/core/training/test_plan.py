"""Plans: what is refused and why, and that a plan survives its file."""

from __future__ import annotations

import pytest

from workbench.core.training.choices import CHOICES, choices, meaning
from workbench.core.training.plan import Phase, TrainingPlan, plan_from_json, plan_to_json
from workbench.errors import WorkbenchError


def test_the_default_plan_is_possible() -> None:
    assert TrainingPlan().field_problems() == ()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("epochs", 0),
        ("batch_size", 0),
        ("learning_rate", 0.0),
        ("learning_rate", float("nan")),
        ("weight_decay", -1.0),
        ("momentum", 1.0),
        ("optimizer", "magic"),
        ("schedule", "sometimes"),
        ("augmentation", "everything"),
        ("initialization", "lucky"),
        ("gamma", 1.5),
        ("label_smoothing", 1.0),
        ("seed", -1),
        ("precision", "fp8"),
    ],
)
def test_an_impossible_value_is_a_problem_of_its_field(field: str, value: object) -> None:
    plan = TrainingPlan(**{field: value})  # type: ignore[arg-type]
    assert [problem.where for problem in plan.field_problems()] == [field]


def test_every_bad_field_is_named_at_once() -> None:
    plan = TrainingPlan(epochs=0, optimizer="magic", gamma=7.0)
    assert {problem.where for problem in plan.field_problems()} == {"epochs", "optimizer", "gamma"}


def test_plans_survive_their_file() -> None:
    phases = (Phase(epochs=1, learning_rate=1e-3, frozen=("features",)), Phase(epochs=2, learning_rate=1e-5))
    plan = TrainingPlan(network="resnet18", phases=phases, weights="w.pth", fresh=("fc",))
    assert plan_from_json(plan_to_json(plan)) == plan
    assert plan.total_epochs() == 3


@pytest.mark.parametrize("text", [b"", b"[]", b'{"epochs": "ten"}', b'{"surprise": 1}', b"\xff\xfe"])
def test_what_is_not_a_plan_is_refused(text: bytes) -> None:
    with pytest.raises(WorkbenchError, match="not a training plan"):
        plan_from_json(text)


@pytest.mark.parametrize("field", CHOICES)
def test_choices_have_a_line_of_help(field: str) -> None:
    for choice in choices(field):
        assert meaning(field, choice).endswith((".", ")."))
