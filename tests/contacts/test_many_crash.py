"""An act on many contacts survives the worker that was doing it."""

import pytest
from django.db import connection, transaction
from django.db.models.functions import Now

from contacts.models import Change, Contact
from contacts.services import act
from contacts.services.many import Deed, Selection, Verb, do_many
from contacts.services.selections import BATCH
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
@pytest.mark.parametrize("named", [True, False], ids=["named", "listed"])
def test_worker_killed_while_moving_many_goes_on_and_moves_each_once(named, no_worker, child_environment, tmp_path):
    cast = make_cast()
    with act(by=cast.ann, organization=cast.organization, label="People") as writing:
        ids = writing.create(cast.book, [person(f"P{number:04}") for number in range(PEOPLE)])
    chosen = {"ids": ids} if named else {"filters": {"book": str(cast.book.pk)}}
    selection = Selection(cast.organization, **chosen)
    outcome = do_many(by=cast.ann, selection=selection, deed=Deed(Verb.MOVE, book=cast.private))
    with transaction.atomic():
        # The third batch waits for this one, with the second committed.
        list(Contact.objects.filter(pk=sorted(ids)[2 * BATCH + 1]).select_for_update())
        first = Worker(child_environment, tmp_path / "first")
        until(lambda: _waits_for_a_lock() and Job.objects.get(pk=outcome.job.pk).done > BATCH, sweeping=True)
        first.kill()
    moved = Contact.objects.filter(book=cast.private).count()
    assert moved == Job.objects.get(pk=outcome.job.pk).done == 2 * BATCH
    Job.objects.update(run_after=Now())  # as if the lease had ended
    second = Worker(child_environment, tmp_path / "second")
    try:
        until(finished(outcome.job), sweeping=True)
    finally:
        second.kill()
    outcome.job.refresh_from_db()
    assert (outcome.job.state, outcome.job.done) == (State.DONE, PEOPLE)
    assert Contact.objects.filter(book=cast.private).count() == PEOPLE
    assert Change.objects.filter(change_set=outcome.change_set).count() == PEOPLE
    assert outcome.job.cursor["done"] == PEOPLE
    assert_consistent()
