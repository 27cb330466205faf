"""Fixtures with real processes: a Celery worker and a scheduler on the test's database and broker.

A worker takes seconds to start, so one serves a whole run; a test that kills it leaves the next one to start another.
"""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import ClassVar

import pytest
from django.conf import settings
from django.db import connection
from django.db.models import Count
from django.db.models.functions import Now
from redis import Redis, RedisError

from config.celery import SCHEDULER_ARGV, SLOTS, WORKER_ARGV, app
from config.servers import cache_url, hold, redis_url
from jobs.doorbell import doorbell
from jobs.models import Job, State
from jobs.sweep import sweep

PROJECT = Path(__file__).resolve().parent.parent
START_SECONDS = 120  # on a machine that is busy with other things
QUEUE = "kith"
UNACKNOWLEDGED = "unacked"  # kombu.transport.redis: a hash, and an index beside it


def until(holds: Callable[[], object], *, seconds: float = 30, sweeping: bool = False) -> None:
    """Wait until `holds()` is true, failing after `seconds`; with `sweeping`, sweep now and then meanwhile."""
    ends = time.monotonic() + seconds
    swept = time.monotonic()
    while not holds():
        if time.monotonic() > ends:
            counted = Job.objects.values_list("kind", "state", "error").annotate(Count("pk"))
            raise AssertionError(f"Not within {seconds} s; jobs are {list(counted)}")
        if sweeping and time.monotonic() - swept > settings.JOB_SWEEP_SECONDS:
            swept = time.monotonic()
            sweep()
        time.sleep(0.05)


def finished(*jobs: Job) -> Callable[[], bool]:
    """Return a condition for `until`: all of `jobs` have finished."""
    return lambda: not Job.objects.unfinished().filter(pk__in=[job.pk for job in jobs]).exists()


def broker(url: str = "") -> Redis:
    """Return a connection to the test's broker, or to the one at `url`."""
    return Redis.from_url(cache_url(url or settings.REDIS_URL), socket_timeout=5, decode_responses=True)


def broker_pid() -> int:
    """Return the process id of the broker."""
    with broker() as redis:
        return int(redis.info("server")["process_id"])


class Process:
    """A process of Kith's in a process group of its own, its output kept for when it fails."""

    def __init__(self, argv: list[str], environment: dict[str, str], log: Path) -> None:
        self.log = log
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                argv,
                cwd=PROJECT,
                env={**environment, "KITH_PROCESS": "worker", "PYTHONUNBUFFERED": "1"},
                stdout=output,
                stderr=output,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        return self._process.pid

    def alive(self) -> bool:
        return self._process.poll() is None

    def children(self) -> list[int]:
        """Return the ids of the processes that run jobs."""
        found = subprocess.run(["pgrep", "-P", str(self.pid)], capture_output=True, text=True, check=False)
        return [int(line) for line in found.stdout.split()]

    def kill(self) -> None:
        """Kill it and all it started, as a failing machine would."""
        if self.alive():
            os.killpg(self.pid, signal.SIGKILL)
        self._process.wait()

    def stop(self, seconds: float = 15) -> int:
        """Ask it to end and return its exit code."""
        if self.alive():
            self._process.send_signal(signal.SIGTERM)
        return self._process.wait(seconds)


class Worker(Process):
    """A Celery worker."""

    started: ClassVar[list[Worker]] = []

    def __init__(self, environment: dict[str, str], log: Path) -> None:
        argv = ["tests.worker_app" if word == "config.celery" else word for word in WORKER_ARGV]
        super().__init__(argv, environment, log)
        self._broker = environment.get("REDIS_URL", settings.REDIS_URL)
        self.started.append(self)

    def kill(self) -> None:
        """Kill it, and forget at the broker the bells that it had taken and not yet handed to a process.

        The broker keeps those for an hour (`visibility_timeout`), and nothing tells them from a living worker's:
        `settle` would wait for a dead one.
        """
        was_alive = self.alive()
        super().kill()
        if was_alive:
            # A broker that is away holds nothing; a living worker does not mind what it is not asked about.
            with suppress(RedisError), broker(self._broker) as redis:
                redis.delete(UNACKNOWLEDGED, f"{UNACKNOWLEDGED}_index")

    def wait_until_ready(self) -> None:
        """Wait until one of its own processes ran a job; fail with what it printed when it does not."""
        from tests.jobs.factories import enqueued

        tries: list[Job] = []

        def answered() -> bool:
            if len(self.children()) < SLOTS:  # it still loads: leave it the processor
                time.sleep(0.2)
                return not self.alive()
            with connection.cursor() as sql:
                sql.execute("SELECT pid FROM test_effect WHERE job = ANY(%s)", [[job.pk for job in tries]])
                ran_by = {row[0] for row in sql.fetchall()}
            if finished(*tries)():
                # More than one: with two workers at the bells in turn, the same one would hear of each job first,
                # and the other of none.
                tries.extend(enqueued("test.steps", steps=1, pause=0.1) for _ in range(2 * SLOTS))
            return not self.alive() or bool(ran_by & set(self.children()))

        try:
            until(answered, seconds=START_SECONDS, sweeping=True)
            assert self.alive(), "The worker ended by itself."
            until(finished(*tries))
            until_quiet()  # a bell too many would be heard in the middle of the test
        except AssertionError as late:
            raise AssertionError(f"{late}\nThe worker said:\n{self.log.read_text()}") from late
        with connection.cursor() as sql:
            sql.execute("DELETE FROM test_effect WHERE job = ANY(%s)", [[job.pk for job in tries]])


@pytest.fixture(scope="session")
def _workers(tmp_path_factory):
    running: list[Worker] = []
    yield running
    for worker in running:
        worker.kill()
        # pytest's rule that a warning is an error does not reach into other processes.
        warned = [line for line in worker.log.read_text().splitlines() if "Warning:" in line]
        assert not warned, warned


@pytest.fixture(scope="session")
def _own_broker(tmp_path_factory):
    """Run a Valkey that nothing else in this run uses; yield its keeper and address, and room for a worker."""
    data = Path(tempfile.mkdtemp(prefix="kith-broker-", dir="/tmp"))  # short: a socket lives below it
    data.chmod(0o711)  # as root, the server runs as another user
    with ExitStack() as stack:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("DATABASE_URL", "elsewhere")  # the database stays the run's
            held = stack.enter_context(hold(data, testing=True))
        own: list[Worker] = []
        yield held, redis_url(data), own
        for worker in own:
            worker.kill()


def _point_app_at(url: str) -> None:
    app.conf.update(broker_url=url)
    app._after_fork()


@pytest.fixture
def own_broker(_own_broker, settings):
    """Have this test ring at a broker of its own, which it may stop, kill and, by the `Held` returned, start again."""
    held, url, _ = _own_broker
    before = app.conf.broker_url
    settings.REDIS_URL = url
    _point_app_at(url)
    yield held
    until(lambda: doorbell.quiet)
    _point_app_at(before)


@pytest.fixture
def own_worker(own_broker, _own_broker, child_environment, tmp_path_factory, effects):
    """Return a worker at `own_broker`."""
    _, url, own = _own_broker
    if not (own and own[-1].alive()):
        own.append(Worker(child_environment | {"REDIS_URL": url}, tmp_path_factory.mktemp("worker") / "log"))
        own[-1].wait_until_ready()
    yield own[-1]
    settle()


@pytest.fixture
def worker(_workers, child_environment, tmp_path_factory, effects) -> object:
    """Return a worker that is ready, on this test's database; whatever it still does is cancelled in the end."""
    if not (_workers and _workers[-1].alive()):
        _workers.append(Worker(child_environment, tmp_path_factory.mktemp("worker") / "log"))
        _workers[-1].wait_until_ready()
    yield _workers[-1]
    settle()


@pytest.fixture
def no_worker(transactional_db):
    """End the workers that earlier tests left running, for a test that starts one of another kind."""
    while Worker.started:
        Worker.started.pop().kill()


@pytest.fixture
def second_worker(worker, child_environment, tmp_path):
    """Return a second worker beside `worker`, ended with the test."""
    second = Worker(child_environment, tmp_path / "log")
    second.wait_until_ready()
    yield second
    second.kill()


@pytest.fixture
def scheduler(child_environment, tmp_path):
    """Return a running scheduler, ended with the test."""
    process = Process(SCHEDULER_ARGV, child_environment, tmp_path / "log")
    yield process
    process.kill()


@pytest.fixture
def effects(transactional_db):
    """Return a function that lists what handlers of tests wrote, in order: (job id as text, step)."""
    with connection.cursor() as sql:
        sql.execute(
            "CREATE TABLE IF NOT EXISTS test_effect "
            "(id bigint GENERATED ALWAYS AS IDENTITY, job uuid, organization uuid, step int, pid int)"
        )
        sql.execute("TRUNCATE test_effect")

    def written(column: str = "step", job: Job | None = None) -> list[object]:
        with connection.cursor() as sql:
            sql.execute(
                f"SELECT {column} FROM test_effect WHERE %(job)s::uuid IS NULL OR job = %(job)s ORDER BY id",
                {"job": job.pk if job else None},
            )
            return [row[0] for row in sql.fetchall()]

    return written


def settle() -> None:
    """Cancel what is unfinished and wait until nothing rings and no worker works, so that the tables can be emptied."""
    Job.objects.unfinished().update(state=State.CANCELLED, finished_at=Now())
    with broker() as redis:
        redis.delete(QUEUE)
    until_quiet()


def until_quiet(seconds: float = 20) -> None:
    """Wait until nothing rings, no bell waits to be heard and no worker is at the database."""
    quiet_since = None
    noise: dict[str, object] = {}
    with broker() as redis, connection.cursor() as sql:

        def quiet() -> bool:
            sql.execute(
                "SELECT pid, state, query FROM pg_stat_activity "
                "WHERE application_name = 'kith worker' AND datname = current_database()"
            )
            noise.update(
                connections=sql.fetchall(),
                queued=redis.llen(QUEUE),
                unacknowledged=redis.hgetall(UNACKNOWLEDGED),
                ringing=not doorbell.quiet,
            )
            return not any(noise.values())

        def settled() -> bool:
            nonlocal quiet_since
            quiet_since = (quiet_since or time.monotonic()) if quiet() else None
            return quiet_since is not None and time.monotonic() - quiet_since > 0.15

        try:
            until(settled, seconds=seconds)
        except AssertionError as unsettled:
            unsettled.add_note(f"Still going on: {noise}")
            raise
