"""Rules about picture files: what cannot be read, and what was converted on the way in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator

import numpy as np

from workbench.core.data.health import scan as noted
from workbench.core.data.health.finding import Finding, Subject, leave_out, many, rule
from workbench.core.data.images import Indices

SMALL_SIDE, SMALL_SHARE = 64, 0.25
"""A picture is odd when its short side is under so many pixels, and under this share of what is usual in its set."""
BROKEN_OFF = "a download or a copy that breaks off leaves such files"
STRETCHED = 4.0
"""A longer side of so many short ones: a centre crop sees less than a quarter."""


@rule("unreadable")
def unreadable(subject: Subject) -> Iterator[Finding]:
    """Files that are no pictures, are empty or damaged."""
    yield from _refused(
        subject, lambda why: not _cut(why) and not _huge(why), "file is no usable picture|files are no usable pictures"
    )


@rule("truncated")
def truncated(subject: Subject) -> Iterator[Finding]:
    """Files cut short, as a broken download leaves them."""
    yield from _refused(subject, _cut, "picture is cut short|pictures are cut short")


@rule("too-large")
def too_large(subject: Subject) -> Iterator[Finding]:
    """Files that claim so many pixels that decoding them could take all memory."""
    yield from _refused(subject, _huge, "picture is too large to decode|pictures are too large to decode")


@rule("wrong-type")
def wrong_type(subject: Subject) -> Iterator[Finding]:
    """Files of another format than their name says."""
    text = "file is of another format than its name says|files are of another format than their names say"
    yield from _converted(subject, noted.WRONG_TYPE, text, "they are read by what they hold")


@rule("cmyk")
def cmyk(subject: Subject) -> Iterator[Finding]:
    """Pictures in colours for print."""
    yield from _converted(
        subject,
        noted.CMYK,
        "picture has colours for print (CMYK)|pictures have colours for print (CMYK)",
        "they are turned into RGB",
    )


@rule("deep")
def deep(subject: Subject) -> Iterator[Finding]:
    """Pictures with more than 8 bits per value."""
    yield from _converted(
        subject,
        noted.DEEP,
        "picture has more than 8 bits|pictures have more than 8 bits",
        "they are scaled to 0 to 255 by the depth of the file",
    )


@rule("palette")
def palette(subject: Subject) -> Iterator[Finding]:
    """Pictures with a palette."""
    yield from _converted(
        subject, noted.PALETTE, "picture has a palette|pictures have a palette", "their colours are looked up"
    )


@rule("several")
def several(subject: Subject) -> Iterator[Finding]:
    """Files with several pictures: animations, pages."""
    yield from _converted(
        subject,
        noted.SEVERAL,
        "file holds several pictures|files hold several pictures",
        "the first picture of each is used",
    )


@rule("rotated")
def rotated(subject: Subject) -> Iterator[Finding]:
    """Pictures that their EXIF data turns."""
    yield from _converted(
        subject,
        noted.ROTATED,
        "picture is stored turned|pictures are stored turned",
        "they are set upright as their EXIF data says",
    )


@rule("transparent")
def transparent(subject: Subject) -> Iterator[Finding]:
    """Pictures with transparency."""
    yield from _converted(
        subject,
        noted.TRANSPARENT,
        "picture is partly transparent|pictures are partly transparent",
        "what is transparent shows white",
    )


@rule("small")
def small(subject: Subject) -> Iterator[Finding]:
    """Pictures much smaller than the others."""
    short = subject.scan.sizes.min(axis=1, initial=1 << 40)
    usable = np.flatnonzero(subject.scan.usable)
    usual = float(np.median(short[usable])) if len(usable) else 0
    found = subject.counting(usable[short[usable] < min(SMALL_SIDE, SMALL_SHARE * usual)])
    if len(found):
        reason = f"a short side of {usual:.0f} pixels is usual here, theirs is under a quarter; they are stretched"
        title = many(len(found), "picture is much smaller than the others|pictures are much smaller than the others")
        yield Finding(title, reason, "info", found, ways=(leave_out(found),))


@rule("stretched")
def stretched(subject: Subject) -> Iterator[Finding]:
    """Pictures far from square, of which the crop in the middle sees little."""
    sizes = np.maximum(subject.scan.sizes, 1)
    long = sizes.max(axis=1, initial=1) >= STRETCHED * sizes.min(axis=1, initial=1 << 40)
    found = subject.counting(np.flatnonzero(long & subject.scan.usable))
    if len(found):
        title = many(len(found), "picture is far from square|pictures are far from square")
        reason = f"one side is {STRETCHED:g} times the other or more; a network sees the middle only"
        yield Finding(title, reason, "info", found, ways=(leave_out(found),))


def _cut(why: str) -> bool:
    return "cut short" in why


def _huge(why: str) -> bool:
    return "too many to decode" in why or "claims more than" in why


def _refused(subject: Subject, sort: Callable[[str], bool], text: str) -> Iterator[Finding]:
    reasons = subject.scan.refusals
    chosen: Indices = np.array([number for number, why in enumerate(reasons.tolist()) if why and sort(why)], np.int64)
    found = subject.counting(chosen)
    if len(found):
        common = Counter(reasons[found].tolist()).most_common(3)
        told = "; ".join(f"{why} ({count:,})" if len(common) > 1 else why for why, count in common)
        told = BROKEN_OFF if sort is _cut else told
        yield Finding(
            many(len(found), text), told, "warning", found, ways=(leave_out(found, "Leave them out for good"),)
        )


def _converted(subject: Subject, note: str, text: str, reason: str) -> Iterator[Finding]:
    found = subject.counting(subject.scan.noted(note))
    if len(found):
        yield Finding(many(len(found), text), reason, "info", found, ways=(leave_out(found),))
