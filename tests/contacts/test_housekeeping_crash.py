"""Housekeeping survives the worker that was doing it."""

import pytest
from django.db import connection, transaction
from django.db.models.functions import Now

from books.models import BookCount, ContactBook
from contacts.services import create_contact
from jobs.models import Job, State
from jobs.services import enqueue
from tests.contacts.conftest import person
from tests.factories import make_cast
from tests.worker import Worker, finished, until


def _waits_for_a_lock() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
        return bool(cursor.fetchone()[0])


@pytest.mark.crash
def test_worker_killed_while_keeping_house_leaves_the_counts_true(no_worker, child_environment, effects, tmp_path):
    cast = make_cast()
    for number in range(4):
        create_contact(by=cast.ann, book=cast.book, document=person(f"P{number}"))
    with transaction.atomic():
        job = enqueue("contacts.keep_house", organization_id=None, actor_id=None, payload={})
    with transaction.atomic():
        list(BookCount.objects.select_for_update().order_by("pk"))
        first = Worker(child_environment, tmp_path / "first")
        # The sweep may have its own job of this kind done beside.
        until(lambda: _waits_for_a_lock() and Job.objects.get(pk=job.pk).attempts == 1, sweeping=True)
        first.kill()
    assert BookCount.objects.filter(book=cast.book).count() == 4
    Job.objects.update(run_after=Now())  # as if the lease had ended
    second = Worker(child_environment, tmp_path / "second")
    try:
        until(finished(job), sweeping=True)
    finally:
        second.kill()
    job.refresh_from_db()
    assert (job.state, job.attempts) == (State.DONE, 2)
    assert BookCount.objects.filter(book=cast.book).count() == 1
    assert ContactBook.objects.with_counts().get(pk=cast.book.pk).contact_count == 4
