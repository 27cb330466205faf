"""What nobody needs any more: drafts that were never started, old uploads, the cells of rows that failed long ago."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from django.core.files.storage import default_storage
from django.db.models.functions import Now
from django.utils import timezone

from jobs.work import Work
from sync.imports.models import Import, ImportOutcome, ImportState
from sync.imports.storage import FOLDER

KIND: Final = "imports.tidy"
DRAFTS_KEPT = timedelta(days=7)
FILES_KEPT = timedelta(days=30)
STRAY_FILES_KEPT = timedelta(days=1)
BATCH = 100


def tidy(work: Work) -> None:
    """Delete old drafts and files one by one, then the cells of failed rows. Killed anywhere, the next run goes on."""
    while _old_draft(work) or _old_file(work) or _old_cells(work):
        work.give_way()
    _stray_files()


def _old_draft(work: Work) -> bool:
    """Delete one draft that nobody started. The file goes first: what is deleted twice does no harm."""
    with work.checkpoint():
        old = Import.objects.filter(state=ImportState.DRAFT, created_at__lt=Now() - DRAFTS_KEPT)
        draft = old.select_for_update(skip_locked=True).order_by("created_at", "id").first()
        if draft is not None:
            _delete(draft.stored)
            draft.delete()
    return draft is not None


def _old_file(work: Work) -> bool:
    """Delete the file of one import that ended or was given up long ago."""
    with work.checkpoint():
        old = Import.objects.exclude(stored="").filter(created_at__lt=Now() - FILES_KEPT)
        imported = old.select_for_update(skip_locked=True).order_by("created_at", "id").first()
        if imported is not None:
            _delete(imported.stored)
            Import.objects.filter(pk=imported.pk).update(stored="")
    return imported is not None


def _old_cells(work: Work) -> bool:
    """Forget the cells of failed rows, which are in no book, a batch at a time."""
    with work.checkpoint():
        old = ImportOutcome.objects.filter(cells__isnull=False, part_of__created_at__lt=Now() - FILES_KEPT)
        ids = list(old.order_by("id").values_list("id", flat=True)[:BATCH])
        ImportOutcome.objects.filter(pk__in=ids).update(cells=None)
    return bool(ids)


def _stray_files() -> None:
    """Delete files that belong to no import: a process died between the file and its row."""
    if not default_storage.exists(FOLDER):
        return
    latest = timezone.now() - STRAY_FILES_KEPT
    for name in default_storage.listdir(FOLDER)[1]:
        path = f"{FOLDER}/{name}"
        if not Import.objects.filter(stored=path).exists() and default_storage.get_modified_time(path) < latest:
            _delete(path)


def _delete(name: str) -> None:
    if name:
        default_storage.delete(name)
