"""What the living network asks of the core on its lane: weights and pictures, read once, and one walk after an edit."""

from __future__ import annotations

from collections.abc import Callable, Collection
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.core.inspection.alive import Lens, Signature, glimpses, seen_through, signatures
from workbench.core.modelling.shapes import Analysis

if TYPE_CHECKING:
    from workbench.core.inspection.feature_maps import Values
    from workbench.gui.builder.alive.alive import Choice


class LensMaker:
    """Makes the lens of a choice; the weights of the last run stay loaded while they are the same."""

    def __init__(self) -> None:
        self._key: tuple[Path, int] | None = None
        self._of_run: Lens | None = None

    def __call__(self, choice: Choice) -> Lens:
        """The lens; raises `WorkbenchError` for a run whose weights cannot be read."""
        if choice.run is None:
            self._key = self._of_run = None
            return Lens(choice.sample, choice.look)
        known = self._loaded(choice.run)
        return Lens(choice.sample, choice.look, known.weights_name, known.weights, known.preprocessing)

    def _loaded(self, path: Path) -> Lens:
        from workbench.core.inspection.sample import BUILT_IN
        from workbench.core.runs.folder import open_run

        run = open_run(path)
        best = run.checkpoints / "best"
        key = (path, best.stat().st_mtime_ns if best.exists() else 0)
        if self._of_run is None or key != self._key:
            name = f"{path} {key[1]}"
            self._of_run = Lens(BUILT_IN, "strongest", name, run.weights("best"), run.preprocessing)
            self._key = key
        return self._of_run


def walk(
    analysis: Analysis,
    lens: Lens,
    *,
    known: Collection[Signature],
    first: Collection[str],
    put: Callable[[object], None],
    going_on: Callable[[], bool],
    seconds: float,
) -> str:
    """Put a `Begun` and then each glimpse as it is made; returns what was left out, in a sentence, or nothing.

    Raises `WorkbenchError` where no picture can be shown to the network.
    """
    from workbench.gui.builder.alive.alive import Begun

    picture = seen_through(lens, analysis.input_shape)
    wanted = signatures(analysis.network, lens)
    put(Begun(analysis, lens, picture, wanted))
    missing = set(wanted.values()).difference(known)
    walked = glimpses(analysis, lens, picture, known=known, first=first, going_on=going_on, seconds=seconds)
    for signature, glimpse in walked:
        missing.discard(signature)
        put((signature, glimpse))
    if not missing:
        return ""
    return f"{len(missing):,} of {len(wanted):,} nodes were left out: they would take more than {seconds:g} s."


def kernels(analysis: Analysis, lens: Lens, node: str) -> Values | None:
    """The kernels with which a node runs; None for one without, or one that cannot run."""
    from workbench.core.inspection.feature_maps import as_values
    from workbench.core.inspection.own_weights import kernels_of

    report = analysis.nodes[node]
    shapes = [analysis.nodes[source].output_shape for source in report.inputs]
    known = tuple(shape for shape in shapes if shape is not None)
    if report.output_shape is None or len(known) < len(shapes):
        return None
    found = kernels_of(analysis.network[node], known, lens.weights)
    return None if found is None else as_values(found)
