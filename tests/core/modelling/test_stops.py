"""Where somebody's module cannot be opened: the line is named, the reason said, and what to change."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from workbench.core.modelling.trace import Names, trace_module
from workbench.errors import WorkbenchError

HERE = Path(__file__)


def refusal(module: nn.Module) -> WorkbenchError:
    with pytest.raises(WorkbenchError) as caught:
        trace_module(module, input_shape=(3, 8, 8))
    return caught.value


def line_of(text: str) -> str:
    """`test_stops.py:LINE` of the only line of this file that ends with a text (which stands here as well)."""
    lines = HERE.read_text().splitlines()
    (number,) = [number for number, line in enumerate(lines, start=1) if line.endswith(f"# {text}")]
    return f"{HERE.name}:{number}"


class Deciding(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        if x.sum() > 0:  # decides
            x = -x
        return x


class Assigning(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        x[:, 0] = 0  # assigns
        return x


class Walking(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return torch.cat([-part for part in x.relu()], 0)  # walks


class Numbering(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return x * float(x.mean())  # numbers


class Measuring(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return x[len(x) :]  # measures


class Failing(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        raise KeyError("scale")  # fails


class Inner(nn.Module):
    """The line that counts is the innermost one, in a module within the module."""

    def __init__(self) -> None:
        super().__init__()
        self.inner = nn.Sequential(nn.Conv2d(3, 3, 1), Deciding())

    def forward(self, x: Tensor) -> Tensor:
        return self.inner(x)


class Slicing(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return x[:, :, ::2]  # slices


STOPS = {
    "decides": (Deciding, "values of a tensor"),
    "assigns": (Assigning, "in place"),
    "walks": (Walking, "walks through a tensor"),
    "numbers": (Numbering, "a number or an array"),
    "measures": (Measuring, "for its length"),
    "fails": (Failing, "KeyError"),
    "slices": (Slicing, "no layer kind for this slice"),
}


@pytest.mark.parametrize("stop", STOPS)
def test_the_line_is_named_with_the_reason(stop: str) -> None:
    module, reason = STOPS[stop]
    error = refusal(module())
    assert line_of(stop) in error.reason
    assert reason in error.reason


@pytest.mark.parametrize("stop", ["decides", "assigns", "walks", "numbers", "measures", "fails"])
def test_what_to_change_is_said(stop: str) -> None:
    assert refusal(STOPS[stop][0]()).hint


def test_the_innermost_line_counts() -> None:
    assert line_of("decides") in refusal(Inner()).reason


class Recurrent(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.rnn = nn.LSTM(8, 8)
        self.pool = nn.FractionalMaxPool2d(2, output_ratio=0.5)

    def forward(self, x: Tensor) -> Tensor:
        return self.rnn(self.pool(torch.fft.fft2(x).real))[0]


def test_all_layers_without_a_kind_are_named_at_once() -> None:
    error = refusal(Recurrent())
    for name in ("torch.nn.LSTM (rnn)", "torch.nn.FractionalMaxPool2d (pool)", "fft_fft2"):
        assert name in error.reason
    assert re.search(rf"{HERE.name}:\d+", error.reason)


class Several(nn.Module):
    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        return x.relu(), x


class Named(nn.Module):
    def forward(self, x: Tensor) -> dict[str, Tensor]:
        return {"out": x.relu(), "aux": x}


class Nothing(nn.Module):
    def forward(self, x: Tensor) -> None:
        x.relu()


@pytest.mark.parametrize(
    ("module", "said"), [(Several, "2 results"), (Named, "a dict with out, aux"), (Nothing, "returns nothing")]
)
def test_a_network_has_one_output(module: type[nn.Module], said: str) -> None:
    error = refusal(module())
    assert said in error.reason
    assert HERE.name in error.reason
    assert "scores alone" in error.hint


def test_of_several_results_the_first_can_be_taken() -> None:
    network = trace_module(Several(), input_shape=(3, 8, 8), results="first")
    assert [node.kind for node in network] == ["Input", "ReLU", "Output"]


class TwoInputs(nn.Module):
    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        return x * mask


class Defaults(nn.Module):
    def forward(self, x: Tensor, mask: Tensor | None = None, *more: Tensor, scale: bool = False) -> Tensor:
        if mask is not None or scale or more:
            return x * mask
        return x.relu()


class AnyNumber(nn.Module):
    def forward(self, *xs: Tensor) -> Tensor:
        return xs[0].relu()


def test_a_second_input_is_refused_by_name() -> None:
    assert "mask" in refusal(TwoInputs()).reason


@pytest.mark.parametrize("module", [Defaults, AnyNumber])
def test_other_arguments_keep_their_defaults(module: type[nn.Module]) -> None:
    assert [node.kind for node in trace_module(module(), input_shape=(3, 8, 8))] == ["Input", "ReLU", "Output"]


def test_names_count_on_from_what_was_given() -> None:
    names = Names()
    given = [names.claim(stem) for stem in ("relu", "relu", "relu_1", "relu", "a.b", "a", "a")]
    assert given == ["relu", "relu_1", "relu_1_1", "relu_2", "a.b", "a_1", "a_2"]
    assert names.groups == {"a"}


class Repeating(nn.Module):
    def __init__(self, count: int) -> None:
        super().__init__()
        self.count = count

    def forward(self, x: Tensor) -> Tensor:
        for _ in range(self.count):
            x = torch.relu(x)
        return x


def test_names_are_tried_a_constant_number_of_times(monkeypatch: pytest.MonkeyPatch) -> None:
    from workbench.core.modelling import trace

    asked: list[str] = []
    known = trace.name_problem
    monkeypatch.setattr(trace, "name_problem", lambda names, name: asked.append(name) or known(names, name))
    network = trace_module(Repeating(300), input_shape=(3, 8, 8))
    assert len(network) == 302
    assert len(asked) == 302
