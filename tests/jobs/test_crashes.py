"""Real workers, a real broker, and what kills them. Each job's effect is there once, whatever happens."""

import os
import signal
import time
from contextlib import contextmanager

import pytest
from django.db import transaction
from django.db.models.functions import Now

import tests.jobs.handlers  # noqa: F401 - registers the kinds used here
from jobs import services
from jobs.doorbell import doorbell
from jobs.models import Job, State
from tests.jobs.factories import HERE, THERE, enqueued
from tests.worker import broker, broker_pid, finished, until

pytestmark = pytest.mark.crash


def reached(job: Job, done: int):
    """Return a condition for `until`: the job has committed `done` steps."""
    return lambda: Job.objects.get(pk=job.pk).done >= done


@contextmanager
def broker_hung():
    """Have the broker accept connections and answer nothing."""
    pid = broker_pid()
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


def test_a_bell_is_enough(worker, effects):
    job = enqueued("test.steps", steps=2)
    until(finished(job), seconds=10)  # nobody sweeps
    assert effects() == [0, 1]


def test_worker_killed_in_the_middle_goes_on_and_doubles_nothing(worker, child_environment, tmp_path, effects):
    job = enqueued("test.steps", steps=8, pause=0.2)
    until(reached(job, 3))
    worker.kill()
    before = effects()
    assert 3 <= len(before) < 8
    other = type(worker)(child_environment, tmp_path / "log")
    try:
        until(finished(job), seconds=30, sweeping=True)
    finally:
        other.kill()
    job.refresh_from_db()
    assert (job.state, job.attempts) == (State.DONE, 2)
    assert effects() == list(range(8))


def test_job_that_kills_its_process_is_parked_and_others_go_on(worker, effects, tmp_path):
    fuse = tmp_path / "fuse"
    fuse.touch()
    poison = enqueued("test.poison", fuse=str(fuse))
    others = [enqueued("test.steps", steps=1) for _ in range(3)]
    until(finished(*others), seconds=15, sweeping=True)
    Job.objects.filter(pk=poison.pk, attempts=1).update(run_after=Now())  # as if the first lease had ended
    until(finished(poison), seconds=20, sweeping=True)
    poison.refresh_from_db()
    assert (poison.state, poison.attempts) == (State.FAILED, 2)
    assert effects(job=poison) == []
    assert list(Job.objects.parked()) == [poison]
    assert worker.alive()

    fuse.unlink()
    services.retry(poison.pk)
    until(finished(poison), seconds=10, sweeping=True)
    poison.refresh_from_db()
    assert poison.state == State.DONE
    assert effects(job=poison) == [0]


def test_broker_flushed_loses_nothing(worker, effects):
    busy = enqueued("test.steps", steps=4, pause=0.2)
    jobs = [enqueued("test.steps", steps=1) for _ in range(10)]
    with broker() as redis:
        redis.flushdb()  # all there is of this run's
    until(finished(busy, *jobs), seconds=15, sweeping=True)
    assert sorted(effects()) == sorted([0] * 10 + [0, 1, 2, 3])
    after = enqueued("test.steps", steps=1)
    until(finished(after), seconds=10)  # and bells are heard as before


def test_broker_hung_delays_no_request_and_is_caught_up_with(own_worker, effects):
    with broker_hung():
        began = time.monotonic()
        jobs = [enqueued("test.steps", steps=1) for _ in range(5)]
        assert time.monotonic() - began < 1
        time.sleep(3)  # longer than its sockets wait
        assert effects() == []
    until(finished(*jobs), seconds=30, sweeping=True)
    assert effects() == [0] * 5


def test_broker_killed_and_started_again_is_heard_again(own_worker, own_broker, effects):
    pid = broker_pid()
    os.kill(pid, signal.SIGKILL)
    began = time.monotonic()
    job = enqueued("test.steps", steps=1)
    assert time.monotonic() - began < 1
    own_broker.ensure()
    assert broker_pid() != pid
    until(finished(job), seconds=60, sweeping=True)
    assert effects() == [0]
    assert own_worker.alive()
    following = enqueued("test.steps", steps=1)
    until(finished(following), seconds=10)  # and bells are heard as before


def test_running_job_is_cancelled_at_its_next_checkpoint(worker, effects):
    job = enqueued("test.steps", steps=100, pause=0.1)
    until(reached(job, 2))
    assert services.cancel(job.pk)
    written = effects()
    time.sleep(0.5)
    assert effects() == written
    job.refresh_from_db()
    assert (job.state, job.done) == (State.CANCELLED, len(written))
    following = enqueued("test.steps", steps=1)
    until(finished(following), seconds=10)


def test_two_workers_share_the_work_and_nothing_runs_twice(worker, second_worker, effects):
    with transaction.atomic():
        jobs = [
            services.enqueue("test.steps", organization_id=place, actor_id=None, payload={"steps": 1, "pause": 0.1})
            for place in (HERE, THERE) * 20
        ]
    until(finished(*jobs), seconds=30, sweeping=True)
    assert sorted(map(str, effects("job"))) == sorted(str(job.pk) for job in jobs)
    assert set(effects("pid")) & set(worker.children())
    assert set(effects("pid")) & set(second_worker.children())


def test_long_jobs_leave_a_place_for_short_ones(worker, effects):
    long = [enqueued("test.steps", lane="long", steps=60, pause=0.1) for _ in range(3)]
    until(lambda: Job.objects.filter(state=State.RUNNING).exists())
    short = enqueued("test.steps", steps=1)
    until(finished(short), seconds=5)
    assert Job.objects.filter(pk__in=[job.pk for job in long], state=State.RUNNING).count() == 1


def test_worker_asked_to_stop_lets_the_long_job_yield(worker, effects):
    job = enqueued("test.steps", lane="long", steps=200, pause=0.1)
    until(reached(job, 2))
    assert worker.stop(seconds=15) == 0
    job.refresh_from_db()
    assert (job.state, job.attempts) == (State.WAITING, 0)
    assert effects() == list(range(job.done))


def test_scheduler_rings_and_ends_when_asked(worker, scheduler, effects, monkeypatch):
    monkeypatch.setattr(doorbell, "ring", lambda lane: None)  # nobody else rings
    job = enqueued("test.steps", steps=1)
    until(finished(job), seconds=20)
    assert effects() == [0]
    assert scheduler.alive()
    assert scheduler.stop(seconds=10) == 0
    assert "Traceback" not in scheduler.log.read_text()
