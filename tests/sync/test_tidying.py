"""Uploads do not stay for ever: drafts, files, cells of failed rows, files without a row. Nothing younger goes."""

from __future__ import annotations

import os
import time
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone

import tests.jobs.handlers  # noqa: F401 - registers the kind by which a worker shows that it is ready
from jobs.models import Job
from jobs.runner import run_here
from jobs.services import enqueue
from sync.imports.models import Import
from sync.imports.tidying import KIND
from tests.sync.conftest import draft, imports, start, table
from tests.worker import Worker, finished, until

ROWS = table(("Ann", "", "ann@example.com", "", ""), ("L" * 300, "", "", "", ""))


def enqueued() -> Job:
    """Write the job down as the sweep does."""
    with transaction.atomic():
        return enqueue(KIND, organization_id=None, actor_id=None, payload={})


def age(imported: Import, days: int) -> None:
    """Make an import older."""
    Import.objects.filter(pk=imported.pk).update(created_at=timezone.now() - timedelta(days=days))


def test_what_is_old_goes_and_what_is_young_stays(committed, settings):
    old_draft, young_draft = (draft(committed.ann, committed.book, ROWS) for _ in range(2))
    waiting = start(committed.ann, committed.book, ROWS)
    old, young = (imports(committed.ann, committed.book, ROWS) for _ in range(2))
    age(old_draft, 8)
    age(young_draft, 6)
    age(waiting, 31)
    age(old, 31)
    age(young, 29)
    folder = Path(settings.MEDIA_ROOT) / "imports"
    for name, days in (("stray.csv", 2), ("upload-under-way.csv", 0)):
        (folder / name).write_text("x")
        then = time.time() - days * 24 * 3600
        os.utime(folder / name, (then, then))

    assert run_here(enqueued().pk).state == "done"
    assert set(Import.objects.values_list("pk", flat=True)) == {young_draft.pk, waiting.pk, old.pk, young.pk}
    assert {path.name for path in folder.iterdir()} == {Path(young_draft.stored).name, "upload-under-way.csv"}
    assert old.outcomes.filter(kind="failed", cells__isnull=True).count() == 1
    assert young.outcomes.filter(kind="failed", cells__isnull=False).count() == 1


@pytest.mark.crash
def test_worker_killed_while_tidying_goes_on(worker, committed, child_environment, tmp_path):
    first = draft(committed.ann, committed.book, ROWS)
    for _ in range(400):
        Import.objects.create(
            organization=committed.organization,
            book=committed.book,
            created_by_id=committed.ann.pk,
            file_name="x.csv",
            stored="",
            size=1,
            table=first.table,
            layout=first.layout,
        )
    Import.objects.update(created_at=timezone.now() - timedelta(days=8))
    job = enqueued()
    until(lambda: Import.objects.count() < 400, sweeping=True)
    worker.kill()
    assert Import.objects.exists()
    other = Worker(child_environment, tmp_path / "log")
    try:
        until(finished(job), seconds=60, sweeping=True)
    finally:
        other.kill()
    assert not Import.objects.exists()
    assert not default_storage.exists(first.stored)
