"""What goes out of use in a cycle is destroyed on the window's thread, whichever thread makes garbage."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from workbench.gui.garbage import GarbageCollector


@pytest.fixture
def collector(qapp: QApplication) -> Iterator[GarbageCollector]:
    gc.collect()
    was_enabled = gc.isenabled()
    gc.enable()
    made = GarbageCollector()
    yield made
    made.stop()
    assert gc.isenabled()
    if not was_enabled:
        gc.disable()


class Noted:
    """Part of a cycle; says on which thread it goes."""

    def __init__(self, went: list[threading.Thread]) -> None:
        self.itself, self.went, self.timer = self, went, QTimer()
        self.timer.start(1000)

    def __del__(self) -> None:
        self.went.append(threading.current_thread())


def make_garbage() -> None:
    """Enough cycles for Python to collect every generation."""
    for _ in range(20_000):
        cycle: list[object] = []
        cycle.append(cycle)


def test_a_busy_thread_destroys_nothing_of_the_window(collector: GarbageCollector, qtbot: QtBot) -> None:
    went: list[threading.Thread] = []
    Noted(went)
    worker = threading.Thread(target=make_garbage)
    worker.start()
    worker.join()
    assert went == []
    qtbot.waitUntil(lambda: bool(went))
    assert went == [threading.main_thread()]


def test_generations_take_turns(collector: GarbageCollector) -> None:
    seen: list[int] = []

    def note(phase: str, info: dict[str, int]) -> None:
        if phase == "start":
            seen.append(info["generation"])

    gc.callbacks.append(note)
    try:
        keep: list[list[object]] = []
        for _ in range(300):
            keep += [[] for _ in range(gc.get_threshold()[0] + 10)]
            collector.look()
    finally:
        gc.callbacks.remove(note)
    assert {0, 1, 2} <= set(seen)
    assert seen.count(0) > 5 * seen.count(1) > 0


def test_little_garbage_is_left_alone(collector: GarbageCollector) -> None:
    gc.collect()
    before = gc.get_stats()
    collector.look()
    assert gc.get_stats() == before


def test_what_has_settled_is_not_looked_at_again(collector: GarbageCollector) -> None:
    collector.settle()
    try:
        assert gc.get_freeze_count() > 10_000
        assert len(gc.get_objects()) < gc.get_freeze_count() / 10
    finally:
        gc.unfreeze()
