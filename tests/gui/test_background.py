"""Background jobs: order, replacement, debouncing, owners that go, work that fails, closing."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication, QMessageBox, QWidget
from pytestqt.qtbot import QtBot

from workbench.gui.background import Background


@pytest.fixture
def jobs(qapp: QApplication, no_leftover_threads: None) -> Iterator[Background]:
    jobs = Background()
    yield jobs
    jobs.close()


@pytest.fixture
def owner() -> QObject:
    return QObject()


class Gate:
    """Work that waits until the test lets it go on."""

    def __init__(self) -> None:
        self.entered, self.go_on = threading.Event(), threading.Event()

    def __call__(self) -> str:
        self.entered.set()
        assert self.go_on.wait(10)
        return "gate"


def test_work_runs_on_another_thread_and_the_answer_arrives_on_this_one(
    jobs: Background, owner: QObject, qtbot: QtBot
) -> None:
    answers: list[tuple[str, str]] = []

    def done(worker: str) -> None:
        answers.append((worker, threading.current_thread().name))

    jobs.submit(lambda: threading.current_thread().name, owner=owner, lane="shapes", key="a", done=done)
    qtbot.waitUntil(lambda: bool(answers))
    assert answers == [("lane shapes", threading.current_thread().name)]


def test_a_lane_works_in_order(jobs: Background, owner: QObject, qtbot: QtBot) -> None:
    worked: list[int] = []
    for number in range(20):
        jobs.submit(lambda n=number: worked.append(n), owner=owner, lane="files", key=str(number), done=lambda _: None)
    qtbot.waitUntil(lambda: not jobs.busy)
    assert worked == list(range(20))


def test_lanes_do_not_wait_for_one_another(jobs: Background, owner: QObject, qtbot: QtBot) -> None:
    gate, answers = Gate(), []
    jobs.submit(gate, owner=owner, lane="model", key="slow", done=answers.append)
    jobs.submit(lambda: "quick", owner=owner, lane="files", key="quick", done=answers.append)
    qtbot.waitUntil(lambda: answers == ["quick"])
    gate.go_on.set()
    qtbot.waitUntil(lambda: answers == ["quick", "gate"])


def test_a_newer_request_replaces_the_one_that_runs(jobs: Background, owner: QObject, qtbot: QtBot) -> None:
    gate, answers = Gate(), []
    jobs.submit(gate, owner=owner, lane="shapes", key="a", done=answers.append)
    assert gate.entered.wait(10)
    jobs.submit(lambda: "newer", owner=owner, lane="shapes", key="a", done=answers.append)
    gate.go_on.set()
    qtbot.waitUntil(lambda: not jobs.busy)
    assert answers == ["newer"]


def test_a_newer_request_replaces_one_on_another_lane(jobs: Background, owner: QObject, qtbot: QtBot) -> None:
    gate, answers = Gate(), []
    jobs.submit(gate, owner=owner, lane="model", key="a", done=answers.append)
    jobs.submit(lambda: "newer", owner=owner, lane="files", key="a", done=answers.append)
    gate.go_on.set()
    qtbot.waitUntil(lambda: not jobs.busy)
    jobs.close()
    assert answers == ["newer"]


def test_owners_do_not_replace_one_anothers_requests(jobs: Background, owner: QObject, qtbot: QtBot) -> None:
    other, answers = QObject(), []
    for each, answer in ((owner, "mine"), (other, "theirs")):
        jobs.submit(lambda answer=answer: answer, owner=each, lane="shapes", key="a", done=answers.append)
    qtbot.waitUntil(lambda: answers == ["mine", "theirs"])


def test_a_thousand_requests_cost_one_or_two_runs(jobs: Background, owner: QObject, qtbot: QtBot) -> None:
    worked: list[int] = []
    answers: list[int] = []

    def work(number: int) -> int:
        worked.append(number)
        return number

    for number in range(1000):
        jobs.submit(lambda n=number: work(n), owner=owner, lane="shapes", key="a", done=answers.append, delay_ms=30)
    qtbot.waitUntil(lambda: not jobs.busy)
    assert answers == [999]
    assert worked[-1] == 999
    assert len(worked) < 20


def test_a_delayed_request_does_not_run_before_its_time(jobs: Background, owner: QObject, qtbot: QtBot) -> None:
    answers: list[float] = []
    start = time.monotonic()
    jobs.submit(time.monotonic, owner=owner, lane="shapes", key="a", done=answers.append, delay_ms=60)
    qtbot.waitUntil(lambda: bool(answers))
    assert answers[0] - start >= 0.06


def test_a_delayed_request_lets_others_pass(jobs: Background, owner: QObject, qtbot: QtBot) -> None:
    answers: list[str] = []
    jobs.submit(lambda: "late", owner=owner, lane="shapes", key="late", done=answers.append, delay_ms=80)
    jobs.submit(lambda: "now", owner=owner, lane="shapes", key="now", done=answers.append)
    qtbot.waitUntil(lambda: answers == ["now", "late"])


def test_answers_for_a_destroyed_owner_are_dropped(jobs: Background, qtbot: QtBot) -> None:
    gate, answers = Gate(), []
    parent = QWidget()
    panel = QWidget(parent)
    jobs.submit(gate, owner=panel, lane="model", key="running", done=answers.append)
    jobs.submit(lambda: "waiting", owner=panel, lane="model", key="waiting", done=answers.append)
    assert gate.entered.wait(10)
    parent.deleteLater()
    qtbot.waitUntil(lambda: not jobs.busy)
    gate.go_on.set()
    last: list[str] = []
    jobs.submit(lambda: "after", owner=jobs, lane="model", key="after", done=last.append)
    qtbot.waitUntil(lambda: last == ["after"])
    assert answers == []


def test_what_work_holds_is_given_up_on_this_thread(jobs: Background, owner: QObject, qtbot: QtBot) -> None:
    released: list[str] = []

    class Held:
        def __del__(self) -> None:
            released.append(threading.current_thread().name)

    for number in range(50):
        held = Held()
        jobs.submit(lambda held=held: None, owner=owner, lane="files", key=str(number), done=lambda _: None)
        del held
    qtbot.waitUntil(lambda: len(released) == 50)
    assert set(released) == {threading.current_thread().name}


def test_failed_receives_the_exception(jobs: Background, owner: QObject, qtbot: QtBot) -> None:
    failures: list[Exception] = []
    jobs.submit(lambda: 1 / 0, owner=owner, lane="model", key="a", done=lambda _: None, failed=failures.append)
    qtbot.waitUntil(lambda: bool(failures))
    assert isinstance(failures[0], ZeroDivisionError)


def test_an_exception_nobody_takes_is_shown(jobs: Background, qtbot: QtBot) -> None:
    panel = QWidget()
    qtbot.addWidget(panel)
    jobs.submit(lambda: {}["missing"], owner=panel, lane="model", key="a", done=lambda _: None)
    qtbot.waitUntil(lambda: panel.findChild(QMessageBox, "error-dialog") is not None)
    box = panel.findChild(QMessageBox, "error-dialog")
    assert "KeyError" in box.informativeText()
    assert "missing" in box.detailedText()
    box.close()


def test_a_lane_survives_work_that_exits(jobs: Background, owner: QObject, qtbot: QtBot) -> None:
    failures: list[Exception] = []
    answers: list[int] = []
    jobs.submit(lambda: sys.exit(3), owner=owner, lane="model", key="a", done=answers.append, failed=failures.append)
    jobs.submit(lambda: 7, owner=owner, lane="model", key="b", done=answers.append)
    qtbot.waitUntil(lambda: answers == [7])
    assert "SystemExit" in str(failures[0])


def test_an_exception_in_done_loses_no_other_answer(jobs: Background, owner: QObject, qtbot: QtBot) -> None:
    answers: list[int] = []
    with qtbot.captureExceptions() as caught:
        jobs.submit(lambda: 0, owner=owner, lane="model", key="a", done=lambda zero: 1 // zero)
        jobs.submit(lambda: 1, owner=owner, lane="model", key="b", done=answers.append)
        qtbot.waitUntil(lambda: answers == [1])
    assert [kind for kind, _, _ in caught] == [ZeroDivisionError]


def test_work_learns_that_it_is_no_longer_wanted(jobs: Background, owner: QObject, qtbot: QtBot) -> None:
    started, ended = threading.Event(), threading.Event()

    def work() -> None:
        started.set()
        while jobs.wanted():
            time.sleep(0.001)
        ended.set()

    jobs.submit(work, owner=owner, lane="files", key="a", done=lambda _: None)
    assert started.wait(10)
    jobs.cancel(owner, "a")
    assert ended.wait(10)
    assert not jobs.busy


def test_close_waits_for_what_runs_and_drops_the_rest(jobs: Background, owner: QObject, qtbot: QtBot) -> None:
    gate, answers = Gate(), []
    jobs.submit(gate, owner=owner, lane="model", key="a", done=answers.append)
    jobs.submit(lambda: "waiting", owner=owner, lane="model", key="b", done=answers.append)
    assert gate.entered.wait(10)
    threading.Timer(0.05, gate.go_on.set).start()
    jobs.close()
    assert gate.go_on.is_set()
    assert not [thread for thread in threading.enumerate() if thread.name == "lane model"]
    qtbot.wait(1)
    assert answers == []


def test_a_closed_background_ignores_requests(jobs: Background, owner: QObject) -> None:
    jobs.close()
    jobs.submit(lambda: 1, owner=owner, lane="model", key="a", done=lambda _: None)
    assert not jobs.busy
    jobs.close()


def test_requests_come_from_the_window_thread(jobs: Background, owner: QObject) -> None:
    refused: list[str] = []

    def ask() -> None:
        try:
            jobs.submit(lambda: 1, owner=owner, lane="model", key="a", done=lambda _: None)
        except RuntimeError as error:
            refused.append(str(error))

    thread = threading.Thread(target=ask)
    thread.start()
    thread.join()
    assert len(refused) == 1
