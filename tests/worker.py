"""Fixtures with real processes: a Celery worker and a scheduler on the test's database and broker.

A worker takes seconds to start, so one serves a whole run; a test that kills it leaves the next one to start another.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from redis import Redis

from config.celery import SCHEDULER_ARGV, WORKER_ARGV
from config.servers import cache_url
from jobs.models import Job, State
from jobs.sweep import sweep

PROJECT = Path(__file__).resolve().parent.parent
START_SECONDS = 60


def until(holds: Callable[[], object], *, seconds: float = 30, sweeping: bool = False) -> None:
    """Wait until `holds()` is true, failing after `seconds`; with `sweeping`, sweep now and then meanwhile."""
    ends = time.monotonic() + seconds
    swept = time.monotonic()
    while not holds():
        if time.monotonic() > ends:
            raise AssertionError(
                f"Not within {seconds} s: jobs are {list(Job.objects.values('kind', 'state', 'error'))}"
            )
        if sweeping and time.monotonic() - swept > settings.JOB_SWEEP_SECONDS:
            swept = time.monotonic()
            sweep()
        time.sleep(0.05)


def finished(*jobs: Job) -> Callable[[], bool]:
    """Return a condition for `until`: all of `jobs` have finished."""
    return lambda: not Job.objects.unfinished().filter(pk__in=[job.pk for job in jobs]).exists()


def broker() -> Redis:
    """Return a connection to the test's broker."""
    return Redis.from_url(cache_url(settings.REDIS_URL), socket_timeout=5, decode_responses=True)


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
                # Whatever warns in a worker is an error here; celery itself chooses what it does at start.
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

    def __init__(self, environment: dict[str, str], log: Path) -> None:
        argv = ["tests.worker_app" if word == "config.celery" else word for word in WORKER_ARGV]
        super().__init__(argv, environment, log)

    def wait_until_ready(self) -> None:
        """Wait until it runs a job from a bell; fail with what it printed when it does not."""
        from tests.jobs.factories import enqueued

        ready = enqueued("test.steps", steps=1)
        try:
            until(finished(ready), seconds=START_SECONDS, sweeping=True)
        except AssertionError as late:
            raise AssertionError(f"{late}\nThe worker said:\n{self.log.read_text()}") from late


@pytest.fixture(scope="session")
def _workers(tmp_path_factory):
    running: list[Worker] = []
    yield running
    for worker in running:
        worker.kill()


@pytest.fixture
def worker(_workers, child_environment, tmp_path_factory, effects) -> object:
    """Return a worker that is ready, on this test's database; whatever it still does is cancelled in the end."""
    if not (_workers and _workers[-1].alive()):
        _workers.append(Worker(child_environment, tmp_path_factory.mktemp("worker") / "log"))
        _workers[-1].wait_until_ready()
    yield _workers[-1]
    settle()


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
                {"job": job and job.pk},
            )
            return [row[0] for row in sql.fetchall()]

    return written


def settle() -> None:
    """Cancel what is unfinished and wait until no worker is in the database, so that it can be emptied."""
    from django.db.models.functions import Now

    Job.objects.unfinished().update(state=State.CANCELLED, finished_at=Now())
    ends = time.monotonic() + 15
    with connection.cursor() as sql:
        while time.monotonic() < ends:
            sql.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
                "AND application_name = 'kith worker' AND state <> 'idle'"
            )
            if sql.fetchone() == (0,):
                return
            time.sleep(0.05)
    raise AssertionError(f"A worker is still busy 15 s after its jobs were cancelled (pid {sys.argv[0]}).")
