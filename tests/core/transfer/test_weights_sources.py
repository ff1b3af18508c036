"""Weights from a file, from the cache and from the published address."""

from __future__ import annotations

import pytest
import torch
from safetensors.torch import save_file

from workbench.core.transfer.backbones import BACKBONES
from workbench.core.transfer.weights import check_weights, find_weights, weights_source
from workbench.errors import WorkbenchError


def test_a_file_that_fits_is_taken_as_it_is(tiny, tiny_weights):
    assert find_weights(tiny, file=tiny_weights) == tiny_weights


def test_safetensors_are_taken_too(tiny, tiny_weights, tmp_path):
    save_file(torch.load(tiny_weights, weights_only=True), tmp_path / "tiny.safetensors")
    assert find_weights(tiny, file=tmp_path / "tiny.safetensors").suffix == ".safetensors"


def test_a_head_of_another_size_does_not_matter(tiny, tiny_weights):
    state = torch.load(tiny_weights, weights_only=True)
    state["classifier.weight"] = torch.zeros(3, 16)
    torch.save(state, tiny_weights)
    check_weights(tiny_weights, tiny)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda state: state.pop("features.3.weight"), "features.3.weight is not in the file"),
        (lambda state: state.update({"features.1.bias": torch.zeros(9)}), r"features.1.bias is \(9,\) in the file"),
        (lambda state: state.update({"features.9.weight": torch.zeros(1)}), "the network has no features.9.weight"),
    ],
)
def test_the_first_difference_is_named(tiny, tiny_weights, change, sentence):
    state = torch.load(tiny_weights, weights_only=True)
    change(state)
    torch.save(state, tiny_weights)
    with pytest.raises(WorkbenchError, match=sentence):
        find_weights(tiny, file=tiny_weights)


@pytest.mark.parametrize("content", [b"", b"not a file of weights", b"PK\x03\x04 half an archive"])
def test_a_broken_file_is_refused(tiny, tmp_path, content):
    (tmp_path / "broken.pth").write_bytes(content)
    with pytest.raises(WorkbenchError, match=r"broken\.pth is not a file of weights"):
        find_weights(tiny, file=tmp_path / "broken.pth")


def test_a_file_that_would_run_code_is_refused(tiny, tmp_path):
    torch.save(torch.nn.Linear(2, 2), tmp_path / "pickled.pth")
    with pytest.raises(WorkbenchError, match="not a file of weights"):
        find_weights(tiny, file=tmp_path / "pickled.pth")


def test_an_unknown_file_is_taken_for_the_first_version(tiny, tiny_weights):
    source = weights_source(tiny, file=tiny_weights)
    assert (source.source, source.recognized, source.published.version) == ("file", False, "V1")


def test_a_published_file_is_recognized_under_any_name(file_server, tiny_weights):
    source = weights_source(file_server.backbone(), file=tiny_weights)
    assert (source.source, source.recognized) == ("file", True)


def test_what_is_missing_is_downloaded_once_into_torchs_cache(file_server, own_torch_home):
    backbone = file_server.backbone()
    assert weights_source(backbone).source == "download"
    path = find_weights(backbone)
    assert path.parent == own_torch_home
    assert weights_source(backbone).source == "cache"
    assert find_weights(backbone) == path
    assert len(file_server.requests) == 1


def test_a_damaged_file_in_the_cache_is_downloaded_again(file_server):
    backbone = file_server.backbone()
    path = find_weights(backbone)
    path.write_bytes(file_server.content[:100])
    assert weights_source(backbone).source == "download"
    assert find_weights(backbone).read_bytes() == file_server.content


def test_the_shared_weights_fit_and_others_do_not(shared):
    path = shared / "weights" / "mobilenet_v2_fp32.pth"
    assert find_weights(BACKBONES["mobilenet_v2"], file=path) == path
    with pytest.raises(WorkbenchError, match="does not hold the weights of squeezenet1_1"):
        find_weights(BACKBONES["squeezenet1_1"], file=path)
