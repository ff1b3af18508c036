"""Plans: what is refused and why, what belongs to a choice, and that a plan survives its file."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest

from workbench.core.graph.network import Network, Node, chain
from workbench.core.modelling.optimizers import SGD
from workbench.core.training.choices import CHOICES, RECORDS, choices, meaning, option, options
from workbench.core.training.losses import CrossEntropy
from workbench.core.training.plan import ParameterGroup, Phase, TrainingPlan, changed, unknown_names
from workbench.core.training.plan_files import plan_from_json, plan_to_json
from workbench.core.training.schedules import Cosine, Step
from workbench.errors import WorkbenchError

GOLDEN = Path(__file__).parent / "golden"


def test_the_default_plan_is_possible() -> None:
    assert TrainingPlan().field_problems() == ()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("epochs", 0),
        ("batch_size", 0),
        ("accumulation", 0),
        ("learning_rate", 0.0),
        ("learning_rate", float("nan")),
        ("weight_decay", -1.0),
        ("decay", "some"),
        ("clip_norm", 0.0),
        ("optimizer", "magic"),
        ("optimizer", 3),
        ("optimizer", Cosine()),
        ("schedule", "sometimes"),
        ("loss", "lost"),
        ("averaging", "median"),
        ("augmentation", "everything"),
        ("initialization", "lucky"),
        ("stochastic_depth", 1.0),
        ("warmup_epochs", -1.0),
        ("patience", -1),
        ("monitor", "mood"),
        ("seed", -1),
        ("precision", "fp8"),
        ("recompute", "layer1"),
        ("groups", ({"pattern": "a", "rate": 0.0},)),
    ],
)
def test_an_impossible_value_is_a_problem_of_its_field(field: str, value: object) -> None:
    plan = TrainingPlan(**{field: value})  # type: ignore[arg-type]
    assert [problem.where for problem in plan.field_problems()] == [field]


@pytest.mark.parametrize(
    ("choice", "value", "name"),
    [
        ({"optimizer": "sgd"}, 1.0, "momentum"),
        ({"schedule": "step"}, 1.5, "gamma"),
        ({"schedule": "multi-step"}, (0,), "milestones"),
        ({"loss": "focal"}, -1.0, "focus"),
        ({"averaging": "ema"}, 1.0, "ema_decay"),
        ({}, 1.0, "label_smoothing"),
    ],
)
def test_an_impossible_option_is_a_problem_of_its_own(choice: dict[str, str], value: object, name: str) -> None:
    plan = changed(TrainingPlan(**choice), **{name: value})  # type: ignore[arg-type]
    (problem,) = plan.field_problems()
    assert problem.where == name and "it must be" in problem.reason


def test_a_bad_value_in_a_part_is_a_problem_of_its_place() -> None:
    groups = (ParameterGroup(pattern="fc"), ParameterGroup(pattern="", decay=-1.0))
    phases = (Phase(epochs=0, learning_rate=1.0), Phase(epochs=1, learning_rate=0.0, groups=groups))
    found = TrainingPlan(phases=phases).field_problems()
    places = ["phases.0.epochs", "phases.1.learning_rate", "phases.1.groups.1.pattern", "phases.1.groups.1.decay"]
    assert [problem.where for problem in found] == places
    assert found[1].title == "The learning rate of phase 2 cannot be used"
    assert found[2].reason == "it must not be empty"


def test_every_bad_field_is_named_at_once() -> None:
    plan = changed(TrainingPlan(epochs=0, optimizer="magic", schedule="step"), gamma=7.0)  # type: ignore[arg-type]
    assert {problem.where for problem in plan.field_problems()} == {"epochs", "optimizer", "gamma"}


def test_what_contradicts_itself_is_refused() -> None:
    assert [each.where for each in TrainingPlan(epochs=3, warmup_epochs=4).field_problems()] == ["warmup_epochs"]
    phases = (Phase(epochs=1, learning_rate=1.0), Phase(epochs=9, learning_rate=1.0))
    assert [each.where for each in TrainingPlan(phases=phases, warmup_epochs=2).field_problems()] == ["warmup_epochs"]
    assert [each.where for each in TrainingPlan(batch_size=65_536, accumulation=4096).field_problems()] == [
        "accumulation"
    ]


@pytest.mark.parametrize(("field", "name"), [(field, name) for field in RECORDS for name in RECORDS[field]])
def test_a_choice_can_be_given_by_name_and_survives_its_file(field: str, name: str) -> None:
    plan = TrainingPlan(**{field: name})
    assert str(getattr(plan, field)) == name and plan.field_problems() == ()
    assert plan_from_json(plan_to_json(plan)) == plan
    held = json.loads(plan_to_json(plan))
    assert plan_from_json(json.dumps({**held, field: name}).encode()) == plan


def test_an_option_has_one_name_one_place_and_one_meaning() -> None:
    names = [name for field in RECORDS for name in options(field)]
    assert len(set(names)) == len(names) and not set(names) & set(TrainingPlan.__struct_fields__)
    for field in RECORDS:
        for name, owners in options(field).items():
            found = [{each.name: each for each in msgspec.structs.fields(RECORDS[field][owner])} for owner in owners]
            assert len({str(each[name].type) for each in found}) == 1, name
            assert option(field, name).help, name


def test_options_go_to_the_choice_they_belong_to() -> None:
    plan = changed(TrainingPlan(), optimizer="sgd", momentum=0.5, label_smoothing=0.1, epochs=3)
    assert plan.optimizer == SGD(momentum=0.5) and plan.loss == CrossEntropy(label_smoothing=0.1)
    assert changed(plan, optimizer="sgd", seed=1).optimizer == SGD(momentum=0.5)
    assert changed(plan, schedule="step", gamma=0.2).schedule == Step(gamma=0.2)
    for wrong in ({"gamma": 0.1}, {"optimizer": "adamw", "momentum": 0.1}, {"surprise": 1}):
        with pytest.raises(WorkbenchError, match="no option of"):
            changed(plan, **wrong)


def test_plans_survive_their_file() -> None:
    groups = (ParameterGroup(pattern="layer4.*", rate=0.1),)
    phases = (
        Phase(epochs=1, learning_rate=1e-3, frozen=("features",), norm="frozen"),
        Phase(epochs=2, learning_rate=1e-5, trainable=("fc",), groups=groups),
    )
    plan = TrainingPlan(network="resnet18", phases=phases, weights="w.pth", fresh=("fc",), groups=groups, clip_norm=1)
    assert plan_from_json(plan_to_json(plan)) == plan
    assert plan.total_epochs() == 3
    assert [plan.phase_at(epoch)[1] for epoch in range(5)] == [0, 1, 1, 1, 1]


@pytest.mark.parametrize("text", [b"", b"[]", b'{"epochs": "ten"}', b'{"surprise": 1}', b"\xff\xfe", b"[" * 100_000])
def test_what_is_not_a_plan_is_refused(text: bytes) -> None:
    with pytest.raises(WorkbenchError, match="not a training plan"):
        plan_from_json(text)


@pytest.mark.parametrize("version", [3, 0, "2", None, [], True])
def test_a_version_that_is_not_known_is_refused(version: object) -> None:
    held = {**json.loads(plan_to_json(TrainingPlan())), "version": version}
    with pytest.raises(WorkbenchError, match=r"newer version|not a training plan"):
        plan_from_json(json.dumps(held).encode())


@pytest.mark.parametrize("field", CHOICES)
def test_choices_have_a_line_of_help(field: str) -> None:
    for choice in choices(field):
        assert meaning(field, choice).endswith((".", ")."))


# -- files of the first version ----------------------------------------------------------------------------------------


def test_a_plan_of_the_first_version_means_what_it_meant() -> None:
    plan = plan_from_json((GOLDEN / "plan-1.json").read_bytes())
    assert (plan.epochs, plan.batch_size, plan.learning_rate, plan.weight_decay) == (3, 64, 0.05, 0.0005)
    assert plan.optimizer == SGD(momentum=0.8, nesterov=True)
    assert plan.schedule == Step(step_size=2, gamma=0.3)
    assert plan.loss == CrossEntropy(label_smoothing=0.1)
    assert plan.phases == (
        Phase(epochs=1, learning_rate=0.01, frozen=("conv1",)),
        Phase(epochs=2, learning_rate=0.001, norm="affine"),
    )
    assert plan.decay == "all" and plan.accumulation == 1 and plan.field_problems() == ()


def test_options_of_other_choices_meant_nothing_in_the_first_version() -> None:
    plan = plan_from_json(b'{"optimizer": "adamw", "momentum": 0.5, "schedule": "constant", "gamma": 0.5}')
    assert plan == TrainingPlan(schedule="constant")  # type: ignore[arg-type]
    assert plan_from_json(b'{"momentum": 0.5}') == TrainingPlan()


# -- names that the network must have ----------------------------------------------------------------------------------


def network() -> Network:
    nodes = [Node("input", "Input"), Node("body.conv", "Conv2d"), Node("flatten", "Flatten"), Node("fc", "Linear")]
    return chain("tiny", [*nodes, Node("output", "Output")])


@pytest.mark.parametrize(
    ("plan", "where"),
    [
        (TrainingPlan(recompute=("layer1",)), "recompute"),
        (TrainingPlan(fresh=("head",)), "fresh"),
        (TrainingPlan(phases=(Phase(epochs=1, learning_rate=1.0, trainable=("head",)),)), "phases.0.trainable"),
        (TrainingPlan(stochastic_depth=0.1), "stochastic_depth"),
        (TrainingPlan(zero_last_norm=True), "zero_last_norm"),
    ],
)
def test_what_the_network_does_not_have_is_named(plan: TrainingPlan, where: str) -> None:
    assert [problem.where for problem in unknown_names(plan, network())] == [where]
