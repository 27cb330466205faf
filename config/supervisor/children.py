"""Keeping a set of processes running: restarted when one dies, all stopped when one cannot live."""

import os
import signal
import time
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from config.servers.processes import Bound

DEATHS = 5
DEATHS_WITHIN = 60.0
_LONGEST_PAUSE = 8.0


class ChildFailedError(Exception):
    """A process died again and again; the text says which, how often and how."""


@dataclass
class Child:
    """One process that is to run: `name` for people, `command`, and what it finds in its environment besides ours."""

    name: str
    command: Sequence[str | Path]
    environment: Mapping[str, str] = field(default_factory=dict)
    _process: Bound | None = None
    _deaths: deque[float] = field(default_factory=deque)
    _not_before: float = 0.0

    def start(self, folder: Path) -> None:
        """Start it in `folder`, at the head of a process group of its own; SIGKILL when this process dies."""
        self._process = Bound(
            self.command,
            last_signal=signal.SIGKILL,
            env={**os.environ, **self.environment},
            cwd=folder,
            own_group=True,
        )

    def look(self, folder: Path) -> str | None:
        """Restart it if it died and its pause is over; return a line to tell when it has just died.

        Raises `ChildFailedError` at the fifth death within a minute.
        """
        now = time.monotonic()
        if self._process is None:
            if now >= self._not_before:
                self.start(folder)
            return None
        if not self._process.ended():
            return None
        how = _how(self._process.process.returncode)
        self._process = None
        self._deaths.append(now)
        while self._deaths[0] < now - DEATHS_WITHIN:
            self._deaths.popleft()
        if len(self._deaths) >= DEATHS:
            raise ChildFailedError(f"The {self.name} {how}, for the {DEATHS}th time within a minute.")
        pause = min(0.25 * 2 ** (len(self._deaths) - 1), _LONGEST_PAUSE)
        self._not_before = now + pause
        return f"The {self.name} {how}; it starts again in {pause:g} s."

    def ask_to_stop(self) -> None:
        """Send SIGTERM."""
        if self._process is not None and not self._process.ended():
            self._process.send(signal.SIGTERM)

    def kill(self) -> None:
        """Send SIGKILL to it and all it started."""
        if self._process is not None and not self._process.ended():
            self._process.send(signal.SIGKILL)
            self._process.process.wait()
            self._process.ended()

    def ended(self) -> bool:
        """Return whether it does not run."""
        return self._process is None or self._process.ended()


def stop(children: Sequence[Child], *, within: float) -> None:
    """Stop all: SIGTERM, then after `within` seconds SIGKILL, which work in progress survives by its lease."""
    for child in children:
        child.ask_to_stop()
    deadline = time.monotonic() + within
    while not all(child.ended() for child in children) and time.monotonic() < deadline:
        time.sleep(0.05)
    for child in children:
        child.kill()


def _how(status: int) -> str:
    if status >= 0:
        return f"ended with status {status}"
    try:
        return f"was ended by {signal.Signals(-status).name}"
    except ValueError:
        return f"was ended by signal {-status}"
