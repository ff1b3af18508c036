"""Outputs of nodes: the right values, and no trace in the module."""

from __future__ import annotations

import threading

import pytest
import torch
from torch import Tensor, fx, nn

from workbench.core.graph.network import Network, Node
from workbench.core.inspection.capture import capture, evaluation_mode
from workbench.core.modelling.compile import build_module
from workbench.core.modelling.opening import open_network
from workbench.core.modelling.sketch import Sketch
from workbench.errors import WorkbenchError


def chain(*nodes: tuple[str, dict[str, object]], shape: tuple[int, ...] = (1, 5, 5)) -> fx.GraphModule:
    sketch = Sketch("chain", shape)
    for number, (kind, arguments) in enumerate(nodes, start=1):
        sketch.add(f"{kind.lower()}{number}", kind, **arguments)
    return build_module(sketch.finish())


@pytest.fixture(scope="module")
def picture() -> Tensor:
    return torch.randn(2, 3, 64, 64, generator=torch.Generator().manual_seed(0))


def test_captures_equal_forward_hooks_on_torchvisions_resnet18(picture: Tensor) -> None:
    import torchvision

    reference = torchvision.models.resnet18(weights=None).eval()
    module = build_module(open_network("resnet18"))
    module.load_state_dict(reference.state_dict(), strict=True)
    names = ["conv1", "layer1.0.bn1", "layer2.0.downsample.0", "layer4.1.conv2", "avgpool", "fc"]
    hooked: dict[str, Tensor] = {}
    for name in names:
        layer = reference.get_submodule(name)
        layer.register_forward_hook(lambda _module, _args, output, name=name: hooked.update({name: output.clone()}))
    with torch.no_grad():
        reference(picture)
    captured = capture(module, picture, names)
    assert set(captured) == set(names)
    for name in names:
        torch.testing.assert_close(captured[name], hooked[name], rtol=0, atol=1e-5)


def test_an_in_place_activation_does_not_change_what_was_kept(picture: Tensor) -> None:
    network = open_network("mobilenet_v2")
    before = next(node.inputs[0] for node in network if node.kind == "ReLU6" and node.arguments.get("inplace"))
    module = build_module(network)
    kept = capture(module, picture)
    assert (kept[before] < 0).any(), "the values before the activation are still there"
    after = network.consumers[before][0]
    torch.testing.assert_close(kept[after], kept[before].clamp(0, 6))


def test_an_in_place_activation_does_not_change_the_callers_picture() -> None:
    module = chain(("ReLU", {"inplace": True}))
    image = torch.full((1, 1, 5, 5), -1.0)
    kept = capture(module, image, ["input", "relu1"])
    assert (image == -1).all() and (kept["input"] == -1).all() and (kept["relu1"] == 0).all()


def test_every_node_is_captured_when_no_name_is_given() -> None:
    network = open_network("mini_resnet")
    kept = capture(build_module(network), torch.randn(1, 3, 32, 32))
    assert set(kept) == {node.name for node in network}
    torch.testing.assert_close(kept["output"], kept["fc"])


def test_function_nodes_are_captured() -> None:
    nodes = [
        Node("input", "Input", {"shape": [2, 3, 3]}),
        Node("relu", "ReLU", {}, ("input",)),
        Node("add", "Add", {}, ("input", "relu", "input")),
        Node("both", "Concatenate", {}, ("add", "relu")),
        Node("output", "Output", {}, ("both",)),
    ]
    image = torch.randn(1, 2, 3, 3)
    kept = capture(build_module(Network.of("joins", nodes)), image)
    torch.testing.assert_close(kept["add"], 2 * image + image.relu())
    torch.testing.assert_close(kept["both"], torch.cat([kept["add"], image.relu()], dim=1))


def test_modes_are_given_back_and_running_statistics_stay() -> None:
    module = build_module(open_network("cifar10net")).train()
    module.bn1_1.eval()
    modes = {name: part.training for name, part in module.named_modules()}
    state = {key: value.clone() for key, value in module.state_dict().items()}
    capture(module, torch.randn(4, 3, 32, 32), ["fc"])
    assert {name: part.training for name, part in module.named_modules()} == modes
    assert all(torch.equal(value, state[key]) for key, value in module.state_dict().items())


def test_modes_are_given_back_after_a_failure() -> None:
    module = build_module(open_network("cifar10net")).train()
    with pytest.raises(WorkbenchError):
        capture(module, torch.randn(1, 4, 32, 32), ["fc"])
    assert all(part.training for part in module.modules())
    with pytest.raises(RuntimeError), evaluation_mode(module):
        raise RuntimeError
    assert module.training


def test_dropout_is_silent_and_nothing_needs_a_gradient() -> None:
    module = build_module(open_network("cifar10net")).train()
    image = torch.randn(1, 3, 32, 32)
    kept = capture(module, image, ["dropout", "flatten"])
    assert torch.equal(kept["dropout"], kept["flatten"])
    assert not kept["dropout"].requires_grad


def test_it_runs_no_further_than_the_last_wanted_node() -> None:
    module = build_module(open_network("cifar10cnn"))
    ran: list[str] = []
    for name, part in module.named_modules():
        part.register_forward_hook(lambda *_, name=name: ran.append(name))
    capture(module, torch.randn(1, 3, 32, 32), ["bn1"])
    assert ran == ["conv1", "bn1"]


def test_it_works_from_another_thread() -> None:
    module = build_module(open_network("tiny_cnn")).eval()
    image = torch.randn(1, 3, 32, 32)
    answers: list[Tensor] = []
    thread = threading.Thread(target=lambda: answers.append(capture(module, image, ["relu2"])["relu2"]))
    thread.start()
    thread.join()
    with torch.no_grad():
        torch.testing.assert_close(answers[0], module(image))
    assert torch.is_grad_enabled()


def test_an_unknown_node_and_an_unfit_picture_are_named() -> None:
    module = build_module(open_network("cifar10cnn"))
    with pytest.raises(WorkbenchError, match="no node conv9"):
        capture(module, torch.randn(1, 3, 32, 32), ["conv9"])
    with pytest.raises(WorkbenchError, match=r"conv1 cannot run on a picture of 1 × 32 × 32.*expected input"):
        capture(module, torch.randn(1, 1, 32, 32), ["conv1"])


def test_a_convolution_and_a_pooling_worked_out_by_hand() -> None:
    module = chain(("Conv2d", {"out_channels": 1, "bias": False}))
    layer = module.conv2d1
    assert isinstance(layer, nn.Conv2d)
    layer.weight.data = torch.tensor([[[[1.0, 0.0, -1.0]] * 3]])
    kept = capture(module, torch.arange(1.0, 26.0).reshape(1, 1, 5, 5), ["conv2d1"])
    assert torch.equal(kept["conv2d1"], torch.full((1, 1, 3, 3), -6.0))
    pool = chain(("MaxPool2d", {}), shape=(1, 4, 4))
    given = torch.tensor([[1.0, 3, 2, 4], [5, 6, 7, 8], [9, 1, 3, 4], [2, 3, 7, 1]])
    kept = capture(pool, given[None, None], ["maxpool2d1"])
    assert kept["maxpool2d1"].tolist() == [[[[6.0, 8.0], [9.0, 7.0]]]]
