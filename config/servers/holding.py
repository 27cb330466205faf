"""Holding the embedded servers up for as long as something uses them."""

import fcntl
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from config import env
from config.servers import keeper, postgres, valkey
from config.servers.errors import ServersError
from config.servers.locks import Lock
from config.servers.place import Place

_PROGRESS_EVERY = 3.0
_TRIES = 3
_SEE_OFF = 15.0
_PROJECT = Path(__file__).resolve().parent.parent.parent


class Held:
    """The servers that this process holds up."""

    def __init__(self, place: Place, names: list[str], *, testing: bool, say: Callable[[str], None]) -> None:
        self._place = place
        self._names = names
        self._testing = testing
        self._say = say

    def ensure(self) -> None:
        """Start again what was killed, keeper included; return when all servers answer.

        Costs a few system calls when all is well. Raises `ServersError` when a server cannot run.
        """
        for name in self._names:
            _start(self._place, name, testing=self._testing, say=self._say)


@contextmanager
def hold(
    data: Path, *, testing: bool = False, see_off: bool = False, say: Callable[[str], None] | None = None
) -> Iterator[Held]:
    """Keep the embedded servers of `data` running within the block; start them when they are not.

    A server whose URL is in the environment (DATABASE_URL, REDIS_URL) is somebody else's: it is left alone. Several
    processes may hold at once; the servers stop a moment after the last one ends, however it ends. `testing` makes
    PostgreSQL quick and careless, and `data` is deleted in the end. With `see_off` the end of the block waits for the
    servers' end, unless others use them. `say` gets lines of progress (default: stderr).
    Raises `ServersError` with a sentence when a server cannot run.
    """
    names = []
    if not env.text("DATABASE_URL"):
        names.append(postgres.NAME)
    if not env.text("REDIS_URL"):
        names.append(valkey.NAME)
    place = Place(Path(data).resolve())
    held = Held(place, names, testing=testing, say=say or _to_stderr)
    descriptors: list[int] = []
    try:
        if names:
            place.make()
        for name in names:
            # Waits here while a keeper stops its server: it holds the lock until it has.
            descriptors.append(keeper.users(place, name).take(fcntl.LOCK_SH))
        held.ensure()
        yield held
    finally:
        for descriptor in descriptors:
            os.close(descriptor)
        for name in names if see_off else ():
            _see_off(place, name)


def _start(place: Place, name: str, *, testing: bool, say: Callable[[str], None]) -> None:
    """Return when the server answers, having started its keeper if there was none."""
    kind = keeper.KINDS[name]
    if keeper.alive(place, name).held() and kind.ready(place):
        return
    with Lock(place.locks / f"{name}.start").exclusive():
        tries = 0
        begun = told = time.monotonic()
        while not (keeper.alive(place, name).held() and kind.ready(place)):
            if not keeper.alive(place, name).held():
                # Between two looks a keeper may also have been killed or asked to stop; then another is started.
                said = _read(keeper.failure(place, name)) if tries else ""
                if said or tries == _TRIES:
                    raise ServersError(said or f"{kind.TITLE} could not be started; see {place.logs / 'keeper.log'}.")
                tries += 1
                keeper.failure(place, name).unlink(missing_ok=True)
                _spawn_keeper(place, name, testing=testing)
            now = time.monotonic()
            if now - told >= _PROGRESS_EVERY:
                told = now
                say(f"Waiting for {kind.TITLE} ({now - begun:.0f} s; after an unclean stop it recovers first) …")
            time.sleep(0.02)


def _see_off(place: Place, name: str) -> None:
    """Wait for the keeper's end, at most a quarter of a minute; return at once when others use its server."""
    deadline = time.monotonic() + _SEE_OFF
    users = keeper.users(place, name)
    while keeper.alive(place, name).held() and time.monotonic() < deadline:
        # Held exclusively: the keeper has it and is stopping its server. Free: it has yet to look.
        if not users.held():
            try:
                os.close(users.take(fcntl.LOCK_EX | fcntl.LOCK_NB))
            except BlockingIOError:
                if not users.held():
                    return
        time.sleep(0.05)


def _spawn_keeper(place: Place, name: str, *, testing: bool) -> None:
    """Start the keeper; returns when it has gone to the background, holding its lock."""
    command = [sys.executable, "-m", "config.servers", name, str(place.data)]
    with open(place.logs / "keeper.log", "ab") as log:
        subprocess.run(  # noqa: S603 - ourselves
            [*command, "--testing"] if testing else command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd="/",
            env={**os.environ, "PYTHONPATH": str(_PROJECT)},
            start_new_session=True,
            check=False,
        )


def _read(path: Path) -> str:
    try:
        return path.read_text().strip()
    except FileNotFoundError:
        return ""


def _to_stderr(line: str) -> None:
    print(line, file=sys.stderr, flush=True)  # noqa: T201 - for the person at the terminal
