"""How a user interrupts a run: the loop asks between two steps."""

from __future__ import annotations

import threading


class Control:
    """Stop, pause and resume, from any thread."""

    def __init__(self) -> None:
        self._going = threading.Event()
        self._going.set()
        self._stop = threading.Event()

    def stop(self) -> None:
        """End the run after the current step, with a checkpoint; a paused run too."""
        self._stop.set()
        self._going.set()

    def pause(self) -> None:
        """Hold the run after the current step."""
        if not self._stop.is_set():
            self._going.clear()

    def resume(self) -> None:
        """Let a paused run go on."""
        self._going.set()

    @property
    def paused(self) -> bool:
        """Whether the run is held."""
        return not self._going.is_set()

    @property
    def stopping(self) -> bool:
        """Whether the run is to end; waits for nothing."""
        return self._stop.is_set()

    def stop_requested(self) -> bool:
        """Called by the loop between steps: waits while paused; True when the run is to end."""
        self._going.wait()
        return self._stop.is_set()
