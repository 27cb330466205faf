"""Undo import: what it made goes, what it changed comes back, what somebody changed since is kept and named."""

from dataclasses import replace

import pytest

from contacts.models import ChangeSet
from contacts.services import NotAllowed, NotVisible, create_contact, document_of, save_contact, trash_contacts
from contacts.services.undoing import AT_ONCE, start_undo, undo_job
from jobs.claims import claim_one
from jobs.models import Job
from jobs.runner import run as run_claimed
from jobs.runner import run_here
from sync.imports import running, services
from sync.imports.models import Import
from tests.contacts.conftest import person
from tests.sync.conftest import contents, imports, people, run, start, table


def body(response) -> str:
    return response.content.decode()


def test_updated_contacts_come_back_and_later_changes_are_kept_and_named(committed, client):
    ann = create_contact(
        by=committed.ann, book=committed.book, document=person("Ann", "Before", email="ann@example.com")
    )
    eve = create_contact(by=committed.ann, book=committed.book, document=person("Eve", email="eve@example.com"))
    before = contents(committed.book)
    rows = table(
        ("Ann", "Before", "ann@example.com", "+44 20 7946 0123", "from the file"),
        ("Eve", "Jones", "eve@example.com", "", "from the file"),
        ("New", "One", "new@example.com", "", ""),
        ("New", "Two", "two@example.com", "", ""),
        ("New", "Three", "three@example.com", "", ""),
    )
    imported = imports(committed.ann, committed.book, rows)
    assert (imported.created, imported.updated) == (3, 2)

    # Ben corrects what the import wrote about Eve and about one of the new people, and deletes another.
    eve.refresh_from_db()
    save_contact(
        by=committed.ben, contact=eve, document=replace(document_of(eve), notes="by Ben"), base_version=eve.version
    )
    _, _, one, two, _three = people(committed.book)
    save_contact(
        by=committed.ben, contact=one, document=replace(document_of(one), nickname="Uno"), base_version=one.version
    )
    trash_contacts(by=committed.ben, contacts=[two.pk])

    client.force_login(committed.ann)
    client.post(f"/imports/{imported.pk}/undo/")
    living = {contact.first_name: contact for contact in people(committed.book)}
    assert set(living) == {"Ann", "Eve", "New"}
    assert [data for pk, data in contents(committed.book) if pk == ann.pk] == [
        data for pk, data in before if pk == ann.pk
    ]
    eve = living["Eve"]
    assert (eve.last_name, eve.notes) == ("", "by Ben")  # only what Ben wrote stays
    assert living["New"].nickname == "Uno"

    page = body(client.get(f"/imports/{imported.pk}/"))
    assert "2 contacts were kept" in page
    assert "Eve</a>: somebody changed it since (Notes)" in page
    assert "New One</a>: somebody changed it since" in page
    again = client.post(f"/imports/{imported.pk}/undo/")
    assert again.status_code == 302
    assert ChangeSet.objects.filter(undo_of=imported.change_set).count() == 1


def test_undoing_a_waiting_import_stops_it_first(committed):
    imported = start(committed.ann, committed.book, table(("Ann", "", "ann@example.com", "", "")))
    assert services.undo(by=committed.ben, imported=imported) is None  # nothing had been written
    assert Import.objects.get(pk=imported.pk).state == "stopped"
    assert run_here(imported.job_id).state == "cancelled"
    assert people(committed.book) == []


def test_a_large_act_is_undone_by_a_job_and_the_page_shows_how_far(committed, client):
    rows = [(f"Person {number}", "", f"p{number}@example.com", "", "") for number in range(AT_ONCE + 1)]
    imported = imports(committed.ann, committed.book, table(*rows))
    undo_set = services.undo(by=committed.ann, imported=imported)
    assert undo_set is not None
    assert undo_set.finished_at is None
    assert len(people(committed.book)) == AT_ONCE + 1
    assert start_undo(by=committed.ann, change_set=imported.change_set).pk == undo_set.pk  # asked twice, begun once
    client.force_login(committed.ann)
    page = body(client.get(f"/imports/{imported.pk}/"))
    assert "Undoing: 0 contacts taken back so far." in page
    assert 'hx-trigger="every 1s"' in page

    job = undo_job(undo_set)
    assert run_here(job.pk).state == "done"
    assert people(committed.book) == []
    page = body(client.get(f"/imports/{imported.pk}/"))
    assert f"{AT_ONCE + 1} contacts were taken back." in page
    assert "hx-trigger" not in page


def test_a_small_act_is_undone_at_once(committed):
    rows = [(f"Person {number}", "", f"p{number}@example.com", "", "") for number in range(AT_ONCE)]
    imported = imports(committed.ann, committed.book, table(*rows))
    undo_set = start_undo(by=committed.ann, change_set=imported.change_set)
    assert undo_set.finished_at is not None
    assert undo_job(undo_set) is None
    assert people(committed.book) == []


def test_undoing_the_act_of_a_running_import_stops_its_job_first(committed, client):
    imported = imports_partly(committed)
    undo_set = start_undo(by=committed.ben, change_set=imported.change_set)
    assert undo_set.finished_at is not None
    assert people(committed.book) == []
    assert run_here(imported.job_id).state == "cancelled"
    assert people(committed.book) == []
    client.force_login(committed.ann)
    page = body(client.get(f"/imports/{imported.pk}/"))
    assert "The import was stopped" in page
    assert "This import was undone" in page


def test_whoever_may_not_undo_stops_nothing(committed):
    imported = imports_partly(committed)
    for user, refusal in ((committed.vic, NotAllowed), (committed.sam, NotVisible)):
        with pytest.raises(refusal):
            start_undo(by=user, change_set=imported.change_set)
    assert Job.objects.unfinished().filter(pk=imported.job_id).exists()
    assert run(imported).created == 3


def imports_partly(cast) -> Import:
    """Return an import of three people whose job gave way after the first."""
    rows = table(*[("Person", str(number), f"p{number}@example.com", "", "") for number in range(3)])
    imported = start(cast.ann, cast.book, rows)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sync.imports.reading.BATCH_ROWS", 1)
        patch.setattr("jobs.work.SLICE_SECONDS", 0.0)
        job = claim_one(imported.job_id)
        assert job is not None
        run_claimed(job)
    running.close_kept()
    imported.refresh_from_db()
    assert (imported.state, imported.rows_done) == ("running", 1)
    return imported


def test_an_undo_that_was_given_up_goes_on_when_asked_again(committed, client):
    rows = [("Person", str(number), f"p{number}@example.com", "", "") for number in range(AT_ONCE + 1)]
    imported = imports(committed.ann, committed.book, table(*rows))
    undo_set = services.undo(by=committed.ann, imported=imported)
    assert undo_set is not None
    job = undo_job(undo_set)
    assert job is not None
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("contacts.services.undoing.undo_batch", lambda **given: 1 / 0)
        assert run_here(job.pk).state == "failed"
    client.force_login(committed.ann)
    page = body(client.get(f"/imports/{imported.pk}/"))
    assert "The undo stopped at an error" in page
    assert "Undo import" in page
    client.post(f"/imports/{imported.pk}/undo/")
    assert run_here(job.pk).state == "done"
    assert people(committed.book) == []
    assert "This import was undone" in body(client.get(f"/imports/{imported.pk}/"))
