"""The catalog of landmarks against torchvision's own documentation, its networks, and what our analysis counts."""

from __future__ import annotations

import inspect
import subprocess
import sys

import pytest
import torchvision

from workbench.core.modelling.auxiliary import plain_name
from workbench.core.modelling.landmarks.catalog import FAMILIES, LANDMARKS, idea_of, known, ready_names
from workbench.core.modelling.landmarks.figures import family, figures
from workbench.core.modelling.landmarks.landmark import Landmark
from workbench.core.modelling.opening import open_network, torchvision_names
from workbench.core.modelling.shapes import analyse
from workbench.core.modelling.zoo import READY

QUICK = [*READY, "alexnet", "vgg11_bn", "googlenet+aux", "resnet18", "squeezenet1_1"]
ELSEWHERE = {"alexnet": "NIPS 2012", "lenet": "Proceedings of the IEEE 86(11)"}
"""The papers that are not on arXiv."""


def test_every_ready_network_belongs_to_exactly_one_landmark() -> None:
    assert set(ready_names()) == {*READY, *torchvision_names()}
    assert len(FAMILIES) == sum(len(mark.variants) for mark in LANDMARKS.values())
    assert all(known(name) for name in ready_names())


def test_no_other_name_is_known() -> None:
    assert known("resnet19") is None and idea_of("nowhere.network.json") == ""


@pytest.mark.parametrize("mark", LANDMARKS.values(), ids=LANDMARKS)
def test_the_year_is_that_of_the_first_publication(mark: Landmark) -> None:
    assert mark.authors and mark.paper and mark.idea.endswith(".")
    if mark.name in ELSEWHERE:
        assert (mark.reference, mark.address) == (ELSEWHERE[mark.name], "")
    else:
        number = mark.reference.removeprefix("arXiv:")
        assert int(number[:2]) + 2000 == mark.year
        assert mark.address == f"https://arxiv.org/abs/{number}"


PUBLISHED = [mark for mark in LANDMARKS.values() if any(name not in READY for name in mark.variants)]


@pytest.mark.parametrize("mark", PUBLISHED, ids=lambda mark: mark.name)
def test_torchvision_names_the_same_paper(mark: Landmark) -> None:
    """torchvision's documentation of the networks links their paper."""
    names = [name for name in mark.variants if name not in READY]
    text = " ".join(" ".join((inspect.getdoc(getattr(torchvision.models, name)) or "").split()) for name in names)
    number = mark.reference.removeprefix("arXiv:")
    assert number in text if number != mark.reference and mark.name != "mobilenet-v3" else mark.paper in text


def look_is_there(name: str) -> None:
    about, network = known(name), open_network(name)
    assert about is not None
    assert about.look in network.groups or about.look in network, f"{name} has no {about.look}"


@pytest.mark.parametrize("name", QUICK)
def test_the_place_to_look_at_is_in_the_network(name: str) -> None:
    look_is_there(name)


@pytest.mark.slow
@pytest.mark.parametrize("mark", PUBLISHED, ids=lambda mark: mark.name)
def test_the_place_to_look_at_is_in_one_network_of_each_landmark(mark: Landmark) -> None:
    look_is_there(next(name for name in mark.variants if name not in READY))


@pytest.mark.parametrize("name", QUICK)
def test_figures_are_those_of_the_opened_network(name: str) -> None:
    found, analysis = figures(name), analyse(open_network(name))
    assert (found.parameters, found.input) == (analysis.parameters, analysis.input_shape)
    if found.gmacs is not None:
        assert found.gmacs == pytest.approx(analysis.macs / 1e9, abs=6e-4)


def test_accuracy_is_what_torchvision_measured_with_pictures_of_that_size() -> None:
    assert figures("resnet50").accuracy == 80.858  # IMAGENET1K_V2, the first choice
    assert figures("resnet50").weights == "IMAGENET1K_V2"
    huge = figures("vit_h_14")  # its first choice wants 518 pixels and has other parameters
    assert (huge.weights, huge.accuracy, huge.gmacs) == ("IMAGENET1K_SWAG_LINEAR_V1", 85.708, 167.295)
    assert figures("lenet5").accuracy is None


def test_with_auxiliary_heads_nothing_is_known_of_the_work() -> None:
    plain, heads = figures("googlenet"), figures("googlenet+aux")
    assert heads.parameters - plain.parameters == 6_379_984
    assert (heads.gmacs, heads.accuracy, plain.accuracy) == (None, None, 69.778)


@pytest.mark.parametrize("name", ["lenet5", "resnet18", "wide_resnet50_2"])
def test_the_family_is_the_class_of_the_module(name: str) -> None:
    assert family(name) == ("tutorial" if name in READY else "ResNet")


def test_what_sets_a_network_apart_follows_the_idea() -> None:
    assert known("resnet50").idea.startswith("Shortcuts: ")  # type: ignore[union-attr]
    assert "Bottlenecks" in known("resnet50").idea  # type: ignore[union-attr]
    assert known("mini_resnet").idea == READY["mini_resnet"].idea  # type: ignore[union-attr]
    assert plain_name("googlenet+aux") in FAMILIES


def test_the_catalog_needs_no_torch() -> None:
    code = (
        "import workbench.core.modelling.landmarks.catalog, sys; print('torch' in sys.modules, 'numpy' in sys.modules)"
    )
    output = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert output.split() == ["False", "False"]
