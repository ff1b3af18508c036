"""The queue: order, several hands at once, failures that stop nobody, kills that lose nothing."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.core.graph.network import Network, Node, chain
from workbench.core.runs.child import walk_in_child
from workbench.core.runs.folder import Run
from workbench.core.runs.lock import only_walk
from workbench.core.runs.proof import compare_bits
from workbench.core.runs.queue import (
    Entry,
    Queue,
    QueueFolder,
    begun,
    joined,
    marked,
    moved,
    usual_queue,
    without,
    without_finished,
)
from workbench.core.runs.queue_worker import PartControl, walk_entry, work_off
from workbench.core.runs.runner import create_run, walk
from workbench.core.runs.sweeps.methods import Grid
from workbench.core.runs.sweeps.space import Values
from workbench.core.runs.sweeps.sweep import Search, is_sweep, open_sweep
from workbench.core.runs.sweeps.worker import TrialEvent
from workbench.core.training.control import Control
from workbench.core.training.events import EpochDone, RunEvent, RunFailed, StepDone, Warned
from workbench.core.training.plan import TrainingPlan, changed
from workbench.errors import WorkbenchError

PLAN = TrainingPlan(network="tiny", data="digits", epochs=2, batch_size=256, precision="fp32", device="cpu")


def tiny() -> Network:
    nodes = [Node("input", "Input", {"shape": [1, 8, 8]}), Node("flatten", "Flatten")]
    nodes += [Node("dropout", "Dropout", {"p": 0.1}), Node("fc", "Linear")]
    return chain("tiny", [*nodes, Node("output", "Output")])


def of(*names: str) -> Queue:
    queue = Queue()
    for name in names:
        queue = joined(queue, Path(name), made_here=False)
    return queue


def order(queue: Queue) -> list[str]:
    return [entry.run for entry in queue.entries]


@pytest.fixture
def folder(tmp_path: Path) -> QueueFolder:
    return QueueFolder(tmp_path / "queue")


def add(folder: QueueFolder, name: str, **changes: object) -> Entry:
    return folder.add_plan(changed(PLAN, **changes), tiny(), folder.path.parent / name)


# -- the value ---------------------------------------------------------------------------------------------------------


def test_entries_keep_their_order_and_their_numbers() -> None:
    queue = of("a", "b", "c")
    assert order(moved(queue, 3, 0)) == ["c", "a", "b"] and order(moved(queue, 1, 99)) == ["b", "c", "a"]
    assert [entry.number for entry in joined(without(queue, 3), Path("d"), made_here=False).entries] == [1, 2, 4]
    with pytest.raises(WorkbenchError, match="no entry 7"):
        moved(queue, 7, 0)
    with pytest.raises(WorkbenchError, match="in the queue already"):
        joined(queue, Path("b"), made_here=False)


def test_what_was_cut_off_comes_first() -> None:
    queue = begun(of("a", "b"))
    assert [entry.state for entry in queue.entries] == ["running", "waiting"]
    assert begun(queue) is queue
    with pytest.raises(WorkbenchError, match="does not wait"):
        moved(queue, 1, 1)
    stopped = marked(queue, 1, "waiting")
    assert order(stopped) == ["a", "b"] and begun(stopped) == queue


def test_what_is_over_can_join_again() -> None:
    queue = marked(begun(of("a", "b")), 1, "failed", reason="of a cause")
    again = joined(queue, Path("a"), made_here=False)
    assert [(entry.number, entry.run) for entry in again.entries] == [(2, "b"), (3, "a")]
    assert order(without_finished(queue)) == ["b"]


@given(st.lists(st.sampled_from(["join", "begin", "complete", "failed", "back", "out", "move"]), max_size=30))
def test_whatever_is_done_what_is_over_stands_before_what_runs_before_what_waits(deeds: list[str]) -> None:
    queue, stages = Queue(), {"complete": 0, "failed": 0, "running": 1, "waiting": 2}
    for number, deed in enumerate(deeds):
        running, waiting = queue.of_state("running"), queue.of_state("waiting")
        if deed == "join":
            queue = joined(queue, Path(str(number)), made_here=False)
        elif deed == "begin":
            queue = begun(queue)
        elif deed in ("complete", "failed") and running:
            queue = marked(queue, running[0].number, deed)  # type: ignore[arg-type]
        elif deed == "back" and running:
            queue = marked(queue, running[0].number, "waiting")
            assert queue.of_state("waiting")[0].number == running[0].number
        elif deed == "out" and queue.entries:
            queue = without(queue, queue.entries[number % len(queue.entries)].number)
        elif deed == "move" and waiting:
            queue = moved(queue, waiting[-1].number, number % 3)
        found = [stages[entry.state] for entry in queue.entries]
        assert found == sorted(found) and len({entry.number for entry in queue.entries}) == len(found)
        assert msgspec.json.decode(msgspec.json.encode(queue), type=Queue) == queue


# -- the folder --------------------------------------------------------------------------------------------------------


def test_a_plan_is_checked_when_it_joins(folder: QueueFolder) -> None:
    with pytest.raises(WorkbenchError, match="batch size"):
        add(folder, "bad", batch_size=0)
    with pytest.raises(WorkbenchError) as refused:
        add(folder, "worse", batch_size=0, epochs=0, learning_rate=-1.0)
    assert all(part in str(refused.value) for part in ("batch size", "epochs", "learning rate", "at least 1"))
    assert folder.read() == Queue()


def test_a_run_that_never_began_goes_with_its_entry_and_any_other_stays(folder: QueueFolder) -> None:
    first, second = add(folder, "first"), add(folder, "second")
    (second.path / "notes.txt").write_text("mine")
    for entry in (first, second):
        folder.remove(entry.number)
    assert not first.path.exists() and (second.path / "plan.json").exists()
    own = create_run(PLAN, tiny(), folder.path.parent / "own")
    folder.remove(folder.add_run(own.path).number)
    assert own.plan == PLAN
    with pytest.raises(WorkbenchError, match="no entry 1"):
        folder.remove(1)


@pytest.mark.parametrize("text", ["", "{", '{"format": "cnn-workbench/queue", "version": 2}', '{"entries": 3}', "[]"])
def test_a_file_that_is_no_queue_is_named_and_kept(folder: QueueFolder, text: str) -> None:
    folder.path.mkdir()
    (folder.path / "queue.json").write_text(text)
    with pytest.raises(WorkbenchError, match="is no queue"):
        folder.read()
    with pytest.raises(WorkbenchError, match="is no queue"):
        folder.edit(begun)
    assert (folder.path / "queue.json").read_text() == text


def test_the_usual_queue_lies_beside_the_runs(tmp_path: Path) -> None:
    assert usual_queue().path == tmp_path / "runs" / "queue"


def join_many(folder: Path, name: str) -> None:
    for number in range(20):
        QueueFolder(folder).edit(lambda queue, n=number: joined(queue, folder / f"{name}{n}", made_here=False))  # type: ignore[misc]


def test_several_processes_change_it_at_once(folder: QueueFolder) -> None:
    context = multiprocessing.get_context("fork" if "fork" in multiprocessing.get_all_start_methods() else "spawn")
    hands = [context.Process(target=join_many, args=(folder.path, name)) for name in "abc"]
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join()
    entries = folder.read().entries
    assert [entry.number for entry in entries] == list(range(1, 61))
    assert len({entry.run for entry in entries}) == 60


# -- the worker --------------------------------------------------------------------------------------------------------


def states(folder: QueueFolder) -> list[tuple[str, str]]:
    return [(entry.path.name, entry.state) for entry in folder.read().entries]


def test_one_after_another_and_a_failure_stops_nobody(folder: QueueFolder) -> None:
    for name, changes in (("one", {}), ("gone", {}), ("wild", {"learning_rate": 100.0}), ("last", {"epochs": 1})):
        add(folder, name, **changes)
    (folder.path.parent / "gone" / "plan.json").unlink()
    (folder.path.parent / "wild" / "network.json").write_text("{")
    happened = [(entry.path.name, type(event)) for entry, event in work_off(folder)]
    assert states(folder) == [("one", "complete"), ("gone", "failed"), ("wild", "failed"), ("last", "complete")]
    assert ("gone", RunFailed) in happened and ("wild", RunFailed) in happened
    assert "not a run" in folder.read().entries[1].reason
    alone = create_run(PLAN, tiny(), folder.path.parent / "alone")
    list(walk(alone))
    assert compare_bits(alone, Run(folder.path.parent / "one")).differing_bits == 0


def test_what_joins_while_it_works_has_its_turn(folder: QueueFolder) -> None:
    add(folder, "one", epochs=1)
    for _, event in work_off(folder):
        if isinstance(event, EpochDone) and len(folder.read().entries) == 1:
            add(folder, "two", epochs=1)
    assert states(folder) == [("one", "complete"), ("two", "complete")]


def test_stopping_leaves_the_run_in_the_first_place_and_loses_no_bit(folder: QueueFolder) -> None:
    add(folder, "one"), add(folder, "two", epochs=1)
    control = Control()
    for _, event in work_off(folder, control):
        if isinstance(event, StepDone):
            control.stop()
    assert states(folder) == [("one", "waiting"), ("two", "waiting")]
    assert Run(folder.path.parent / "one").state == "stopped"
    list(work_off(folder))
    alone = create_run(PLAN, tiny(), folder.path.parent / "alone")
    list(walk(alone))
    assert compare_bits(alone, Run(folder.path.parent / "one")).differing_bits == 0


def test_taking_out_the_run_in_work_stops_it_and_goes_on_with_the_next(folder: QueueFolder) -> None:
    first = add(folder, "one", epochs=50)
    add(folder, "two", epochs=1)
    for entry, event in work_off(folder):
        if entry == folder.read().entries[0] and isinstance(event, StepDone) and entry.number == first.number:
            folder.remove(first.number)
    assert states(folder) == [("two", "complete")]
    run = Run(first.path)
    assert run.state == "stopped" and len(run.epochs) < 50 and (run.checkpoints / "last").is_dir()


def test_only_one_works_it_off(folder: QueueFolder) -> None:
    assert not folder.has_worker()
    with folder.only_worker():
        assert folder.has_worker()
        with pytest.raises(WorkbenchError, match="worked off already"):
            list(work_off(folder))
    assert not folder.has_worker() and list(work_off(folder)) == []


def test_it_waits_for_whoever_trains_the_run(folder: QueueFolder) -> None:
    entry = add(folder, "one", epochs=1)
    taken = only_walk(entry.path)
    taken.__enter__()
    events = work_off(folder)
    _, told = next(events)
    assert isinstance(told, Warned) and "being trained elsewhere" in told.title
    taken.__exit__(None, None, None)
    assert [type(event) for _, event in events][-1].__name__ == "RunFinished"
    assert states(folder) == [("one", "complete")]


def test_a_run_that_is_complete_already_is_not_trained_again(folder: QueueFolder) -> None:
    entry = add(folder, "one", epochs=1)
    list(walk(Run(entry.path)))
    log = (entry.path / "events.jsonl").read_bytes()
    assert list(work_off(folder)) == [] and states(folder) == [("one", "complete")]
    assert (entry.path / "events.jsonl").read_bytes() == log
    with pytest.raises(WorkbenchError, match="is complete"):
        folder.add_run(entry.path)


def test_a_process_that_dies_fails_its_entry_alone(folder: QueueFolder) -> None:
    add(folder, "one"), add(folder, "two")

    def dying(run: Run, control: Control) -> Iterator[RunEvent]:
        if run.name == "two":
            yield from walk(run, control)
            return
        (run.path / "checkpoints").write_text("in the way of its checkpoints")
        yield from walk_in_child(run, control)

    list(work_off(folder, walk=dying))
    assert states(folder) == [("one", "failed"), ("two", "complete")]


def test_a_walker_that_vanishes_leaves_the_entry_running_and_the_next_worker_goes_on(folder: QueueFolder) -> None:
    add(folder, "one")
    events = work_off(folder)
    next(events)
    events.close()  # as if the process had ended here
    assert states(folder) == [("one", "running")]
    list(work_off(folder))
    assert states(folder) == [("one", "complete")]


def test_a_part_obeys_the_whole() -> None:
    whole = Control()
    part, other = PartControl(whole), PartControl(whole)
    whole.pause()
    assert part.paused and other.paused
    whole.resume()
    part.stop()
    assert part.stopping and part.stop_requested() and not other.stopping and not whole.stopping
    whole.stop()
    assert other.stop_requested()


def test_an_entry_taken_out_before_its_first_event_trains_nothing(folder: QueueFolder) -> None:
    entry = add(folder, "one", epochs=50)
    folder.begin_next()
    folder.remove(entry.number)
    list(walk_entry(folder, entry, Control()))
    assert len(Run(entry.path).epochs) == 0 and folder.read().entries == ()


# -- sweeps ------------------------------------------------------------------------------------------------------------


def add_sweep(folder: QueueFolder, name: str, *rates: float, **changes: object) -> Entry:
    search = Search(space={"learning_rate": Values(rates)}, method=Grid(), trials=len(rates))
    plan = changed(PLAN, epochs=1, **changes)
    return folder.add_new_sweep(plan, tiny(), search, out=folder.path.parent / name)


def test_a_sweep_stops_and_goes_on_in_its_turn(folder: QueueFolder) -> None:
    add_sweep(folder, "sweep", 0.01, 0.001, 0.1), add(folder, "after", epochs=1)
    control = Control()
    for entry, event in work_off(folder, control):
        assert entry.path.name == "sweep"
        if isinstance(event, TrialEvent) and event.trial.number == 2 and isinstance(event.event, StepDone):
            control.stop()
    assert states(folder) == [("sweep", "waiting"), ("after", "waiting")]
    sweep = open_sweep(folder.path.parent / "sweep")
    assert str(sweep.progress) == "1 of 3 trials"
    list(work_off(folder))
    assert states(folder) == [("sweep", "complete"), ("after", "complete")] and sweep.progress.is_complete
    with pytest.raises(WorkbenchError, match="is complete"):
        folder.add_sweep(sweep.path)


def test_a_sweep_taken_out_stops_and_the_next_has_its_turn(folder: QueueFolder) -> None:
    first = add_sweep(folder, "sweep", *(0.01 / number for number in range(1, 40)))
    add(folder, "after", epochs=1)
    for entry, event in work_off(folder):
        if entry.number == first.number and isinstance(event, TrialEvent) and event.trial.number == 2:
            with suppress(WorkbenchError):
                folder.remove(first.number)
    assert states(folder) == [("after", "complete")]
    assert 1 <= len(open_sweep(first.path).trials()) <= 3


def test_only_a_sweep_that_never_began_goes_with_its_entry(folder: QueueFolder) -> None:
    for name in ("first", "second"):
        add_sweep(folder, name, 0.1)
    (folder.path.parent / "second" / "notes.txt").write_text("mine")
    for entry in folder.read().entries:
        folder.remove(entry.number)
    assert not (folder.path.parent / "first").exists() and is_sweep(folder.path.parent / "second")


def test_a_sweep_somebody_works_on_fails_its_entry_alone(folder: QueueFolder) -> None:
    entry = add_sweep(folder, "sweep", 0.1)
    add(folder, "after", epochs=1)
    with open_sweep(entry.path).only_worker():
        list(work_off(folder))
    assert states(folder) == [("sweep", "failed"), ("after", "complete")]
    assert "is running already" in folder.read().entries[0].reason
