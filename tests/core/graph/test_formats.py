"""The network file as a promise: a written schema, a file of every version, and a way from each to this one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from workbench.core.graph import storage
from workbench.core.graph.canvas import Canvas
from workbench.core.graph.migrations import STEPS, Record, migrated
from workbench.core.graph.storage import VERSION, from_json, json_schema, load_network, to_json
from workbench.core.layers.catalog import CATALOG
from workbench.core.modelling.opening import open_network
from workbench.core.modelling.shapes import analyse
from workbench.errors import WorkbenchError

GOLDEN = Path(__file__).parent / "golden"
SCHEMA = Path(__file__).parents[3] / "resources" / "network.schema.json"
VALIDATOR = jsonschema.Draft202012Validator(json_schema())
VERSIONS = range(1, VERSION + 1)


def golden(version: int) -> Path:
    return GOLDEN / f"version_{version}.network.json"


def test_the_written_schema_is_the_one_of_the_records() -> None:
    jsonschema.Draft202012Validator.check_schema(json_schema())
    assert json.loads(SCHEMA.read_text()) == json_schema()


@pytest.mark.parametrize("name", ["lenet5", "mini_resnet", "resnet18", "googlenet"])
def test_saved_networks_follow_the_schema(name: str) -> None:
    VALIDATOR.validate(json.loads(to_json(open_network(name))))


@pytest.mark.parametrize("version", VERSIONS)
def test_files_of_every_version_open_as_the_same_network(version: int) -> None:
    network, latest = load_network(golden(version)), load_network(golden(VERSION))
    assert network.with_(canvas=Canvas()) == latest.with_(canvas=Canvas())
    assert bool(network.canvas) == (version > 1)
    assert list(network.nodes) == list(load_network(golden(VERSION)).nodes)


def test_a_file_of_this_version_is_saved_byte_for_byte() -> None:
    text = golden(VERSION).read_bytes()
    assert to_json(from_json(text)) == text
    VALIDATOR.validate(json.loads(text))


def test_every_old_version_has_its_step() -> None:
    assert sorted(STEPS) == list(VERSIONS[:-1])


def test_unknown_kinds_and_bad_values_are_problems_and_survive() -> None:
    network = load_network(golden(VERSION))
    problems = {problem.where: str(problem) for problem in analyse(network).problems}
    assert set(problems) >= {"future", "wrong", "loose"}
    assert "Unknown layer kind Warp" in problems["future"]
    assert "kernel_size" in problems["wrong"]
    assert from_json(to_json(network))["wrong"].arguments == {"kernel_size": "wide", "stride": {"h": 2}}


files = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(
    st.dictionaries(st.sampled_from(["name", "nodes", "blocks", "canvas", "more"]), files),
    st.sampled_from(["node", "file"]),
)
def test_what_the_schema_accepts_is_read_and_what_it_refuses_is_refused(values: dict[str, Any], place: str) -> None:
    node = {"name": "a", "kind": sorted(kind.name() for kind in CATALOG)[0]}
    base: dict[str, Any] = {"format": "cnn-workbench/network", "version": VERSION, "name": "n", "nodes": [node]}
    if place == "node":
        words = {"nodes": "inputs", "blocks": "arguments", "more": "position", "canvas": "more"}
        file = {**base, "nodes": [{**node, **{words.get(key, key): value for key, value in values.items()}}]}
    else:
        file = {**base, **values}
    try:
        text = json.dumps(file, allow_nan=False).encode()
    except ValueError:
        return
    if VALIDATOR.is_valid(json.loads(text)):
        assert VALIDATOR.is_valid(json.loads(to_json(from_json(text))))
    else:
        with pytest.raises(WorkbenchError):
            from_json(text)


TOY: dict[int, Any] = {
    1: lambda record: {**record, "nodes": [{**node, "kind": node["kind"].upper()} for node in record["nodes"]]},
    2: lambda record: {key: value for key, value in record.items() if key != "gone"},
}


def test_steps_follow_one_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(storage, "VERSION", 3)
    for number, step in TOY.items():
        monkeypatch.setitem(STEPS, number, step)
    file: Record = {"format": "cnn-workbench/network", "name": "n", "gone": 1, "nodes": [{"name": "a", "kind": "x"}]}
    assert from_json(json.dumps({**file, "version": 1}).encode())["a"].kind == "X"
    assert from_json(json.dumps({**file, "version": 2}).encode())["a"].kind == "x"
    with pytest.raises(WorkbenchError, match="gone"):
        from_json(json.dumps({**file, "version": 3}).encode())
    with pytest.raises(WorkbenchError, match="newer version"):
        from_json(json.dumps({**file, "version": 4}).encode())


@pytest.mark.parametrize("nodes", [None, 3, "x", [3], [{}], [None], {}])
def test_a_broken_old_file_is_refused_in_words(nodes: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(storage, "VERSION", 2)
    monkeypatch.setitem(STEPS, 1, TOY[1])
    file = {"format": "cnn-workbench/network", "version": 1, "name": "n", "nodes": nodes}
    with pytest.raises(WorkbenchError, match="is not a network file"):
        from_json(json.dumps({**file, "extra": 1}).encode())


def test_a_version_without_a_way_is_refused() -> None:
    with pytest.raises(ValueError, match="no way from version 2"):
        migrated({}, version=1, target=3, steps={1: dict})
