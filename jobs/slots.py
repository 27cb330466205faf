"""The places of one worker: long jobs may fill all but one, so that a short job never waits for a long one.

A place is a POSIX record lock on one byte of a nameless file that the worker's processes inherit. The kernel gives
it back when the process that held it dies, however it dies.
"""

import fcntl
import mmap
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from jobs.models import Lane

_file: IO[bytes] | None = None
_places = 0
_has_room = False
_stop = mmap.mmap(-1, 1)  # shared with the processes forked later


def prepare(concurrency: int) -> None:
    """Set up the places of a worker with this many processes; called once, before it forks them."""
    global _file, _places, _has_room
    _file = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the worker
    _places = max(1, concurrency - 1)
    _has_room = concurrency > _places
    _stop[0] = 0


@contextmanager
def place(lane: Lane) -> Iterator[bool]:
    """Hold a place for a job of `lane`; yield False when there is none. Outside a worker there always is one."""
    if lane != Lane.LONG or _file is None:
        yield True
        return
    taken = next((number for number in range(_places) if _lock(number)), None)
    try:
        yield taken is not None
    finally:
        if taken is not None:
            fcntl.lockf(_file, fcntl.LOCK_UN, 1, taken, os.SEEK_SET)


def short_ones_have_room(lane: Lane) -> bool:
    """Say whether a process is left for short jobs however long the jobs of `lane` keep theirs."""
    return lane == Lane.LONG and _has_room


def stop() -> None:
    """Ask all processes of this worker to take no further job and long jobs to yield."""
    _stop[0] = 1


def stopping() -> bool:
    """Say whether this worker was asked to stop."""
    return _stop[0] == 1


def _lock(number: int) -> bool:
    assert _file is not None  # noqa: S101 - for the type checker: the only caller looked
    try:
        fcntl.lockf(_file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, number, os.SEEK_SET)
    except OSError:
        return False
    return True
