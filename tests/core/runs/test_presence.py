"""Who trains a run: told from its lock and its heartbeat; and its log, read while somebody writes it."""

from __future__ import annotations

import os
import platform
import signal
import sys
import time
from pathlib import Path

import msgspec
import pytest

from workbench.core.runs import heartbeat
from workbench.core.runs.child import Child
from workbench.core.runs.folder import EVENTS, Run
from workbench.core.runs.heartbeat import HEARTBEAT, NOBODY, SILENT_AFTER, presence
from workbench.core.runs.lock import LOCK, only_walk
from workbench.core.runs.runner import create_run, walk
from workbench.core.runs.tail import Tail
from workbench.core.training.control import Control
from workbench.core.training.events import RunStarted, StepDone, Warned, to_line
from workbench.core.training.plan import TrainingPlan

PLAN = TrainingPlan(network="lenet5", data="digits", epochs=3, batch_size=32, precision="fp32")


def new_run(folder: Path) -> Run:
    from workbench.core.modelling.opening import open_network

    return create_run(PLAN, open_network("lenet5"), folder)


def beat(folder: Path, *, host: str, age: float = 0.0) -> None:
    file = folder / HEARTBEAT
    file.write_bytes(msgspec.json.encode({"host": host, "process": 4711}))
    then = time.time() - age
    os.utime(file, (then, then))


def warned(number: int) -> bytes:
    return to_line(Warned(time=float(number), title=f"event {number}"))


# -- who ---------------------------------------------------------------------------------------------------------------


def test_nobody_trains_a_folder_that_nobody_walks(tmp_path: Path) -> None:
    assert presence(tmp_path) == presence(tmp_path / "missing") == NOBODY
    assert not list(tmp_path.iterdir())


def test_the_walker_is_known_while_it_walks_and_forgotten_afterwards(tmp_path: Path) -> None:
    run, control = new_run(tmp_path / "run"), Control()
    for event in walk(run, control):
        if isinstance(event, StepDone) and not control.stopping:
            found = presence(run.path)
            assert found.kind == "training" and found.process == os.getpid() and not found.host
            control.stop()
    assert presence(run.path) == NOBODY and not (run.path / HEARTBEAT).exists()


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_a_killed_process_is_told_from_one_that_is_slow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = new_run(tmp_path / "run")
    with Child(run) as child:
        next(event for event in child.events(Control()) if isinstance(event, RunStarted))
        os.kill(child.process.pid, signal.SIGSTOP)  # as slow as can be, and still there
        then = time.time() - 2 * SILENT_AFTER
        os.utime(run.path / HEARTBEAT, (then, then))
        slow = presence(run.path)
        child.kill()
        assert slow.kind == "silent" and slow.process == child.process.pid and slow.silence > SILENT_AFTER
    assert (run.path / HEARTBEAT).exists()
    assert presence(run.path) == NOBODY


def test_the_heart_beats_while_nobody_asks_for_events(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heartbeat, "EVERY", 0.01)
    with heartbeat.beating(tmp_path):
        file = tmp_path / HEARTBEAT
        os.utime(file, (1.0, 1.0))
        deadline = time.monotonic() + 30
        while file.stat().st_mtime < 2 and time.monotonic() < deadline:
            os.sched_yield() if hasattr(os, "sched_yield") else None
        assert file.stat().st_mtime > 2
    assert not file.exists()


@pytest.mark.parametrize(("age", "kind"), [(1.0, "training"), (2 * SILENT_AFTER, "nobody")])
def test_another_machine_is_known_by_its_heart_alone(tmp_path: Path, age: float, kind: str) -> None:
    beat(tmp_path, host="elsewhere", age=age)
    found = presence(tmp_path)
    assert found.kind == kind
    assert (found.who == "process 4711 on elsewhere") == (kind == "training")


def test_the_heartbeat_of_a_killed_process_of_this_machine_counts_for_nothing(tmp_path: Path) -> None:
    beat(tmp_path, host=platform.node())
    (tmp_path / LOCK).touch()
    assert presence(tmp_path) == NOBODY


@pytest.mark.parametrize("text", [b"", b"{", b"\xff\xfe", b'{"host": 3}'])
def test_a_broken_heartbeat_says_nothing_and_a_lock_still_does(tmp_path: Path, text: bytes) -> None:
    (tmp_path / HEARTBEAT).write_bytes(text)
    assert presence(tmp_path) == NOBODY
    with only_walk(tmp_path):
        assert presence(tmp_path).kind == "training" and presence(tmp_path).who == "another process"


# -- what --------------------------------------------------------------------------------------------------------------


def test_a_log_is_read_as_it_grows_and_nothing_twice(tmp_path: Path) -> None:
    tail, log = Tail(tmp_path), tmp_path / EVENTS
    assert tail.read() == ([], False)
    with log.open("ab", buffering=0) as stream:
        stream.write(warned(1) + warned(2)[:7])
        assert [event.time for event in tail.read().events] == [1.0]
        assert tail.read() == ([], False)
        stream.write(warned(2)[7:] + warned(3))
        assert [event.time for event in tail.read().events] == [2.0, 3.0]
    assert tail.read() == ([], False)


def test_another_log_in_its_place_is_read_from_its_start(tmp_path: Path) -> None:
    tail, log = Tail(tmp_path), tmp_path / EVENTS
    log.write_bytes(warned(1) + warned(2))
    tail.read()
    log.write_bytes(warned(7))
    assert [event.time for event in tail.read().events] == [7.0]
    other = tmp_path / "other"
    other.write_bytes(warned(8) + warned(9) + warned(10))
    other.replace(log)
    events, afresh = tail.read()
    assert afresh and [event.time for event in events] == [8.0, 9.0, 10.0]
    log.unlink()
    assert tail.read() == ([], True)


def test_a_line_that_is_no_event_is_left_out(tmp_path: Path) -> None:
    tail = Tail(tmp_path)
    (tmp_path / EVENTS).write_bytes(warned(1) + b"\x00\xff rubbish\n" + warned(2))
    assert [event.time for event in tail.read().events] == [1.0, 2.0]


def test_following_a_run_gives_what_its_log_gives(tmp_path: Path) -> None:
    run, control, seen = new_run(tmp_path / "run"), Control(), []
    tail = Tail(run.path)
    for event in walk(run, control):
        seen += tail.read().events
        if isinstance(event, StepDone) and event.step > 10:
            control.stop()
    assert [*seen, *tail.read().events] == run.events()
