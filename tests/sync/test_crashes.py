"""Imports and their undo in a real worker that dies in the middle; and how much memory a large file takes."""

from __future__ import annotations

from pathlib import Path

import pytest

import tests.jobs.handlers  # noqa: F401 - registers the kind by which a worker shows that it is ready
from contacts.models import Change, Contact
from contacts.services.undoing import undo_job
from jobs.models import Job
from sync.imports import services
from sync.imports.models import Import
from tests.sync.conftest import counts, people, start
from tests.worker import Worker, finished, until

ROWS = 3_000


def many(number: int, *, twice: int = 0, notes: str = "") -> bytes:
    """Return a file of people, of whom the first `twice` occur a second time at its end, with a phone more."""
    lines = ["First Name,Last Name,E-mail 1 - Value,Phone 1 - Value,Notes"]
    lines += [f"Person,Number {i},person{i}@example.com,,{notes}" for i in range(number)]
    lines += [f"Person,Number {i},person{i}@example.com,+44 20 7946 {i:04},{notes}" for i in range(twice)]
    return "\n".join(lines).encode()


def under_way(imported: Import):
    """Return a condition for `until`: some of the import has been committed."""
    return lambda: Import.objects.get(pk=imported.pk).rows_done > 0


@pytest.mark.crash
def test_worker_killed_in_an_import_doubles_and_loses_nothing(worker, committed, child_environment, tmp_path):
    imported = start(committed.ann, committed.book, many(ROWS, twice=10))
    until(under_way(imported), sweeping=True)
    worker.kill()
    midway = Import.objects.get(pk=imported.pk)
    assert 0 < midway.rows_done < ROWS
    assert Contact.objects.filter(book=committed.book).count() == midway.created == midway.rows_done
    other = Worker(child_environment, tmp_path / "log")
    try:
        until(finished(Job.objects.get(pk=imported.job_id)), seconds=90, sweeping=True)
    finally:
        other.kill()
    imported = Import.objects.get(pk=imported.pk)
    assert (imported.state, counts(imported)) == ("done", {"created": ROWS, "updated": 10})
    found = people(committed.book)
    assert [contact.last_name for contact in found] == [f"Number {i}" for i in range(ROWS)]
    assert Change.objects.filter(change_set=imported.change_set).count() == ROWS + 10


@pytest.mark.crash
def test_worker_killed_while_undoing_leaves_nothing_behind(worker, committed, child_environment, tmp_path):
    imported = start(committed.ann, committed.book, many(ROWS))
    until(finished(Job.objects.get(pk=imported.job_id)), seconds=90, sweeping=True)
    undo_set = services.undo(by=committed.ann, imported=Import.objects.get(pk=imported.pk))
    job = undo_job(undo_set)
    until(lambda: Job.objects.get(pk=job.pk).done > 0, sweeping=True)
    worker.kill()
    assert 0 < len(people(committed.book)) < ROWS
    other = Worker(child_environment, tmp_path / "log")
    try:
        until(finished(job), seconds=90, sweeping=True)
    finally:
        other.kill()
    assert people(committed.book) == []
    assert Change.objects.filter(change_set=undo_set).count() == ROWS
    undo_set.refresh_from_db()
    assert undo_set.finished_at is not None
    assert undo_set.kept == []


def test_running_import_is_stopped_from_outside(worker, committed):
    imported = start(committed.ann, committed.book, many(ROWS))
    until(under_way(imported), sweeping=True)
    stopped = services.stop(by=committed.ben, imported=imported)
    assert stopped.state == "stopped"
    until(finished(Job.objects.get(pk=imported.job_id)))
    assert len(people(committed.book)) == stopped.created < ROWS
    services.undo(by=committed.ben, imported=stopped)


def rss(pid: int) -> int:
    """Return the resident memory of a process, in bytes."""
    fields = Path(f"/proc/{pid}/status").read_text().split("VmRSS:")[1].split()
    return int(fields[0]) * 1024


def test_memory_does_not_grow_with_the_file(worker, committed):
    """A file of 60 MB, most of it long notes: the worker stays far below its size."""
    warm = start(committed.ann, committed.private, many(500))
    until(finished(Job.objects.get(pk=warm.job_id)), seconds=60, sweeping=True)
    before = {pid: rss(pid) for pid in worker.children()}
    content = many(600, notes="n" * 100_000)
    assert len(content) > 60_000_000
    imported = start(committed.ann, committed.book, content)
    del content
    highest = dict(before)

    def done() -> bool:
        for pid in worker.children():
            highest[pid] = max(highest.get(pid, 0), rss(pid))
        return finished(Job.objects.get(pk=imported.job_id))()

    until(done, seconds=120, sweeping=True)
    assert Import.objects.get(pk=imported.pk).rows_done == 600
    grown = max(highest[pid] - size for pid, size in before.items())
    assert grown < 30 * 2**20, f"grew by {grown // 2**20} MB"
