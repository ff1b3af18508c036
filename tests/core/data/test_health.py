"""What a check finds, measured on planted faults, and what it does not find in sets that are well."""

from __future__ import annotations

import importlib.util
import json
import shutil
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from PIL import Image

from workbench.core.data.arranging import decision_for
from workbench.core.data.decisions import Decision, Decisions, decided, read_decisions, undo, write_decisions
from workbench.core.data.health.checking import Report, check
from workbench.core.data.health.finding import RULES
from workbench.core.data.health.measures import measure, resampled
from workbench.core.data.health.suspects import label_suspects
from workbench.core.data.sources import open_data
from workbench.errors import WorkbenchError


def load(name: str) -> ModuleType:
    """A module beside this one."""
    spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, set[str]]]:
    folder = tmp_path_factory.mktemp("planted") / "shapes with faults"
    return folder, load("planted").plant(folder)


@pytest.fixture(scope="module")
def report(planted: tuple[Path, dict[str, set[str]]], session_cache: Path) -> Report:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WORKBENCH_CACHE", str(session_cache))
        return check(str(planted[0]))


def named(report: Report, rule: str) -> set[str]:
    found = [each for each in report.findings if each.rule == rule]
    return {report.subject.names[number] for each in found for number in each.pictures.tolist()}


def test_a_set_with_nothing_to_tell_apart_is_not_called_well(tmp_path: Path) -> None:
    (tmp_path / "0.png").write_bytes(b"")
    assert [(each.rule, each.level) for each in check(str(tmp_path)).findings] == [("classes", "error")]


def test_what_is_left_aside_because_of_how_it_lies_is_told(tmp_path: Path) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (6, 32, 32, 3), np.uint8)
    for at, place in enumerate(("train/a", "train/b", "val/a", "val/b", "val/stranger", "test/a")):
        (tmp_path / place).mkdir(parents=True)
        Image.fromarray(noise[at]).save(tmp_path / place / "0.png")
    told = {each.title: each.level for each in check(str(tmp_path)).findings if each.rule == "classes"}
    assert told == {
        "stranger: Pictures of stranger are not used (1)": "warning",
        f"{tmp_path / 'test'}: Not used": "info",
    }


@pytest.mark.parametrize("rule", ["duplicates", "leaks", "contradictions", "blank", "dark", "bright", "blurred"])
def test_planted_faults_are_found_and_nothing_else(
    report: Report, planted: tuple[Path, dict[str, set[str]]], rule: str
) -> None:
    found, wanted = named(report, rule), planted[1][rule]
    precision, recall = len(found & wanted) / max(1, len(found)), len(found & wanted) / len(wanted)
    assert (precision, recall) >= (1.0, 1.0), f"precision {precision:.0%}, recall {recall:.0%}: {found ^ wanted}"


def test_sets_that_are_well_are_left_in_peace() -> None:
    assert check("digits").findings == ()


@pytest.mark.slow
@pytest.mark.parametrize("name", ["cifar10.npz", "hymenoptera_256", "photos"])
def test_real_sets_have_few_findings(shared: Path, tmp_path: Path, name: str) -> None:
    place = shared / "data" / name
    if name == "photos":
        place = tmp_path
        for at, photo in enumerate(sorted((shared / "data" / "photos_free").glob("*.*g"))):
            (tmp_path / "ab"[at % 2]).mkdir(exist_ok=True)
            shutil.copy(photo, tmp_path / "ab"[at % 2])
    report = check(str(place))
    counts = {each.rule: len(each.pictures) for each in report.findings}
    assert (
        counts
        == {
            "cifar10.npz": {"duplicates": 14, "leaks": 6},
            "hymenoptera_256": {},
            "photos": {"few": 0, "contradictions": 2},
        }[name]
    )


def odd(shared: Path, folder: Path) -> Path:
    for part in ("one", "other"):
        (folder / part).mkdir()
    for at, path in enumerate(sorted((shared / "data" / "odd_images").iterdir())):
        if path.suffix != ".json":
            shutil.copy(path, folder / ("one", "other")[at % 2] / path.name)
    return folder


def test_every_odd_picture_is_named_for_what_it_is(shared: Path, tmp_path: Path) -> None:
    manifest = json.loads((shared / "data" / "odd_images" / "manifest.json").read_text())
    report = check(str(odd(shared, tmp_path)))
    found = {rule: {name.rpartition("/")[2] for name in named(report, rule)} for rule in RULES}
    bad = found["unreadable"] | found["truncated"] | found["too-large"]
    assert bad == {name for name, facts in manifest.items() if not facts["loads"]}
    assert found["truncated"] == {"truncated_image.png"}
    assert found["too-large"] == {"bmp_b_reallybig.bmp"}
    good = {name: facts for name, facts in manifest.items() if facts["loads"]}
    assert found["rotated"] == {name for name, facts in good.items() if facts.get("exif_orientation", 1) > 1}
    assert found["palette"] == {name for name, facts in good.items() if facts["mode"] == "P"}
    assert found["deep"] >= {name for name, facts in good.items() if facts["mode"].startswith("I")}
    several = {name for name, facts in good.items() if facts["frames"] > 1} - {"hopper.psd"}
    assert found["several"] == several, "the layers of a PSD are one picture"
    clear = {name for name, facts in good.items() if facts.get("transparency") or "A" in facts["mode"].upper()[3:]}
    assert found["transparent"] >= clear
    assert all(each.title and each.reason and each.ways for each in report.findings if len(each.pictures))


def test_files_of_the_wrong_type_and_in_colours_for_print(tmp_path: Path) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (30, 40, 40, 3), np.uint8)
    for at, pixels in enumerate(noise):
        (tmp_path / "ab"[at % 2]).mkdir(exist_ok=True)
        Image.fromarray(pixels).save(tmp_path / "ab"[at % 2] / f"{at}.png")
    Image.fromarray(noise[0]).convert("CMYK").save(tmp_path / "a" / "print.jpg")
    Image.fromarray(noise[1]).save(tmp_path / "b" / "really a gif.jpg", "GIF")
    Image.fromarray(noise[2]).resize((400, 40)).save(tmp_path / "a" / "wide.png")
    Image.fromarray(noise[3]).resize((8, 8)).save(tmp_path / "a" / "tiny.png")
    report = check(str(tmp_path))
    for rule, name in {
        "cmyk": "a/print.jpg",
        "wrong-type": "b/really a gif.jpg",
        "stretched": "a/wide.png",
        "small": "a/tiny.png",
    }.items():
        assert named(report, rule) == {name}, rule


def test_unequal_classes(tmp_path: Path) -> None:
    images = np.random.default_rng(0).integers(0, 256, (140, 8, 8, 3), np.uint8)
    labels = np.array([0] * 110 + [1] * 9 + [2] * 21)
    np.savez(tmp_path / "set", x_train=images, y_train=labels, x_test=images[:2] // 2 + 60, y_test=labels[[0, 120]])
    titles = {each.rule: each.title + each.reason for each in check(str(tmp_path / "set.npz")).findings}
    assert titles.keys() >= {"imbalance", "few", "unvalidated"}
    assert "0 has 12 times the training pictures of 1" in titles["imbalance"]
    assert "1 (9)" in titles["few"]
    assert "1 (0)" in titles["unvalidated"]


def three_classes(folder: Path, broken: str) -> Path:
    """Twelve pictures of each class in every part; those of some classes are damaged."""
    noise = np.random.default_rng(0).integers(0, 256, (72, 24, 24, 3), np.uint8)
    for at, pixels in enumerate(noise):
        place = folder / ("train", "val")[at % 2] / "abc"[at // 2 % 3]
        place.mkdir(parents=True, exist_ok=True)
        path = place / f"{at}.png"
        Image.fromarray(pixels).save(path)
        if place.name in broken:
            path.write_bytes(path.read_bytes()[:200])
    return folder


def test_pictures_that_cannot_be_read_are_not_among_those_to_train_on(tmp_path: Path) -> None:
    report = check(str(three_classes(tmp_path, "b")))
    opened = open_data(str(tmp_path))
    assert (len(report.subject.train), len(report.subject.validation)) == (24, 24)
    assert (len(opened.train), len(opened.validation)) == (24, 24)
    assert len(report.subject.unreadable) == 24
    told = {each.rule: each for each in report.findings}
    assert told.keys() == {"truncated", "untrained", "unvalidated"}
    assert told["untrained"].title == "1 class has no usable picture to train on"
    assert told["untrained"].level == "warning"
    assert told["untrained"].reason == "it is b (24 cannot be read); a network cannot learn what it never sees"


def test_fewer_than_two_classes_that_can_be_read_are_an_error(tmp_path: Path) -> None:
    report = check(str(three_classes(tmp_path, "bc")))
    worst = report.findings[0]
    assert (worst.rule, worst.level) == ("untrained", "error")
    assert worst.title == "2 classes have no usable picture to train on"
    with pytest.raises(WorkbenchError, match="too few usable pictures"):
        open_data(str(tmp_path))


def test_a_class_that_was_left_out_is_told_as_well(tmp_path: Path) -> None:
    place = str(three_classes(tmp_path, ""))
    index = check(place).subject.index
    out = decision_for(index, np.flatnonzero(index.labels == 0), Decision(action="exclude", pictures=()))
    write_decisions(place, decided(Decisions(), out))
    told = {each.rule: each for each in check(place).findings}
    assert told["untrained"].reason.startswith("it is a; a network")
    assert "few" not in told


@pytest.mark.parametrize("rule", ["duplicates", "leaks", "contradictions", "blank", "dark", "bright", "blurred"])
def test_the_way_out_mends_and_can_be_undone(
    report: Report, planted: tuple[Path, dict[str, set[str]]], rule: str
) -> None:
    place = str(planted[0])
    before = {path: path.read_bytes() for path in planted[0].rglob("*.png")}
    finding = report.finding(rule)
    try:
        for way in finding.ways:
            write_decisions(place, report.taken(finding, way))
            assert rule not in {each.rule for each in check(place).findings}
    finally:
        write_decisions(place, undo(read_decisions(place)))
    assert rule in {each.rule for each in check(place).findings}
    assert before == {path: path.read_bytes() for path in planted[0].rglob("*.png")}


def test_near_duplicates_stay_in_one_part_of_a_split_unless_allowed(tmp_path: Path) -> None:
    module = load("planted")
    for at, image in enumerate(module.draw_shapes(60, seed=3, size=64).images):
        folder = tmp_path / "ab"[at % 2]
        folder.mkdir(exist_ok=True)
        for name in ("same", "dim", "jpeg"):
            module.CHANGES[name](Image.fromarray(image)).save(folder / f"{at}-{name}.png")
    from workbench.core.data.split import Split

    straddling = {}
    for near in ("together", "anywhere"):
        split = Split(near_duplicates=near)
        data = open_data(str(tmp_path), split=split)
        sources = [{Path(file).name.split("-")[0] for file in part.files} for part in (data.train, data.validation)]
        straddling[near] = len(sources[0] & sources[1])
        assert len(data.validation) == pytest.approx(36, abs=2)
        assert bool(named(check(str(tmp_path), split=split), "leaks")) == (near == "anywhere")
    assert straddling["together"] <= 2 < 15 < straddling["anywhere"], "two copies in 120 are not recognized"


def test_a_bomb_of_any_size_is_told_not_decoded(tmp_path: Path) -> None:
    for name in "ab":
        (tmp_path / name).mkdir()
        for at in range(3):
            pixels = np.random.default_rng(at + ord(name)).integers(0, 256, (20, 20, 3), np.uint8)
            Image.fromarray(pixels).save(tmp_path / name / f"{at}.png")
    header = b"P6 90000 90000 255\n"
    (tmp_path / "a" / "bomb.ppm").write_bytes(header + b"x")
    assert named(check(str(tmp_path)), "too-large") == {"a/bomb.ppm"}


def test_small_copies_are_the_mean_of_the_area() -> None:
    pixels = np.random.default_rng(0).random((3, 24, 36, 3)).astype(np.float32)
    ours = resampled(pixels, 8, 9)
    theirs = pixels.reshape(3, 8, 3, 9, 4, 3).mean(axis=(2, 4))
    assert np.allclose(ours, theirs, atol=1e-6)
    assert np.allclose(resampled(pixels, 24, 36), pixels)


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_pictures_of_any_channels_are_measured(channels: int) -> None:
    found = measure(np.full((2, 5, 7, channels), 255, np.uint8))
    assert found.spread.tolist() == [0, 0] and found.low.tolist() == [255, 255]


def test_doubtful_labels_follow_the_paper() -> None:
    given: Any = np.array([0, 0, 0, 1, 1, 1])
    sure = np.array([[0.9, 0.1], [0.8, 0.2], [0.1, 0.9], [0.2, 0.8], [0.1, 0.9], [0.65, 0.35]])
    # by hand: class 0 is sure from (0.9 + 0.8 + 0.1) / 3 = 0.6 on, class 1 from (0.8 + 0.9 + 0.35) / 3 = 0.68 on
    classes, doubts = label_suspects(given, sure)
    assert classes == {2: 1, 5: 0}
    assert [*classes] == [2, 5], "the most doubtful first"
    assert doubts == pytest.approx({2: 0.8, 5: 0.3})
