"""An act on a group of many contacts survives the worker that was doing it."""

import pytest
from django.db import connection, transaction
from django.db.models.functions import Now

from contacts.models import Change, Contact, ContactMembership, Group
from contacts.services import act
from contacts.services.group_acts import BATCH, rename_group
from jobs.models import Job, State
from tests.contacts.conftest import person
from tests.contacts.test_services import assert_consistent
from tests.factories import make_cast
from tests.worker import Worker, finished, until

PEOPLE = 3 * BATCH + 1


def _waits_for_a_lock() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
        return bool(cursor.fetchone()[0])


@pytest.mark.crash
def test_worker_killed_while_renaming_a_group_goes_on_and_changes_each_contact_once(
    no_worker, child_environment, tmp_path
):
    cast = make_cast()
    with act(by=cast.ann, organization=cast.organization, label="People") as writing:
        ids = writing.create(cast.book, [person(f"P{number:03}", groups=["VIP"]) for number in range(PEOPLE)])
    done = rename_group(by=cast.ann, group=Group.objects.get(name="VIP"), name="Gold")
    with transaction.atomic():
        # The third batch waits for this one, with the second committed.
        list(Contact.objects.filter(pk=sorted(ids)[2 * BATCH + 1]).select_for_update())
        first = Worker(child_environment, tmp_path / "first")
        until(lambda: _waits_for_a_lock() and Job.objects.get(pk=done.job.pk).done > 0, sweeping=True)
        first.kill()
    renamed = ContactMembership.objects.filter(group__name="Gold").count()
    assert renamed == Job.objects.get(pk=done.job.pk).done == 2 * BATCH
    Job.objects.update(run_after=Now())  # as if the lease had ended
    second = Worker(child_environment, tmp_path / "second")
    try:
        until(finished(done.job), sweeping=True)
    finally:
        second.kill()
    done.job.refresh_from_db()
    assert (done.job.state, done.job.done) == (State.DONE, PEOPLE)
    assert ContactMembership.objects.filter(group__name="Gold").count() == PEOPLE
    assert Change.objects.filter(change_set=done.done.change_set).count() == PEOPLE
    assert_consistent()
