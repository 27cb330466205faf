"""The life of `make run`: take the data folder and the port, hold the servers, prepare, run, stop."""

import fcntl
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from types import FrameType

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from config.servers import Held, ServersError, hold
from config.servers.locks import Lock
from config.servers.place import Place
from config.servers.processes import Bound
from config.supervisor.children import Child, ChildFailedError, stop

PROJECT = Path(__file__).resolve().parent.parent.parent
GRACE = 6.0  # the web server gives requests 5 s
_LOOK_EVERY = 0.2
_SERVERS_EVERY = 1.0


class CannotRunError(Exception):
    """Kith cannot run; the text says why and what to do."""


class _StopAsked(BaseException):
    """Ctrl-C or SIGTERM arrived."""


def main() -> int:
    """Run everything until asked to stop; return the exit status, 1 with a sentence on stderr when it cannot run."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _asked_to_stop)
    try:
        with ExitStack() as stack:
            _run(stack)
    except _StopAsked:
        return 0
    except (CannotRunError, ChildFailedError, ServersError, ImproperlyConfigured) as error:
        _say(str(error))
        return 1
    return 0


def _run(stack: ExitStack) -> None:
    data: Path = settings.KITH_DATA
    place = Place(data)
    place.make()
    address = f"http://localhost:{settings.PORT}/"
    _take(stack, place, address)
    _check_port(settings.HOST, settings.PORT)
    held = stack.enter_context(hold(data, see_off=True, say=_say))
    sign_in = _prepare()
    children = commands()
    stack.callback(_stop, children)
    for child in children:
        child.start(PROJECT)
    _watch(children, held, f"\nKith runs at {address}\n{sign_in}\nCtrl-C stops it.")


def commands() -> list[Child]:
    """Return the processes that make up Kith."""
    from config.celery import SCHEDULER_ARGV, WORKER_ARGV

    web = [sys.executable, "-m", "config.web.server"]
    return [
        Child("web server", web, {"KITH_PROCESS": "web"}),
        Child("worker", WORKER_ARGV, {"KITH_PROCESS": "worker"}),
        Child("scheduler", SCHEDULER_ARGV, {"KITH_PROCESS": "scheduler"}),
    ]


def _take(stack: ExitStack, place: Place, address: str) -> None:
    """Take the data folder for this run; it is free again when this process ends, however it ends."""
    lock = Lock(place.locks / "run")
    try:
        descriptor = lock.take(fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise CannotRunError(
            f"Kith already runs on {place.data}: {lock.read()}. Stop it there with Ctrl-C, "
            "or run a second one beside it with another folder and port: `KITH_DATA=… PORT=… make run`."
        ) from None
    stack.callback(os.close, descriptor)
    lock.note(descriptor, f"process {os.getpid()}, {address}")


def _check_port(host: str, port: int) -> None:
    try:
        family, kind, protocol, _, target = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(target)
    except socket.gaierror as error:
        raise CannotRunError(f"HOST is {host!r}, which is no address of this machine. Leave it unset.") from error
    except PermissionError as error:
        raise CannotRunError(
            f"Port {port} may not be used by you. Choose one above 1023: `PORT=8000 make run`."
        ) from error
    except OSError as error:
        raise CannotRunError(
            f"Port {port} on {host} cannot be used ({error.strerror}): another program has it. "
            f"Stop that, or choose another port: `PORT={port + 1 if port < 65535 else 8000} make run`."
        ) from error


def _prepare() -> str:
    """Migrate, collect static files, make the demo organization; return how to sign in."""
    child = Bound(
        [sys.executable, "-m", "config.supervisor.prepare"],
        last_signal=signal.SIGKILL,
        env={**os.environ, "KITH_PROCESS": "prepare"},
        stdout=subprocess.PIPE,
        cwd=PROJECT,
        own_group=True,
    )
    output = child.process.communicate()[0].decode(errors="replace").strip()
    if child.process.returncode != 0:
        raise CannotRunError("Kith did not start: its database could not be prepared, for the reason above.")
    return output


def _watch(children: list[Child], held: Held, banner: str) -> None:
    """Look after everything until a signal; raise `ChildFailedError` or `ServersError` when something cannot live."""
    told = False
    servers_at = 0.0
    while True:
        for child in children:
            line = child.look(PROJECT)
            if line:
                _say(line)
        now = time.monotonic()
        if now >= servers_at:
            held.ensure()
            servers_at = now + _SERVERS_EVERY
        if not told and _answers(settings.HOST, settings.PORT):
            told = True
            print(banner, flush=True)  # noqa: T201 - what the person at the terminal waits for
        time.sleep(_LOOK_EVERY)


def _answers(host: str, port: int) -> bool:
    try:
        socket.create_connection((host, port), timeout=0.5).close()
    except OSError:
        return False
    return True


def _stop(children: list[Child]) -> None:
    """Stop the children; from now on a second Ctrl-C does not wait for their grace."""
    _say("Stopping …")
    try:
        stop(children, within=GRACE)
    except _StopAsked:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        stop(children, within=0)


def _asked_to_stop(number: int, frame: FrameType | None) -> None:
    raise _StopAsked


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)  # noqa: T201 - for the person at the terminal
