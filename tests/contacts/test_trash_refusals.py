"""The account of whoever restores or erases much is closed while the work waits or runs: it ends there, and says so."""

import pytest

from contacts.models import Change, ChangeSet, Contact
from contacts.services import act, trash_contacts
from contacts.services import trash as service
from jobs.doorbell import doorbell
from jobs.models import Job
from jobs.runner import run_here
from organizations.models import User
from tests.contacts.conftest import person
from tests.contacts.test_services import assert_consistent
from tests.factories import make_cast

PEOPLE = 7


@pytest.fixture
def cast(transactional_db, monkeypatch):
    """A cast that other connections see; no worker hears of its jobs, which take two contacts at a time."""
    monkeypatch.setattr(service, "BATCH", 2)
    monkeypatch.setattr(service, "AT_ONCE", 2)

    def unheard(lane):
        """Stand for a bell that nobody hears."""

    unheard.__module__ = doorbell.ring.__module__
    monkeypatch.setattr(doorbell, "ring", unheard)
    return make_cast()


@pytest.fixture
def entry(cast):
    """What Ann deleted: seven contacts."""
    with act(by=cast.ann, organization=cast.organization, label="People") as writing:
        ids = writing.create(cast.book, [person(f"P{number}") for number in range(PEOPLE)])
    return trash_contacts(by=cast.ann, contacts=ids)


def close(user):
    User.objects.filter(pk=user.pk).update(is_active=False)


def begun(verb, by, entry):
    return (service.restore_entry if verb == "restore" else service.erase_entry)(by=by, entry=entry).job


@pytest.mark.parametrize("verb", ["restore", "erase"])
def test_nothing_is_done_for_an_account_that_was_closed_before(cast, entry, verb):
    job = begun(verb, cast.ann, entry)
    close(cast.ann)
    ended = run_here(job.pk)
    assert (ended.state, ended.done) == ("refused", 0)
    assert "account of the person who asked for this is closed" in ended.error
    assert Contact.objects.filter(trashed_at__isnull=False).count() == PEOPLE
    assert not ChangeSet.objects.filter(finished_at=None).exists()
    assert_consistent()


@pytest.mark.parametrize("verb", ["restore", "erase"])
def test_the_next_batch_knows_that_the_account_is_closed(cast, entry, verb, monkeypatch):
    job = begun(verb, cast.ann, entry)
    batch = service._batch
    batches = []

    def closing(by, *more):
        batches.append(by.is_active)
        if len(batches) == 2:  # as another person's request: while this one's batch is under way
            close(cast.ann)
        return batch(by, *more)

    monkeypatch.setattr(service, "_batch", closing)
    ended = run_here(job.pk)
    assert batches == [True, True, False]
    assert (ended.state, ended.done) == ("refused", 4)
    assert "account of the person who asked for this is closed" in ended.error
    left = Contact.objects.filter(trashed_at__isnull=False).count()
    assert left == PEOPLE - 4
    assert Change.objects.filter(kind="restore").count() == (4 if verb == "restore" else 0)
    assert not ChangeSet.objects.filter(finished_at=None).exists()
    assert Job.objects.unfinished().count() == 0
    assert_consistent()
    # Somebody else may go on with what is left.
    again = service.restore_entry(by=cast.ben, entry=entry)
    assert run_here(again.job.pk).state == "done"
    assert Contact.objects.filter(trashed_at__isnull=False).count() == 0
