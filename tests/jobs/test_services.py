"""Enqueue, claim, checkpoints, outcomes, cancel, retry and the sweep, run in this process on a real PostgreSQL."""

import threading
import uuid
from datetime import timedelta

import pytest
from django.db import connection, connections, transaction
from django.db.models.functions import Now
from django.db.transaction import TransactionManagementError
from django.utils import timezone

import tests.jobs.handlers
from jobs import claims, registry, runner, services, slots, work
from jobs.doorbell import doorbell
from jobs.models import INSTALLATION, Job, Lane, State, Turn
from jobs.sweep import sweep
from jobs.work import Cancelled, LostLease, Work
from tests.jobs.factories import ACTOR, HERE, THERE, enqueued

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def rings(monkeypatch):
    """Collect which lanes were rung instead of ringing: nobody else is to run these jobs."""
    heard: list[Lane] = []
    monkeypatch.setattr(doorbell, "ring", heard.append)
    return heard


@pytest.fixture(autouse=True)
def _alone(rings):
    """Keep every test here off the broker."""


def end_lease(job: Job) -> None:
    Job.objects.filter(pk=job.pk).update(run_after=Now() - timedelta(seconds=1))


def taken(lane: Lane = Lane.SHORT) -> Job:
    """Claim the next job, which there must be."""
    job = claims.claim(lane)
    assert job is not None
    return job


def elsewhere(function):
    """Return what `function` returns on a connection of its own."""
    answers: list[object] = []

    def call():
        try:
            answers.append(function())
        finally:
            connections.close_all()

    thread = threading.Thread(target=call)
    thread.start()
    thread.join()
    return answers[0]


def test_enqueue_outside_a_transaction_is_refused():
    with pytest.raises(TransactionManagementError, match="commit together"):
        services.enqueue("test.steps", organization_id=HERE, actor_id=ACTOR, payload={"steps": 1})
    assert not Job.objects.exists()


def test_enqueue_writes_the_row_and_rings_only_after_commit(rings):
    with transaction.atomic():
        job = services.enqueue("test.yields", organization_id=HERE, actor_id=ACTOR, payload={"steps": 1})
        assert rings == []
    assert rings == [Lane.LONG]
    job.refresh_from_db()
    assert (job.state, job.lane, job.attempts, job.fence) == (State.WAITING, Lane.LONG, 0, 0)
    assert (job.organization_id, job.actor_id, job.payload) == (HERE, ACTOR, {"steps": 1})
    assert job.pk.version == 7


def test_enqueue_rolled_back_leaves_nothing(rings):
    with transaction.atomic():
        services.enqueue("test.steps", organization_id=HERE, actor_id=ACTOR, payload={"steps": 1})
        transaction.set_rollback(True)
    assert not Job.objects.exists()
    assert rings == []


def test_unknown_kind_is_refused():
    with pytest.raises(registry.UnknownKind), transaction.atomic():
        services.enqueue("test.nothing", organization_id=HERE, actor_id=ACTOR, payload={})


def test_kind_taken_twice_is_refused():
    with pytest.raises(ValueError, match="Two handlers"):
        registry.handler("test.steps")(lambda work: None)


def test_key_returns_the_unfinished_job_and_allows_another_after_it():
    first = enqueued("test.steps", key="book 1", steps=1)
    assert enqueued("test.steps", key="book 1", steps=1) == first
    assert enqueued("test.steps", key="book 2", steps=1) != first
    assert enqueued("test.steps", key="book 1", organization_id=THERE, steps=1) != first
    assert enqueued("test.yields", key="book 1", steps=1) != first
    services.cancel(first.pk)
    assert enqueued("test.steps", key="book 1", steps=1) != first
    assert Job.objects.count() == 5


def test_key_holds_between_transactions_at_the_same_time():
    inserted = threading.Event()
    found: list[Job] = []

    def late():
        inserted.wait()
        found.append(enqueued("test.steps", key="once", steps=1))
        connections.close_all()

    other = threading.Thread(target=late)
    other.start()
    with transaction.atomic():
        first = services.enqueue("test.steps", organization_id=HERE, actor_id=ACTOR, payload={"steps": 1}, key="once")
        inserted.set()
        other.join(0.3)
        assert other.is_alive()  # it waits for this transaction
    other.join()
    assert found == [first]
    assert Job.objects.count() == 1


def test_claim_gives_a_lease_and_counts_the_attempt_first():
    enqueued("test.steps", steps=1)
    job = taken()
    job.refresh_from_db()
    assert (job.state, job.attempts, job.fence) == (State.RUNNING, 1, 1)
    assert timedelta(0) < job.run_after - timezone.now() <= timedelta(seconds=4)
    assert claims.claim(Lane.SHORT) is None
    assert claims.claim(Lane.LONG) is None


def test_job_waits_until_its_time():
    enqueued("test.steps", run_after=timedelta(hours=1), steps=1)
    assert claims.claim(Lane.SHORT) is None
    assert Job.objects.oldest_due_age() is None
    Job.objects.update(run_after=Now() - timedelta(seconds=90))
    age = Job.objects.oldest_due_age()
    assert age is not None
    assert timedelta(seconds=90) <= age < timedelta(seconds=100)
    taken()


def test_organizations_take_turns_however_long_a_queue_is():
    for _ in range(6):
        enqueued("test.steps", organization_id=HERE, steps=1)
    others = [uuid.uuid4() for _ in range(3)]
    for other in others:
        enqueued("test.steps", organization_id=other, steps=1)
    order = []
    while job := claims.claim(Lane.SHORT):
        order.append(job.organization_id)
    assert set(order[:4]) == {HERE, *others}
    assert order[4:] == [HERE] * 5
    # Who had a turn most recently comes last.
    enqueued("test.steps", organization_id=HERE, steps=1)
    enqueued("test.steps", organization_id=others[0], steps=1)
    assert taken().organization_id == others[0]


def test_claim_reads_an_index_however_many_jobs_wait():
    Job.objects.bulk_create(
        Job(kind="test.steps", lane=Lane.SHORT, organization_id=HERE, payload={}, max_attempts=1) for _ in range(5000)
    )
    Job.objects.update(state=State.DONE, finished_at=Now())
    for _ in range(300):
        enqueued("test.steps", steps=1)
    with connection.cursor() as sql:
        sql.execute("ANALYZE jobs_job")
        sql.execute("EXPLAIN " + claims._NEXT_ORGANIZATIONS, {"lane": "short", "most": 50})
        organizations = "\n".join(row[0] for row in sql.fetchall())
    due = Job.objects.due().filter(lane=Lane.SHORT, organization_id=HERE).order_by("run_after", "id")
    assert "Seq Scan on jobs_job" not in organizations, organizations
    assert "jobs_" in due[:1].explain()
    assert "Seq Scan" not in due[:1].explain()


def test_steps_run_to_the_end_with_progress(effects):
    job = enqueued("test.steps", steps=3)
    assert runner.run_due(Lane.SHORT) == 1
    job.refresh_from_db()
    assert effects() == [0, 1, 2]
    assert (job.state, job.done, job.total, job.percent, job.cursor) == (State.DONE, 3, 3, 100, {"next": 3})
    assert job.is_finished
    assert job.finished_at is not None


def test_first_job_found_rings_once_more_for_help(rings, effects):
    enqueued("test.steps", steps=1)
    enqueued("test.steps", steps=1)
    rings.clear()
    assert runner.run_due(Lane.SHORT) == 2
    assert rings == [Lane.SHORT]
    rings.clear()
    assert runner.run_due(Lane.SHORT) == 0
    assert rings == []


def test_yield_gives_the_next_job_its_turn_and_resumes_at_the_cursor(effects):
    one = enqueued("test.yields", organization_id=HERE, steps=7)
    other = enqueued("test.yields", organization_id=THERE, steps=2)
    assert runner.run_due(Lane.LONG) == 9
    assert effects(job=one) == list(range(7))  # more slices than attempts: a slice that ended well is no failure
    assert effects(job=other) == [0, 1]
    assert effects("organization")[:4] in ([HERE, THERE] * 2, [THERE, HERE] * 2)
    assert {job.state for job in Job.objects.all()} == {State.DONE}


def test_long_job_yields_after_its_slice(effects, monkeypatch):
    monkeypatch.setattr(work, "SLICE_SECONDS", 0.0)
    job = enqueued("test.steps", steps=3)
    runner.run(taken())
    job.refresh_from_db()
    assert (job.state, job.attempts, job.cursor) == (State.WAITING, 0, {"next": 1})
    assert runner.run_here(job.pk).state == State.DONE
    assert effects() == [0, 1, 2]


def test_stale_worker_cannot_write_after_losing_the_lease(effects):
    enqueued("test.steps", steps=2)
    stale = Work(taken())
    with stale.checkpoint({"next": 1}):
        tests.jobs.handlers.effect(stale, 0)
    end_lease(stale.job)
    current = taken()
    assert (current.pk, current.fence, current.attempts, current.cursor) == (stale.job.pk, 2, 2, {"next": 1})
    with pytest.raises(LostLease), stale.checkpoint({"next": 99}):
        tests.jobs.handlers.effect(stale, 99)
    with pytest.raises(LostLease), stale.finish():
        tests.jobs.handlers.effect(stale, 99)
    runner._fail(stale, "It must not be able to say so.")
    current.refresh_from_db()
    assert (current.state, current.cursor, current.error) == (State.RUNNING, {"next": 1}, "")
    runner.run(current)
    assert effects() == [0, 1]


def test_lease_that_ended_unnoticed_is_renewed_at_the_next_checkpoint():
    enqueued("test.steps", steps=2)
    slow = Work(taken())
    end_lease(slow.job)
    with slow.checkpoint({"next": 1}):
        assert elsewhere(lambda: claims.claim(Lane.SHORT)) is None  # nobody takes it from under a checkpoint
    assert claims.claim(Lane.SHORT) is None
    assert Job.objects.get().run_after > timezone.now()


def test_checkpoint_inside_a_transaction_is_refused(transactional_db):
    enqueued("test.steps", steps=1)
    held = Work(taken())
    with pytest.raises(RuntimeError), transaction.atomic(), held.checkpoint():
        pass


def test_only_a_part_that_may_be_done_again_is_not_waited_for():
    enqueued("test.steps", steps=3)
    running = Work(taken())

    def waited_for():
        with connection.cursor() as cursor:
            cursor.execute("SHOW synchronous_commit")
            return cursor.fetchone()[0] == "on"

    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = on")  # the servers of tests wait for nothing
    try:
        with running.checkpoint({"next": 1}, redoable=True):
            assert not waited_for()
        assert waited_for()
        with running.checkpoint({"next": 2}):
            assert waited_for()
        with running.finish():
            assert waited_for()
    finally:
        connection.close()


def test_cancelled_job_writes_nothing_more(effects):
    enqueued("test.steps", steps=2)
    running = Work(taken())
    with running.checkpoint({"next": 1}):
        tests.jobs.handlers.effect(running, 0)
    assert services.cancel(running.job.pk)
    with pytest.raises(Cancelled), running.checkpoint({"next": 2}):
        tests.jobs.handlers.effect(running, 1)
    assert effects() == [0]
    job = Job.objects.get()
    assert (job.state, job.cursor) == (State.CANCELLED, {"next": 1})
    assert not services.cancel(job.pk)
    assert claims.claim(Lane.SHORT) is None


def test_refusal_ends_with_its_sentence_and_no_effect(effects):
    job = enqueued("test.fails", error="Refused")
    runner.run_due(Lane.SHORT)
    job.refresh_from_db()
    assert (job.state, job.error) == (State.REFUSED, "You may no longer edit this book.")
    assert effects() == []
    with pytest.raises(services.NotRetryable, match="only a job that failed"):
        services.retry(job.pk)


@pytest.mark.parametrize("error", ["KeyError", "RetryLater"])
def test_passing_trouble_is_tried_again(effects, error):
    job = enqueued("test.fails", error=error, well=3)
    runner.run_due(Lane.SHORT)
    waiting = Job.objects.get()
    assert waiting.state == State.WAITING
    assert waiting.error
    assert runner.run_here(job.pk).state == State.DONE
    assert effects() == [3]


def test_trouble_that_stays_is_parked_after_its_attempts(effects):
    job = runner.run_here(enqueued("test.fails", error="KeyError").pk)
    assert (job.state, job.attempts) == (State.FAILED, 3)
    assert "KeyError" in job.error
    assert "ann" not in job.error
    assert effects() == []


def test_unexpected_error_is_parked_at_once_and_names_nobody(effects, capfd):
    job = runner.run_here(enqueued("test.fails", error="ValueError").pk)
    assert (job.state, job.attempts) == (State.FAILED, 1)
    assert str(job.pk) in job.error
    assert "ann@" not in job.error + "".join(capfd.readouterr())
    assert effects() == []


def test_pauses_grow_and_are_spread():
    job = Job(kind="test.fails", attempts=1)
    first = {runner._delay(job, 2.0) for _ in range(20)}
    assert len(first) > 1
    assert all(timedelta(seconds=1) <= pause <= timedelta(seconds=2) for pause in first)
    job.attempts = 30
    assert timedelta(seconds=300) <= runner._delay(job, 2.0) <= timedelta(seconds=600)


def test_kind_that_this_worker_does_not_know_waits_for_one_that_does():
    job = enqueued("test.steps", steps=1)
    Job.objects.update(kind="tomorrow.kind")
    runner.run_due(Lane.SHORT)
    job.refresh_from_db()
    assert job.state == State.WAITING
    assert job.run_after > timezone.now()


def test_retry_gives_attempts_anew_and_goes_on_at_the_cursor(rings, effects):
    job = enqueued("test.steps", steps=3)
    Job.objects.update(state=State.FAILED, finished_at=Now(), attempts=5, cursor={"next": 2}, error="It broke.")
    assert list(Job.objects.parked()) == [job]
    rings.clear()
    again = services.retry(job.pk)
    assert (again.state, again.attempts, again.error, again.finished_at) == (State.WAITING, 0, "", None)
    assert rings == [Lane.SHORT]
    runner.run_due(Lane.SHORT)
    assert effects() == [2]


def test_retry_while_the_same_work_goes_on_is_refused():
    job = enqueued("test.steps", key="once", steps=1)
    Job.objects.update(state=State.FAILED, finished_at=Now())
    enqueued("test.steps", key="once", steps=1)
    with pytest.raises(services.NotRetryable, match="started anew"):
        services.retry(job.pk)
    job.refresh_from_db()
    assert job.state == State.FAILED


def test_sweep_rings_the_lanes_with_due_work_and_no_other(rings):
    assert sweep().rung == ()
    enqueued("test.yields", steps=1)
    rings.clear()
    assert sweep().rung == (Lane.LONG,)
    assert rings == [Lane.LONG]


def test_sweep_parks_what_stopped_its_worker_too_often():
    job = enqueued("test.poison")
    for _ in range(2):
        taken()
        assert sweep().parked == 0
        end_lease(job)
    assert sweep().parked == 1
    job.refresh_from_db()
    assert job.state == State.FAILED
    assert "2 attempts" in job.error


def test_claim_parks_what_stopped_its_worker_too_often_and_takes_the_next():
    poison = enqueued("test.poison")
    Job.objects.update(state=State.RUNNING, attempts=2)
    end_lease(poison)
    well = enqueued("test.steps", steps=1)
    assert taken() == well
    poison.refresh_from_db()
    assert poison.state == State.FAILED


def test_sweep_deletes_what_finished_thirty_days_ago():
    old, young, waiting = (enqueued("test.steps", steps=1) for _ in range(3))
    Job.objects.filter(pk=old.pk).update(state=State.DONE, finished_at=Now() - timedelta(days=31))
    Job.objects.filter(pk=young.pk).update(state=State.DONE, finished_at=Now() - timedelta(days=29))
    Job.objects.filter(pk=waiting.pk).update(created_at=Now() - timedelta(days=90))
    Turn.objects.create(lane=Lane.SHORT, organization_id=HERE, claimed_at=timezone.now() - timedelta(days=2))
    assert sweep().deleted == 1
    assert {job.pk for job in Job.objects.for_kind("test.steps")} == {young.pk, waiting.pk}
    assert not Turn.objects.exists()


def test_sweep_keeps_one_job_of_each_kind_with_a_period(monkeypatch, effects):
    ran = []
    monkeypatch.setattr(registry, "_handlers", dict(registry._handlers))
    registry.handler("test.hourly", every=timedelta(hours=1))(lambda work: ran.append(work.job.pk))
    sweep()
    sweep()
    job = Job.objects.for_kind("test.hourly").get()
    assert job.organization_id == INSTALLATION
    assert timedelta(minutes=59) < job.run_after - timezone.now() <= timedelta(hours=1)
    assert runner.run_here(job.pk).state == State.DONE
    assert ran == [job.pk]
    sweep()
    assert Job.objects.for_kind("test.hourly").unfinished().count() == 1


@pytest.fixture
def three_places():
    """Have this process look like one of a worker's three."""
    slots.prepare(3)
    yield
    if slots._file is not None:
        slots._file.close()
    slots._file = None


# A doorbell's thread may run beside; the child only tries locks and ends.
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded, use of fork:DeprecationWarning")
def test_places_keep_one_process_for_short_jobs(three_places):
    with slots.place(Lane.LONG) as mine:
        assert mine
        assert in_child(slots_left) == 1
        with slots.place(Lane.SHORT) as short:
            assert short
    assert in_child(slots_left) == 2


def test_long_bell_without_a_place_leaves_the_work(three_places, monkeypatch):
    job = enqueued("test.yields", steps=1)
    monkeypatch.setattr(slots, "_lock", lambda number: False)
    assert runner.run_due(Lane.LONG) == 0
    job.refresh_from_db()
    assert job.state == State.WAITING


def test_long_jobs_keep_their_process_where_another_is_left_for_short_ones(three_places, effects, rings, monkeypatch):
    monkeypatch.setattr(runner, "RUN_SECONDS", 0.0)
    for lane, ran in ((Lane.LONG, 3), (Lane.SHORT, 1)):
        for _time in range(3):
            enqueued("test.yields" if lane == Lane.LONG else "test.steps", steps=1)
        assert runner.run_due(lane) == ran
    monkeypatch.setattr(slots, "_has_room", False)  # as in a worker of one process
    for _time in range(3):
        enqueued("test.yields", steps=1)
    rings.clear()
    assert runner.run_due(Lane.LONG) == 1
    assert rings == [Lane.LONG, Lane.LONG]


def slots_left() -> int:
    return sum(slots._lock(number) for number in range(slots._places))


def in_child(function) -> int:
    """Return what `function` returns in a forked process, whose record locks are its own."""
    import os

    child = os.fork()
    if not child:
        os._exit(function())
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
