"""The table of a comparison: against figures that are worked out by hand, as text and as Markdown."""

from __future__ import annotations

from typing import Any

from workbench.core.runs.compare import Experiment, Figure
from workbench.core.runs.comparison_table import NONE, Row, as_markdown, as_text, comparison_table


def experiment(name: str, accuracies: tuple[float, ...], settings: dict[str, Any], loss: float = 0.5) -> Experiment:
    mean = sum(accuracies) / len(accuracies)
    spread = None
    if len(accuracies) > 1:
        spread = (sum((value - mean) ** 2 for value in accuracies) / (len(accuracies) - 1)) ** 0.5
    return Experiment(
        runs=tuple(f"/runs/{name}-{number}" for number in range(len(accuracies))),
        seeds=tuple(range(len(accuracies))),
        states=("complete",) * len(accuracies),
        settings=settings,
        accuracy=Figure(mean, spread, accuracies),
        last_accuracy=None,
        loss=Figure(loss, None, (loss,)),
        best_epoch=Figure(3, None, (3,)),
        epochs=Figure(10, None, (10,)),
        seconds=Figure(61.25, None, (61.25,)),
        images_per_second=Figure(1234.5, None, (1234.5,)),
        parameters=61706,
    )


FIRST = experiment("a", (0.80, 0.90), {"learning_rate": 0.001, "optimizer": "adamw"})
SECOND = experiment("b", (0.75,), {"learning_rate": 0.1, "optimizer": "sgd", "optimizer.momentum": 0.9}, loss=0.25)


def by_name(rows: tuple[Row, ...]) -> dict[str, Row]:
    return {row.name: row for row in rows}


def test_settings_come_first_and_means_have_their_deviation() -> None:
    rows = comparison_table((FIRST, SECOND))
    assert [row.part for row in rows] == sorted((row.part for row in rows), key=["what", "setting", "result"].index)
    told = by_name(rows)
    assert told["Runs"].values == ("a-0, a-1", "b-0") and told["Seeds"].values == ("0, 1", "0")
    assert told["learning_rate"].values == ("0.001", "0.1")
    assert told["optimizer.momentum"].values == (NONE, "0.9")
    assert told["Best accuracy"].values == ("85.00 ± 7.07 %", "75.00 %")
    assert told["Last accuracy"].values == (NONE, NONE)
    assert told["Pictures a second"].values == ("1,234", "1,234") and told["Parameters"].values[0] == "61,706"


def test_the_best_of_a_row_is_known_and_equals_have_none() -> None:
    told = by_name(comparison_table((FIRST, SECOND)))
    assert told["Best accuracy"].best == (0,) and told["Lowest loss"].best == (1,)
    assert told["Seconds"].best == told["Epochs"].best == told["Last accuracy"].best == ()


def test_as_markdown_every_line_has_as_many_cells() -> None:
    odd = experiment("a|b*", (0.5,), {"network": "x|y"})
    lines = as_markdown(comparison_table((odd, SECOND))).splitlines()
    assert {line.replace("\\|", "").count("|") for line in lines} == {4}
    assert lines[0] == "|  | a\\|b\\*-0 | b-0 |" and lines[1] == "| --- | --- | --- |"
    assert "| Best accuracy | 50.00 % | **75.00 %** |" in lines


def test_as_text_the_columns_stand_below_each_other() -> None:
    lines = as_text(comparison_table((FIRST, SECOND))).splitlines()
    assert {line.find("b-0") for line in lines if "b-0" in line} == {
        line.find("75.00 %") for line in lines if "75.00 %" in line
    }
