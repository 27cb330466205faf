"""Reading phones anew among writers in transactions of their own, and when the worker that does it is killed."""

import threading

import pytest
from django.db import connection, transaction
from django.db.models.functions import Now

from contacts.models import Contact
from contacts.services import act, create_contact
from contacts.services.rekeying import change_region, stale
from jobs.models import Job, State
from organizations.models import Organization
from tests.contacts.conftest import person
from tests.contacts.test_services import assert_consistent
from tests.contacts.test_two_at_once import in_threads
from tests.factories import make_cast
from tests.worker import Worker, finished, until

PEOPLE = 700  # more than a batch


def _waits_for_a_lock() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
        return bool(cursor.fetchone()[0])


@pytest.mark.django_db(transaction=True)
def test_a_change_waits_for_who_writes_in_the_old_region_and_writers_wait_for_nobody():
    cast = make_cast()
    both = threading.Barrier(2)
    changing = threading.Event()

    def write(name: str):
        with act(by=cast.ann, organization=cast.organization, label=name) as writing:
            both.wait(10)  # two writers are inside at once
            changing.set()
            until(_waits_for_a_lock)
            writing.create(cast.book, [person(name, phone="020 7946 0018")])

    def change():
        changing.wait(10)
        change_region(by=cast.ann, organization=cast.organization, region="GB")

    assert in_threads(lambda: write("A"), lambda: write("B"), change) == [None, None, None]
    assert set(Contact.objects.values_list("derived_region", flat=True)) == {"US"}
    assert stale(Organization.objects.get(pk=cast.organization.pk))
    create_contact(by=cast.ann, book=cast.book, document=person("C", phone="020 7946 0018"))
    assert Contact.objects.get(first_name="C").derived_region == "GB"


@pytest.mark.crash
@pytest.mark.xdist_group("worker")
def test_worker_killed_while_reading_phones_anew_goes_on_and_leaves_none_behind(no_worker, child_environment, tmp_path):
    cast = make_cast()
    with act(by=cast.ann, organization=cast.organization, label="People") as writing:
        ids = writing.create(cast.book, [person(f"P{number:03}", phone="020 7946 0018") for number in range(PEOPLE)])
    job = change_region(by=cast.ann, organization=cast.organization, region="GB")
    with transaction.atomic():
        # The second batch waits for this one, with the first committed.
        list(Contact.objects.filter(pk=max(ids)).select_for_update())
        first = Worker(child_environment, tmp_path / "first")
        until(lambda: _waits_for_a_lock() and Job.objects.get(pk=job.pk).done > 0, sweeping=True)
        first.kill()
    done = Job.objects.get(pk=job.pk).done
    assert 0 < done < PEOPLE
    assert Contact.objects.filter(derived_region="US").count() == PEOPLE - done
    Job.objects.update(run_after=Now())  # as if the lease had ended
    second = Worker(child_environment, tmp_path / "second")
    try:
        until(finished(job), sweeping=True)
    finally:
        second.kill()
    job.refresh_from_db()
    assert (job.state, job.done, job.total) == (State.DONE, PEOPLE, PEOPLE)
    assert_consistent()
