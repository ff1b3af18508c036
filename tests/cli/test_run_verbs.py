"""Training from the command line, and everything that is done with a run."""

from __future__ import annotations

import signal
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import PIL.Image
import pytest
import torch
from safetensors.torch import load_file

from workbench.cli import following
from workbench.core.graph.edits import set_arguments
from workbench.core.graph.storage import save_network
from workbench.core.modelling.opening import open_network
from workbench.core.runs.folder import open_run
from workbench.paths import runs_folder

QUICK = ("--epochs", "1", "--batch", "64", "--device", "cpu", "--precision", "fp32")


def refused(answer: Any, *parts: str) -> None:
    assert (answer.status, answer.out, "Traceback" in answer.err) == (2, "", False), answer.err
    assert all(part in answer.err.splitlines()[-1] for part in parts), answer.err


def color(classes: int, folder: Path) -> Path:
    """A tiny `.npz` set: each class has a brightness of its own."""
    labels = np.arange(24) % classes
    images = np.repeat((labels * 40 + 20).astype(np.uint8), 32 * 32 * 3).reshape(24, 32, 32, 3)
    path = folder / f"{classes} greys.npz"
    np.savez(path, x_train=images, y_train=labels, x_test=images[:8], y_test=labels[:8])
    return path


def test_training_says_what_it_came_to(workbench: Any, tmp_path: Path) -> None:
    out = tmp_path / "runs" / "first"
    answer = workbench("train", "lenet5", "--data", "digits", *QUICK, "--lr", "0.002", "--out", out, "--json")
    assert answer.status == 0, answer.err
    outcome = answer.json
    assert outcome["run"] == str(out)
    assert (outcome["epochs"], outcome["epochs_done"], outcome["stopped"]) == (1, 1, False)
    assert 0 <= outcome["accuracy"] <= 1
    assert outcome["images_per_second"] > 0
    assert outcome["seconds"] > 0
    lines = answer.err.splitlines()
    assert lines[0].startswith("lenet5 on digits: 61,706 parameters")
    assert lines[1].startswith("epoch 1/1  training: loss")
    run = open_run(out)
    assert (run.plan.learning_rate, run.plan.batch_size, run.plan.seed) == (0.002, 64, 0)
    assert run.state == "complete"


def test_without_out_the_run_is_among_the_runs(workbench: Any) -> None:
    answer = workbench("train", "lenet5", "--data", "digits", *QUICK, "--json")
    path = Path(answer.json["run"])
    assert path.parent == runs_folder()
    assert path.name.startswith("lenet5-digits-")


def test_a_ready_network_gets_a_head_for_the_data(workbench: Any, tmp_path: Path) -> None:
    answer = workbench("train", "simple_cnn_gap", "--data", color(3, tmp_path), *QUICK, "--out", tmp_path / "run")
    assert answer.status == 0, answer.err
    assert "fc of simple_cnn_gap now gives 3 scores" in answer.err.splitlines()[0]
    assert open_run(tmp_path / "run").network["fc"].arguments["out_features"] == 3


def test_colours_that_a_grey_network_throws_away_are_told(workbench: Any, tmp_path: Path) -> None:
    pictures = np.random.default_rng(0).integers(0, 256, (20, 32, 32, 3), np.uint8)
    labels = np.arange(20) % 10
    for name, images in (("grey", pictures[..., :1]), ("colour", pictures)):
        np.savez(tmp_path / name, x_train=images, y_train=labels, x_test=images, y_test=labels)
        answer = workbench("train", "lenet5", "--data", tmp_path / f"{name}.npz", *QUICK, "--out", tmp_path / name)
        assert answer.status == 0, answer.err
        assert ("their colours are thrown away" in answer.err) == (name == "colour")


def test_a_network_of_the_users_own_is_not_changed_but_refused(workbench: Any, tmp_path: Path) -> None:
    path = save_network(open_network("simple_cnn_gap"), tmp_path / "mine")
    out = tmp_path / "run"
    refused(workbench("train", path, "--data", color(3, tmp_path), "--out", out), "3 classes", "outputs of fc to 3")
    assert not out.exists()
    fitted = set_arguments(open_network("simple_cnn_gap"), "fc", {"out_features": 3})
    save_network(fitted, path)
    assert workbench("train", path, "--data", color(3, tmp_path), *QUICK, "--out", out).status == 0


def test_a_plan_can_be_trained_again(workbench: Any, digits_run: Path, tmp_path: Path) -> None:
    answer = workbench("train", digits_run / "plan.json", "--out", tmp_path / "again", "--json")
    assert answer.status == 0, answer.err
    again, first = open_run(tmp_path / "again"), open_run(digits_run)
    assert again.plan == first.plan
    assert [epoch.train_loss for epoch in again.epochs] == [epoch.train_loss for epoch in first.epochs]
    other = workbench("train", digits_run / "plan.json", "--epochs", "1", "--seed", "3", "--out", tmp_path / "other")
    assert other.status == 0, other.err
    assert open_run(tmp_path / "other").plan.seed == 3


def test_control_c_stops_with_a_checkpoint_and_resume_goes_on(
    workbench: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = following.tell

    def interrupting(text: str) -> None:
        told(text)
        if text.startswith("epoch 1/3"):
            signal.raise_signal(signal.SIGINT)

    before, out = signal.getsignal(signal.SIGINT), tmp_path / "long run"
    monkeypatch.setattr(following, "tell", interrupting)
    words = ("train", "lenet5", "--data", "digits", *QUICK, "--epochs", "3", "--out", out, "--json")
    answer = workbench(*words)
    assert answer.status == 130
    assert answer.json["stopped"] is True
    assert f"workbench resume '{out}'" in answer.err
    assert signal.getsignal(signal.SIGINT) is before
    monkeypatch.setattr(following, "tell", told)
    resumed = workbench("resume", out, "--json")
    assert resumed.status == 0, resumed.err
    assert resumed.json["epochs_done"] == 3
    assert "going on after step" in resumed.err
    refused(workbench("resume", out), "complete")


def test_a_loss_beyond_numbers_is_told_in_a_sentence(workbench: Any, tmp_path: Path) -> None:
    words = ("--optimizer", "sgd", "--lr", "100", "--out", tmp_path / "run")
    refused(workbench("train", "cifar10cnn", "--data", "digits", *QUICK, *words), "loss", "learning rate")


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (["lenet5"], "--data shapes"),
        (["lenet6", "--data", "digits"], "lenet5"),
        (["lenet5", "--data", "didgits"], "digits"),
        (["lenet5", "--data", "no/such/folder"], "no/such/folder"),
        (["lenet5", "--data", "digits", "--epochs", "0"], "epochs"),
        (["lenet5", "--data", "digits", "--optimizer", "magic"], "adamw"),
        (["lenet5", "--data", "digits", "--lr", "-1"], "learning rate"),
        (["lenet5", "--data", "digits", "--device", "abacus"], "abacus"),
        (["tiny_cnn", "--data", "digits"], "10 classes"),
        (["residual_stack", "--data", "digits"], "64 channels"),
    ],
)
def test_training_that_is_not_possible(workbench: Any, tmp_path: Path, words: list[str], part: str) -> None:
    refused(workbench("train", *words, "--out", tmp_path / "run"), part)


def test_a_folder_with_a_run_is_not_written_over(workbench: Any, digits_run: Path) -> None:
    before = (digits_run / "plan.json").read_bytes()
    refused(workbench("train", "lenet5", "--data", "digits", "--out", digits_run), f"workbench resume {digits_run}")
    assert (digits_run / "plan.json").read_bytes() == before


def test_a_plan_that_is_none(workbench: Any, tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    path.write_text('{"epochs": "three"}')
    refused(workbench("train", path), "plan.json", "epochs")


def test_evaluating(workbench: Any, digits_run: Path) -> None:
    record = workbench("evaluate", digits_run, "--json", "--device", "cpu").json
    best = max(epoch.validation_accuracy for epoch in open_run(digits_run).epochs)
    assert record["accuracy"] == pytest.approx(best)
    assert sum(map(sum, record["confusion"])) == record["pictures"]
    assert len(record["wrong"]) == round(record["pictures"] * (1 - record["accuracy"]))
    assert [score["name"] for score in record["per_class"]] == record["classes"]
    table = workbench("evaluate", digits_run, "--device", "cpu").out
    assert table.startswith(f"accuracy  {best * 100:.1f} %")


def test_evaluating_on_other_data(workbench: Any, digits_run: Path, tmp_path: Path) -> None:
    assert workbench("evaluate", digits_run, "--data", "digits", "--json").status == 0
    refused(workbench("evaluate", digits_run, "--data", "shapes"), "other classes")
    refused(workbench("evaluate", tmp_path), "is not a run")


def test_maps_of_a_run(workbench: Any, digits_run: Path, tmp_path: Path) -> None:
    answer = workbench("inspect", digits_run, "--show", "maps", "-o", tmp_path / "maps", "--json")
    records = {record["node"]: record for record in answer.json}
    assert records["conv1"]["shape"] == [6, 28, 28]
    assert records["fc3"]["shape"] == [10]
    with PIL.Image.open(records["conv1"]["file"]) as image:
        assert image.mode == "RGB" and min(image.size) > 100
    assert len(list((tmp_path / "maps").iterdir())) == len(records)


def test_maps_of_one_node_for_a_picture(workbench: Any, digits_run: Path, tmp_path: Path) -> None:
    picture = tmp_path / "photo.png"
    PIL.Image.new("RGBA", (40, 30), (200, 10, 10, 255)).save(picture)
    answer = workbench("inspect", digits_run, "--image", picture, "--node", "conv2", "-o", tmp_path)
    (file,) = answer.out.splitlines()
    assert Path(file).is_file() and "conv2" in Path(file).name
    refused(workbench("inspect", digits_run, "--node", "conv9", "-o", tmp_path), "conv9")
    refused(workbench("inspect", digits_run, "--image", tmp_path / "none.png", "-o", tmp_path), "none.png")
    refused(workbench("inspect", digits_run, "--image", digits_run / "plan.json", "-o", tmp_path), "not a picture")


def test_filters(workbench: Any, digits_run: Path, tmp_path: Path) -> None:
    (record,) = workbench("inspect", digits_run, "--show", "filters", "-o", tmp_path, "--json").json
    assert (record["node"], record["shape"]) == ("conv1", [6, 1, 5, 5])
    refused(workbench("inspect", digits_run, "--show", "filters", "--node", "fc1", "-o", tmp_path), "fc1", "kernels")


def test_an_untrained_network_can_be_looked_into(workbench: Any, tmp_path: Path) -> None:
    answer = workbench("inspect", "tiny_cnn", "--show", "filters", "-o", tmp_path)
    assert answer.status == 0
    assert "not trained" in answer.err
    refused(workbench("inspect", "tiny_cnn", "--show", "maps", "-o", tmp_path), "--image")


def test_exporting(workbench: Any, digits_run: Path, tmp_path: Path) -> None:
    report = workbench("export", digits_run, "--to", "safetensors", "-o", tmp_path / "a.safetensors", "--json").json
    assert (report["parameters"], report["max_difference"]) == (61_706, 0)
    state = load_file(tmp_path / "a.safetensors")
    assert state["conv1.weight"].shape == (6, 1, 5, 5)
    assert workbench("export", digits_run, "--to", "pt", "-o", tmp_path).status == 0
    held = torch.load(tmp_path / f"{digits_run.name}.pt", weights_only=True)
    assert torch.equal(held["state_dict"]["conv1.weight"], state["conv1.weight"])
    report = workbench("export", digits_run, "--to", "source", "-o", tmp_path, "--json").json
    assert (tmp_path / f"{digits_run.name}.py").read_text().count("\n") == report["lines"]
    refused(workbench("export", digits_run, "--to", "onxx", "-o", tmp_path / "x"), "onxx", "safetensors")
    refused(workbench("export", tmp_path, "-o", tmp_path / "x"), "is not a run")


def test_a_run_without_a_checkpoint(workbench: Any, digits_run: Path, tmp_path: Path) -> None:
    run = tmp_path / "begun"
    run.mkdir()
    for name in ("plan.json", "network.json", "data.json"):
        (run / name).write_bytes((digits_run / name).read_bytes())
    for words in (("evaluate", run), ("export", run, "-o", run / "x"), ("inspect", run, "-o", run)):
        refused(workbench(*words), "checkpoint")


def test_transferring(workbench: Any, tmp_path: Path) -> None:
    import torchvision

    for number, name in enumerate(("ants", "bees")):
        for index in range(6):
            path = tmp_path / "photos" / name / f"{index}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            PIL.Image.new("RGB", (64, 48), (200 * number, 20 * index, 90)).save(path)
    torch.manual_seed(0)
    weights = tmp_path / "weights.pth"
    torch.save(torchvision.models.squeezenet1_1().state_dict(), weights)
    words = ("--weights", weights, "--epochs", "1", "--batch", "4", "--out", tmp_path / "run", "--json")
    answer = workbench("transfer", "--backbone", "squeezenet1_1", "--data", tmp_path / "photos", *words)
    assert answer.status == 0, answer.err
    assert "none of the published files" in answer.err
    run = open_run(answer.json["run"])
    assert run.classes == ("ants", "bees")
    assert run.plan.preprocessing is not None and run.plan.preprocessing.framing.height == 224
    started = next(event for event in run.events() if type(event).__name__ == "RunStarted")
    assert started.trainable == 2 * 513


@pytest.mark.parametrize(
    ("words", "part"),
    [
        ([], "--data"),
        (["--data", "nowhere"], "nowhere"),
        (["--data", ".", "--backbone", "gpt"], "mobilenet_v2"),
        (["--data", ".", "--strategy", "luck"], "head"),
        (["--data", ".", "--weights", "none.pth"], "none.pth"),
        (["--data", ".", "--strategy", "lpft", "--epochs", "1"], "at least 2"),
    ],
)
def test_transfer_that_is_not_possible(workbench: Any, words: list[str], part: str) -> None:
    refused(workbench("transfer", *words), part)


def test_json_on_standard_output_is_all_there_is(workbench: Any, digits_run: Path) -> None:
    for words in (("evaluate", digits_run), ("describe", "lenet5"), ("networks",)):
        assert msgspec.json.decode(workbench(*words, "--json").out)


@pytest.mark.slow
def test_a_run_in_a_process_of_its_own_comes_to_the_same(workbench: Any, tmp_path: Path) -> None:
    outcomes = []
    for name, words in {"here": (), "there": ("--isolated",)}.items():
        answer = workbench("train", "lenet5", "--data", "digits", *QUICK, *words, "--out", tmp_path / name, "--json")
        assert answer.status == 0, answer.err
        assert "epoch 1/1" in answer.err
        outcomes.append(answer.json["accuracy"])
    assert outcomes[0] == outcomes[1]
    refused(workbench("resume", tmp_path / "there", "--isolated"), "there is complete")
