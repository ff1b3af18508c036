"""The bridge: changes of a document as signals, and the inbox that threads fill."""

from __future__ import annotations

import itertools
import threading
import time

from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from workbench.core.graph import edits
from workbench.core.graph.document import Document
from workbench.core.graph.network import Network
from workbench.gui.bridge import DocumentBridge, Inbox


def test_changes_undo_and_redo_become_signals(qapp: QApplication) -> None:
    document = Document(Network("first"))
    bridge, seen = DocumentBridge(document), []
    bridge.changed.connect(lambda before, after: seen.append((before.name, after.name)))
    document.apply(lambda network: edits.retitle(network, "second"), "Rename")
    document.undo()
    document.redo()
    assert seen == [("first", "second"), ("second", "first"), ("first", "second")]
    bridge.close()
    bridge.close()
    document.undo()
    assert len(seen) == 3


def test_the_inbox_hands_over_everything_in_order_and_seldom(qapp: QApplication, qtbot: QtBot) -> None:
    inbox = Inbox(interval_ms=20)
    batches: list[list[int]] = []
    times: list[float] = []
    inbox.arrived.connect(batches.append)
    inbox.arrived.connect(lambda _items: times.append(time.monotonic()))

    def fill() -> None:
        for number in range(20_000):
            inbox.put(number)

    thread = threading.Thread(target=fill)
    thread.start()
    qtbot.waitUntil(lambda: sum(map(len, batches)) == 20_000)
    thread.join()
    assert [number for batch in batches for number in batch] == list(range(20_000))
    assert all(later - earlier > 0.012 for earlier, later in itertools.pairwise(times))


def test_the_inbox_can_be_emptied_at_once(qapp: QApplication) -> None:
    inbox, batches = Inbox(interval_ms=60_000), []
    inbox.arrived.connect(batches.append)
    inbox.put("a")
    inbox.put("b")
    inbox.drain()
    inbox.drain()
    assert batches == [["a", "b"]]
