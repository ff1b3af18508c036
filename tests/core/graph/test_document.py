from __future__ import annotations

from pathlib import Path

import pytest

from workbench.core.graph import edits
from workbench.core.graph.document import Document, Edit
from workbench.core.graph.network import Network
from workbench.errors import WorkbenchError


def sized(size: int) -> Edit:
    return lambda network: edits.set_arguments(network, "b", {"size": size})


def test_undo_and_redo_return_the_very_values(diamond: Network) -> None:
    document = Document(diamond)
    changed = document.apply(sized(5), "Set size")
    assert document.undo_label == "Set size"
    assert document.undo() == "Set size"
    assert document.network is diamond
    assert (document.undo_label, document.redo_label) == (None, "Set size")
    document.redo()
    assert document.network is changed


def test_nothing_to_undo_or_redo(diamond: Network) -> None:
    document = Document(diamond)
    assert document.undo() is None
    assert document.redo() is None


def test_listeners_hear_before_and_after_until_they_stop(diamond: Network) -> None:
    document, heard = Document(diamond), []
    stop = document.listen(lambda before, after: heard.append((before, after)))
    first = document.apply(sized(5), "one")
    document.undo()
    stop()
    document.redo()
    assert [(a is diamond, b is diamond) for a, b in heard] == [(True, False), (False, True)]
    assert heard[0][1] is first


def test_an_edit_that_changes_nothing_is_no_step(diamond: Network) -> None:
    document = Document(diamond)
    document.apply(lambda network: network.with_nodes(list(network)), "nothing")
    assert document.undo_label is None


def test_a_refused_edit_changes_nothing(diamond: Network) -> None:
    document = Document(diamond)
    with pytest.raises(WorkbenchError):
        document.apply(lambda network: edits.remove_nodes(network, ["ghost"]), "Remove")
    assert document.network is diamond
    assert document.undo_label is None


def test_typing_merges_into_one_step(diamond: Network) -> None:
    document = Document(diamond)
    for size in (1, 12, 128):
        document.apply(sized(size), "Set size", merge_key="b size")
    document.undo()
    assert document.network is diamond


def test_other_keys_no_key_and_redo_do_not_merge(diamond: Network) -> None:
    document = Document(diamond)
    document.apply(sized(1), "one", merge_key="k")
    document.apply(sized(2), "two", merge_key="l")
    document.apply(sized(4), "three")
    document.apply(sized(5), "four")
    assert [step.label for step in document.history.done] == ["one", "two", "three", "four"]
    document.undo()
    document.undo()
    document.apply(sized(6), "five", merge_key="l")
    assert [step.label for step in document.history.done] == ["one", "two", "five"]
    assert document.redo_label is None


def test_typing_that_comes_back_leaves_no_step(diamond: Network) -> None:
    document = Document(diamond)
    for size in (5, 3):
        document.apply(sized(size), "Set size", merge_key="b size")
    assert document.undo_label is None
    assert not document.is_modified


def test_modified_is_relative_to_what_was_saved(diamond: Network, tmp_path: Path) -> None:
    document = Document(diamond)
    document.apply(sized(5), "Set size")
    assert document.is_modified
    document.mark_saved(tmp_path / "x.network.json")
    assert not document.is_modified
    document.undo()
    assert document.is_modified


def test_opening_starts_over(diamond: Network) -> None:
    document = Document(diamond)
    document.apply(sized(5), "Set size")
    document.open(Network("other"))
    assert (document.network.name, document.undo_label, document.is_modified) == ("other", None, False)
