"""Which pictures are kept where: small sets in memory, larger ones in the cache, what is too large for that nowhere."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass

import numpy as np

from workbench.core.data.images import ChosenPictures, Indices, Pictures, chosen
from workbench.core.data.registry import Progress
from workbench.core.data.store import cache
from workbench.core.data.store.rendering import Outcomes, RenderedPictures, Rendering, Take
from workbench.errors import Problem
from workbench.machine import gigabytes, total_memory

SMALL = 16_000_000
"""Bytes of pixels that are not worth a file: they live in memory."""
SHARE_OF_MEMORY = 0.4
"""Of the machine's memory, at most this for pictures that the cache has no room for."""


@dataclass(frozen=True)
class Kept:
    """The usable pictures, their numbers in the rendering, the others with the reason, and what is to be told."""

    images: Pictures
    usable: Indices
    refused: tuple[tuple[int, str], ...] = ()
    problems: tuple[Problem, ...] = ()


def keep(rendering: Rendering, *, progress: Progress | None = None) -> Kept:
    """Every picture of a rendering, made at most once where there is room for it.

    `progress(done, total)` counts pictures and may raise to cancel; nothing is left behind then.
    """
    if rendering.nbytes <= SMALL:
        return _in_memory(rendering, progress)
    key = rendering.key()
    found = _found(rendering, key, progress)
    if found is not None:
        return found
    trouble = cache.refusal(rendering.nbytes)
    if not trouble:
        try:
            cache.fill(key, rendering.shape, rendering.count, lambda take: _counted(rendering, take, progress))
        except OSError as error:
            trouble = error.strerror or str(error)
    return _found(rendering, key, None) or _without_cache(rendering, key, trouble, progress)


def _found(rendering: Rendering, key: str, progress: Progress | None) -> Kept | None:
    entry = cache.find(key)
    if entry is None or entry[1].count != rendering.count:
        return None
    if progress:
        progress(rendering.count, rendering.count)
    return _kept(entry[0], entry[1].refused)


def _in_memory(rendering: Rendering, progress: Progress | None) -> Kept:
    images = np.empty((rendering.count, *rendering.shape), np.uint8)
    return _kept(images, _refused(rendering, images.__setitem__, progress))


def _kept(rows: Pictures, refused: tuple[tuple[int, str], ...]) -> Kept:
    """The rows of the pictures that are usable."""
    usable = _usable(len(rows), refused)
    return Kept(chosen(rows, usable) if refused else rows, usable, refused)


def _without_cache(rendering: Rendering, key: str, trouble: str, progress: Progress | None) -> Kept:
    """In memory if they fit there, else decoded whenever they are needed; either way the user is told."""
    in_memory = rendering.nbytes <= SHARE_OF_MEMORY * total_memory()
    kept = _in_memory(rendering, progress) if in_memory else _streamed(rendering, key, progress)
    cost = "read anew each time the data set is opened" if in_memory else "decoded anew in every epoch"
    title = f"The pictures are {cost}"
    reason = f"there is no room to keep {gigabytes(rendering.nbytes)} of decoded pictures: {trouble}"
    return Kept(kept.images, kept.usable, kept.refused, (Problem("cache", title, reason, "warning"),))


def _streamed(rendering: Rendering, key: str, progress: Progress | None) -> Kept:
    """All pictures are made once to learn which cannot be used; that is remembered."""
    noted = cache.find(f"{key}-checked")
    if noted is None:
        refused = _refused(rendering, lambda _number, _pixels: None, progress)
        with contextlib.suppress(OSError):  # no room even for that: they are checked again next time
            cache.note(f"{key}-checked", rendering.shape, refused)
    else:
        refused = noted[1].refused
    usable = _usable(rendering.count, refused)
    return Kept(ChosenPictures(RenderedPictures(rendering), usable), usable, refused)


def _refused(rendering: Rendering, take: Take, progress: Progress | None) -> tuple[tuple[int, str], ...]:
    """Every picture given to `take`, and the numbers of those that cannot be used, and why."""
    return tuple(sorted(outcome for outcome in _counted(rendering, take, progress) if outcome.refusal))


def _counted(rendering: Rendering, take: Take, progress: Progress | None) -> Outcomes:
    """What came of each picture, counted; no thread is at work any more when it is left, whatever the reason."""
    with contextlib.closing(rendering.outcomes(take)) as outcomes:
        for done, outcome in enumerate(outcomes, 1):
            if progress:
                progress(done, rendering.count)
            yield outcome


def _usable(count: int, refused: tuple[tuple[int, str], ...]) -> Indices:
    mask = np.ones(count, bool)
    mask[[number for number, _ in refused]] = False
    return np.flatnonzero(mask)
