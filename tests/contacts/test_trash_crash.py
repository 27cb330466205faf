"""Restoring and erasing many contacts survives the worker that was doing it."""

import pytest
from django.db import connection, transaction
from django.db.models.functions import Now

from books.models import ContactBook
from contacts.models import Change, Contact
from contacts.services import act, trash_contacts
from contacts.services.trash import erase_entry, restore_entry
from jobs.models import Job, State
from tests.contacts.conftest import person
from tests.contacts.test_services import assert_consistent
from tests.factories import make_cast
from tests.worker import Worker, finished, until

PEOPLE = 700  # more than a batch


def _waits_for_a_lock() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
        return bool(cursor.fetchone()[0])


@pytest.mark.crash
@pytest.mark.parametrize("verb", ["restore", "erase"])
def test_worker_killed_in_the_trash_leaves_nothing_half_done(verb, no_worker, child_environment, tmp_path):
    cast = make_cast()
    with act(by=cast.ann, organization=cast.organization, label="People") as writing:
        ids = writing.create(cast.book, [person(f"P{number:03}", phone="+46 8 1") for number in range(PEOPLE)])
    entry = trash_contacts(by=cast.ann, contacts=ids)
    begun = (restore_entry if verb == "restore" else erase_entry)(by=cast.ann, entry=entry)
    job = begun.job
    with transaction.atomic():
        # The second batch waits for this one, with the first committed.
        list(Contact.objects.filter(pk=max(ids)).select_for_update())
        first = Worker(child_environment, tmp_path / "first")
        until(lambda: _waits_for_a_lock() and Job.objects.get(pk=job.pk).done > 0, sweeping=True)
        first.kill()
    left = Contact.objects.filter(trashed_at__isnull=False).count()
    assert left == PEOPLE - Job.objects.get(pk=job.pk).done
    assert 0 < left < PEOPLE
    Job.objects.update(run_after=Now())  # as if the lease had ended
    second = Worker(child_environment, tmp_path / "second")
    try:
        until(finished(job), sweeping=True)
    finally:
        second.kill()
    job.refresh_from_db()
    assert (job.state, job.done) == (State.DONE, PEOPLE)
    assert not Contact.objects.filter(trashed_at__isnull=False).exists()
    expected = PEOPLE if verb == "restore" else 0
    assert Contact.objects.filter(book=cast.book).count() == expected
    assert ContactBook.objects.with_counts().get(pk=cast.book.pk).contact_count == expected
    assert Change.objects.filter(kind="restore").count() == expected
    assert_consistent()
