"""What lint says of ready networks: nothing is wrong with a landmark, and what is said of it is true and was decided.

The hints that stay, by rule. Bias before BatchNorm: the courses' networks and VGG with BatchNorm do have them. The
head: AlexNet, VGG and the flattening tutorial hold most of their parameters there. The field: the shallow tutorials and
SqueezeNet do average units that see less than the picture. No scores: two tutorials end in feature maps on purpose.
"""

from __future__ import annotations

import pytest

from workbench.core.graph.edits import set_arguments
from workbench.core.graph.network import Network
from workbench.core.modelling.lint.findings import FILES, findings
from workbench.core.modelling.lint.rule import RULES, Subject
from workbench.core.modelling.opening import open_network, torchvision_names
from workbench.core.modelling.shapes import analyse
from workbench.core.modelling.zoo import READY

TUTORIAL_HINTS = {
    "cifar10cnn": {"bias before norm", "small receptive field"},
    "cifar10net": {"bias before norm", "small receptive field"},
    "simple_cnn_gap": {"bias before norm", "small receptive field"},
    "simple_cnn_fc": {"bias before norm", "head larger than body"},
    "modern_cnn": set(),
    "mini_resnet": set(),
    "mini_vgg": {"bias before norm"},
    "tiny_cnn": {"output not classes"},
    "residual_stack": {"bias before norm", "output not classes"},
    "lenet5": set(),
    "quicknet": set(),
}
SMALL = ("alexnet", "vgg11_bn", "squeezenet1_1", "resnet18", "mobilenet_v2", "mobilenet_v3_small", "shufflenet_v2_x0_5")


def hints_of_landmark(name: str) -> set[str]:
    hints = set()
    if name == "alexnet" or name.startswith("vgg"):
        hints.add("head larger than body")
    if name.startswith("vgg") and name.endswith("_bn"):
        hints.add("bias before norm")
    if name.startswith("squeezenet"):
        hints.add("small receptive field")
    return hints


def said(network: Network) -> set[str]:
    """The rules that find something; fails where that is more than a hint."""
    subject = Subject(analyse(network))
    told = {rule: list(RULES[rule](subject)) for rule in RULES}
    assert {problem.level for problems in told.values() for problem in problems} <= {"info"}
    return {rule for rule, problems in told.items() if problems}


def mended(network: Network, *, most: int = 20) -> Network:
    """The network after one remedy after another, as a user would click them."""
    for _ in range(most):
        offered = [problem.remedy for problem in findings(analyse(network)) if problem.remedy]
        if not offered:
            return network
        network = offered[0].edit(network)
    raise AssertionError(f"{network.name} is never done")


def test_every_tutorial_network_was_decided_on() -> None:
    assert set(TUTORIAL_HINTS) == set(READY)


@pytest.mark.parametrize(("name", "hints"), TUTORIAL_HINTS.items())
def test_tutorial_networks(name: str, hints: set[str]) -> None:
    assert said(open_network(name)) == hints


@pytest.mark.parametrize("name", SMALL)
def test_small_landmarks(name: str) -> None:
    assert said(open_network(name)) == hints_of_landmark(name)


@pytest.mark.slow
def test_all_landmarks() -> None:
    names = [name for name in torchvision_names() if not name.endswith("+aux")]
    assert len(names) >= 80
    wrong = {name: found for name in names if (found := said(open_network(name))) != hints_of_landmark(name)}
    assert wrong == {}


@pytest.mark.parametrize("name", READY)
def test_following_every_remedy_comes_to_an_end(name: str) -> None:
    network = mended(open_network(name))
    assert analyse(network).errors == ()
    assert [problem for problem in findings(analyse(network)) if problem.remedy] == []


def test_a_resnet_on_small_pictures_loses_them_until_mended() -> None:
    network = open_network("resnet18")
    network = set_arguments(network, network.of_kind("Input")[0].name, {"shape": [3, 32, 32]})
    problem = next(problem for problem in findings(analyse(network)) if problem.level == "warning")
    assert problem.where == "layer4.0.conv2" and problem.remedy is not None
    larger = problem.remedy.edit(network)
    assert "maxpool" not in larger
    assert findings(analyse(larger)) == ()


def test_kept_auxiliary_heads_are_never_trained_and_that_is_said() -> None:
    told = findings(analyse(open_network("googlenet+aux")))
    assert [(problem.where, problem.level) for problem in told] == [("aux1.fc2", "info"), ("aux2.fc2", "info")]


def test_every_file_of_rules_is_listed() -> None:
    assert {RULES[rule].__module__ for rule in RULES} == {file.__name__ for file in FILES}
