"""Rights that go while an import waits or runs: it ends with a sentence, and what it committed can be undone."""

import pytest

from books.services import unshare_book
from contacts.services import delete_book, restore_book
from jobs.models import Job
from organizations.sharing import Level
from sync.imports import reading, running, services
from sync.imports.models import Import
from tests.factories import share
from tests.sync.conftest import people, run, start, table

ROWS = table(*[(f"Person {number}", "", f"p{number}@example.com", "", "") for number in range(6)])


@pytest.fixture
def midway(monkeypatch):
    """Have something happen between the second and the third batch of two rows; returns where to put it."""
    monkeypatch.setattr(reading, "BATCH_ROWS", 2)
    happenings = []
    # What happens must commit by itself, as another person's request would.
    write = running._write

    def write_after(work, imported, *rest):
        if imported.rows_done == 4:
            for happening in happenings:
                happening()
            happenings.clear()
        write(work, imported, *rest)

    monkeypatch.setattr(running, "_write", write_after)
    return happenings


def test_a_book_deleted_midway(committed, midway, settings):
    imported = start(committed.ann, committed.book, ROWS)
    midway.append(lambda: delete_book(by=committed.ann, book=committed.book))
    imported = run(imported)
    assert (imported.state, imported.created, imported.rows_done) == ("refused", 4, 4)
    assert "deleted meanwhile" in imported.sentence
    assert Job.objects.get(pk=imported.job_id).state == "refused"
    assert imported.change_set.finished_at is not None
    assert not list((settings.MEDIA_ROOT / "imports").iterdir())

    restore_book(by=committed.ann, book=committed.book)
    assert len(people(committed.book)) == 4
    services.undo(by=committed.ann, imported=imported)
    assert people(committed.book) == []


@pytest.mark.parametrize("level", [Level.VIEW, None])
def test_a_right_lost_midway(committed, midway, level):
    imported = start(committed.ben, committed.book, ROWS)

    def lose():
        unshare_book(by=None, book=committed.book, to=committed.ben)
        if level is not None:
            share(committed.book, committed.ben, level)

    midway.append(lose)
    imported = run(imported)
    assert (imported.state, imported.created) == ("refused", 4)
    assert ("only view" if level else "not shared with you") in imported.sentence
    assert len(people(committed.book)) == 4
    services.undo(by=committed.ann, imported=imported)  # whoever may edit may
    assert people(committed.book) == []


def test_an_account_closed_before_it_begins(committed):
    imported = start(committed.ben, committed.book, ROWS)
    committed.ben.is_active = False
    committed.ben.save()
    imported = run(imported)
    assert (imported.state, imported.rows_done) == ("refused", 0)
    assert "closed" in imported.sentence


def test_a_file_that_is_gone(committed, settings):
    imported = start(committed.ann, committed.book, ROWS)
    (settings.MEDIA_ROOT / imported.stored).unlink()
    imported = run(imported)
    assert imported.state == "refused"
    assert "Upload it again" in imported.sentence


def test_stopped_midway(committed, midway):
    imported = start(committed.ann, committed.book, ROWS)
    midway.append(lambda: services.stop(by=committed.ben, imported=Import.objects.get(pk=imported.pk)))
    stopped = run(imported)
    assert (stopped.state, stopped.created, stopped.rows_done) == ("stopped", 4, 4)
    assert len(people(committed.book)) == 4
    assert services.stop(by=committed.ann, imported=stopped).state == "stopped"


def test_a_job_that_gives_way_goes_on_where_it_was(committed, midway, monkeypatch):
    """Each slice one batch: whether the file stayed open or is opened anew, no row is lost or doubled."""
    monkeypatch.setattr("jobs.work.SLICE_SECONDS", 0.0)
    midway.append(running.close_kept)
    imported = run(start(committed.ann, committed.book, ROWS))
    assert (imported.state, imported.created, imported.rows_done) == ("done", 6, 6)
    assert len(people(committed.book)) == 6
    assert running._kept == []
