"""Where a run lives: its own data folder, databases and port, and Kith started there as `make run` starts it."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

import psycopg
from psycopg import sql

from config.servers.place import Place
from config.servers.processes import Bound

PROJECT: Final = Path(__file__).resolve().parent.parent
DATA: Final = PROJECT / ".data" / "bench"
_FOREIGN: Final = frozenset(
    {
        *("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "ENCRYPTION_KEYS", "BASE_URL", "ALLOWED_HOSTS", "HOST"),
        *("KITH_TESTING", "KITH_PROCESS", "KITH_VALKEY_DATABASE", "EMAIL_HOST", "LOG_LEVEL", "FILES_DIR"),
    }
)
_STARTS_WITHIN: Final = 180.0


class CannotMeasureError(Exception):
    """The run cannot go on; the text says why and where to look."""


def free_port() -> int:
    """Return a port of this machine that nothing listens on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def environment(database: str, *, port: int = 8000) -> dict[str, str]:
    """Return the environment of a process that works on `database` of this run's servers, as `make run` has it."""
    own = {name: value for name, value in os.environ.items() if name not in _FOREIGN}
    return {
        **own,
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "KITH_DATA": str(DATA),
        "KITH_LOCAL": "1",
        "KITH_DATABASE_NAME": database,
        "PORT": str(port),
    }


def connect(database: str) -> psycopg.Connection[tuple[object, ...]]:
    """Return a connection of our own to a database of this run's server, each statement by itself."""
    return psycopg.connect(
        host=str(Place(DATA).sockets), port=5432, user="kith", dbname=database, autocommit=True, prepare_threshold=None
    )


def make_database(name: str) -> None:
    """Make an empty database, in place of one of that name."""
    drop_database(name)
    with connect("postgres") as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))


def drop_database(name: str) -> None:
    """Drop a database if it is there; whoever is connected to it is sent away."""
    with connect("postgres") as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def has_database(name: str) -> bool:
    """Return whether there is a database of that name."""
    with connect("postgres") as connection:
        return connection.execute("SELECT FROM pg_database WHERE datname = %s", [name]).fetchone() is not None


@contextmanager
def running(database: str) -> Iterator[tuple[int, int]]:
    """Run Kith on `database` within the block: yield its port and the supervisor's process.

    What it prints goes to `logs/run.log` of the data folder. Raises `CannotMeasureError` when it does not come up.
    """
    port = free_port()
    log = DATA / "logs" / "run.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with open(log, "ab") as stream:
        kith = Bound(
            [sys.executable, "-m", "config.supervisor"],
            last_signal=signal.SIGTERM,
            env=environment(database, port=port),
            stdout=stream,
            stderr=stream,
            cwd=PROJECT,
        )
    try:
        deadline = time.monotonic() + _STARTS_WITHIN
        while not _is_ready(port):
            if kith.ended() or time.monotonic() > deadline:
                raise CannotMeasureError(f"Kith did not start; {log} says why.")
            time.sleep(0.1)
        yield port, kith.process.pid
    finally:
        kith.stop([(signal.SIGTERM, 30.0)])


def _is_ready(port: int) -> bool:
    with suppress(OSError, http.client.HTTPException):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        connection.request("GET", "/readyz")
        return connection.getresponse().status == 200
    return False
