"""What people do with an import: upload, correct, start, stop, discard, undo. Rights are checked here, each time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import BinaryIO, cast

from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from books.models import BookUse, ContactBook
from contacts.formats.columns import Layout
from contacts.formats.refusals import NotATable
from contacts.formats.targets import Target
from contacts.matching import Policy
from contacts.models import ChangeSet, Source
from contacts.services import NotAllowed, NotVisible, begin, finish
from contacts.services.undoing import start_undo
from contacts.text import clean_text
from jobs import services as jobs
from jobs.models import Job
from organizations.models import User
from organizations.sharing import Level
from sync.imports.models import UNFINISHED, Import, ImportState, RememberedMapping
from sync.imports.reading import count_rows, recognise, table_to_json
from sync.imports.running import KIND
from sync.imports.storage import forget_file, keep_file


class NotADraft(Exception):
    """The import was started or discarded meanwhile; its page says how it stands."""


def upload(*, by: User, book: ContactBook, file: File[bytes], name: str) -> Import:
    """Keep an uploaded file as a draft of an import into `book`, with what it was recognised as.

    A mapping that the organization corrected for the same header is taken over. Raises `NotATable` with a sentence
    for a file that cannot be imported, `NotVisible` and `NotAllowed` for the book.
    """
    book = _editable_book(by, book)
    size = int(file.size or 0)
    if size > settings.IMPORT_MAX_BYTES:
        sentence = _("This file is larger than %(limit)d MB, the most that is imported at once. Split it in parts.")
        raise NotATable(sentence % {"limit": settings.IMPORT_MAX_BYTES // 2**20})
    stream = cast(BinaryIO, file.file)
    table, layout = recognise(stream)
    total = count_rows(table, size)
    remembered = RememberedMapping.objects.filter(organization=book.organization_id, signature=layout.signature).first()
    if remembered is not None:
        layout = _with_remembered(layout, remembered)
    stored = keep_file(file)
    try:
        return Import.objects.create(
            organization_id=book.organization_id,
            book=book,
            created_by_id=by.pk,
            created_by_name=str(by)[:255],
            file_name=clean_text(name)[-255:] or _("Contacts.csv"),
            stored=stored,
            size=size,
            table=table_to_json(table),
            layout=layout.to_json(),
            corrected=remembered is not None,
            rows_total=total,
        )
    except BaseException:
        default_storage.delete(stored)
        raise


def _with_remembered(layout: Layout, remembered: RememberedMapping) -> Layout:
    """Return the layout with what was corrected for its header before; as it is when that fits no more."""
    try:
        known = Layout.from_json(remembered.layout)
        return layout.with_targets(known.targets, day_first=known.day_first)
    except (KeyError, ValueError):
        return layout


def correct(*, by: User, imported: Import, targets: Mapping[int, Target], day_first: bool, policy: Policy) -> Import:
    """Choose other meanings for columns of a draft (by their index), and what to do with people known already.

    A correction is remembered for the organization. Raises `NotVisible`, `NotAllowed`, `NotADraft`.
    """
    with transaction.atomic():
        imported = _draft(by, imported)
        layout = imported.columns
        chosen = list(layout.targets)
        for index, target in targets.items():
            if 0 <= index < len(chosen):
                chosen[index] = target
        corrected = layout.with_targets(chosen, day_first=day_first)
        imported.policy = policy.value
        if (corrected.targets, corrected.day_first) != (layout.targets, layout.day_first):
            imported.layout = corrected.to_json()
            imported.corrected = True
            RememberedMapping.objects.update_or_create(
                organization_id=imported.organization_id,
                signature=corrected.signature,
                defaults={"layout": imported.layout},
            )
        imported.save(update_fields=["policy", "layout", "corrected"])
    return imported


def start(*, by: User, imported: Import) -> Import:
    """Start a draft: the job is written down with its change-set. Raises `NotVisible`, `NotAllowed`, `NotADraft`."""
    with transaction.atomic():
        imported = _draft(by, imported)
        label = _("Import of %(file)s into %(book)s") % {"file": imported.file_name, "book": imported.book.name}
        imported.change_set = begin(by=by, organization=imported.organization, source=Source.IMPORT, label=label)
        job = jobs.enqueue(
            KIND,
            organization_id=imported.organization_id,
            actor_id=by.pk,
            payload={"import": str(imported.pk)},
            key=str(imported.change_set.pk),  # by which an undo of the act finds what it has to stop
        )
        imported.job_id = job.pk
        imported.state = ImportState.WAITING
        imported.save(update_fields=["change_set", "job_id", "state"])
        BookUse.objects.update_or_create(
            user=by, organization_id=imported.organization_id, defaults={"book": imported.book}
        )
    return imported


def discard(*, by: User, imported: Import) -> None:
    """Throw a draft away with its file. Raises `NotVisible`, `NotAllowed`, `NotADraft`."""
    with transaction.atomic():
        imported = _draft(by, imported)
        forget_file(imported)
        imported.delete()


def stop(*, by: User, imported: Import) -> Import:
    """Stop an import that waits or runs; what it has committed stays, and can be undone. Idempotent.

    Waits for the batch under way. Raises `NotVisible` and `NotAllowed`.
    """
    with transaction.atomic():
        if imported.job_id:
            jobs.cancel(imported.job_id)  # before anything else is locked: the job locks its row first, too
        imported = _editable(by, imported)
        if imported.state in UNFINISHED and imported.change_set is not None:
            finish(imported.change_set)
            Import.objects.filter(pk=imported.pk).update(state=ImportState.STOPPED, finished_at=Now())
            forget_file(imported)
            imported.refresh_from_db()
    return imported


def retry(*, by: User, imported: Import) -> Import:
    """Let an import whose job was given up go on behind its last batch. Raises `jobs.NotRetryable` with a sentence."""
    imported = _editable(by, imported)
    if imported.job_id and imported.is_unfinished:
        jobs.retry(imported.job_id)
    return imported


def undo(*, by: User, imported: Import) -> ChangeSet | None:
    """Undo all that an import wrote; a running one is stopped first. Returns the change-set of the undo, which a job
    may still be writing; None when nothing had been written. Raises `NotVisible` (for a draft too), `NotAllowed`."""
    imported = stop(by=by, imported=imported)
    if imported.change_set is None:
        raise NotVisible  # a draft has nothing to undo
    if not (imported.created or imported.updated):
        return None
    return start_undo(by=by, change_set=imported.change_set)


def job_of(imported: Import) -> Job | None:
    """Return the job of an import. One query."""
    return Job.objects.filter(pk=imported.job_id).first() if imported.job_id else None


def undo_of(imported: Import) -> ChangeSet | None:
    """Return the change-set that undoes an import, running or done; None when there is none, or when that was undone
    in turn. One query, and one more for an import that was undone."""
    if imported.change_set_id is None:
        return None
    found = ChangeSet.objects.filter(undo_of=imported.change_set_id).order_by("-started_at", "-id").first()
    if found is None or ChangeSet.objects.filter(undo_of=found).exists():
        return None
    return found


def _editable_book(by: User, book: ContactBook) -> ContactBook:
    found = ContactBook.objects.for_user(by, at_least=Level.EDIT).filter(pk=book.pk).first()
    if found is not None:
        return found
    if ContactBook.objects.for_user(by).filter(pk=book.pk).exists():
        raise NotAllowed(_("You may view this contact book, but not import into it."))
    raise NotVisible


def _editable(by: User, imported: Import) -> Import:
    """Return the import, its row locked, if `by` may act on it."""
    visible = Import.objects.for_user(by).filter(pk=imported.pk)
    if not visible.exists():
        raise NotVisible
    found = (
        Import.objects.for_user(by, at_least=Level.EDIT)
        .filter(pk=imported.pk)
        .select_related("book", "organization", "change_set")
    )
    if (editable := found.first()) is None:
        raise NotAllowed(_("You may view this contact book, but not import into it."))
    return editable


def _draft(by: User, imported: Import) -> Import:
    """Return the draft, its row locked, if `by` may act on it."""
    list(Import.objects.filter(pk=imported.pk).select_for_update(no_key=True).values_list("pk"))
    found = _editable(by, imported)
    if not found.is_draft:
        raise NotADraft
    return found
