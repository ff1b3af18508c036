"""Whatever is done to a network, in whatever order: it stays sound, it can all be undone, saved and analysed."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.core.graph import copying, edits, groups
from workbench.core.graph.document import Document
from workbench.core.graph.network import Network
from workbench.core.graph.storage import from_json, to_json
from workbench.core.modelling.shapes import analyse
from workbench.errors import WorkbenchError

Gesture = Callable[[Network, int, int], Network]
PARTS_OF_EDITS = {"settled", "taking_instead", "selection", "read_copied", "with_group"}
"""Functions from networks to networks that edits are made of; nobody does them alone."""

numbers = st.integers(0, 40)
scripts = st.lists(st.tuples(numbers, numbers, numbers), max_size=40)


def played(document: Document, script: list[tuple[int, int, int]], gestures: Mapping[str, Gesture]) -> Iterator[str]:
    """Do the gestures one after another, and refuse to hear of anything but refusals."""
    names = sorted(gestures)
    for which, i, j in script:
        name = names[which % len(names)]
        try:
            document.apply(lambda network: gestures[name](network, i, j), name)  # noqa: B023 - called at once
        except WorkbenchError as error:
            assert error.title
        yield name


def test_there_is_a_gesture_for_every_edit(gestures: Mapping[str, Gesture]) -> None:
    found = {
        name
        for module in (copying, edits, groups)
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if function.__module__ == module.__name__
        and not name.startswith("_")
        and inspect.signature(function).return_annotation == "Network"
    }
    assert found - PARTS_OF_EDITS == {name.partition(" ")[0] for name in gestures}


@settings(max_examples=120, deadline=None)
@given(script=scripts)
def test_any_edits_keep_the_network_sound_and_can_all_be_undone(
    script: list[tuple[int, int, int]], gestures: Mapping[str, Gesture], start: Network
) -> None:
    document = Document(start)
    states = [start]
    for _ in played(document, script, gestures):
        network = document.network
        assert all(source in network for node in network for source in node.inputs)
        assert len(network.execution_order) == len(network)
        assert all(any(name.startswith(f"{prefix}.") for name in network.nodes) for prefix in network.blocks)
        states += [network] if network != states[-1] else []
    for state in reversed(states[:-1]):
        assert document.undo()
        assert document.network == state
        assert list(document.network.nodes) == list(state.nodes)
    assert document.undo() is None
    for state in states[1:]:
        assert document.redo()
        assert document.network == state
    assert document.redo() is None


@settings(max_examples=60, deadline=None)
@given(script=scripts)
def test_whatever_was_edited_can_be_saved_and_analysed(
    script: list[tuple[int, int, int]], gestures: Mapping[str, Gesture], start: Network
) -> None:
    document = Document(start)
    for _ in played(document, script, gestures):
        pass
    network = document.network
    text = to_json(network)
    assert from_json(text) == network
    assert to_json(from_json(text)) == text
    analysis = analyse(network)
    assert set(analysis.nodes) == set(network.nodes)
    unknown = [name for name, report in analysis.nodes.items() if report.output_shape is None]
    assert analysis.problems or not unknown


@settings(max_examples=60, deadline=None)
@given(script=scripts, key=st.sampled_from(["x", "y"]))
def test_merged_steps_are_undone_together(
    script: list[tuple[int, int, int]], key: str, gestures: Mapping[str, Gesture], start: Network
) -> None:
    document = Document(start)
    names = sorted(gestures)
    for which, i, j in script:
        try:
            document.apply(lambda n: gestures[names[which % len(names)]](n, i, j), key, merge_key=key)  # noqa: B023
        except WorkbenchError:
            continue
    assert len(document.history.done) == (document.network != start)
    document.undo()
    assert document.network == start


@pytest.mark.parametrize("name", ["undo", "redo"])
def test_an_empty_history_has_nothing_to_offer(start: Network, name: str) -> None:
    assert getattr(Document(start), name)() is None
