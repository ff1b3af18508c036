"""Sentences of the core in the window: capitals where a sentence begins, none where a name does."""

from __future__ import annotations

import pytest

from workbench.errors import WorkbenchError
from workbench.gui.widgets.sentences import capitalised, explained, sentence


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("they count twice", "They count twice"),
        ("it's too dark, mostly", "It's too dark, mostly"),
        ("ärger in the file", "Ärger in the file"),
        ("stop", "Stop"),
        ("stop.", "Stop."),
        ("photo.jpg is damaged", "photo.jpg is damaged"),
        ("val/cat: nothing is there", "val/cat: nothing is there"),
        ("layer1 feeds conv2", "layer1 feeds conv2"),
        ("batch_size is too large", "batch_size is too large"),
        ("epochs is too small", "Epochs is too small"),
        ("8 of 10 are", "8 of 10 are"),
        ("'a' is no number", "'a' is no number"),
        ("", ""),
    ],
)
def test_what_looks_like_a_name_keeps_its_letters(text: str, shown: str) -> None:
    assert capitalised(text) == shown


def test_a_name_that_is_known_keeps_its_letters() -> None:
    assert capitalised("stem already feeds head", name="stem") == "stem already feeds head"
    assert capitalised("stems are many", name="stem") == "Stems are many"
    assert capitalised("my dog.jpg is damaged", name="/photos/my dog.jpg") == "my dog.jpg is damaged"


def test_a_sentence_ends_with_a_stop_once() -> None:
    assert [sentence(text) for text in ("it broke", "it broke.", " what now? ", "going on…")] == [
        "It broke.",
        "It broke.",
        "What now?",
        "Going on…",
    ]


@pytest.mark.parametrize(
    ("reason", "hint", "told"),
    [
        ("the disk is away", "Try again", "The disk is away. Try again."),
        ("net.pt holds no weights", "", "net.pt holds no weights."),
        ("", "", ""),
    ],
)
def test_an_error_is_explained_in_sentences(reason: str, hint: str, told: str) -> None:
    assert explained(WorkbenchError("It failed", reason, hint)) == told
