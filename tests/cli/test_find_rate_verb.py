"""`workbench find-rate` as a person calls it."""

from __future__ import annotations

from typing import Any

WORDS = "find-rate lenet5 --data digits --device cpu --precision fp32".split()


def test_it_ends_with_the_option_to_use(workbench: Any) -> None:
    answer = workbench(*WORDS, "--seeds", "1", "--batch", "64")
    assert answer.status == 0, answer.err
    rate = float(answer.out.rpartition("--lr ")[2])
    assert 1e-4 < rate < 0.1
    assert answer.out.splitlines()[0].split() == ["rate", "loss", "lowest", "highest"]


def test_a_curve_that_says_nothing_is_printed_and_refused(workbench: Any) -> None:
    answer = workbench(*WORDS, "--seeds", "1", "--steps", "10", "--batch", "1", "--json")
    assert answer.status in (0, 2) and len(answer.json["rates"]) == 10
    assert (answer.json["suggestion"] is None) == (answer.json["refusal"] is not None) == (answer.status == 2)


def test_a_search_of_nothing_is_refused(workbench: Any) -> None:
    answer = workbench(*WORDS, "--seeds", "0")
    assert (answer.status, answer.out) == (2, "") and "at least 1 seed" in answer.err
