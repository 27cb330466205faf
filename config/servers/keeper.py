"""The keeper: a detached process that starts one embedded server and stops it when nobody uses it any more.

Every user of a server holds a shared lock (`holding.hold`). The keeper, in a session of its own so that no Ctrl-C
reaches it, restarts the server when it is killed, and stops it once it gets that lock exclusively. If the keeper
itself is killed, the server goes with it (`processes.Bound`). Run as
`python -m config.servers NAME DATA [--testing]`; it does not load Django.
"""

import fcntl
import os
import shutil
import signal
import time
from contextlib import suppress
from pathlib import Path
from types import FrameType, ModuleType

from config.servers import postgres, valkey
from config.servers.errors import ServersError
from config.servers.locks import Lock
from config.servers.place import Place

KINDS: dict[str, ModuleType] = {postgres.NAME: postgres, valkey.NAME: valkey}
_LOOK_EVERY = 0.2
_DEATHS = 5
_DEATHS_WITHIN = 60.0
_stop_asked = False


def users(place: Place, name: str) -> Lock:
    """The lock that every user of the server shares."""
    return Lock(place.locks / f"{name}.users")


def alive(place: Place, name: str) -> Lock:
    """The lock that a living keeper holds."""
    return Lock(place.locks / f"{name}.keeper")


def failure(place: Place, name: str) -> Path:
    """The file with the sentence of a keeper that gave up."""
    return place.locks / f"{name}.failure"


def keep(place: Place, name: str, *, testing: bool) -> None:
    """Run the server `name` until nobody uses it. Raises `ServersError` when it cannot run."""
    kind = KINDS[name]
    deaths: list[float] = []
    place.make_sockets()
    with open(place.logs / f"{name}.log", "ab") as log:
        while True:
            kind.prepare(place, testing=testing)
            server = kind.spawn(place, testing=testing, log=log)
            while not server.ended():
                # A lock got here is never given back: it ends with this process, and only then may the next user
                # of the server go on to start another.
                if _stop_asked or _nobody(place, name):
                    kind.stop(server, testing=testing)
                    if testing and not _stop_asked:
                        kind.erase(place)
                        shutil.rmtree(place.sockets, ignore_errors=True)
                        shutil.rmtree(place.data, ignore_errors=True)
                    return
                time.sleep(_LOOK_EVERY)
            now = time.monotonic()
            deaths = [*(at for at in deaths if at > now - _DEATHS_WITHIN), now]
            if len(deaths) >= _DEATHS or not place.locks.is_dir():
                raise ServersError(
                    f"{kind.TITLE} ended {len(deaths)} times within a minute; its last words are in {log.name}: "
                    f"{_last_line(Path(log.name))}"
                )


def _nobody(place: Place, name: str) -> bool:
    """Return whether nobody used the server; if so, nobody can begin to before this process ends."""
    try:
        users(place, name).take(fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _last_line(path: Path) -> str:
    with suppress(OSError):
        lines = path.read_text(errors="replace").strip().splitlines()
        return lines[-1] if lines else "(nothing)"
    return "(nothing)"


def _ask_to_stop(number: int, frame: FrameType | None) -> None:
    global _stop_asked
    _stop_asked = True


def main(arguments: list[str]) -> int:
    """Keep one server, in the background: returns once the lock is taken. Leaves a sentence in `failure` when it
    cannot run.
    """
    name, data, *rest = arguments
    place = Place(Path(data))
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, _ask_to_stop)
    try:
        alive(place, name).take(fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return 0  # another keeper is at work
    if os.fork():
        os._exit(0)  # the child goes on with the lock; being nobody's child, it leaves no zombie to its starter
    os.umask(0o077)
    try:
        failure(place, name).unlink(missing_ok=True)
        keep(place, name, testing="--testing" in rest)
    except (ServersError, OSError) as error:
        with suppress(OSError):
            failure(place, name).write_text(str(error))
        return 1
    finally:
        with suppress(OSError):  # the other server's socket may still be in it
            place.sockets.rmdir()
    return 0
