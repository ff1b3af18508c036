"""Everything a plan can say, in whole runs: what it does, and that a run stopped anywhere goes on bit for bit."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
import torch

from workbench.core.data.augment import Step as Operation
from workbench.core.graph.network import Network, Node, chain
from workbench.core.runs.folder import Run, open_run
from workbench.core.runs.runner import create_run, resume, walk
from workbench.core.training import checkpoint
from workbench.core.training.choices import choices
from workbench.core.training.control import Control
from workbench.core.training.events import EpochDone, RunEvent, RunFailed, RunFinished, StepDone
from workbench.core.training.loop import training_loop
from workbench.core.training.plan import ParameterGroup, Phase, TrainingPlan, changed
from workbench.errors import WorkbenchError

USUAL = TrainingPlan(
    network="tiny", data="digits", epochs=3, batch_size=240, learning_rate=5e-3, precision="fp32", device="cpu"
)
"""Six steps an epoch."""
EXTRAS: dict[str, dict[str, Any]] = {
    "accumulation": {"batch_size": 100, "accumulation": 3},
    "ema": {"averaging": "ema", "ema_every": 2},
    "swa": {"averaging": "swa", "swa_start": 0.4},
    "warm-up": {"warmup_epochs": 1.5},
    "mixing": {"mixing": "mixup-or-cutmix", "augmentation": "flip-crop"},
    "weights": {"class_weights": "inverse", "sampling": "balanced"},
    "clipping": {"clip_norm": 0.5},
    "groups": {"decay": "weights", "groups": (ParameterGroup(pattern="fc", rate=3.0),)},
    "recompute": {"recompute": ("body",)},
    "depth": {"stochastic_depth": 0.4, "zero_last_norm": True},
    "patience": {"patience": 1, "least_progress": 0.9},
    "steps": {"augmentation_steps": (Operation("horizontal-flip"), Operation("erasing"))},
    "phases": {
        "phases": (
            Phase(epochs=1, learning_rate=1e-2, trainable=("fc",)),
            Phase(epochs=2, learning_rate=1e-3, norm="frozen", groups=(ParameterGroup(pattern="body.*", rate=0.1),)),
        )
    },
}


def network() -> Network:
    """A residual network with everything that could break exactness: BatchNorm, dropout, branches that are left out."""
    nodes = [
        Node("input", "Input", {"shape": [1, 8, 8]}),
        Node("stem", "Conv2d", {"out_channels": 6, "padding": 1}),
        Node("body.conv", "Conv2d", {"out_channels": 6, "padding": 1}),
        Node("body.bn", "BatchNorm2d"),
        Node("body.drop", "StochasticDepth", {"p": 0.1}),
        Node("relu", "ReLU"),
        Node("flatten", "Flatten"),
        Node("dropout", "Dropout", {"p": 0.2}),
        Node("fc", "Linear"),
        Node("output", "Output"),
    ]
    line = chain("tiny", nodes)
    join = Node("add", "Add", inputs=("stem", "body.drop"))
    return Network.of("tiny", [*(node.with_(inputs=("add",)) if node.name == "relu" else node for node in line), join])


def planned(**changes: Any) -> TrainingPlan:
    return changed(USUAL, **changes)


def finished(events: Iterable[RunEvent]) -> RunFinished:
    last = list(events)[-1]
    assert isinstance(last, RunFinished), last
    return last


def told(run: Run) -> list[tuple[object, ...]]:
    """What a run says of its learning, without times."""
    steps = [
        (each.step, each.loss, each.accuracy, each.learning_rate) for each in run.events() if isinstance(each, StepDone)
    ]
    epochs = [(each.epoch, each.train_loss, each.validation_loss, each.validation_accuracy) for each in run.epochs]
    return [*steps, *epochs]


def same(one: Run, two: Run) -> bool:
    for which in ("last", "best"):
        first, second = one.weights(which), two.weights(which)
        if first.keys() != second.keys() or not all(torch.equal(first[key], second[key]) for key in first):
            return False
    return told(one) == told(two)


def stopped(plan: TrainingPlan, folder: Path, *, after: int) -> Run:
    """A run that was stopped after a step."""
    run, control = create_run(plan, network(), folder), Control()
    for event in walk(run, control):
        assert not isinstance(event, RunFailed), event
        if isinstance(event, StepDone) and event.step >= after:
            control.stop()
    return run


CHOSEN = [
    *({"optimizer": name} for name in choices("optimizer")),
    *({"schedule": name} for name in choices("schedule")),
    *({"loss": name} for name in choices("loss")),
    *EXTRAS.values(),
    {"optimizer": "muon", "schedule": "one-cycle", **EXTRAS["ema"], **EXTRAS["accumulation"], **EXTRAS["mixing"]},
    {"optimizer": "sgd", "schedule": "plateau", "tolerated": 0, "loss": "focal", **EXTRAS["swa"], **EXTRAS["weights"]},
    {"optimizer": "rmsprop", "momentum": 0.9, **EXTRAS["phases"], **EXTRAS["ema"], **EXTRAS["recompute"]},
]


@pytest.mark.parametrize("number", range(len(CHOSEN)), ids=lambda number: "-".join(map(str, CHOSEN[number]))[:60])
def test_a_run_stopped_and_resumed_is_bit_for_bit_the_uninterrupted_one(tmp_path: Path, number: int) -> None:
    plan = planned(**CHOSEN[number])
    whole = create_run(plan, network(), tmp_path / "whole")
    end = finished(walk(whole))
    run = stopped(plan, tmp_path / "run", after=(2, 6, 8, 13)[number % 4])
    if run.state == "stopped":
        assert finished(resume(run.path)).best_accuracy == end.best_accuracy
    assert same(whole, run)


def test_a_run_of_the_first_version_goes_on_bit_for_bit(tmp_path: Path) -> None:
    """As it lies in a folder of then: options beside each other in the plan, no outcomes in the checkpoint."""
    plan = planned(optimizer="sgd", momentum=0.8, schedule="step", step_size=1, gamma=0.5, label_smoothing=0.1)
    whole = create_run(plan, network(), tmp_path / "whole")
    finished(walk(whole))
    run = stopped(plan, tmp_path / "run", after=8)
    options = {"momentum": 0.8, "step_size": 1, "gamma": 0.5, "label_smoothing": 0.1}
    names = ("network", "data", "epochs", "batch_size", "learning_rate", "weight_decay", "seed", "device", "precision")
    held = {**{name: getattr(plan, name) for name in names}, "optimizer": "sgd", "schedule": "step", **options}
    (run.path / "plan.json").write_text(json.dumps(held))
    path = run.checkpoints / "last" / checkpoint.STATE
    state = torch.load(path, weights_only=True)
    assert state.pop("outcomes")
    torch.save(state, path)
    finished(resume(run.path))
    assert same(whole, open_run(run.path))


# -- what the options do -----------------------------------------------------------------------------------------------


def trained(plan: TrainingPlan, folder: Path, net: Network | None = None) -> Run:
    run = create_run(plan, net or network(), folder)
    finished(walk(run))
    return run


def plain_network() -> Network:
    """Without normalization and chance, so that parts of a batch add up."""
    nodes = [
        Node("input", "Input", {"shape": [1, 8, 8]}),
        Node("conv", "Conv2d", {"out_channels": 4}),
        Node("relu", "ReLU"),
    ]
    return chain("tiny", [*nodes, Node("flatten", "Flatten"), Node("fc", "Linear"), Node("output", "Output")])


@pytest.mark.parametrize("loss", choices("loss"))
@pytest.mark.parametrize("extra", [{}, {"class_weights": "inverse"}, {"mixing": "cutmix"}], ids=str)
def test_small_batches_accumulated_are_one_large_batch(tmp_path: Path, loss: str, extra: dict[str, Any]) -> None:
    large = trained(planned(optimizer="sgd", loss=loss, **extra), tmp_path / "large", plain_network())
    small = planned(optimizer="sgd", loss=loss, batch_size=60, accumulation=4, **extra)
    parted = trained(small, tmp_path / "small", plain_network())
    one, two = large.weights("last"), parted.weights("last")
    for key in one:
        torch.testing.assert_close(one[key], two[key], rtol=1e-4, atol=1e-6)
    assert len(told(large)) == len(told(parted))


def test_the_best_checkpoint_holds_the_averaged_weights_the_last_one_those_to_go_on_with(tmp_path: Path) -> None:
    run = trained(planned(averaging="ema", ema_decay=0.9, epochs=2), tmp_path / "run")
    best, last = run.weights("best"), run.weights("last")
    assert best.keys() == last.keys() and not torch.equal(best["fc.weight"], last["fc.weight"])
    assert run.module("best")(torch.zeros(1, 1, 8, 8)).shape == (1, 10)
    plain = trained(planned(epochs=2), tmp_path / "plain")
    assert torch.equal(plain.weights("last")["fc.weight"], last["fc.weight"]), "averaging must not change the training"


def test_the_best_checkpoint_is_as_good_as_the_run_says(tmp_path: Path) -> None:
    for averaging in ("ema", "swa"):
        run = trained(planned(averaging=averaging, epochs=4), tmp_path / averaging)
        module, part = run.module("best"), run.data().validation
        from workbench.core.data.batches import Batches

        batches = Batches(part, preprocessing=run.preprocessing, batch_size=500, seed=0)
        with torch.no_grad():
            hits = sum(int((module(images).argmax(1) == labels).sum()) for images, labels in batches.in_order())
        last = run.events()[-1]
        assert isinstance(last, RunFinished) and hits / len(part) == pytest.approx(last.best_accuracy)


def test_patience_ends_a_run_that_makes_no_progress(tmp_path: Path) -> None:
    run = trained(planned(epochs=30, patience=2, least_progress=0.95), tmp_path / "run")
    assert len(run.epochs) == 3 and run.state == "complete"
    with pytest.raises(WorkbenchError, match="complete"):
        list(resume(run.path))


def test_patience_does_not_end_a_run_before_its_last_phase(tmp_path: Path) -> None:
    phases = (Phase(epochs=4, learning_rate=1e-3), Phase(epochs=9, learning_rate=1e-3))
    run = trained(planned(phases=phases, patience=1, least_progress=0.95), tmp_path / "run")
    assert len(run.epochs) == 6


def test_a_killed_run_that_had_stopped_early_does_not_train_on(tmp_path: Path) -> None:
    run = create_run(planned(epochs=30, patience=2, least_progress=0.95), network(), tmp_path / "run")
    epochs = 0
    for event in (walking := walk(run)):
        epochs += isinstance(event, EpochDone)
        if epochs == 3 and type(event).__name__ == "CheckpointSaved" and event.which == "last":
            walking.close()
            break
    assert run.state == "unfinished"
    assert finished(resume(run.path)).epoch == 3 and len(run.epochs) == 3


@pytest.mark.parametrize(
    ("phase", "moves"),
    [
        (Phase(epochs=1, learning_rate=1e-2), {"stem", "body.conv", "body.bn", "fc", "statistics"}),
        (Phase(epochs=1, learning_rate=1e-2, norm="affine"), {"stem", "body.conv", "body.bn", "fc"}),
        (Phase(epochs=1, learning_rate=1e-2, norm="frozen"), {"stem", "body.conv", "fc"}),
        (Phase(epochs=1, learning_rate=1e-2, frozen=("body",)), {"stem", "fc"}),
        (Phase(epochs=1, learning_rate=1e-2, trainable=("fc",)), {"fc"}),
        (Phase(epochs=1, learning_rate=1e-2, trainable=("body.bn", "stem")), {"stem", "body.bn", "statistics"}),
        (Phase(epochs=1, learning_rate=1e-2, trainable=("body",), norm="frozen"), {"body.conv"}),
    ],
)
@pytest.mark.parametrize("averaging", ["none", "ema", "swa"])
def test_what_a_phase_does_not_train_keeps_every_bit(
    tmp_path: Path, phase: Phase, moves: set[str], averaging: str
) -> None:
    start = trained(planned(epochs=1), tmp_path / "start")
    file = start.checkpoints / "last" / checkpoint.WEIGHTS
    run = trained(planned(phases=(phase,), weights=str(file), averaging=averaging), tmp_path / "run")
    for which in ("last", "best"):
        before, after = start.weights("last"), run.weights(which)
        moved = {key for key in before if not torch.equal(before[key], after[key])}
        names = {"statistics" if "running" in key or "num_batches" in key else key.rpartition(".")[0] for key in moved}
        assert names == moves


def test_groups_train_at_their_rates(tmp_path: Path) -> None:
    """With plain SGD the first step is the rate times the gradient."""
    changes = {}
    for name, groups in {"one": (), "three": (ParameterGroup(pattern="fc.weight", rate=3.0),)}.items():
        plan = planned(optimizer="sgd", momentum=0.0, epochs=1, batch_size=2000, weight_decay=0.0, groups=groups)
        plan = changed(plan, schedule="constant", weights=str(start_of(tmp_path / "start")))
        after = trained(plan, tmp_path / name).weights("last")
        begun = checkpoint.load_weight_file(tmp_path / "start" / "checkpoints" / "last" / checkpoint.WEIGHTS)
        changes[name] = {key: after[key] - begun[key] for key in ("fc.weight", "fc.bias", "stem.weight")}
    torch.testing.assert_close(changes["three"]["fc.weight"], 3 * changes["one"]["fc.weight"], rtol=1e-3, atol=1e-7)
    assert torch.equal(changes["three"]["fc.bias"], changes["one"]["fc.bias"])


def start_of(folder: Path) -> Path:
    """Weights to start from."""
    path = folder / "checkpoints" / "last" / checkpoint.WEIGHTS
    if not path.is_file():
        trained(planned(epochs=1), folder)
    return path


def test_gradients_are_clipped_as_torch_clips_them(tmp_path: Path) -> None:
    """One step of plain SGD: the change of all weights together is as long as the rate times the limit."""
    start = checkpoint.load_weight_file(start_of(tmp_path / "start"))
    plan = planned(optimizer="sgd", momentum=0.0, epochs=1, batch_size=2000, weight_decay=0.0, schedule="constant")
    plan = changed(plan, weights=str(start_of(tmp_path / "start")), clip_norm=1e-3, learning_rate=1.0)
    after = trained(plan, tmp_path / "run").weights("last")
    learned = [key for key in start if key.endswith(("weight", "bias"))]
    length = torch.cat([(after[key] - start[key]).flatten() for key in learned]).norm()
    assert length.item() == pytest.approx(1e-3, rel=1e-2)


def test_branches_are_left_out_more_often_the_deeper_they_lie(tmp_path: Path) -> None:
    from torchvision.ops import StochasticDepth

    from workbench.core.training.beginning import set_stochastic_depth

    module = torch.nn.Sequential(*(StochasticDepth(0.9, "row") for _ in range(4)))
    set_stochastic_depth(module, 0.2)
    assert [layer.p for layer in module] == pytest.approx([0.05, 0.1, 0.15, 0.2])  # type: ignore[union-attr]


def test_residual_blocks_can_begin_as_their_shortcut() -> None:
    from workbench.core.modelling.compile import build_module
    from workbench.core.modelling.opening import open_network
    from workbench.core.training.initialization import last_norms, zero_last_norms

    for name, norm in (("resnet18", "bn2"), ("resnet50", "bn3")):
        net = open_network(name)
        found = last_norms(net)
        module = build_module(net)
        zero_last_norms(module, net)
        zeroed = [key for key, value in module.named_parameters() if key.endswith("weight") and not value.any()]
        blocks = len({node.name.rpartition(".")[0] for node in net if node.name.endswith(f".{norm}")})
        assert len(found) == len(zeroed) == blocks and all(key.endswith(f"{norm}.weight") for key in zeroed)


@pytest.mark.parametrize("name", choices("initialization"))
def test_equal_seeds_begin_equally(tmp_path: Path, name: str) -> None:
    runs = [stopped(planned(initialization=name), tmp_path / f"{name}{number}", after=1) for number in range(2)]
    assert same(*runs) if all(run.state == "complete" for run in runs) else True
    one, two = (run.weights("last") for run in runs)
    assert all(torch.equal(one[key], two[key]) for key in one)


def test_the_loop_can_be_read_at_a_glance() -> None:
    import inspect

    assert len(inspect.getsource(training_loop).splitlines()) <= 45
    assert len(set(itertools.chain.from_iterable(EXTRAS.values()))) > 15
