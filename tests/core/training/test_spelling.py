"""Phases, groups and steps in a line: what they mean, and how a line that means nothing is refused."""

from __future__ import annotations

import pytest

from workbench.core.data.augment import AUGMENTATIONS, OPERATIONS, Step, step
from workbench.core.training.phases import ParameterGroup, Phase
from workbench.core.training.spelling import group_from, phase_from, steps_from
from workbench.errors import WorkbenchError


@pytest.mark.parametrize(
    ("line", "phase"),
    [
        ("epochs=3", Phase(epochs=3, learning_rate=0.5)),
        (
            "epochs=3 lr=1e-3 train=fc,layer4 bn=frozen",
            Phase(epochs=3, learning_rate=1e-3, trainable=("fc", "layer4"), norm="frozen"),
        ),
        ("  lr=2   epochs=1 freeze=conv1 ", Phase(epochs=1, learning_rate=2.0, frozen=("conv1",))),
        (
            "epochs=2 group=fc:rate=2 group=*.bias:decay=0",
            Phase(
                epochs=2,
                learning_rate=0.5,
                groups=(ParameterGroup(pattern="fc", rate=2.0), ParameterGroup(pattern="*.bias", decay=0.0)),
            ),
        ),
        (
            "epochs=1 learning_rate=0.1 trainable=fc norm=affine",
            Phase(epochs=1, learning_rate=0.1, trainable=("fc",), norm="affine"),
        ),
    ],
)
def test_a_line_is_a_phase(line: str, phase: Phase) -> None:
    assert phase_from(line, learning_rate=0.5) == phase


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("", "how many epochs"),
        ("lr=1", "how many epochs"),
        ("epochs=many", "must be a whole number"),
        ("epochs=1.5", "must be a whole number"),
        ("epochs=1 lr=fast", "must be a number"),
        ("epochs=1 speed=3", "speed=3 is none of its settings"),
        ("epochs 3", "epochs is none of its settings"),
        ("epochs=1 group=fc", "a rate or a decay"),
    ],
)
def test_a_line_that_is_no_phase_is_refused(line: str, words: str) -> None:
    with pytest.raises(WorkbenchError, match=words):
        phase_from(line, learning_rate=1.0)


def test_a_line_is_a_group() -> None:
    assert group_from("layer4.*:rate=0.1") == ParameterGroup(pattern="layer4.*", rate=0.1)
    assert group_from("*.bias:rate=2,decay=0") == ParameterGroup(pattern="*.bias", rate=2.0, decay=0.0)


@pytest.mark.parametrize("line", ["", "fc", ":rate=1", "fc:", "fc:rate", "fc:rate=x", "fc:lr=1", "fc:pattern=a"])
def test_a_line_that_is_no_group_is_refused(line: str) -> None:
    with pytest.raises(WorkbenchError):
        group_from(line)


@pytest.mark.parametrize("name", list(AUGMENTATIONS))
def test_every_preset_can_be_spelled(name: str) -> None:
    steps = tuple(step(made) for made in AUGMENTATIONS[name]())
    words = [f"{each.operation}:{','.join(f'{k}={v}' for k, v in each.arguments.items())}" for each in steps]
    assert steps_from(" ".join(word.rstrip(":") for word in words)) == steps


@pytest.mark.parametrize("name", list(OPERATIONS))
def test_every_operation_can_be_named_alone(name: str) -> None:
    assert steps_from(name) == (Step(name),)


def test_no_line_means_no_steps() -> None:
    assert steps_from("  ") == ()


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("spin", "no operation spin"),
        ("crop:size=3", "none of its settings"),
        ("horizontal-flip:probability=2", "at most 1"),
        ("horizontal-flip:probability=often", "must be a number"),
        ("affine:fill=white", "fill"),
    ],
)
def test_a_line_that_is_no_step_is_refused(line: str, words: str) -> None:
    with pytest.raises(WorkbenchError, match=words):
        steps_from(line)
