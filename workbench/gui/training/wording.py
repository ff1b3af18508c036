"""Numbers of a run in words."""

from __future__ import annotations

import time

from workbench.gui.training.history import RunHistory


def duration(seconds: float) -> str:
    """`8 s`, `2 min 10 s`, `3 h 5 min`."""
    whole = max(0, round(seconds))
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return f"{minutes} min {rest} s" if rest else f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if minutes else f"{hours} h"


def percent(share: float | None) -> str:
    """`84.6 %`, or a dash where nothing is known."""
    return "–" if share is None else f"{100 * share:.1f} %"


def when(seconds: float) -> str:
    """A moment as a person says it: `today 14:05`, `20 Nov 14:05`, `20 Nov 2025`."""
    moment, now = time.localtime(seconds), time.localtime()
    if moment[:3] == now[:3]:
        return time.strftime("today %H:%M", moment)
    day = f"{moment.tm_mday} {time.strftime('%b', moment)}"
    return f"{day} {time.strftime('%H:%M', moment)}" if moment.tm_year == now.tm_year else f"{day} {moment.tm_year}"


def size(count: int) -> str:
    """A number of bytes: `812 kB`, `5.4 MB`, `1.8 GB`."""
    if count >= 1e9:
        return f"{count / 1e9:.1f} GB"
    return f"{count / 1e6:.1f} MB" if count >= 1e6 else f"{max(1, round(count / 1e3))} kB"


def progress(history: RunHistory) -> str:
    """`epoch 3 of 10 · 1,240 img/s · 2 min 10 s left`."""
    if history.started is None:
        return ""
    parts = [f"epoch {_current_epoch(history)} of {history.epochs}"]
    speed = history.last_step.images_per_second if history.last_step else None
    if speed is not None:
        parts.append(f"{speed:,.0f} img/s")
    if history.remaining_seconds is not None:
        parts.append(f"{duration(history.remaining_seconds)} left")
    return " · ".join(parts)


def summary(history: RunHistory) -> str:
    """What a run has reached: its best epoch, and how long it took once it is over."""
    best = history.best
    if best is None:
        return "No epoch is done yet."
    text = f"Best {percent(best.validation_accuracy)} in epoch {best.epoch}"
    return f"{text} · {duration(history.finished.seconds)}" if history.finished else text


def _current_epoch(history: RunHistory) -> int:
    assert history.started is not None
    per_epoch = max(1, history.started.steps_per_epoch)
    return min(history.epochs, history.step // per_epoch + 1)
