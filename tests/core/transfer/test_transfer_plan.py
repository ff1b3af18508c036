"""From a transfer plan to a trained run."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from workbench.core.runs.folder import open_run
from workbench.core.runs.runner import create_run, walk
from workbench.core.training.events import RunFinished
from workbench.core.training.phases import is_below
from workbench.core.transfer.photos import look_into
from workbench.core.transfer.plan import TransferPlan, training_plan
from workbench.core.transfer.strategy import STRATEGIES
from workbench.errors import WorkbenchError

TORCH_FREE = ("plan", "backbones", "weights", "strategy", "photos")


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """Twelve noisy squares of each of two colours, and a file that is no picture."""
    numbers = np.random.default_rng(0)
    for name, colour in (("blue", (40, 60, 200)), ("red", (200, 50, 40))):
        folder = tmp_path / "squares" / name
        folder.mkdir(parents=True)
        for number in range(12):
            pixels = numbers.normal(colour, 25, (40, 64, 3)).clip(0, 255).astype(np.uint8)
            Image.fromarray(pixels).save(folder / f"{number}.png")
    (tmp_path / "squares" / "red" / "broken.jpg").write_bytes(b"not a picture")
    return tmp_path / "squares"


def problems(**fields) -> list[str]:
    return [problem.where for problem in TransferPlan(**fields).problems()]


def test_a_plan_of_defaults_lacks_only_the_photos(photos):
    assert problems() == ["data"]
    assert problems(data=str(photos)) == []


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("data", "/nowhere/at/all"),
        ("backbone", "mobilenet"),
        ("weights", "/nowhere/weights.pth"),
        ("strategy", "magic"),
        ("epochs", 0),
        ("batch_size", -1),
        ("augmentation", "melt"),
        ("seed", -1),
        ("name", "../out"),
        ("name", "..."),
    ],
)
def test_each_field_has_its_problem(photos, field, value):
    assert problems(**{"data": str(photos), field: value}) == [field]


def test_two_phases_need_two_epochs(photos):
    assert problems(data=str(photos), strategy="lpft", epochs=1) == ["epochs"]
    assert problems(data=str(photos), strategy="lpft", epochs=2) == []


@pytest.mark.parametrize("epochs", [2, 3, 7])
@pytest.mark.parametrize("strategy", STRATEGIES.values(), ids=STRATEGIES)
def test_strategies_use_exactly_the_epochs_they_are_given(tiny, strategy, epochs):
    phases = strategy.phases(tiny, epochs)
    assert sum(phase.epochs for phase in phases) == epochs
    assert all(not is_below(tiny.head, phase.frozen) for phase in phases)
    assert strategy.sentence.endswith(".")
    assert strategy.phases(tiny, strategy.fewest_epochs)


def test_training_plan_carries_the_weights_own_preprocessing(tiny, tiny_weights, photos):
    plan = TransferPlan(data=str(photos), backbone="tiny", weights=str(tiny_weights), epochs=2)
    training, network = training_plan(plan, 2, backbones={"tiny": tiny})
    assert training.preprocessing == tiny.versions()[0].preprocessing
    assert training.fresh == ("classifier",)
    assert training.field_problems() == ()
    assert network["classifier"].arguments["out_features"] == 2


def test_the_first_problem_of_a_plan_is_raised(tiny):
    with pytest.raises(WorkbenchError, match="Choose a folder"):
        training_plan(TransferPlan(backbone="tiny"), 2, backbones={"tiny": tiny})


def test_head_only_leaves_every_bit_of_the_body(tiny, tiny_weights, photos, tmp_path):
    run = trained(tiny, tiny_weights, photos, tmp_path / "run", strategy="head", epochs=3)
    before, after = torch.load(tiny_weights, weights_only=True), run.weights("last")
    body = [key for key in before if not is_below(key, ("classifier",))]
    assert any(key.endswith("running_mean") for key in body)
    assert all(torch.equal(before[key], after[key]) for key in body)
    assert after["classifier.weight"].shape == (2, 16)


def test_the_second_phase_moves_the_body_but_not_the_statistics(tiny, tiny_weights, photos, tmp_path):
    run = trained(tiny, tiny_weights, photos, tmp_path / "run", strategy="lpft", epochs=4)
    before, after = torch.load(tiny_weights, weights_only=True), run.weights("last")
    for key, value in before.items():
        if key.endswith(("running_mean", "running_var", "num_batches_tracked")):
            assert torch.equal(value, after[key]), key
    assert not torch.equal(before["features.0.weight"], after["features.0.weight"])


def test_equal_seeds_give_equal_runs(tiny, tiny_weights, photos, tmp_path):
    first, second, other = (
        trained(tiny, tiny_weights, photos, tmp_path / str(number), epochs=1, seed=seed)
        for number, seed in enumerate((1, 1, 2))
    )
    head = "classifier.weight"
    assert torch.equal(first.weights("last")[head], second.weights("last")[head])
    assert not torch.equal(first.weights("last")[head], other.weights("last")[head])


def test_a_look_into_the_folder_counts_and_names_what_is_skipped(photos):
    found = look_into(str(photos))
    assert [(each.name, each.train + each.validation) for each in found.classes] == [("blue", 12), ("red", 12)]
    assert all(each.validation > 0 for each in found.classes)
    assert found.classes[0].samples[0].shape == (112, 112, 3)
    assert found.classes[0].samples[0][..., 2].mean() > 150
    assert [problem.where.endswith("broken.jpg") for problem in found.skipped] == [True]


def test_one_class_is_not_enough(photos):
    for path in (photos / "blue").iterdir():
        path.unlink()
    with pytest.raises(WorkbenchError, match="fewer than two classes"):
        look_into(str(photos))


def test_planning_needs_no_torch():
    imports = "; ".join(f"import workbench.core.transfer.{name}" for name in TORCH_FREE)
    code = f"{imports}; import sys; sys.exit('torch' in sys.modules or 'torchvision' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.slow
def test_ants_and_bees_are_told_apart(shared, tmp_path):
    plan = TransferPlan(
        data=str(shared / "data" / "hymenoptera_256"),
        weights=str(shared / "weights" / "mobilenet_v2_fp32.pth"),
        epochs=2,
    )
    run = create_run(*training_plan(plan, 2), tmp_path / "run")
    finished = list(walk(run))[-1]
    assert isinstance(finished, RunFinished)
    assert finished.best_accuracy > 0.88


def trained(backbone, weights, photos, out, **fields):
    plan = TransferPlan(data=str(photos), backbone=backbone.name, weights=str(weights), batch_size=5, **fields)
    run = create_run(*training_plan(plan, 2, backbones={backbone.name: backbone}), out)
    events = list(walk(run))
    assert isinstance(events[-1], RunFinished), events[-1]
    return open_run(run.path)
