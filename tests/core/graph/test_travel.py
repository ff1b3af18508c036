"""Going to any state of the history at once is the same as undoing and redoing step by step."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from workbench.core.graph.document import Document
from workbench.core.graph.edits import retitle
from workbench.core.graph.network import Network


@given(st.lists(st.integers(0, 8), min_size=1, max_size=12))
def test_every_state_is_reached_with_one_telling(stops: list[int]) -> None:
    document = Document(Network("0"))
    states = [document.network]
    for number in range(1, 7):
        states.append(document.apply(lambda network, number=number: retitle(network, str(number)), f"Step {number}"))
    told: list[tuple[Network, Network]] = []
    document.listen(lambda before, after: told.append((before, after)))
    present = 6
    for stop in stops:
        document.travel(stop)
        wanted = min(stop, 6)
        assert document.network is states[wanted]
        assert len(document.history.done) == wanted and len(document.history.undone) == 6 - wanted
        assert len(told) == (wanted != present)
        told.clear()
        present = wanted
