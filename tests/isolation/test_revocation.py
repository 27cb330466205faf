"""A right that is taken away is gone with the next request, whatever page or form was open, and for jobs that run."""

import pytest

from books.leaving import end_membership
from books.services import hand_over, unshare_book
from contacts.models import Change, ChangeSet, Contact
from contacts.services import create_contact, delete_book, move_contacts, undoing
from contacts.services.undoing import start_undo, undo_job
from jobs.models import Job
from jobs.runner import run_here
from organizations.models import User
from organizations.services import everyone, remove_from_team
from organizations.sharing import Level
from sync.imports import reading, running
from tests.contacts.conftest import person
from tests.factories import make_cast, make_team, share
from tests.security.conftest import everything, signed_in
from tests.sync.conftest import draft, people, run, start, table

ROWS = table(*[(f"Person {number}", "", f"p{number}@example.com", "", "") for number in range(6)])
FRAGMENT = {"HX-Request": "true", "HX-Target": "detail"}


def unshare(cast):
    unshare_book(by=cast.ann, book=cast.book, to=cast.ben)


def leave_team(cast):
    team = make_team(cast.organization, cast.ben)
    share(cast.book, team, Level.EDIT)
    unshare(cast)
    return lambda: remove_from_team(team=team, user=cast.ben, by=cast.ada)


def unshare_team(cast):
    team = make_team(cast.organization, cast.ben)
    share(cast.book, team, Level.EDIT)
    unshare(cast)
    return lambda: unshare_book(by=cast.ann, book=cast.book, to=team)


def unshare_everyone(cast):
    share(cast.book, cast.organization, Level.EDIT)
    unshare(cast)
    return lambda: unshare_book(by=cast.ann, book=cast.book, to=everyone(cast.organization))


def removed(cast):
    return lambda: end_membership(organization=cast.organization, user=cast.ben, by=cast.ada)


def deleted(cast):
    return lambda: delete_book(by=cast.ann, book=cast.book)


def closed(cast):
    # By a row of its own, as another process does it: nothing that is held in memory hears of it.
    return lambda: User.objects.filter(pk=cast.ben.pk).update(is_active=False)


def to_view(cast):
    return lambda: share(cast.book, cast.ben, Level.VIEW)


#: Each prepares how Ben has the right to edit, and returns what ends it.
ENDINGS = {
    "unshared": lambda cast: lambda: unshare(cast),
    "left the team": leave_team,
    "team unshared": unshare_team,
    "everyone unshared": unshare_everyone,
    "removed": removed,
    "deleted": deleted,
    "closed": closed,
    "to view": to_view,
}


@pytest.mark.parametrize("ending", ENDINGS)
def test_the_next_request_knows(db, ending):
    cast = make_cast()
    contact = create_contact(by=cast.ann, book=cast.book, document=person("Zoë", "Qxsecret", company="Qxfirm"))
    act = ChangeSet.objects.get(changes__contact=contact)
    company = contact.memberships.get().group_id
    imported = draft(cast.ann, cast.book, table(("Jan", "", "", "", "")))
    end = ENDINGS[ending](cast)
    client = signed_in(cast.ben)
    pages = [
        *(f"/contacts/{contact.pk}/", f"/contacts/{contact.pk}/history/", f"/books/{cast.book.pk}/"),
        *(f"/companies/{company}/", f"/changes/{act.pk}/", f"/imports/{imported.pk}/"),
        *(f"/contacts/{contact.pk}/edit/", f"/books/{cast.book.pk}/import/"),
    ]
    searches = ["/contacts/", "/contacts/?q=qxsecret", "/contacts/?q=qxfir", "/changes/", "/trash/"]
    forms = [
        ("/contacts/new/", {"book": cast.book.pk, "first_name": "X", "anyway": "1"}),
        (f"/contacts/{contact.pk}/edit/", {"book": cast.book.pk, "first_name": "X", "base_version": "1"}),
        (f"/contacts/{contact.pk}/star/", {"starred": "1"}),
        (f"/contacts/{contact.pk}/delete/", {}),
        (f"/changes/{act.pk}/undo/", {}),
        (f"/imports/{imported.pk}/start/", {}),
        (f"/imports/{imported.pk}/discard/", {}),
    ]
    for headers in ({}, FRAGMENT):
        assert {client.get(page, headers=headers).status_code for page in pages} == {200}
    assert "Qxsecret" in client.get(searches[1]).text
    end()
    before = everything()
    for headers in ({}, FRAGMENT):
        statuses = [client.get(page, headers=headers).status_code for page in pages]
        signed_out = 401 if headers else 302  # a page that is open stays
        reads = {"closed": [signed_out] * 8, "to view": [200] * 5 + [403] * 3}.get(ending, [404] * 8)
        # Who belongs nowhere any more gets the same answers.
        assert statuses == reads
        for page in searches:
            if ending == "to view" and not page.startswith("/contacts/"):
                continue
            assert ("Qxsecret" in client.get(page, headers=headers).text) == (ending == "to view"), page
    written = {client.post(address, sent).status_code for address, sent in forms}
    assert written == {{"closed": 302, "to view": 403}.get(ending, 404)}
    assert everything() == before


def test_what_moved_away_or_was_handed_over_follows_its_book(db):
    cast = make_cast()
    contact = create_contact(by=cast.ann, book=cast.book, document=person("Zoë"))
    client = signed_in(cast.ben)
    move_contacts(by=cast.ann, contacts=[contact.pk], to=cast.private)
    assert client.get(f"/contacts/{contact.pk}/").status_code == 404
    assert client.get(f"/contacts/{contact.pk}/history/").status_code == 404
    assert {client.get(f"/changes/{act.pk}/").status_code for act in ChangeSet.objects.all()} == {404}
    hand_over(by=cast.ann, book=cast.book, to=cast.ben)
    ann = signed_in(cast.ann)
    assert ann.get(f"/books/{cast.book.pk}/").status_code == 200  # she keeps a share, which Ben may end
    unshare_book(by=cast.ben, book=cast.book, to=cast.ann)
    assert ann.get(f"/books/{cast.book.pk}/").status_code == 404


@pytest.fixture
def committed(transactional_db, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "files"
    return make_cast()


@pytest.mark.parametrize("ending", ENDINGS)
def test_an_import_that_runs_ends_refused(committed, monkeypatch, ending):
    end = ENDINGS[ending](committed)
    monkeypatch.setattr(reading, "BATCH_ROWS", 2)
    write = running._write

    def write_after(work, imported, *rest):
        if imported.rows_done == 2:
            end()
        write(work, imported, *rest)

    monkeypatch.setattr(running, "_write", write_after)
    imported = run(start(committed.ben, committed.book, ROWS))
    assert (imported.state, imported.created, imported.rows_done) == ("refused", 2, 2)
    assert imported.sentence
    assert Job.objects.get(pk=imported.job_id).state == "refused"
    assert len(people(committed.book)) == 2


@pytest.mark.parametrize("ending", ENDINGS)
def test_an_undo_that_runs_takes_nothing_back_any_more(committed, monkeypatch, ending):
    end = ENDINGS[ending](committed)
    imported = run(start(committed.ann, committed.book, ROWS))
    monkeypatch.setattr(undoing, "AT_ONCE", 1)
    undo_set = start_undo(by=committed.ben, change_set=imported.change_set)
    job = undo_job(undo_set)
    batch = undoing.undo_batch
    batches = []

    def batch_after(**how):
        if how["cursor"] == "":
            done = batch(**how)
            batches.append(done)
            return done
        return batch(**how)

    give_way = undoing.Work.give_way

    def ended(work):
        if batches and batches.pop():
            end()
        give_way(work)

    monkeypatch.setattr(undoing, "undo_batch", batch_after)
    monkeypatch.setattr(undoing.Work, "give_way", ended)
    run_here(job.pk)
    assert not Change.objects.filter(change_set=undo_set).exists()
    assert Contact.objects.filter(book=committed.book, trashed_at=None).count() == 6
    undo_set.refresh_from_db()
    assert undo_set.finished_at is not None
