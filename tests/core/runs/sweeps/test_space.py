"""Spaces: how they are written, what they hold, and what is wrong with them."""

from __future__ import annotations

import math
import sys
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.core.runs.sweeps.checking import search_problems
from workbench.core.runs.sweeps.methods import METHODS, Grid, Random, Sobol, Tpe
from workbench.core.runs.sweeps.pruning import PRUNERS, Median
from workbench.core.runs.sweeps.space import Range, Values, combinations, meaningful, plan_at
from workbench.core.runs.sweeps.spelling import dimension_of, searchable, space_of
from workbench.core.runs.sweeps.sweep import Search
from workbench.core.training.plan import Phase, TrainingPlan, changed

PLAN = TrainingPlan()
SCALES = st.sampled_from(["log", "linear"])


def space(**texts: str) -> dict[str, Any]:
    found, problems = space_of(texts.items())
    assert not problems, problems
    return found


@pytest.mark.parametrize(
    ("name", "text", "wanted"),
    [
        ("learning_rate", "log:1e-4:1e-1", Range(1e-4, 1e-1, "log")),
        ("learning_rate", "0.1, 0.01", Values((0.1, 0.01))),
        ("batch_size", "64,128", Values((64, 128))),
        ("batch_size", "log:16:256:5", Range(16, 256, "log", whole=True, count=5)),
        ("momentum", "linear:0.8:0.99", Range(0.8, 0.99)),
        ("optimizer", "sgd,adamw", Values(("sgd", "adamw"))),
        ("zero_last_norm", "on,off", Values((True, False))),
        ("clip_norm", "none,1.0", Values((None, 1.0))),
        ("augmentation", "flip-crop,none", Values(("flip-crop", "none"))),
    ],
)
def test_what_is_written_is_read_and_spelled_again(name: str, text: str, wanted: Any) -> None:
    found = dimension_of(name, text)
    assert found == wanted
    assert dimension_of(name, str(found)) == found
    assert msgspec.json.decode(msgspec.json.encode(found), type=Values | Range) == found


@pytest.mark.parametrize(
    ("name", "text", "part"),
    [
        ("learning_rat", "1,2", "did you mean learning_rate"),
        ("phases", "1", "no field of a training plan that holds one value"),
        ("", "1", "no name"),
        ("batch_size", "many", "many is no whole number"),
        ("batch_size", "1.5", "1.5 is no whole number"),
        ("learning_rate", "1:2:3:4", "is no range"),
        ("learning_rate", "1:", "is no number"),
        ("learning_rate", "none:1", "limits are numbers"),
        ("zero_last_norm", "maybe", "neither on nor off"),
        ("epochs", " ", "no values"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_field(name: str, text: str, part: str) -> None:
    found, problems = space_of([(name, text)])
    assert found == {} and [problem.where for problem in problems] == [name]
    assert part in str(problems[0])


def test_a_name_is_searched_once() -> None:
    _, problems = space_of([("epochs", "1,2"), ("epochs", "3")])
    assert "twice" in str(problems[0])


@pytest.mark.parametrize("name", searchable())
def test_every_plain_field_and_option_can_be_searched_by_its_name(name: str) -> None:
    assert searchable()[name].form in ("integer", "number", "flag", "choice", "text")
    assert isinstance(
        dimension_of(name, "1,0" if searchable()[name].form in ("integer", "number") else "on,off"), Values
    )


@given(
    low=st.floats(1e-6, 1e3),
    factor=st.floats(1.01, 1e4),
    share=st.floats(0, 1),
    scale=SCALES,
)
def test_numbers_stay_between_their_limits_and_grow_with_the_share(
    low: float, factor: float, share: float, scale: Any
) -> None:
    numbers = Range(low, low * factor, scale)
    found = numbers.at(share)
    assert numbers.low <= found <= numbers.high
    assert numbers.at(0.0) == pytest.approx(low, rel=1e-5) and numbers.at(1.0) == pytest.approx(low * factor, rel=1e-5)
    middle = math.sqrt(low * low * factor) if scale == "log" else low * (1 + factor) / 2
    assert numbers.at(0.5) == pytest.approx(middle, rel=1e-5)


@given(low=st.integers(1, 50), more=st.integers(1, 50), scale=SCALES)
def test_whole_numbers_are_all_met(low: int, more: int, scale: Any) -> None:
    numbers = Range(low, low + more, scale, whole=True)
    met = {numbers.at(step / 20_000) for step in range(20_001)}
    assert met == set(range(low, low + more + 1))


def test_a_grid_has_every_combination_that_means_something() -> None:
    wanted = space(optimizer="sgd,adamw", momentum="0.5,0.9", batch_size="log:64:256:3")
    points = combinations(PLAN, wanted)
    assert [point for point in points if point["optimizer"] == "adamw"] == [
        {"optimizer": "adamw", "batch_size": size} for size in (64, 128, 256)
    ]
    assert len(points) == 2 * 3 + 3 == Grid().size(PLAN, wanted)
    assert points[0] == {"optimizer": "sgd", "momentum": 0.5, "batch_size": 64}
    assert Grid().point(PLAN, wanted, number=8, seed=0) == points[8]
    assert combinations(PLAN, space(epochs="3:6")) == [{"epochs": number} for number in (3, 4, 5, 6)]


def test_options_go_to_the_choice_that_has_them() -> None:
    point = {"optimizer": "sgd", "momentum": 0.7, "learning_rate": 0.1}
    plan = plan_at(PLAN, meaningful(PLAN, point))
    assert plan == changed(PLAN, optimizer="sgd", momentum=0.7, learning_rate=0.1)
    assert meaningful(PLAN, {"momentum": 0.7, "beta1": 0.8}) == {"beta1": 0.8}, "the plan itself has adamw"


@pytest.mark.parametrize("method", [Random(), Sobol()])
def test_points_follow_from_number_and_seed_alone(method: Any) -> None:
    wanted = space(learning_rate="log:1e-4:1e-1", optimizer="sgd,adamw", momentum="0.5:0.9", batch_size="64,128")
    points = [method.point(PLAN, wanted, number=number, seed=3) for number in range(16)]
    assert [method.point(PLAN, wanted, number=number, seed=3) for number in reversed(range(16))] == points[::-1]
    assert method.point(PLAN, wanted, number=0, seed=4) != points[0]
    assert len({tuple(point.items()) for point in points}) == 16
    assert {point["optimizer"] for point in points} == {"sgd", "adamw"}
    assert all(("momentum" in point) == (point["optimizer"] == "sgd") for point in points)
    assert not any(plan_at(PLAN, point).field_problems() for point in points)


def test_sobol_fills_every_sixteenth_of_a_line() -> None:
    wanted = space(warmup_epochs="0:1")
    points = [Sobol().point(PLAN, wanted, number=number, seed=1) for number in range(16)]
    found = sorted(float(str(point["warmup_epochs"])) for point in points)
    assert [int(value * 16) for value in found] == list(range(16))


@pytest.mark.parametrize("registry", [METHODS, PRUNERS])
def test_methods_and_pruners_explain_themselves(registry: Any) -> None:
    for name in registry:
        kind = registry[name]
        assert str(kind()) == name and registry.help(name).endswith(".")
        assert msgspec.json.decode(msgspec.json.encode(kind()), type=kind) == kind()


def problems(plan: TrainingPlan = PLAN, method: Any = None, **texts: str) -> dict[str, str]:
    search = Search(space=space(**texts), method=method or Random())
    return {problem.where: str(problem) for problem in search_problems(plan, search)}


@pytest.mark.parametrize(
    ("name", "text", "part"),
    [
        ("learning_rate", "log:0:1", "begins above 0"),
        ("learning_rate", "1:0.1", "is not below"),
        ("learning_rate", "nan:1", "is not below"),
        ("learning_rate", "log:1e-3:1000", "at most 100"),
        ("learning_rate", "0.1:1:1", "two points or more"),
        ("optimizer", "sgd,sdg", "no optimizer sdg"),
        ("augmentation", "flop", "no augmentation flop"),
        ("batch_size", "0,32", "at least 1"),
        ("momentum", "0.5,0.9", "adamw has no such option"),
        ("seed", "1,2", "with each of its seeds"),
        ("data", "digits,shapes", "cannot be compared"),
        ("network", "lenet5", "one network"),
        ("warmup_epochs", "0,20", "longer than the training"),
    ],
)
def test_a_bad_space_is_refused_with_the_reason(name: str, text: str, part: str) -> None:
    found = problems(**{name: text})
    assert list(found) == [name] and part in found[name], found


def test_every_bad_field_is_named() -> None:
    assert list(problems(learning_rate="-1:1", epochs="0,3", optimizer="sgd,adam", momentum="0.5:1.5")) == [
        "learning_rate",
        "epochs",
        "momentum",
    ]


def test_a_good_space_has_no_problem() -> None:
    texts = {"learning_rate": "log:1e-4:1", "optimizer": "sgd,adamw", "momentum": "0:0.99", "clip_norm": "none,1"}
    assert problems(**texts) == {}
    assert problems(method=Tpe(), **texts) == {}


def test_a_grid_says_how_many(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "log:0.001:1:5" in problems(method=Grid(), learning_rate="log:1e-3:1")["learning_rate"]
    assert problems(method=Grid(), learning_rate="log:1e-3:1:7", epochs="1:9") == {}
    huge = {"learning_rate": "0.1:1:500", "weight_decay": "0:1:500"}
    assert "250,000 points" in problems(method=Grid(), **huge)["space"]


def test_what_does_not_go_with_the_plan() -> None:
    phased = changed(PLAN, phases=(Phase(epochs=2, learning_rate=0.1),))
    assert "phases" in problems(phased, learning_rate="log:0.1:1")["learning_rate"]
    together = problems(epochs="2,20", warmup_epochs="0,5")
    assert "warmup_epochs" in together and "longer" in together["warmup_epochs"]
    twice = search_problems(PLAN, Search(space=space(epochs="1,2"), seeds=(1, 1)))
    assert [problem.where for problem in twice] == ["seeds"]
    assert [problem.where for problem in search_problems(PLAN, Search(space={}))] == ["space"]


@pytest.mark.parametrize("search", [{"method": Tpe()}, {"pruner": Median()}])
def test_without_optuna_only_what_needs_it_is_refused(search: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "optuna", None)
    monkeypatch.setattr("workbench.core.runs.sweeps.checking.find_spec", lambda _name: None)
    (problem,) = search_problems(PLAN, Search(space=space(epochs="1,2"), **search))
    assert "needs Optuna" in problem.title and "pip install" in problem.reason
    assert search_problems(PLAN, Search(space=space(epochs="1,2"))) == ()
