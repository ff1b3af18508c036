"""Recipes: each is a possible plan, speaks of the way to train alone, and trains."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from workbench.core.graph.network import Network, Node, chain
from workbench.core.modelling.optimizers import Adam
from workbench.core.runs.runner import create_run, walk
from workbench.core.training.events import RunFinished
from workbench.core.training.plan import TrainingPlan
from workbench.core.training.recipes import KEPT, RECIPES, changes, matches, plain
from workbench.core.training.schedules import Step

SUBJECT = TrainingPlan(
    network="mine", data="digits", seed=7, device="cpu", precision="fp32", fresh=("fc",), weights="w"
)


@pytest.mark.parametrize("name", [*RECIPES])
def test_a_recipe_is_possible_keeps_its_subject_and_is_recognized(name: str) -> None:
    plan = RECIPES[name](replace(SUBJECT, epochs=3, optimizer="sgd", mixing="cutmix"))
    assert plan.field_problems() == ()
    assert all(getattr(plan, field) == getattr(SUBJECT, field) for field in KEPT)
    assert plan == RECIPES[name](SUBJECT), "what was set before must not shine through"
    assert matches(plan, name) and matches(replace(plan, epochs=99), name)
    assert not matches(replace(plan, clip_norm=3.0), name)
    assert RECIPES.help(name).endswith(".")


def test_recipes_differ_and_say_in_what() -> None:
    made = [repr(changes(name)) for name in RECIPES]
    assert len(set(made)) == len(made)
    assert changes("standard") == {} and plain(SUBJECT) == SUBJECT


def test_the_first_course_trains_as_its_text_says() -> None:
    plan = RECIPES["cifar10cnn"](TrainingPlan())
    assert (plan.optimizer, plan.learning_rate, plan.weight_decay) == (Adam(), 1e-3, 1e-4)
    assert (plan.schedule, plan.epochs) == (Step(step_size=10, gamma=0.5), 25)


@pytest.mark.parametrize("name", [*RECIPES])
def test_a_recipe_trains(name: str, tmp_path: Path) -> None:
    nodes = [Node("input", "Input", {"shape": [1, 8, 8]}), Node("conv", "Conv2d", {"out_channels": 8})]
    nodes += [Node("bn", "BatchNorm2d"), Node("relu", "ReLU"), Node("flatten", "Flatten")]
    network: Network = chain("tiny", [*nodes, Node("fc", "Linear"), Node("output", "Output")])
    recipe = RECIPES[name](TrainingPlan(network="tiny", data="digits", device="cpu", precision="fp32"))
    plan = replace(recipe, epochs=3, batch_size=64)
    last = list(walk(create_run(plan, network, tmp_path / "run")))[-1]
    assert isinstance(last, RunFinished), last
    assert last.best_accuracy is not None and last.best_accuracy > 0.5
