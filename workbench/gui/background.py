"""Background jobs: everything slower than a blink and shorter than a run.

A job has an owner, a lane and a key. Lanes are independent threads that work one job after the other; the latest
request of an owner for a key wins, answers arrive on the thread of the window, answers for owners that are gone are
dropped, and every exception reaches the user.

References to a job are given up on the window's thread only: what its functions hold may be widgets, and a widget must
not be destroyed on another thread.
"""

from __future__ import annotations

import threading
import time
import weakref
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QWidget

from workbench.gui.errors import show_error

LOOK_AROUND = 2.0
"""Seconds after which an idle lane looks whether the program is still there."""

T = TypeVar("T")
JobKey = tuple[int, str]
Failed = Callable[[Exception], None]


@dataclass(eq=False)
class _Job:
    """A request and, later, its answer."""

    key: JobKey
    owner: weakref.ref[QObject]
    work: Callable[[], Any]
    done: Callable[[Any], None]
    failed: Failed | None
    due: float
    wanted: bool = True
    result: Any = None
    error: Exception | None = None

    def run(self) -> None:
        try:
            self.result = self.work()
        except Exception as error:
            own_frame = error.__traceback__
            self.error = error.with_traceback(own_frame.tb_next if own_frame else None)
        except BaseException as error:  # a library that calls sys.exit() must not end the lane without a word
            self.error = RuntimeError(f"The work ended with {type(error).__name__}: {error}")


class _Lane:
    """One thread that works through its pending jobs in the order in which they are due."""

    def __init__(self, name: str, announce: Callable[[str], None]) -> None:
        self.finished: deque[_Job] = deque()
        self._name, self._announce = name, announce
        self._pending: dict[JobKey, _Job] = {}
        self._changed = threading.Condition()
        self._closing = False
        self._taken: _Job | None = None
        self._thread = threading.Thread(target=self._work, name=f"lane {name}")
        self._thread.start()

    def add(self, job: _Job) -> None:
        with self._changed:
            self._pending[job.key] = job
            self._changed.notify()

    def drop(self, key: JobKey) -> None:
        """Forget what is pending under a key."""
        with self._changed:
            dropped = self._pending.pop(key, None)
        del dropped  # outside the lock: what it holds may do anything when it goes

    def close(self) -> None:
        with self._changed:
            dropped, self._pending = self._pending, {}
            self._closing = True
            self._changed.notify()
        self._thread.join()
        dropped.clear()

    def runs_here(self) -> bool:
        return threading.current_thread() is self._thread

    def wanted(self) -> bool:
        return self._taken is not None and self._taken.wanted and not self._closing

    def _work(self) -> None:
        while self._take():
            self._run_taken()
            self.finished.append(self._taken)  # type: ignore[arg-type]
            self._taken = None
            self._announce(self._name)

    def _run_taken(self) -> None:
        if self._taken is not None and self._taken.wanted:
            self._taken.run()

    def _take(self) -> bool:
        """Wait for the next due job and make it the taken one; False when the lane closes."""
        with self._changed:
            while not self._closing:
                key = min(self._pending, key=lambda key: self._pending[key].due, default=None)
                wait = None if key is None else self._pending[key].due - time.monotonic()
                if key is not None and wait is not None and wait <= 0:
                    self._taken = self._pending.pop(key)
                    return True
                self._changed.wait(LOOK_AROUND if wait is None else min(wait, LOOK_AROUND))
                if not threading.main_thread().is_alive():
                    return False  # the program ends without having closed its lanes: do not keep it from ending
            return False


class Background(QObject):
    """Runs background jobs; lanes are made when they are first used."""

    _answered = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lanes: dict[str, _Lane] = {}
        self._latest: dict[JobKey, _Job] = {}
        self._owners: set[int] = set()
        self._thread_id = threading.get_ident()
        self._closed = False
        self._answered.connect(self._deliver)

    def submit(
        self,
        work: Callable[[], T],
        *,
        owner: QObject,
        lane: str,
        key: str,
        done: Callable[[T], None],
        failed: Failed | None = None,
        delay_ms: int = 0,
    ) -> None:
        """Have `work` called on the lane's thread, then `done` or `failed` on this one.

        A newer request of the owner for the same key replaces this one, whether it waits or runs. With `delay_ms` it
        waits that long first, so a burst of requests becomes one. Without `failed` an exception is shown to the user.
        """
        self._must_be_window_thread()
        if self._closed:
            return
        self._watch(owner)
        job_key = (id(owner), key)
        self._forget(job_key)
        due = time.monotonic() + delay_ms / 1000
        job = _Job(job_key, weakref.ref(owner), work, done, failed, due)
        self._latest[job_key] = job
        self._lane(lane).add(job)

    def cancel(self, owner: QObject, key: str) -> None:
        """Give up a request: it is not started any more, and its answer is dropped."""
        self._must_be_window_thread()
        self._forget((id(owner), key))

    def wanted(self) -> bool:
        """Asked inside a long piece of work: whether anybody still waits for its answer."""
        lane = next((lane for lane in tuple(self._lanes.values()) if lane.runs_here()), None)
        return lane is None or lane.wanted()

    @property
    def busy(self) -> bool:
        """Whether any request has not been answered yet."""
        return bool(self._latest)

    def close(self) -> None:
        """Drop what waits, and wait for what runs; nothing is delivered any more."""
        self._closed = True
        self._latest.clear()
        for lane in self._lanes.values():
            lane.close()
            lane.finished.clear()
        self._lanes.clear()

    def _lane(self, name: str) -> _Lane:
        if name not in self._lanes:
            self._lanes[name] = _Lane(name, self._answered.emit)
        return self._lanes[name]

    def _forget(self, key: JobKey) -> None:
        job = self._latest.pop(key, None)
        if job is not None:
            job.wanted = False
            for lane in self._lanes.values():
                lane.drop(key)

    def _watch(self, owner: QObject) -> None:
        """Drop everything of an owner when it is destroyed."""
        identity = id(owner)
        if identity not in self._owners:
            self._owners.add(identity)
            owner.destroyed.connect(lambda: self._owner_gone(identity))

    def _owner_gone(self, identity: int) -> None:
        self._owners.discard(identity)
        for key in [key for key in self._latest if key[0] == identity]:
            self._forget(key)

    @Slot(str)
    def _deliver(self, lane_name: str) -> None:
        """Hand over one answer; there is one call for each, so an exception in a callback loses no other answer."""
        lane = self._lanes.get(lane_name)
        if lane is None or not lane.finished:
            return
        job = lane.finished.popleft()
        if not job.wanted:
            return
        del self._latest[job.key]
        if job.error is None:
            job.done(job.result)
        elif job.failed is not None:
            job.failed(job.error)
        else:
            show_error(_window_of(job.owner()), job.error)

    def _must_be_window_thread(self) -> None:
        if threading.get_ident() != self._thread_id:
            raise RuntimeError("background jobs are requested on the window's thread")


def _window_of(owner: QObject | None) -> QWidget | None:
    return owner.window() if isinstance(owner, QWidget) else None
