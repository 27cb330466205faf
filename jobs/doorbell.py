"""The doorbell: tells the workers that there is work. It may fail; then the sweep is heard a few seconds later.

A request only drops a note into a mailbox that holds one note a lane. One daemon thread a process empties it
and talks to the broker, so that a broker that is slow, hung or gone costs no request anything.
"""

import os
import threading
from collections.abc import Callable

import structlog

from jobs.models import Lane

log = structlog.stdlib.get_logger(__name__)

BELL_SECONDS = 60
"""A bell not heard within this time is thrown away: the sweep has rung anew meanwhile."""


class Doorbell[Note: str]:
    """A mailbox with one slot a lane, or whatever else may be said, and the thread that empties it."""

    def __init__(self, press: Callable[[Note], None]) -> None:
        """Take the function that sends one bell and may block for seconds or raise."""
        self._press = press
        self._reset()
        os.register_at_fork(after_in_child=self._reset)  # a child has neither the thread nor its lock

    def _reset(self) -> None:
        self._notes: set[Note] = set()
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._sending = False
        self.rung = 0
        self.failed = 0

    def ring(self, lane: Note) -> None:
        """Ask for a bell in `lane`. Returns at once, never raises; many calls may become one bell."""
        with self._changed:
            self._notes.add(lane)
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._deliver, name="doorbell", daemon=True)
                try:
                    self._thread.start()
                except RuntimeError:  # no thread to be had, as when the process is ending
                    self._thread = None
                    self.failed += 1
                    return
            self._changed.notify()

    @property
    def quiet(self) -> bool:
        """Say whether nothing is in the mailbox and nothing being sent."""
        with self._changed:
            return not self._notes and not self._sending

    def _deliver(self) -> None:
        while True:
            with self._changed:
                self._sending = False
                while not self._notes:
                    self._changed.wait()
                lane = self._notes.pop()
                self._sending = True
            try:
                self._press(lane)
            except Exception as error:  # whatever the broker does, nothing of ours depends on it
                self.failed += 1
                log.warning("doorbell.failed", lane=str(lane), error=type(error).__name__, failed=self.failed)
            else:
                self.rung += 1


def _send(lane: Lane) -> None:
    from jobs.tasks import run_due  # that module loads the runner, which rings: a cycle if imported above

    run_due.apply_async(args=(str(lane),), expires=BELL_SECONDS)


doorbell = Doorbell(_send)
