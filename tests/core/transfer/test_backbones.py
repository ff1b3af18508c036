"""The table of backbones against torchvision and against published outputs."""

from __future__ import annotations

import numpy as np
import pytest
import torch
import torchvision

from workbench.core.modelling.compile import build_module
from workbench.core.modelling.heads import head_of
from workbench.core.training.checkpoint import load_weight_file
from workbench.core.training.phases import is_below
from workbench.core.transfer.adaptation import adapt
from workbench.core.transfer.backbones import BACKBONES, backbone_named
from workbench.errors import WorkbenchError


@pytest.fixture(params=BACKBONES)
def backbone(request):
    return BACKBONES[request.param]


def test_the_facts_are_torchvisions(backbone):
    versions = backbone.versions()
    members = {weights.name: weights for weights in torchvision.models.get_model_weights(backbone.name)}
    assert {version.version for version in versions} == set(members)
    assert versions[0].version == "IMAGENET1K_V1"
    for version in versions:
        transforms = members[version.version].transforms()
        assert version.url == members[version.version].url
        assert version.preprocessing.framing.resize == transforms.resize_size[0]
        assert version.preprocessing.framing.height == version.preprocessing.framing.width == 224
        assert version.preprocessing.mean == tuple(transforms.mean)
        assert members[version.version].meta["num_params"] == backbone.parameters


def test_the_second_version_of_mobilenet_has_its_own_size():
    first, second = BACKBONES["mobilenet_v2"].versions()
    assert (first.preprocessing.framing.resize, second.preprocessing.framing.resize) == (256, 232)


def test_head_and_stages_cover_every_parameter_once(backbone):
    module = build_module(backbone.network(), device="meta")
    assert head_of(backbone.network()).name == backbone.head
    assert sum(parameter.numel() for parameter in module.parameters()) == backbone.parameters
    for name, _ in module.named_parameters():
        owners = [part for part in (*backbone.stages, backbone.head) if is_below(name, (part,))]
        assert len(owners) == 1, name


def test_a_new_head_changes_only_the_head(backbone):
    adapted = adapt(backbone.network(), backbone, 5)
    before, after = build_module(backbone.network(), device="meta"), build_module(adapted, device="meta")
    shapes = {key: value.shape for key, value in after.state_dict().items()}
    different = {key for key, value in before.state_dict().items() if shapes[key] != value.shape}
    assert {key.rpartition(".")[0] for key in different} == {backbone.head}
    with torch.device("meta"):
        assert after(torch.empty(2, 3, 224, 224)).shape == (2, 5)


def test_resnet18_with_five_classes_trains_2565_parameters():
    backbone = BACKBONES["resnet18"]
    module = build_module(adapt(backbone.network(), backbone, 5), device="meta")
    counts = {name: parameter.numel() for name, parameter in module.named_parameters()}
    assert sum(counts.values()) == 11_179_077
    assert sum(count for name, count in counts.items() if not is_below(name, backbone.stages)) == 2_565


@pytest.mark.parametrize(("name", "tolerance"), [("mobilenet_v2", 0.1), ("squeezenet1_1", 1e-3)])
def test_the_traced_network_computes_what_was_published(shared, name, tolerance):
    reference = np.load(shared / "weights" / "reference_io.npz")
    module = build_module(BACKBONES[name].network()).eval()
    module.load_state_dict(load_weight_file(shared / "weights" / f"{name}_fp32.pth"), strict=True)
    with torch.no_grad():
        outputs = module(torch.from_numpy(reference["x"]))
    assert np.abs(outputs.numpy() - reference[name]).max() < tolerance


@pytest.mark.parametrize("classes", [0, 1])
def test_fewer_than_two_classes_are_refused(tiny, classes):
    with pytest.raises(WorkbenchError, match="nothing to tell apart"):
        adapt(tiny.network(), tiny, classes)


def test_an_unknown_backbone_names_the_known_ones():
    with pytest.raises(WorkbenchError, match="mobilenet_v2, squeezenet1_1, resnet18"):
        backbone_named("mobilnet")
