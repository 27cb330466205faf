"""How much memory the processes of a worker take while something runs."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

_EVERY = 0.25


@dataclass(slots=True)
class Peak:
    """The largest memory seen, in megabytes: of one process, and of all together, shared pages counted each time."""

    largest: float = 0.0
    together: float = 0.0


@contextmanager
def watched(ancestor: int, word: str) -> Iterator[Peak]:
    """Watch the descendants of the process `ancestor` whose command line has `word`, within the block."""
    peak, done = Peak(), threading.Event()

    def look() -> None:
        while not done.wait(_EVERY):
            sizes = resident(ancestor, word)
            peak.largest = max([peak.largest, *sizes])
            peak.together = max(peak.together, sum(sizes))

    thread = threading.Thread(target=look, daemon=True)
    thread.start()
    try:
        yield peak
    finally:
        done.set()
        thread.join()


def resident(ancestor: int, word: str) -> list[float]:
    """Return the resident memory in megabytes of each descendant of `ancestor` whose command line has `word`."""
    listing = subprocess.run(
        ["ps", "-A", "-ww", "-o", "pid=,ppid=,rss=,args="],  # noqa: S607  # the system's own
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    return descendants(listing, ancestor, word)


def descendants(listing: str, ancestor: int, word: str) -> list[float]:
    """Return the same from the lines of `ps`: process, parent, kilobytes, command line."""
    split = (line.split(None, 3) for line in listing.splitlines())
    processes = {int(parts[0]): (int(parts[1]), int(parts[2]), parts[3]) for parts in split if len(parts) == 4}
    family = {ancestor}
    grown = True
    while grown:
        more = {number for number, (parent, _size, _command) in processes.items() if parent in family} - family
        family |= more
        grown = bool(more)
    return [size / 1024 for number, (_, size, command) in processes.items() if number in family and word in command]
