"""Whether the network's input suits the pictures."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from workbench.core.graph.edits import set_arguments
from workbench.core.graph.network import INPUT
from workbench.core.modelling.lint.rule import RULES, Subject
from workbench.errors import Problem, Remedy

SAID = {
    (1, 3): ("The network takes grey pictures, those of the data are in colour", "their colours are thrown away"),
    (3, 1): ("The network takes colour pictures, those of the data are grey", "it gets the same channel three times"),
}


@RULES.register("grey or colour")
def grey_or_colour(subject: Subject) -> Iterator[Problem]:
    """Pictures are turned from grey to colour and back without a word; that costs colours, or weights.

    A network for colour is right for grey pictures where it comes with weights of its own: that way it is a hint.
    """
    shape, has = subject.analysis.input_shape, subject.data.channels
    if shape is None or has is None or (shape[0], has) not in SAID:
        return
    node = subject.network.of_kind(INPUT)[0].name
    title, reason = SAID[shape[0], has]
    edit = partial(set_arguments, name=node, changes={"shape": [has, *shape[1:]]})
    remedy = Remedy("Take colour pictures" if has == 3 else "Take grey pictures", edit)
    yield Problem(node, title, reason, "warning" if has == 3 else "info", remedy)
