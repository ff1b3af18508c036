"""What patterns take and phases train: against the optimizer's own groups and the gradients that are asked for."""

from __future__ import annotations

import pytest

from workbench.core.modelling.compile import build_module
from workbench.core.modelling.opening import open_network
from workbench.core.training.freezing import set_trainable
from workbench.core.training.grouping import parameter_groups
from workbench.core.training.parts import misfits, parameters_of, part_problems, taken, trained
from workbench.core.training.phases import ParameterGroup, Phase
from workbench.core.training.plan import TrainingPlan

RESNET = open_network("resnet18")
GROUPS = (
    ParameterGroup(pattern="layer4.1", rate=0.5),
    ParameterGroup(pattern="layer4.*", rate=0.1),
    ParameterGroup(pattern="*.bias", rate=0.2),
    ParameterGroup(pattern="fc", rate=2.0),
)


def test_parameters_are_those_of_the_module() -> None:
    module = build_module(RESNET)
    found = parameters_of(RESNET)
    assert found.sizes == {name: parameter.numel() for name, parameter in module.named_parameters()}
    assert found.total == 11_689_512 and len(found.norms) == 20


def test_groups_take_what_the_optimizer_gives_them() -> None:
    told = taken(parameters_of(RESNET), GROUPS)
    made = parameter_groups(build_module(RESNET, device="meta"), TrainingPlan(weight_decay=0.0), GROUPS)
    by_rate = {
        rate: sum(each.numel() for each in group["params"]) for rate, group in zip(made.rates, made.groups, strict=True)
    }
    assert {group.rate: count for group, count in zip(GROUPS, told, strict=True)} == {
        rate: count for rate, count in by_rate.items() if rate != 1.0
    }


@pytest.mark.parametrize("norm", ["train", "affine", "frozen"])
@pytest.mark.parametrize("names", [{}, {"trainable": ("fc", "layer4.1")}, {"frozen": ("layer1", "conv1")}])
def test_a_phase_trains_what_gets_gradients(norm: str, names: dict[str, tuple[str, ...]]) -> None:
    phase = Phase(epochs=1, learning_rate=0.1, norm=norm, **names)  # type: ignore[arg-type]
    really = set_trainable(build_module(RESNET, device="meta"), phase)
    assert trained(parameters_of(RESNET), phase) == sum(each.numel() for each in really)


@pytest.mark.parametrize("pattern", ["fc", "layer1", "layer1.*", "*.bias", "fc.weight", "*"])
def test_patterns_that_take_something(pattern: str) -> None:
    assert misfits(TrainingPlan(groups=(ParameterGroup(pattern=pattern),)), RESNET) == ()


@pytest.mark.parametrize("pattern", ["head.*", "relu", "layer", "layer9", "*.gamma"])
def test_a_pattern_that_takes_nothing_is_refused_in_its_place(pattern: str) -> None:
    groups = (ParameterGroup(pattern="fc"), ParameterGroup(pattern=pattern))
    (problem,) = misfits(TrainingPlan(groups=groups), RESNET)
    assert problem.where == "groups.1.pattern" and problem.title == f"{pattern} takes no parameter of resnet18"
    phases = (Phase(epochs=1, learning_rate=1.0, groups=groups),)
    assert [each.where for each in misfits(TrainingPlan(phases=phases), RESNET)] == ["phases.0.groups.1.pattern"]


def test_a_group_that_others_leave_nothing_is_warned_of() -> None:
    groups = (ParameterGroup(pattern="layer4"), ParameterGroup(pattern="layer4.1.*"))
    (problem,) = part_problems(TrainingPlan(groups=groups), parameters_of(RESNET))
    assert (problem.where, problem.level) == ("groups.1.pattern", "warning")
    assert misfits(TrainingPlan(groups=groups), RESNET) == ()


def test_a_phase_that_trains_nothing_is_refused() -> None:
    phases = (Phase(epochs=1, learning_rate=1.0), Phase(epochs=1, learning_rate=1.0, trainable=("relu",)))
    (problem,) = misfits(TrainingPlan(phases=phases), RESNET)
    assert problem.where == "phases.1.trainable" and problem.title == "Phase 2 trains nothing"
    (problem,) = misfits(TrainingPlan(frozen=("conv1", "bn1", "layer1", "layer2", "layer3", "layer4", "fc")), RESNET)
    assert (problem.where, problem.title) == ("frozen", "The plan trains nothing")
